import { getNullableType, isInterfaceType, isNonNullType, isObjectType } from 'graphql'
import type { RequiresSelection } from '@graphql-hive/router-query-planner'
import type { EntitySet, Extractor, Json, PathStep } from './plan.ts'
import type { Supergraph } from './supergraph.ts'

type Reader = (from: Json, into: Json, top: boolean) => boolean

/**
 * Compiles a plan's `requires` into a function. A null is sent as null; a value that never arrived is left
 * out, so a field computed from several systems sees `{}` for the one that is down. An entity without one of
 * its non-null top fields (its key) cannot be asked for: the function gives null.
 */
export function compileExtractor(selections: readonly RequiresSelection[], graph: Supergraph): Extractor {
  const readers = selections.map((selection) => compileReader(selection, '', graph))
  return (entity) => {
    const representation: Json = {}
    for (const read of readers) if (!read(entity, representation, true)) return null
    const typename = entity['__typename']
    if (typeof typename !== 'string') return null
    for (const key in representation) {
      if (key === '__typename') continue
      representation['__typename'] = typename
      return representation
    }
    return null
  }
}

function compileReader(selection: RequiresSelection, parent: string, graph: Supergraph): Reader {
  if (selection.kind === 'FragmentSpread') throw new Error('The plan has a fragment spread in its requires.')
  if (selection.kind === 'InlineFragment') return compileFragment(selection, graph)
  const { name: from, alias } = selection
  const to = alias ?? from
  const required = isRequired(graph, parent, to)
  const nested = selection.selections?.map((child) => compileReader(child, typeOf(graph, parent, to), graph))
  return (source, into, top) => {
    const value = source[from]
    if (value == null) {
      if (top && required) return false
      if (value === null) into[to] = null
      return true
    }
    into[to] = nested ? readNested(value, nested) : value
    return true
  }
}

function compileFragment(
  selection: { typeCondition: string; selections: RequiresSelection[] },
  graph: Supergraph,
): Reader {
  const types = graph.possibleTypes(selection.typeCondition)
  const readers = selection.selections.map((child) => compileReader(child, selection.typeCondition, graph))
  return (source, into, top) => {
    const typename = source['__typename']
    if (typeof typename === 'string' && !types.has(typename)) return true
    for (const read of readers) if (!read(source, into, top)) return false
    return true
  }
}

function readNested(value: unknown, readers: readonly Reader[]): unknown {
  if (Array.isArray(value)) return value.map((element) => readNested(element, readers))
  if (!isObject(value)) return value
  const result: Json = {}
  for (const read of readers) read(value, result, false)
  return result
}

function fieldOf(graph: Supergraph, parent: string, name: string) {
  const type = graph.fullSchema.getType(parent)
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
}

function isRequired(graph: Supergraph, parent: string, name: string): boolean {
  return isNonNullType(fieldOf(graph, parent, name)?.type)
}

function typeOf(graph: Supergraph, parent: string, name: string): string {
  const type = getNullableType(fieldOf(graph, parent, name)?.type)
  return type ? String(type).replaceAll(/[[\]!]/g, '') : ''
}

/** The entities of one set: each with its place in the list of representations, which are all different. */
export interface Gathered {
  entities: Json[]
  /** For the entity at the same position: which representation stands for it. */
  positions: number[]
  representations: Json[]
}

/** Finds the entities of a set in the data; equal representations are sent once. */
export function gather(set: EntitySet, data: Json): Gathered {
  const gathered: Gathered = { entities: [], positions: [], representations: [] }
  const known = new Map<string, number>()
  for (const path of set.paths) {
    visitPath(data, path, 0, (entity) => {
      const representation = set.extract(entity)
      if (!representation) return
      const key = identity(representation)
      let position = known.get(key)
      if (position === undefined) {
        known.set(key, (position = gathered.representations.length))
        gathered.representations.push(representation)
      }
      gathered.entities.push(entity)
      gathered.positions.push(position)
    })
  }
  return gathered
}

/** A text that only equal representations have; lengths keep values apart that contain anything at all. */
function identity(representation: Json): string {
  let text = ''
  for (const key in representation) {
    const value = representation[key]
    text += typeof value === 'string' ? `${key}"${value.length}:${value}` : `${key}=${JSON.stringify(value)};`
  }
  return text
}

/** Where each object under the paths of a set is, list positions included; only needed once something failed. */
export function locate(set: EntitySet, data: Json): Map<Json, (string | number)[]> {
  const places = new Map<Json, (string | number)[]>()
  for (const path of set.paths) {
    const trail: (string | number)[] = []
    visitPath(data, path, 0, (entity) => places.set(entity, [...trail]), trail)
  }
  return places
}

function visitPath(
  value: unknown,
  path: readonly PathStep[],
  at: number,
  found: (entity: Json) => void,
  trail?: (string | number)[],
): void {
  if (Array.isArray(value)) {
    const next = path[at] === 'items' ? at + 1 : at
    for (let index = 0; index < value.length; index++) {
      trail?.push(index)
      visitPath(value[index], path, next, found, trail)
      trail?.pop()
    }
    return
  }
  if (!isObject(value)) return
  const step = path[at]
  if (step === undefined) return found(value)
  if (step === 'items') return
  if ('types' in step) {
    const typename = value['__typename']
    if (typeof typename === 'string' && step.types.has(typename)) visitPath(value, path, at + 1, found, trail)
    return
  }
  trail?.push(step.field)
  visitPath(value[step.field], path, at + 1, found, trail)
  trail?.pop()
}

/** True for a JSON object; lists and null are not. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
