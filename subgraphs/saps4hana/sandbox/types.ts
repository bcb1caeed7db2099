import { ENTITIES } from './entities.ts'
import type { Entity, Kind, Row } from './entity.ts'

export { ENTITIES, SERVICES } from './entities.ts'
export type { Entity, Field, Kind, Row } from './entity.ts'

const EMPTY: Record<Kind, string | boolean | null> = {
  a: '',
  s: '',
  d: '0',
  b: false,
  t: null,
  i: null,
  h: 'PT00H00M00S',
}

/** The entity type of a set. */
export function entityOf(set: string): Entity {
  const found = ENTITIES.get(set)
  if (!found) throw new Error(`There is no set ${set}.`)
  return found
}

/** A row with every field: those given, the others empty. */
export function row(set: string, given: Row): Row {
  const { fields, navigation } = entityOf(set)
  const empty = Object.fromEntries([...fields].map(([name, { kind }]) => [name, EMPTY[kind]]))
  const links = Object.fromEntries([...navigation].map(([name, { many }]) => [name, many ? [] : null]))
  return { ...empty, ...links, ...given }
}

/** The related rows of a row. */
export function rowsIn(parent: Row, name: string): Row[] {
  const value = parent[name]
  if (Array.isArray(value)) return value
  return value && typeof value === 'object' ? [value] : []
}

/** A field as text. */
export function textIn(parent: Row, name: string): string {
  const value = parent[name]
  return typeof value === 'string' ? value : ''
}

/** A key without leading zeros. */
export function bare(key: string): string {
  return /^\d+$/.test(key) ? key.replace(/^0+(?=\d)/, '') : key
}
