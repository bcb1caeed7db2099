import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Customer, Id, Item, ListAsk, Page, Read } from '../connector.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Json } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { dayIn } from '../zone.ts'
import { PAGE, type Query, isId } from './client.ts'
import type { Config } from './config.ts'
import type { Connection, Held } from './connection.ts'
import { isCustomer, toCustomer, toItem } from './map.ts'
import * as shapes from './shapes.ts'

/** Pages of a list that are looked through for many ids before those are asked one by one. */
const LOOK_THROUGH = 2

/** A kind of record that Sage pages: where it stands and what a row means. */
export interface Paged<T> {
  path: string
  query: Query
  /** How text is looked for; null where the list cannot. */
  search: ((text: string) => Query) | null
  /** The record of a row; null where the row is not of this kind. */
  map(row: Json, today: string): T | null
}

const place = z.tuple([z.int().min(1), z.int().min(1).max(PAGE), z.string()])
const behind = z.tuple([z.string()])

function cursor(kind: string, value: unknown[]): string {
  return `sageaccounting:${kind}:${writeCursor(value)}`
}

function behindOf<T extends z.ZodType>(kind: string, text: string, shape: T): z.output<T> {
  const [, body] = new RegExp(`^sageaccounting:${kind}:([\\w-]{1,600})$`).exec(text) ?? []
  return readCursor(body ?? '', shape)
}

/** Today where the business is. */
export function today({ timeZone }: Config): string {
  return dayIn(timeZone, Date.now())
}

/** The id of a row; BAD_ANSWER where it has none. */
export function idOf(row: Json): string {
  return shaped(shapes.dated.pick({ id: true }), row, 'A row').id
}

/** Reads one kind of document, which Sage gives in pages. */
export function reader<T extends { id: Id }>(connection: Connection, kind: string, set: Paged<T>): Read<T> {
  return {
    async byId(ids) {
      const rows = await rowsById(connection, set, [...new Set(ids.filter(isId))])
      const day = today(connection.client.config)
      const found = new Map<string, Answer<T>>(rows.map((row) => [idOf(row), rowOf(() => set.map(row, day))]))
      return ids.map((id) => found.get(id) ?? null)
    },
    list: (ask) => list(connection, kind, set, ask),
  }
}

async function rowsById({ client }: Connection, set: Paged<unknown>, ids: Id[]): Promise<Json[]> {
  const missing = new Set(ids)
  const found: Json[] = []
  // What is asked for together is mostly recent.
  for (let page = 1; missing.size > LOOK_THROUGH + 1 && page <= LOOK_THROUGH; page += 1) {
    const { rows, more } = await client.page(set.path, { ...set.query, sort: 'created_at:desc' }, page)
    found.push(...rows.filter((row) => missing.delete(idOf(row))))
    if (!more) break
  }
  const others = await Promise.all([...missing].map((id) => client.one(set.path, id)))
  return [...found, ...others.filter((row) => row !== null)]
}

/**
 * A page of rows, oldest first, so that new ones come behind. The last row that was seen is looked for again: where
 * rows before it were deleted it has moved to the page before.
 */
async function list<T>(
  { client }: Connection,
  kind: string,
  set: Paged<T>,
  { first, after, search }: ListAsk,
): Promise<Page<T>> {
  if (search && !set.search) return { rows: [], next: null }
  const query = { ...set.query, ...(search ? set.search?.(search) : {}), sort: 'created_at' }
  const size = Math.min(Math.max(first, 1), PAGE)
  const [from, step, last] = after === null ? ([1, size, ''] as const) : behindOf(kind, after, place)
  let page = from
  let rows = await client.page(set.path, query, page, step)
  let at = rows.rows.findIndex((row) => idOf(row) === last)
  while (last !== '' && at < 0 && page > 1) {
    page -= 1
    rows = await client.page(set.path, query, page, step)
    at = rows.rows.findIndex((row) => idOf(row) === last)
  }
  if (last !== '' && at < 0) throw new ErpError('CURSOR_EXPIRED', 'The row before this page was deleted.')
  let unseen = rows.rows.slice(at + 1)
  if (unseen.length === 0 && rows.more) {
    page += 1
    rows = await client.page(set.path, query, page, step)
    unseen = rows.rows
  }
  const day = today(client.config)
  const shown = unseen.slice(0, first)
  const end = shown.at(-1)
  const isLast = end === undefined || (!rows.more && shown.length === unseen.length)
  return {
    rows: shown.map((row) => set.map(row, day)).filter((row) => row !== null),
    next: isLast ? null : cursor(kind, [page, step, idOf(end)]),
  }
}

/** A page out of all rows in the order of their keys. */
function slice<R, T>(
  kind: string,
  all: { key: string; row: R }[],
  ask: ListAsk,
  map: (row: R) => T,
): Page<T> {
  const [last] = ask.after === null ? [''] : behindOf(kind, ask.after, behind)
  const rest = all.filter(({ key }) => key > last).toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const shown = rest.slice(0, Math.max(ask.first, 1))
  const next = rest.length > shown.length ? cursor(kind, [shown.at(-1)?.key ?? '']) : null
  return { rows: shown.map(({ row }) => map(row)), next }
}

function valid<T>(row: T | ErpError): T {
  if (row instanceof ErpError) throw row
  return row
}

/** Whether one of the texts has what was looked for; the search of Sage may find more, as wildcards do. */
function has(texts: (string | null | undefined)[], search: string): boolean {
  const wanted = search.toLowerCase()
  return texts.some((text) => text?.toLowerCase().includes(wanted))
}

/** Items of all three resources, as one list in the order of their codes. */
export function items(connection: Connection): Read<Item> {
  const currency = async () => (await connection.settings.get()).currency
  return {
    async byId(ids) {
      if (!ids.some(isId)) return ids.map(() => null)
      const [found, own] = await Promise.all([connection.items(ids), currency()])
      return ids.map((id) => {
        const held = found.get(id)
        if (!held || held.row instanceof ErpError) return held?.row instanceof ErpError ? held.row : null
        return rowOf(() => toItem(valid(held.row), held.resource, own))
      })
    },
    async list(ask) {
      const { search } = ask
      if (ask.after !== null) behindOf('item', ask.after, behind)
      else connection.itemPages.forget()
      const all = search ? await connection.allItems(search) : await connection.itemPages.get()
      const fits = ({ row }: Held) => {
        const { item_code: code, description } = valid(row)
        return !search || has([code, description], search)
      }
      const own = await currency()
      const keyed = all
        .filter(fits)
        .map((row) => ({ key: `${valid(row.row).item_code ?? ''}\u0000${row.id}`, row }))
      return slice('item', keyed, ask, ({ row, resource }) => toItem(valid(row), resource, own))
    },
  }
}

/** Customers: the contacts that are not only suppliers. */
export function customers(connection: Connection): Read<Customer> {
  const searched = async (search: string): Promise<Json[]> => {
    const query = { contact_type_id: 'CUSTOMER', nested_attributes: 'all' }
    const by = search.includes('@') ? { email: search } : { search }
    return connection.client.all('contacts', { ...query, ...by })
  }
  return {
    async byId(ids) {
      const found = await connection.contacts(ids)
      return ids.map((id) => {
        const row = found.get(id) ?? null
        if (row === null || row instanceof ErpError) return row
        return isCustomer(row) ? rowOf(() => toCustomer(row)) : null
      })
    },
    async list(ask) {
      const { search } = ask
      if (ask.after !== null) behindOf('customer', ask.after, behind)
      else connection.customerPages.forget()
      const rows = search ? await searched(search) : await connection.customerPages.get()
      const all = rows
        .map((row) => shaped(shapes.contact, row, 'A contact'))
        .filter((row) => isCustomer(row))
        .filter((row) => !search || has([row.name, row.reference, toCustomer(row).email], search))
      return slice(
        'customer',
        all.map((row) => ({ key: `${row.name ?? ''}\u0000${row.id}`, row })),
        ask,
        toCustomer,
      )
    },
  }
}
