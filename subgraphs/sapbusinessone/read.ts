import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type {
  Answer,
  Credit,
  Customer,
  FieldKind,
  Id,
  Invoice,
  Item,
  ListAsk,
  Order,
  Page,
  Payment,
  Quote,
  Read,
} from '../connector.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Json } from '../json.ts'
import { allOf, literal } from '../odata.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, filtersOf } from './client.ts'
import { type OwnField, type OwnFields, customOf } from './custom.ts'
import { ordersOf } from './deliveries.ts'
import { type Context, DRAFT, draftOf, invoiceOf, orderOf, paymentOf, quoteOf, udfOf } from './documents.ts'
import { creditOf, customerOf, itemOf } from './map.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

const MAX_PAGE = 500
const LONGEST_SEARCH = 100
/** Keys of documents are 32-bit numbers. */
const ENTRY = /^\d{1,9}$/
const LONGEST_CODE = 50
const ORDER_DRAFTS = "DocObjectCode eq 'oOrders'"

/** A set of rows: its key, how it is asked for, which fields are searched, and what its rows mean. */
export interface Source<T> {
  set: string
  key: string
  /** Whether the key is a number. */
  entry: boolean
  /** The kind of record, where it has user-defined fields that we read. */
  own?: FieldKind
  /** Which rows of the set are listed. */
  only?: string
  select: string[]
  searched: string[]
  map(row: Json, context: Context): T
  /** What the rows name beside themselves. */
  beside?(client: Client, rows: Json[]): Promise<Partial<Context>>
  /** Rows whose ids are not in the set. */
  others?(ids: Id[], context: Context, own: OwnField[]): Promise<Map<Id, T | ErpError>>
}

function nothing<T>(): Promise<Map<Id, T>> {
  return Promise.resolve(new Map())
}

/** The source as it is asked: with the user-defined fields that the company has. */
async function withOwn<T>(source: Source<T>, own: OwnFields): Promise<Source<T>> {
  const fields = await own.ofReads(source.own)
  if (fields.length === 0) return source
  const names = fields.map(({ name }) => name)
  return {
    ...source,
    select: [...source.select, ...names],
    map: (row, context) => ({ ...source.map(row, context), customAttributes: customOf(row, fields) }),
    others: source.others && ((ids, context) => source.others?.(ids, context, fields) ?? nothing()),
  }
}

/** What mapping needs: set-up data and the day. */
export async function contextOf(setup: Setup): Promise<Context> {
  const settings = await setup.get()
  return { settings, today: settings.zone.dayAt(Date.now()) }
}

async function besideOf<T>(client: Client, setup: Setup, source: Source<T>, rows: Json[]): Promise<Context> {
  return { ...(await contextOf(setup)), ...(await source.beside?.(client, rows)) }
}

/** The key of a row as text. */
export function keyIn(row: Json, key: string): string {
  return shaped(z.looseObject({ [key]: shapes.code }), row, 'A row')[key] as string
}

/** Whether an id can be one of this set at all; others are not asked for. */
export function isKey(id: Id, entry: boolean): boolean {
  return entry ? ENTRY.test(id) : id !== '' && id.length <= LONGEST_CODE
}

/** The rows with these ids, in one call. */
export async function rowsById<T>(
  client: Client,
  source: Pick<Source<T>, 'set' | 'key' | 'entry' | 'select'>,
  ids: Id[],
): Promise<Map<Id, Json>> {
  const { set, key, entry, select } = source
  const wanted = ids.filter((id) => isKey(id, entry)).map((id) => (entry ? String(Number(id)) : id))
  const filters = filtersOf(key, wanted, !entry)
  if (filters.length === 0) return new Map()
  const rows = await client.read(filters.map((filter) => [set, { filter, select }]))
  return new Map(rows.flat().map((row) => [keyIn(row, key), row]))
}

/** Reads one kind. Pages follow the key, so a row that is inserted meanwhile moves no other. */
export function reader<T>(client: Client, setup: Setup, own: OwnFields, plain: Source<T>): Read<T> {
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const source = await withOwn(plain, own)
      const rows = await rowsById(client, source, ids)
      const context = await besideOf(client, setup, source, [...rows.values()])
      const found = new Map(
        ids.flatMap((id): [Id, T | ErpError][] => {
          const row = rows.get(id)
          return row === undefined ? [] : [[id, rowOf(() => source.map(row, context)) as T | ErpError]]
        }),
      )
      const gone = ids.filter((id) => !found.has(id))
      const others = gone.length > 0 ? await source.others?.(gone, context, []) : undefined
      return ids.map((id): Answer<T> => found.get(id) ?? others?.get(id) ?? null)
    },
    list: async (ask) => list(client, setup, await withOwn(plain, own), ask),
  }
}

async function list<T>(client: Client, setup: Setup, source: Source<T>, ask: ListAsk): Promise<Page<T>> {
  const { set, key, entry, only, select } = source
  const size = Math.min(Math.max(ask.first, 1), MAX_PAGE)
  const after = ask.after === null ? null : keyBehind(ask.after, entry)
  const text = ask.search?.trim().slice(0, LONGEST_SEARCH) || null
  const filter = allOf(
    only,
    after === null ? undefined : `${key} gt ${entry ? after : literal(after)}`,
    text === null ? undefined : searchOf(source, text),
  )
  const native = await client.page([set, { filter, select, orderby: key }], size)
  const context = await besideOf(client, setup, source, native)
  const last = native.at(-1)
  const rows = native.filter((row) => text === null || holds(row, source, text))
  return {
    rows: rows.map((row) => source.map(row, context)),
    next: last === undefined || native.length < size ? null : writeCursor([keyIn(last, key)]),
  }
}

/** HANA tells upper and lower case apart, so the usual spellings of the text are asked for. */
function searchOf({ searched, entry }: { searched: string[]; entry: boolean }, text: string): string {
  const small = text.toLowerCase()
  const spellings = new Set([
    text,
    small,
    text.toUpperCase(),
    `${small.slice(0, 1).toUpperCase()}${small.slice(1)}`,
  ])
  const parts = searched.flatMap((field) => [...spellings].map((one) => `contains(${field},${literal(one)})`))
  if (entry && ENTRY.test(text)) parts.push(`DocNum eq ${Number(text)}`)
  return `(${parts.join(' or ')})`
}

/** Signs such as % and _ may mean more to the database than to us, so each row is looked at. */
function holds<T>(row: Json, { searched, entry }: Source<T>, text: string): boolean {
  const fields = row !== null && typeof row === 'object' && !Array.isArray(row) ? row : {}
  if (entry && ENTRY.test(text) && fields.DocNum === String(Number(text))) return true
  const small = text.toLowerCase()
  return searched.some((field) => {
    const value = fields[field]
    return typeof value === 'string' && value.toLowerCase().includes(small)
  })
}

function keyBehind(cursor: string, entry: boolean): string {
  const [key] = readCursor(cursor, z.tuple([z.string()]))
  if (isKey(key, entry)) return key
  throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'after' })
}

/** Items that are sold; the SKU is the code. */
export const items: Source<Item> = {
  set: 'Items',
  key: 'ItemCode',
  entry: false,
  own: 'item',
  only: "SalesItem eq 'tYES'",
  select: shapes.ITEM_FIELDS,
  searched: ['ItemCode', 'ItemName', 'BarCode'],
  map: (row, { settings, today }) => itemOf(shaped(shapes.item, row, 'An item'), settings, today),
}

/** Customers; suppliers and leads are business partners of other types. */
export const customers: Source<Customer> = {
  set: 'BusinessPartners',
  key: 'CardCode',
  entry: false,
  own: 'customer',
  only: "CardType eq 'cCustomer'",
  select: shapes.PARTNER_FIELDS,
  searched: ['CardCode', 'CardName', 'EmailAddress'],
  map: (row, { settings, today }) => customerOf(shaped(shapes.partner, row, 'A customer'), settings, today),
}

/** What all sets of documents have. */
export const document = { key: 'DocEntry', entry: true, searched: ['NumAtCard', 'CardName', 'CardCode'] }

/** Invoices; credit notes are another set, which is read behind this one. */
export const invoices: Source<Invoice> = {
  ...document,
  set: 'Invoices',
  select: Object.keys(shapes.invoice.shape),
  beside: async (client, rows) => ({ deliveries: await ordersOf(client, rows) }),
  map: (row, context) => invoiceOf(shaped(shapes.invoice, row, 'An invoice'), context),
}

/** Quotations. */
export const quotes: Source<Quote> = {
  ...document,
  set: 'Quotations',
  select: Object.keys(shapes.quote.shape),
  map: (row, context) => quoteOf(shaped(shapes.quote, row, 'A quote'), context),
}

/** Incoming payments of customers. */
export const payments: Source<Payment> = {
  ...document,
  set: 'IncomingPayments',
  only: "DocType eq 'rCustomer'",
  searched: ['CardCode'],
  select: Object.keys(shapes.payment.shape),
  map: (row, context) => paymentOf(shaped(shapes.payment, row, 'A payment'), context),
}

/** Orders under the ids of the drafts that they are, or were made of; `key` names the draft. */
function asDrafts(
  all: Json[],
  key: string,
  own: OwnField[],
  read: (row: Json) => Order,
): [Id, Order | ErpError][] {
  return all.map((row) => {
    const id = `${DRAFT}${keyIn(row, key)}`
    const custom = () => own.length > 0 && { customAttributes: customOf(row, own) }
    return [id, rowOf(() => ({ ...read(row), id, ...custom() }))]
  })
}

/** Orders, and by "draft:<key>" the drafts that an approval procedure made of them. */
export function orders(client: Client): Source<Order> {
  const { orderReference: udf } = client.config
  const select = [...Object.keys(shapes.order.shape), udf]
  const map = (row: Json, context: Context) =>
    orderOf(shaped(shapes.order, row, 'An order'), udfOf(row, udf), context)
  return {
    ...document,
    set: 'Orders',
    own: 'order',
    select,
    map,
    async others(ids, context, own) {
      const asked = [...select, ...own.map(({ name }) => name)]
      const keys = ids.filter((id) => id.startsWith(DRAFT)).map((id) => id.slice(DRAFT.length))
      const wanted = keys.filter((key) => isKey(key, true))
      const [drafts, made] = [filtersOf('DocEntry', wanted, false), filtersOf('DraftKey', wanted, false)]
      if (drafts.length === 0) return new Map()
      const rows = await client.read([
        ...drafts.map((filter): [string, object] => [
          'Drafts',
          { filter: `${ORDER_DRAFTS} and ${filter}`, select: asked },
        ]),
        ...made.map((filter): [string, object] => ['Orders', { filter, select: [...asked, 'DraftKey'] }]),
      ])
      const of = (all: Json[], key: string, read: (row: Json) => Order) => asDrafts(all, key, own, read)
      const draft = (row: Json) => draftOf(shaped(shapes.order, row, 'A draft'), udfOf(row, udf), context)
      // A draft that was approved lives on as the order that was made of it, which is told instead.
      return new Map([
        ...of(rows.slice(0, drafts.length).flat(), 'DocEntry', draft),
        ...of(rows.slice(drafts.length).flat(), 'DraftKey', (row) => map(row, context)),
      ])
    },
  }
}

/** Limit and balance in the local currency. */
export async function credits(client: Client, setup: Setup, ids: Id[]): Promise<Answer<Credit>[]> {
  if (ids.length === 0) return []
  const rows = await rowsById(client, customers, ids)
  const { settings, today } = await contextOf(setup)
  return ids.map((id) => {
    const row = rows.get(id)
    if (row === undefined) return null
    return rowOf(() => creditOf(shaped(shapes.partner, row, 'A customer'), settings, today))
  })
}
