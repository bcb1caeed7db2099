import Big from 'big.js'
import type { Json } from '../../json.ts'
import { FLOATS, INTS } from './fields.ts'
import { type Cell, type Row, TABLES, hasField } from './meta.ts'
import { Raised } from './raised.ts'

/** What a list call asks for. */
export interface Query {
  fields: string[]
  filters: Condition[]
  anyOf: Condition[]
  order: string | null
  start: number
  limit: number
}
/** One condition; `doctype` is the listed one or one of its tables. */
export interface Condition {
  doctype: string
  field: string
  operator: string
  value: Json
}
/** A document joined with one row of each table that the query touches. */
interface Joined {
  row: Row
  child: Map<string, Row | null>
}

// MariaDB compares texts without regard to case and accents.
const collator = new Intl.Collator('en', { sensitivity: 'base' })

function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || value === '') return value
  try {
    return JSON.parse(value) as Json
  } catch {
    const at = value.length
    throw new Raised('JSONDecodeError', `Expecting value: line 1 column ${at + 1} (char ${at})`, {
      status: 500,
    })
  }
}

function conditions(doctype: string, given: Json | undefined): Condition[] {
  const value = parsed(given)
  if (!value || typeof value !== 'object') return []
  if (!Array.isArray(value)) {
    return Object.entries(value).map(([field, one]) =>
      Array.isArray(one)
        ? { doctype, field, operator: String(one[0]), value: one[1] ?? null }
        : { doctype, field, operator: '=', value: one },
    )
  }
  return value.map((one) => {
    const parts = Array.isArray(one) ? one : []
    const [table, field, operator, operand] = parts.length === 4 ? parts : [doctype, ...parts]
    return {
      doctype: String(table),
      field: String(field),
      operator: String(operator).toLowerCase(),
      value: operand ?? null,
    }
  })
}

/** Reads the parameters of a list call as Frappe does: JSON texts in an address, values in a body. */
export function queryOf(doctype: string, given: { [name: string]: Json }): Query {
  const fields = parsed(given.fields)
  const limit = given.limit_page_length ?? given.limit
  return {
    fields: Array.isArray(fields) ? fields.map(String) : ['name'],
    filters: conditions(doctype, given.filters),
    anyOf: conditions(doctype, given.or_filters),
    order: typeof given.order_by === 'string' && given.order_by ? given.order_by : null,
    start: Number(given.limit_start ?? given.start ?? 0),
    limit: limit === undefined || limit === null ? 20 : Number(limit),
  }
}

function compare(field: string, a: Cell | undefined, b: Json): number {
  if (FLOATS.has(field) || INTS.has(field)) return new Big(String(a ?? 0)).cmp(String(b ?? 0) || '0')
  return collator.compare(String(a ?? ''), String(b ?? ''))
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '')
}

function like(value: Cell | undefined, pattern: string): boolean {
  // The framework doubles backslashes, so % and _ cannot be escaped.
  const escaped = folded(pattern).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const source = escaped.replaceAll('%', '[^]*').replaceAll('_', '[^]')
  return new RegExp(`^${source}$`, 'iu').test(folded(String(value ?? '')))
}

function holds(row: Row | null, { field, operator, value }: Condition): boolean {
  const cell = row?.[field]
  const empty = cell === null || cell === undefined || cell === ''
  const list = (): Json[] => (Array.isArray(value) ? value : String(value ?? '').split(','))
  switch (operator) {
    case '=':
      return value === '' ? empty : !empty && compare(field, cell, value) === 0
    case '!=':
      return compare(field, cell, value) !== 0
    case '>':
      return !empty && compare(field, cell, value) > 0
    case '<':
      return !empty && compare(field, cell, value) < 0
    case '>=':
      return !empty && compare(field, cell, value) >= 0
    case '<=':
      return !empty && compare(field, cell, value) <= 0
    case 'in':
      return list().some((one) => (one === '' ? empty : !empty && compare(field, cell, one) === 0))
    case 'not in':
      return !list().some((one) => compare(field, cell, one) === 0)
    case 'like':
      return like(cell, String(value))
    case 'not like':
      return !like(cell, String(value))
    case 'is':
      return value === 'set' ? !empty : empty
    default:
      throw new Raised(
        'ValidationError',
        `Operator must be one of =, !=, >, <, >=, <=, like, not like, in, not in, is`,
      )
  }
}

function tableOf(doctype: string, name: string): [string, string] | null {
  const tables = Object.entries(TABLES[doctype] ?? {})
  return tables.find(([field, child]) => field === name || child === name) ?? null
}

/** Where a field of the query stands: the document itself or a table of it. Refuses fields that do not exist. */
function placeOf(doctype: string, field: string): { table: string | null; field: string } {
  const [head = '', rest] = field.split('.')
  const table = rest === undefined ? null : tableOf(doctype, head)
  const owner = table?.[1] ?? doctype
  if (hasField(owner, rest ?? head)) return { table: table?.[0] ?? null, field: rest ?? head }
  throw new Raised('DataError', `Field not permitted in query: ${field}`)
}

function joined(rows: Row[], tables: string[]): Joined[] {
  return tables.reduce<Joined[]>(
    (all, table) =>
      all.flatMap(({ row, child }) => {
        const cells = row[table]
        const parts: (Row | null)[] = Array.isArray(cells) && cells.length > 0 ? cells : [null]
        return parts.map((part) => ({ row, child: new Map([...child, [table, part]]) }))
      }),
    rows.map((row) => ({ row, child: new Map() })),
  )
}

function sorted(all: Joined[], order: string): Joined[] {
  const keys = order.split(',').map((part) => {
    const [field = '', way = 'asc'] = part
      .trim()
      .replace(/`[^`]+`\./, '')
      .split(/\s+/)
    return { field, sign: way.toLowerCase() === 'desc' ? -1 : 1 }
  })
  return all.toSorted((a, b) => {
    for (const { field, sign } of keys) {
      const way = compare(field, a.row[field], (b.row[field] ?? '') as Json)
      if (way !== 0) return way * sign
    }
    return 0
  })
}

/** Runs a list call over the rows of a DocType. Without an order the rows come by name, as the primary key has them. */
export function select(doctype: string, rows: Row[], query: Query): Row[] {
  const places = query.fields.includes('*') ? null : query.fields.map((field) => placeOf(doctype, field))
  const check = (condition: Condition) => {
    const table = condition.doctype === doctype ? null : (tableOf(doctype, condition.doctype)?.[0] ?? null)
    if (!hasField(condition.doctype, condition.field)) {
      const column = `tab${condition.doctype}.${condition.field}`
      throw new Raised('OperationalError', `(1054, "Unknown column '${column}' in 'WHERE'")`, { status: 500 })
    }
    return { ...condition, table }
  }
  const filters = query.filters.map(check)
  const anyOf = query.anyOf.map(check)
  const tables = [...(places ?? []), ...filters, ...anyOf].flatMap(({ table }) => table ?? [])
  const at = (one: Joined, table: string | null) =>
    table === null ? one.row : (one.child.get(table) ?? null)
  const found = joined(rows, [...new Set(tables)])
    .filter((one) => filters.every((condition) => holds(at(one, condition.table), condition)))
    .filter(
      (one) => anyOf.length === 0 || anyOf.some((condition) => holds(at(one, condition.table), condition)),
    )
  const ordered = sorted(found, query.order ?? 'name asc')
  const page =
    query.limit === 0 ? ordered.slice(query.start) : ordered.slice(query.start, query.start + query.limit)
  return page.map((one) => {
    if (!places) return Object.fromEntries(Object.entries(one.row).filter(([, cell]) => !Array.isArray(cell)))
    return Object.fromEntries(places.map(({ table, field }) => [field, at(one, table)?.[field] ?? null]))
  })
}
