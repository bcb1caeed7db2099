import { z } from 'zod'
import type { Model } from './model.ts'
import { like } from './query.ts'
import type { Stored } from './records.ts'

const key = z.union([z.uuid(), z.enum(['system:createdAt', 'system:updatedAt'])])
const scalar = z.strictObject({
  kind: z.string(),
  value: z.union([z.string(), z.boolean(), z.array(z.string())]).optional(),
  currency: z.string().nullable().optional(),
})
const direction = z.enum(['outgoing', 'incoming'])
const selection = z.strictObject({
  relationId: z.uuid(),
  direction,
  limit: z.int().min(1).max(25).default(3),
})
/** Which linked records to name. */
export type Selection = z.output<typeof selection>
/** What can be asked; anything else is refused. */
export const query = z.strictObject({
  typeId: z.uuid(),
  fields: z.array(z.uuid()).max(100).optional(),
  includeRelationships: z.array(selection).max(32).optional(),
  includeIdentities: z.boolean().optional(),
  search: z.string().trim().max(500).optional(),
  filters: z
    .array(
      z.strictObject({
        fieldId: key,
        operator: z.enum([
          'eq',
          'ne',
          'contains',
          'startsWith',
          'gt',
          'gte',
          'lt',
          'lte',
          'empty',
          'notEmpty',
        ]),
        value: scalar.nullable(),
      }),
    )
    .max(50)
    .default([]),
  relationships: z
    .array(
      z.strictObject({
        relationId: z.uuid(),
        direction,
        operator: z.enum(['any', 'none']),
        recordIds: z.array(z.uuid()).max(100).nullable(),
      }),
    )
    .default([]),
  sort: z
    .array(z.strictObject({ fieldId: key, direction: z.enum(['asc', 'desc']) }))
    .max(5)
    .default([]),
  page: z.int().min(1).default(1),
  pageSize: z.int().min(1).max(500).default(25),
})
/** One record, by its reference. */
export const read = z.strictObject({
  typeId: z.uuid(),
  recordId: z.uuid(),
  includeRelationships: z.array(selection).max(32).optional(),
})
type Query = z.output<typeof query>

function system(one: Stored, fieldId: string): string | null {
  if (fieldId === 'system:createdAt') return one.createdAt
  return fieldId === 'system:updatedAt' ? one.updatedAt : null
}

function compares(have: string, operator: string, want: string): boolean {
  if (operator === 'contains') return have.toLowerCase().includes(want.toLowerCase())
  if (operator === 'startsWith') return have.toLowerCase().startsWith(want.toLowerCase())
  if (operator === 'gt' || operator === 'gte') return have > want || (operator === 'gte' && have === want)
  if (operator === 'lt' || operator === 'lte') return have < want || (operator === 'lte' && have === want)
  return (have === want) === (operator === 'eq')
}

function fits(one: Stored, { fieldId, operator, value }: Query['filters'][number]): boolean {
  const have = system(one, fieldId) ?? one.fields.get(fieldId)?.value ?? null
  if (operator === 'empty' || operator === 'notEmpty') return (have === null) === (operator === 'empty')
  return have !== null && compares(String(have), operator, String(value?.value))
}

function links(
  one: Stored,
  { relationId, operator, recordIds }: Query['relationships'][number],
  model: Model,
) {
  const linked = one.links.filter((link) => model.id(link.key) === relationId)
  const isAny = linked.some(({ id }) => recordIds?.includes(id) ?? true)
  return isAny === (operator === 'any')
}

/** The part of a query that is invalid for the type: an unknown field, a text in what is no text. */
function invalid({ typeId, filters, sort }: Query, model: Model): string | null {
  const fields = new Map(
    model.fields.filter((one) => one.typeId === typeId).map((one) => [one.id, one.valueType]),
  )
  const isKnown = (id: string) => id.startsWith('system:') || fields.has(id)
  const isOdd = filters.some(({ fieldId, operator, value }) => {
    const kind = fieldId.startsWith('system:') ? 'dateTime' : fields.get(fieldId)
    const isText = ['text', 'email', 'phone', 'url', 'richText'].includes(kind ?? '')
    if (operator === 'contains') return !isText || value?.kind !== 'text'
    return !isKnown(fieldId) || (kind === 'dateTime' && value?.kind !== 'dateTime')
  })
  if (isOdd) return 'filters'
  return sort.every(({ fieldId }) => isKnown(fieldId)) ? null : 'sort'
}

/** The records that a query finds, or the name of the part that is invalid. */
export function find(all: Stored[], asked: Query, model: Model): Stored[] | string {
  const problem = invalid(asked, model)
  if (problem) return problem
  if (asked.includeIdentities && asked.typeId !== model.id('contact')) return 'includeIdentities'
  const words = (asked.search ?? '').split(/\s+/).filter(Boolean)
  const found = all.filter(
    (one) =>
      asked.filters.every((filter) => fits(one, filter)) &&
      asked.relationships.every((filter) => links(one, filter, model)) &&
      words.every((word) => one.texts.some((text) => like(text, word))),
  )
  const [first] = asked.sort
  if (!first) return found
  const sign = first.direction === 'asc' ? 1 : -1
  const by = (one: Stored) => system(one, first.fieldId) ?? String(one.fields.get(first.fieldId)?.value ?? '')
  return found.toSorted((one, other) => sign * (by(one) < by(other) ? -1 : by(one) > by(other) ? 1 : 0))
}
