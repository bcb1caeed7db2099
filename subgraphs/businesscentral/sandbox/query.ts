import { type Row, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { filterOf } from './filter.ts'

/** A set as it is asked: its rows, the order of its key, and what can be expanded. */
export interface Shelf {
  rows: Row[]
  fields: Set<string>
  expand: Record<string, (row: Row) => unknown>
}

/** Where the answer is asked from, for its links. */
export interface Place {
  address: string
  context: string
  prefer: string
}

/** Server-driven paging: at most so many rows (server-driven-paging-in-odata-web-services). */
const MAX_PAGE = 20_000

/** A row with its etag, and of its fields those that were asked for. */
export function shown(row: Row, shelf: Shelf, query: URLSearchParams): Row {
  const select = query.get('$select')?.split(',')
  const unknown = select?.find((field) => !shelf.fields.has(field))
  if (unknown) throw new Refusal(400, 'BadRequest', `Could not find a property named '${unknown}'.`)
  const fields = Object.entries(row).filter(
    ([name]) => !name.startsWith('$') && (select?.includes(name) ?? true),
  )
  const more = (query.get('$expand')?.split(',') ?? []).map((name) => {
    const expand = shelf.expand[name]
    if (!expand) throw new Refusal(400, 'BadRequest', `Could not find a property named '${name}'.`)
    return [name, expand(row)]
  })
  return { '@odata.etag': etagOf(row), ...Object.fromEntries(fields), ...Object.fromEntries(more) }
}

/** The weak tag of a row: changes with each write. */
export function etagOf(row: Row): string {
  const version = `${textOf(row, 'id')} ${String(row.$version ?? 1)}`
  return `W/"${Buffer.from(version).toString('base64')}"`
}

function keyOf(row: Row, orderby: string): [string, string] {
  const value = String(row[orderby] ?? '')
  // Zeros at the end of an instant are not written, so its text does not sort.
  return [/DateTime$/.test(orderby) ? new Date(value).toISOString() : value, textOf(row, 'id')]
}

function order([a, x]: [string, string], [b, y]: [string, string]): number {
  if (a !== b) return a < b ? -1 : 1
  return x === y ? 0 : x < y ? -1 : 1
}

/** A collection: filtered, in order, cut into pages. */
export function collect(shelf: Shelf, query: URLSearchParams, place: Place): SandboxAnswer {
  const filter = query.get('$filter')
  const orderby = query.get('$orderby') ?? 'id'
  if (!shelf.fields.has(orderby) && orderby !== 'id')
    throw new Refusal(400, 'BadRequest', `Could not find a property named '${orderby}'.`)
  const holds = filter === null ? () => true : filterOf(filter, shelf.fields)
  const token = query.get('$skiptoken')
  const from = token && (JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as [string, string])
  const top = Number(query.get('$top') ?? Infinity)
  const rows = shelf.rows
    .filter(holds)
    .toSorted((a, b) => order(keyOf(a, orderby), keyOf(b, orderby)))
    .filter((row) => !from || order(keyOf(row, orderby), from) > 0)
    .slice(0, top)
  const wanted = Number(/odata\.maxpagesize=(\d+)/.exec(place.prefer)?.[1] ?? MAX_PAGE)
  const size = Math.min(wanted, MAX_PAGE)
  const page = rows.slice(0, size)
  const last = page.at(-1)
  const next = new URLSearchParams(query)
  next.set('aid', 'FIN')
  if (last) next.set('$skiptoken', Buffer.from(JSON.stringify(keyOf(last, orderby))).toString('base64url'))
  const body = {
    '@odata.context': place.context,
    value: page.map((row) => shown(row, shelf, query)),
    ...(last && rows.length > page.length && { '@odata.nextLink': `${place.address}?${next}` }),
  }
  return { status: 200, body }
}
