import { z } from 'zod'
import type { SandboxAnswer } from '../../sandbox.ts'
import { shownColumn } from './columns.ts'

/** A stored row, in the vendor's words. */
export interface Row {
  id: string
  createdAt: string
  updatedAt: string
  customFieldValues: { columnId: string; value: string | null }[]
  [field: string]: unknown
}
/** A custom column of one kind of record. */
export interface Column {
  id: string
  label: string
  type: 'plain' | 'singleSelect' | 'email' | 'phone' | 'date' | 'currency'
  /** Its type in the second generation. */
  kind: string
  options?: { options: { value: string; label: string; color: string; isDefault: boolean; index: number }[] }
}
/** What can be asked of one kind of record. */
export interface Table {
  rows: Row[]
  columns: Column[]
  searchable(row: Row): string[]
  relations: string[]
}

const WITH_VALUE = z.object({
  field: z.string(),
  operator: z.enum(['equals', 'contains', 'gt', 'gte', 'lt', 'lte']),
  value: z.string(),
})
const WITH_VALUES = z.object({
  field: z.string(),
  operator: z.enum(['in', 'notIn', 'between']),
  value: z.array(z.string()),
})
const ALONE = z.object({
  field: z.string(),
  operator: z.enum(['isNull', 'isNotNull', 'hasNone', 'hasSome']),
})
const filter = z.discriminatedUnion('operator', [WITH_VALUE, WITH_VALUES, ALONE])
type Filter = z.output<typeof filter>
const query = z.object({
  filters: z.array(filter).optional(),
  searchTerm: z.string().optional(),
  sortDescriptor: z.object({ field: z.string(), direction: z.enum(['asc', 'desc']) }).optional(),
  pagination: z
    .object({
      page: z.number().min(1),
      pageSize: z.union([z.literal(5), z.literal(10), z.literal(25), z.literal(100)]),
    })
    .optional(),
})

/** A refusal: its body is a JSON string. */
export function refuse(status: number, said: string): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(said) }
}

const DATES = ['gt', 'gte', 'lt', 'lte', 'between']
const RELATIONS = ['in', 'notIn', 'hasNone', 'hasSome']

/** Which fields can be asked, and how. */
export function filterable({ columns, relations }: Table): { field: string; operators: string[] }[] {
  return [
    ...relations.map((field) => ({ field, operators: RELATIONS })),
    ...columns.map(({ id, type }) => ({
      field: id,
      operators: type === 'singleSelect' ? ['in', 'notIn', 'isNull', 'isNotNull'] : operatorsOf(type),
    })),
    { field: 'updatedAt', operators: DATES },
    { field: 'createdAt', operators: DATES },
  ]
}

function operatorsOf(type: Column['type']): string[] {
  const more = type === 'date' ? DATES : ['equals', 'contains']
  return [...more, 'isNull', 'isNotNull']
}

/** SQL's ILIKE with a "%" at both ends; "%" and "_" in the text are wildcards, as the real server leaves them. */
export function like(text: string, part: string): boolean {
  if (!/[%_]/.test(part)) return text.toLowerCase().includes(part.toLowerCase())
  const escaped = part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(escaped.replaceAll('%', '.*').replaceAll('_', '.'), 'is').test(text)
}

function compares(value: string, asked: Filter): boolean {
  const wanted = 'value' in asked ? [asked.value].flat() : []
  const [one = '', two = ''] = wanted
  switch (asked.operator) {
    case 'gt':
      return value > one
    case 'gte':
      return value >= one
    case 'lt':
      return value < one
    case 'lte':
      return value <= one
    case 'between':
      return value >= one && value <= two
    case 'equals':
      return value === one
    case 'contains':
      return like(value, one)
    default:
      return wanted.includes(value) === (asked.operator === 'in')
  }
}

function fits(row: Row, asked: Filter, table: Table): boolean {
  const { field, operator } = asked
  if (table.relations.includes(field)) {
    const related = row[field.replace(/Ids$/, 's')] as { id: string }[]
    if (operator === 'hasNone' || operator === 'hasSome')
      return (related.length === 0) === (operator === 'hasNone')
    const some = related.some(({ id }) => 'value' in asked && asked.value.includes(id))
    return some === (operator === 'in')
  }
  if (field === 'createdAt' || field === 'updatedAt') return compares(row[field], asked)
  const value = row.customFieldValues.find(({ columnId }) => columnId === field)?.value ?? null
  if (operator === 'isNull' || operator === 'isNotNull') return (value === null) === (operator === 'isNull')
  return value === null ? operator === 'notIn' : compares(value, asked)
}

/**
 * A search. A filter or an order that the server does not know is left out in silence, and rows of one instant
 * come as they stand in the table.
 */
export function search(table: Table, body: unknown): SandboxAnswer {
  const parsed = query.safeParse(body)
  if (!parsed.success) return refuse(400, z.prettifyError(parsed.error))
  const { filters = [], searchTerm = '', sortDescriptor, pagination } = parsed.data
  const fields = filterable(table)
  const valid = filters.filter(({ field, operator }) =>
    fields.some((known) => known.field === field && known.operators.includes(operator)),
  )
  const words = searchTerm.split(/\s+/).filter(Boolean)
  const found = table.rows.filter(
    (row) =>
      valid.every((asked) => fits(row, asked, table)) &&
      words.every((word) => table.searchable(row).some((text) => like(text, word))),
  )
  const { field, direction } = sortDescriptor ?? { field: '', direction: 'asc' }
  const sign = direction === 'asc' ? 1 : -1
  if (field === 'createdAt' || field === 'updatedAt')
    found.sort((one, other) => sign * (one[field] < other[field] ? -1 : one[field] > other[field] ? 1 : 0))
  const { page, pageSize } = pagination ?? { page: 1, pageSize: 100 }
  const items = found.slice((page - 1) * pageSize, page * pageSize)
  const totals = { total: found.length, totalPages: Math.ceil(found.length / pageSize) }
  const customColumns = table.columns.map(shownColumn)
  const answer = {
    items,
    pagination: { page, pageSize, ...totals },
    sortDescriptor,
    filters: valid,
    searchTerm,
  }
  return { status: 200, body: { ...answer, customColumns, filterableFields: fields, savedFilterPresets: [] } }
}
