import type { FetchNodePathSegment, FetchRewrite } from '@graphql-hive/router-query-planner'
import type { Extractor, Json, Renaming } from './plan.ts'
import { isObject } from './representations.ts'
import type { Supergraph } from './supergraph.ts'

type Segment = { key: string } | { types: ReadonlySet<string> }
type Change = (holder: Json, key: string) => void

interface Rewrite {
  path: Segment[]
  change: Change
  from: string
  to: string | null
}

/**
 * Lets an extractor end with the plan's input rewrites: an interface object's subgraph knows its entities
 * only under the interface's name.
 */
export function withInputRewrites(
  extract: Extractor,
  raw: readonly FetchRewrite[] | undefined,
  graph: Supergraph,
): Extractor {
  const rewrites = (raw ?? []).map((rewrite) => readRewrite(rewrite, graph))
  if (rewrites.length === 0) return extract
  return (entity) => {
    const representation = extract(entity)
    if (representation) for (const rewrite of rewrites) applyAt(representation, rewrite, 0)
    return representation
  }
}

/** Compiles the plan's output rewrites; null if there are none. */
export function compileRenaming(
  raw: readonly FetchRewrite[] | undefined,
  graph: Supergraph,
): Renaming | null {
  const rewrites = (raw ?? []).map((rewrite) => readRewrite(rewrite, graph))
  if (rewrites.length === 0) return null
  const names = new Map<string, string>()
  for (const { from, to } of rewrites) if (to !== null) names.set(from, to)
  const apply = (data: unknown) => {
    for (const rewrite of rewrites) applyAt(data, rewrite, 0)
  }
  return { apply, names }
}

function readRewrite(raw: FetchRewrite, graph: Supergraph): Rewrite {
  if ('KeyRenamer' in raw) {
    const { path, renameKeyTo } = raw.KeyRenamer
    const segments = path.map((segment) => readSegment(segment, graph))
    return {
      path: segments,
      change: (holder, key) => rename(holder, key, renameKeyTo),
      from: lastKey(path),
      to: renameKeyTo,
    }
  }
  // The planner writes this one in two spellings.
  const { path, setValueTo } = 'ValueSetter' in raw ? raw.ValueSetter : raw
  const segments = path.map((segment) => readSegment(segment, graph))
  const change: Change = (holder, key) => {
    if (key in holder) holder[key] = setValueTo
  }
  return { path: segments, change, from: lastKey(path), to: null }
}

function readSegment(segment: FetchNodePathSegment, graph: Supergraph): Segment {
  if ('Key' in segment) return { key: segment.Key }
  return { types: new Set(segment.TypenameEquals.flatMap((name) => [...graph.possibleTypes(name)])) }
}

function lastKey(path: readonly FetchNodePathSegment[]): string {
  const last = path.at(-1)
  return last && 'Key' in last ? last.Key : ''
}

function rename(holder: Json, from: string, to: string): void {
  if (!(from in holder)) return
  holder[to] = holder[from]
  delete holder[from]
}

function applyAt(value: unknown, rewrite: Rewrite, at: number): void {
  if (Array.isArray(value)) {
    for (const element of value) applyAt(element, rewrite, at)
    return
  }
  const segment = rewrite.path[at]
  if (!isObject(value) || segment === undefined) return
  if ('types' in segment) {
    const typename = value['__typename']
    if (typeof typename !== 'string' || segment.types.has(typename)) applyAt(value, rewrite, at + 1)
  } else if (at === rewrite.path.length - 1) {
    rewrite.change(value, segment.key)
  } else {
    applyAt(value[segment.key], rewrite, at + 1)
  }
}
