import { Answered } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { type Row, errorAnswer } from './answers.ts'
import type { ListName, Store } from './store.ts'

const MAX = 200
const USUAL = 20
/** What each row has also without `attributes`. */
const THIN = ['id', 'displayed_as', '$path']
const DOCUMENT = [
  'contact_id',
  'search',
  'status_id',
  'from_date',
  'to_date',
  'updated_or_created_since',
  'sort',
]
const ITEM = ['search', 'active', 'updated_or_created_since', 'deleted_since']
const COMMON = ['page', 'items_per_page', 'attributes', 'nested_attributes']

/** The filters of each list; quotes and estimates do not tell their deletions. */
const FILTERS: Record<ListName, string[]> = {
  stock_items: [...ITEM, 'out_of_stock', 'below_reorder_level'],
  products: ITEM,
  services: ITEM,
  contacts: [
    'contact_type_id',
    'search',
    'email',
    'updated_or_created_since',
    'deleted_since',
    'show_balance',
  ],
  sales_quotes: DOCUMENT,
  sales_estimates: DOCUMENT,
  sales_invoices: [...DOCUMENT, 'deleted_since', 'show_payments_allocations'],
  contact_payments: [
    'contact_id',
    'bank_account_id',
    'transaction_type_id',
    'updated_or_created_since',
    'deleted_since',
    'from_date',
    'to_date',
    'sort',
  ],
}
const SORTS = ['created_at', 'updated_at', 'date', 'due_date', 'expiry_date']
/** What the search looks in. */
const SEARCHED = ['item_code', 'description', 'name', 'reference', 'contact_name']

function bad(name: string, message: string): Answered {
  return new Answered(errorAnswer(400, 'InvalidParameter', message, name))
}

function idIn(row: Row, name: string): unknown {
  return (row[name] as Row | null | undefined)?.id
}

function has(row: Row, names: string[], text: string): boolean {
  const wanted = text.toLowerCase()
  return names.some((name) => {
    const value = row[name]
    return typeof value === 'string' && value.toLowerCase().includes(wanted)
  })
}

function since(name: string, text: string): number {
  const at = Date.parse(text)
  if (!Number.isNaN(at) && /^\d{4}-\d\d-\d\d/.test(text)) return at
  throw bad(name, `${name} is no date`)
}

/** What a filter lets through. */
const FITS: Record<string, (row: Row, text: string) => boolean> = {
  search: (row, text) => has(row, SEARCHED, text),
  email: (row, text) => row.email === text,
  contact_type_id: (row, text) => (row.contact_types as Row[]).some(({ id }) => id === text),
  contact_id: (row, text) => idIn(row, 'contact') === text,
  status_id: (row, text) => idIn(row, 'status') === text,
  transaction_type_id: (row, text) => idIn(row, 'transaction_type') === text,
  active: (row, text) => row.active === (text === 'true'),
  from_date: (row, text) => String(row.date) >= text,
  to_date: (row, text) => String(row.date) <= text,
  updated_or_created_since: (row, text) =>
    Date.parse(String(row.updated_at)) >= since('updated_or_created_since', text),
}

function whole(query: URLSearchParams, name: string, usual: number, most: number): number {
  const text = query.get(name)
  if (text === null) return usual
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > most)
    throw bad(name, `${name} must be between 1 and ${most}`)
  return value
}

/** What stands in a row of a list: ids alone, unless attributes are asked for. */
function shown(row: Row, query: URLSearchParams): Row {
  const wanted = query.get('attributes')?.split(',') ?? []
  if (wanted.includes('all')) return nested(row, query)
  return Object.fromEntries([...THIN, ...wanted].map((name) => [name, row[name]]))
}

/** Lines, and the items that they name, with no more than what was asked for. */
function nested(row: Row, query: URLSearchParams): Row {
  if (query.get('nested_attributes') === 'all') return row
  const plainRef = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || !('$path' in value)) return value
    return Object.fromEntries(THIN.map((name) => [name, (value as Row)[name]]))
  }
  const lines = ['quote_lines', 'estimate_lines', 'invoice_lines'].filter((name) => Array.isArray(row[name]))
  return {
    ...row,
    ...Object.fromEntries(
      lines.map((name) => [
        name,
        (row[name] as Row[]).map((line) =>
          Object.fromEntries(Object.entries(line).map(([key, value]) => [key, plainRef(value)])),
        ),
      ]),
    ),
  }
}

/** A page of rows in the envelope of every list. */
export function envelope(path: string, rows: Row[], query: URLSearchParams): SandboxAnswer {
  const size = whole(query, 'items_per_page', USUAL, MAX)
  const page = whole(query, 'page', 1, Number.MAX_SAFE_INTEGER)
  const part = rows.slice((page - 1) * size, page * size)
  const link = (to: number): string => `/${path}?page=${to}&items_per_page=${size}`
  const body = {
    $total: rows.length,
    $page: page,
    $next: page * size < rows.length ? link(page + 1) : null,
    $back: page > 1 ? link(page - 1) : null,
    // The size has two names, depending on the endpoint.
    [path === 'contacts' ? '$items_per_page' : '$itemsPerPage']: size,
    $items: part.map((row) => shown(row, query)),
  }
  return { status: 200, body }
}

/** The list of a resource, filtered, sorted and cut to a page. */
export function list(store: Store, name: ListName, { query }: SandboxRequest): SandboxAnswer {
  for (const filter of query.keys())
    if (!COMMON.includes(filter) && !FILTERS[name].includes(filter))
      throw bad(filter, `${filter} does not exist`)
  const gone = query.get('deleted_since')
  const from = gone === null ? 0 : since('deleted_since', gone)
  const all =
    gone === null
      ? [...store.rows[name].values()]
      : store.deleted[name].filter((row) => Date.parse(String(row.deleted_at)) > from)
  const filters = [...query].filter(([filter]) => Object.hasOwn(FITS, filter))
  const found = all.filter((row) => filters.every(([filter, text]) => FITS[filter]?.(row, text)))
  return envelope(name, sorted(found, query.get('sort')), query)
}

function sorted(rows: Row[], sort: string | null): Row[] {
  if (sort === null) return rows
  const [name = '', way = 'asc'] = sort.split(':')
  if (!SORTS.includes(name) || !['asc', 'desc'].includes(way))
    throw bad('sort', `sort by ${name} does not exist`)
  const sign = way === 'asc' ? 1 : -1
  return rows.toSorted(
    (a, b) => sign * (String(a[name]) < String(b[name]) ? -1 : String(a[name]) > String(b[name]) ? 1 : 0),
  )
}

/** One record with what was asked for. */
export function one(row: Row, query: URLSearchParams): SandboxAnswer {
  return { status: 200, body: nested(row, query) }
}
