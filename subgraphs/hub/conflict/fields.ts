import type { CustomerInput } from '../../connector.ts'
import { attributesOf } from '../mapping/apply.ts'
import { customField, customKey } from '../mapping/fields.ts'

/** A field of a customer that is kept equal on all sides; each custom attribute is one. */
export type Field = WholeField | `custom.${string}`

/** A field of a customer, its custom attributes as one list. */
export type WholeField = keyof CustomerInput

/** The column of the golden record in which a field stands, and whether it is a list. */
export const FIELDS: Record<WholeField, { column: string; isList: boolean }> = {
  name: { column: 'name', isList: false },
  email: { column: 'email', isList: false },
  phone: { column: 'phone', isList: false },
  taxId: { column: 'tax_id', isList: false },
  country: { column: 'country', isList: false },
  currency: { column: 'currency', isList: false },
  group: { column: 'customer_group', isList: false },
  paymentTerms: { column: 'payment_terms', isList: false },
  addresses: { column: 'addresses', isList: true },
  customAttributes: { column: 'custom_attributes', isList: true },
}

/** All fields, in the order in which they are shown. */
export const FIELD_NAMES = Object.keys(FIELDS) as WholeField[]

/** The columns of a golden record under the names of its fields, for a query. */
export const GOLDEN_COLUMNS = Object.entries(FIELDS)
  .map(([field, { column }]) => `${column} as "${field}"`)
  .join(', ')

/** The value of a field of a customer, also of one custom attribute. */
export function valueOf(record: object, field: Field): unknown {
  const key = customKey(field)
  return key === null ? (record as Record<string, unknown>)[field] : attributesOf(record).get(key)
}

/** Whether two values say the same: nothing, an empty text and an empty list are one; names of parts may be in any order. */
export function same(one: unknown, other: unknown): boolean {
  return plain(one) === plain(other)
}

function plain(value: unknown): string {
  const parts = trimmed(value)
  return parts === undefined ? '' : JSON.stringify(parts)
}

function trimmed(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(trimmed)
  if (typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => [key, trimmed(part)])
  return Object.fromEntries(
    entries.filter(([, part]) => part !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** The fields in which two contents of a record differ. What the later one leaves out is not known there. */
export function changedFields(base: object, after: object): Field[] {
  const keys = [...attributesOf(base).keys(), ...attributesOf(after).keys()]
  const fields: Field[] = FIELD_NAMES.filter((field) => field !== 'customAttributes')
  return [...fields, ...new Set(keys.map(customField))].filter(
    (field) => !same(valueOf(base, field), valueOf(after, field)),
  )
}

/** A record with the values that another has in these fields. */
export function withFields(record: object, other: object, fields: Field[]): Record<string, unknown> {
  const attributes = attributesOf(record)
  const plain: Record<string, unknown> = { ...record }
  for (const field of fields) {
    const key = customKey(field)
    if (key === null) plain[field] = valueOf(other, field) ?? null
    else attributes.set(key, (valueOf(other, field) as string | null | undefined) ?? null)
  }
  if (attributes.size === 0) return plain
  return { ...plain, customAttributes: [...attributes].map(([key, value]) => ({ key, value })) }
}

/** The fields that a change names, each custom attribute by itself. */
export function namedIn(input: object): Field[] {
  const plain = FIELD_NAMES.filter((field) => field !== 'customAttributes' && Object.hasOwn(input, field))
  return [...plain, ...[...attributesOf(input).keys()].map(customField)]
}

/** The fields in which two contents of a record differ, custom attributes as one list. */
export function changedWhole(base: object, after: object): WholeField[] {
  return FIELD_NAMES.filter((field) => !same(valueOf(base, field), valueOf(after, field)))
}
