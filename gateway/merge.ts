import type { Json } from './plan.ts'
import { isObject } from './representations.ts'

/** Tells whether a name belongs to an object type; an interface object answers with its interface's name. */
export type IsConcrete = (typename: string) => boolean

/**
 * Lays one answer over what is known, in place. Objects and lists are merged element by element; else the
 * later answer wins, except that the name of an interface never replaces the name of the real type, and a
 * null never erases what another subgraph gave.
 */
export function merge(target: Json, source: Json, isConcrete: IsConcrete): void {
  for (const key in source) {
    // As an own key of a JSON text this would otherwise reach the prototype that all objects share.
    if (key === '__proto__') continue
    const value = source[key]
    const known = target[key]
    if (known === undefined || known === null) target[key] = value
    else if (typeof value !== 'object') {
      if (key !== '__typename' || known === value || isConcrete(String(value))) target[key] = value
    } else if (value !== null) mergeNested(target, key, known, value, isConcrete)
  }
}

function mergeNested(target: Json, key: string, known: unknown, value: object, isConcrete: IsConcrete): void {
  if (isObject(known) && isObject(value)) return merge(known, value, isConcrete)
  if (!Array.isArray(known) || !Array.isArray(value) || known.length !== value.length) {
    target[key] = value
    return
  }
  for (let index = 0; index < value.length; index++) {
    const [before, now]: [unknown, unknown] = [known[index], value[index]]
    if (isObject(before) && isObject(now)) merge(before, now, isConcrete)
    else if (Array.isArray(before) && Array.isArray(now)) {
      const holder: Json = { before }
      mergeNested(holder, 'before', before, now, isConcrete)
      known[index] = holder['before']
    } else if (now !== null && now !== undefined) known[index] = now
  }
}

/** A copy of JSON data that shares nothing with it, so that two holders can each go on merging into theirs. */
export function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  // A leaf may be an object too: a Date of a scalar that was not turned into text yet.
  if (!isObject(value) || value instanceof Date) return value
  const result: Json = {}
  for (const key in value) if (key !== '__proto__') result[key] = copy(value[key])
  return result
}
