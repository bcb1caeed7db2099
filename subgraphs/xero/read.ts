import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Credit, Id, Item, ListAsk, Page, Read } from '../connector.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { rowOf, shaped } from '../shape.ts'
import { dayIn } from '../zone.ts'
import { type Client, groups, isGuid } from './client.ts'
import type { Config } from './config.ts'
import { money, toItem } from './map.ts'
import { type PagedSet, both } from './sets.ts'
import type { Connection } from './setup.ts'
import * as shapes from './shapes.ts'

/** The size that is always understood; a server that gave less than asked would look as if it had ended. */
const MAX_SIZE = 100
/** Pages that hold nothing for us are passed over, but not without end. */
const MAX_EMPTY = 100
/** Pages of a list without ids that are looked through for many ids before those are asked for one by one. */
const LOOK_THROUGH = 2
/** How long pages of items that follow the first one come from the list that was read for it. */
const LIST_MS = 60_000

const place = z.tuple([z.int().min(1), z.int().min(1).max(MAX_SIZE), z.string()])
const behind = z.tuple([z.string()])

function cursor(kind: string, value: unknown[]): string {
  return `xero:${kind}:${writeCursor(value)}`
}

function behindOf<T extends z.ZodType>(kind: string, text: string, shape: T): z.output<T> {
  const [, body] = new RegExp(`^xero:${kind}:([\\w-]{1,400})$`).exec(text) ?? []
  return readCursor(body ?? '', shape)
}

/** Today where the organisation is. */
export function today({ timeZone }: Config): string {
  return dayIn(timeZone, Date.now())
}

/** The id of a row; BAD_ANSWER where it has none, because then no row can be trusted. */
export function idOf(row: unknown, name: string): string {
  return shaped(z.object({ [name]: z.string() }), row, 'A row')[name] ?? ''
}

async function rowsByIds({ client }: Connection, set: PagedSet<unknown>, ids: Id[]): Promise<Json[]> {
  if (set.byIds === 'single') return oneByOne(client, set, ids)
  const pages = groups(ids).map((part) => {
    const some =
      set.byIds === 'IDs'
        ? { IDs: part }
        : { where: part.map((id) => `${set.id}==Guid("${id}")`).join(' OR ') }
    return client.rows(set.set, { ...both(set.query, some), page: 1, pageSize: MAX_SIZE })
  })
  return (await Promise.all(pages)).flat()
}

/**
 * Rows of a set that takes no list of ids. Many that are asked for together have mostly changed just now, so the
 * newest pages are looked through first: a hundred rows for one of the 60 calls of a minute.
 */
async function oneByOne(client: Client, set: PagedSet<unknown>, ids: Id[]): Promise<Json[]> {
  const missing = new Set(ids.map((id) => id.toLowerCase()))
  const found: Json[] = []
  for (let page = 1; missing.size > LOOK_THROUGH + 1 && page <= LOOK_THROUGH; page += 1) {
    const rows = await client.rows(set.set, { ...set.query, order: 'UpdatedDateUTC DESC', page })
    found.push(...rows.filter((row) => missing.delete(idOf(row, set.id).toLowerCase())))
    if (rows.length < MAX_SIZE) break
  }
  const others = await Promise.all([...missing].map((id) => client.row(set.set, id)))
  return [...found, ...others.filter((row) => row !== undefined)]
}

/** Reads one kind that Xero gives in pages. */
export function reader<T extends { id: Id }>(
  connection: Connection,
  kind: string,
  set: PagedSet<T>,
): Read<T> {
  return {
    async byId(ids) {
      const rows = await rowsByIds(connection, set, ids.filter(isGuid))
      const day = today(connection.client.config)
      const found = new Map<string, Answer<T>>(
        rows.map((row) => [idOf(row, set.id).toLowerCase(), rowOf(() => set.map(row, day))]),
      )
      return ids.map((id) => found.get(id.toLowerCase()) ?? null)
    },
    list: (ask) => list(connection, kind, set, ask),
  }
}

/**
 * A page of rows in the order of their ids. No row ever leaves these lists, so pages only move down while rows are
 * inserted: the last row that was seen is looked for again, and what stands before it is passed over.
 */
async function list<T>(
  { client }: Connection,
  kind: string,
  set: PagedSet<T>,
  ask: ListAsk,
): Promise<Page<T>> {
  const start = set.sized ? Math.min(Math.max(ask.first, 1), MAX_SIZE) : MAX_SIZE
  let [page, size, last] = ask.after === null ? [1, start, ''] : behindOf(kind, ask.after, place)
  const wanted = ask.search ? set.search(ask.search) : {}
  if (wanted === null) return { rows: [], next: null }
  for (let empty = 0; empty < MAX_EMPTY; empty += 1) {
    const pageSize = set.sized ? size : undefined
    const query = { ...both(set.query, wanted), order: `${set.id} ASC`, page, pageSize }
    const all = await client.rows(set.set, query)
    const ids = all.map((row) => idOf(row, set.id))
    const from = ids.indexOf(last) + 1
    const day = today(client.config)
    const rows: T[] = []
    let at = from
    for (; at < all.length && rows.length < ask.first; at += 1) {
      const record = set.map(all[at] ?? null, day)
      if (record !== null) rows.push(record)
    }
    const ended = at >= all.length
    last = ids[at - 1] ?? last
    if (ended && all.length < size) return { rows, next: null }
    if (ended) page += 1
    if (rows.length > 0) return { rows, next: cursor(kind, [page, size, last]) }
  }
  throw new ErpError('BAD_ANSWER', 'The pages of Xero do not end.')
}

/** Items come all at once, unpaged; the pages are ours, in the order of their codes. */
export function items(connection: Connection): Read<Item> {
  const currency = async () => (await connection.organisation.get()).currency
  const whole = new Kept(async () => {
    const rows = await connection.client.rows('Items', { order: 'Code ASC', unitdp: 4 })
    const named = rows.map((row) => ({ key: keyOf(row), row }))
    return named.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  }, LIST_MS)
  return {
    async byId(ids) {
      if (!ids.some(isGuid)) return ids.map(() => null)
      const rows = await connection.items(ids)
      const own = await currency()
      const found = new Map<string, Answer<Item>>(
        rows.map((row) => [
          idOf(row, 'ItemID').toLowerCase(),
          rowOf(() => toItem(shaped(shapes.item, row, 'An item'), own)),
        ]),
      )
      return ids.map((id) => found.get(id.toLowerCase()) ?? null)
    },
    async list({ first, after, search }) {
      const [last] = after === null ? [''] : behindOf('item', after, behind)
      if (after === null) whole.forget()
      const text = search?.toLowerCase() ?? ''
      const fits = ({ key, row }: { key: string; row: Json }) =>
        key > last && (text === '' || wordsOf(row).includes(text))
      const [all, own] = [(await whole.get()).filter(fits), await currency()]
      const shown = all.slice(0, first)
      const next = all.length > shown.length ? cursor('item', [shown.at(-1)?.key ?? '']) : null
      return { rows: shown.map(({ row }) => toItem(shaped(shapes.item, row, 'An item'), own)), next }
    },
  }
}

const named = z.object({ ItemID: z.string(), Code: z.string(), Name: z.string().nullish() })

function keyOf(row: Json): string {
  const { Code, ItemID } = shaped(named, row, 'An item')
  return `${Code}\u0000${ItemID}`
}

function wordsOf(row: Json): string {
  const { Code, Name } = shaped(named, row, 'An item')
  return `${Code}\n${Name ?? ''}`.toLowerCase()
}

/** What customers owe, in the currency of the organisation. Xero has no credit limits. */
export async function credit(connection: Connection, customers: Id[]): Promise<Answer<Credit>[]> {
  if (!customers.some(isGuid)) return customers.map(() => null)
  const rows = await connection.contacts(customers)
  const { currency } = await connection.organisation.get()
  const found = new Map<string, Answer<Credit>>(
    rows.map((row) => [
      idOf(row, 'ContactID').toLowerCase(),
      rowOf(() => {
        const { Balances } = shaped(shapes.contact, row, 'A contact')
        const balance = money(Balances?.AccountsReceivable?.Outstanding, currency)
        return { limit: null, balance, available: null, onHold: null }
      }),
    ]),
  )
  return customers.map((id) => found.get(id.toLowerCase()) ?? null)
}
