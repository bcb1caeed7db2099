import { z } from 'zod'
import { Refusal } from '../../refusal.ts'
import { ownOf } from './custom.ts'
import { FIELDS } from './fields.ts'
import type { Row, Store } from './store.ts'

const operand = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const asked = z.strictObject({
  object: z.string(),
  fields: z.array(z.string()).min(1),
  filters: z.array(z.record(z.string(), operand)).default([]),
  filterExpression: z.string().default('and'),
  filterParameters: z
    .strictObject({
      caseSensitiveComparison: z.boolean().default(true),
      includePrivate: z.boolean().default(false),
    })
    .prefault({}),
  orderBy: z.array(z.record(z.string(), z.enum(['asc', 'desc']))).default([]),
  start: z.int().min(1).default(1),
  size: z.int().min(1).default(100),
})
type Asked = z.output<typeof asked>
type Test = (row: Row) => boolean

function invalid(message: string): Refusal {
  return new Refusal(400, 'invalidRequest', message)
}

/** A value behind a path such as "term.id". */
export function valueAt(row: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, name) => (part !== null && typeof part === 'object' ? (part as Row)[name] : undefined),
      row,
    )
}

/** The fields of an object; a definition of documents is part of its name. */
export function fieldsOf(store: Store, object: string): Set<string> {
  const fields = FIELDS[object.replace(/::.*$/, '')]
  if (!fields || !store.has(object)) throw invalid(`Object definition ${object} not found`)
  return new Set([...fields, ...Object.keys(ownOf(object))])
}

function compare(a: string, b: string): number {
  if (/^-?\d+(\.\d+)?$/.test(a) && /^-?\d+(\.\d+)?$/.test(b)) return Number(a) - Number(b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Instants are compared as such: "…:00Z" and "…:00.000Z" are the same. */
function norm(value: unknown, sensitive: boolean): string | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text).toISOString() : text
  return sensitive ? time : time.toLowerCase()
}

const TESTS: Record<string, (value: string, wanted: string[]) => boolean> = {
  $eq: (value, [one = '']) => value === one,
  $ne: (value, [one = '']) => value !== one,
  $lt: (value, [one = '']) => compare(value, one) < 0,
  $lte: (value, [one = '']) => compare(value, one) <= 0,
  $gt: (value, [one = '']) => compare(value, one) > 0,
  $gte: (value, [one = '']) => compare(value, one) >= 0,
  $contains: (value, [one = '']) => value.includes(one),
  $notContains: (value, [one = '']) => !value.includes(one),
  $startsWith: (value, [one = '']) => value.startsWith(one),
  $endsWith: (value, [one = '']) => value.endsWith(one),
}

function testOf(filter: Asked['filters'][number], fields: Set<string>, sensitive: boolean): Test {
  const [entry, ...more] = Object.entries(filter)
  const [operator, operands] = entry ?? ['', {}]
  const [field, value] = Object.entries(operands)[0] ?? ['', '']
  if (more.length > 0 || Object.keys(operands).length !== 1) throw invalid('A filter has one operator')
  if (!fields.has(field)) throw invalid(`Field ${field} not found`)
  const wanted = (Array.isArray(value) ? value : [value]).map((one) => norm(one, sensitive) ?? '')
  if (operator === '$in' || operator === '$notIn') {
    if (!Array.isArray(value) || value.length === 0) throw invalid(`${operator} needs a list`)
    const set = new Set(wanted)
    const found = operator === '$in'
    return (row) => set.has(norm(valueAt(row, field), sensitive) ?? '\0') === found
  }
  const test = TESTS[operator]
  if (!test || Array.isArray(value)) throw invalid(`Operator ${operator} is not valid`)
  return (row) => {
    const text = norm(valueAt(row, field), sensitive)
    return text !== null && test(text, wanted)
  }
}

/** "1 and (2 or 3)", "and", "or". */
function combined(tests: Test[], expression: string): Test {
  if (expression === 'and') return (row) => tests.every((test) => test(row))
  if (expression === 'or') return (row) => tests.some((test) => test(row))
  const tokens = expression.match(/\d+|and|or|\(|\)|\S+/g) ?? []
  const any = (): Test => {
    const parts = [all()]
    while (tokens[0] === 'or') parts.push((tokens.shift(), all()))
    return (row) => parts.some((part) => part(row))
  }
  const all = (): Test => {
    const parts = [one()]
    while (tokens[0] === 'and') parts.push((tokens.shift(), one()))
    return (row) => parts.every((part) => part(row))
  }
  const one = (): Test => {
    const token = tokens.shift()
    if (token === '(') {
      const inside = any()
      if (tokens.shift() !== ')') throw invalid('The filter expression is not valid')
      return inside
    }
    const test = tests[Number(token) - 1]
    if (!test) throw invalid('The filter expression is not valid')
    return test
  }
  const whole = any()
  if (tokens.length > 0) throw invalid('The filter expression is not valid')
  return whole
}

/** The query service: flat rows, a start that counts from 1. */
export function query(store: Store, body: unknown, sees: Test = () => true): object {
  const parsed = asked.safeParse(body)
  if (!parsed.success) throw invalid(`The request is not valid: ${parsed.error.issues[0]?.message}`)
  const { object, fields, filters, filterExpression, filterParameters, orderBy, start, size } = parsed.data
  if (size > 4000) throw invalid('The page size is at most 4000')
  const known = fieldsOf(store, object)
  for (const field of [...fields, ...orderBy.flatMap((one) => Object.keys(one))])
    if (!known.has(field)) throw invalid(`Field ${field} not found`)
  const sensitive = filterParameters.caseSensitiveComparison
  const tests = filters.map((filter) => testOf(filter, known, sensitive))
  const fits = tests.length > 0 ? combined(tests, filterExpression) : () => true
  const found = store.all(object).filter((row) => sees(row) && fits(row))
  const order = orderBy.flatMap((one) => Object.entries(one))
  found.sort((a, b) => {
    for (const [field, way] of order) {
      const by = compare(norm(valueAt(a, field), true) ?? '', norm(valueAt(b, field), true) ?? '')
      if (by !== 0) return way === 'asc' ? by : -by
    }
    return 0
  })
  const page = found.slice(start - 1, start - 1 + size)
  const end = start + page.length
  return {
    'ia::result': page.map((row) =>
      Object.fromEntries(fields.map((field) => [field, valueAt(row, field) ?? null])),
    ),
    'ia::meta': {
      totalCount: found.length,
      start,
      pageSize: size,
      next: end <= found.length ? end : null,
      previous: start > 1 ? Math.max(1, start - size) : null,
    },
  }
}
