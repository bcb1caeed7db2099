import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type {
  Answer,
  Credit,
  Customer,
  Id,
  Invoice,
  Item,
  Order,
  Payment,
  Quote,
  Read,
} from '../connector.ts'
import { inSteps } from '../cursor.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, type Entity, type Row, among, isId, literal } from './client.ts'
import {
  type Context,
  creditMemoOf,
  goodsOf,
  invoiceOf,
  orderOf,
  paymentOf,
  quoteOf,
  salesReceiptOf,
} from './documents.ts'
import { creditOf, customerOf, itemOf } from './map.ts'
import { noted } from './reference.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

const MAX_PAGE = 500
const keyed = z.object({ Id: shapes.id })

/** One kind: where it is, which fields are searched, which rows belong to it, and what they mean. */
export interface Source<T> {
  entity: Entity
  searched: string[]
  /** Rows that are listed; every row that is left out belongs to another kind. */
  belongs?(row: Row): boolean
  /** Whether lines name items whose SKUs have to be read. */
  lines?: true
  map(row: Row, context: Context): T
}

/** SKUs of the items that stand in lines; a document knows its items by id alone. */
async function skusOf(client: Client, rows: Row[]): Promise<Map<Id, string>> {
  const lines = z.object({ Line: z.array(shapes.line) })
  const ids = rows.flatMap((row) => {
    const { data } = lines.safeParse(row)
    return goodsOf(data?.Line ?? []).flatMap(({ SalesItemLineDetail: one }) => one?.ItemRef?.value ?? [])
  })
  const found = await client.query(among('Item', 'Id', ids.filter(isId)))
  return new Map(
    found.flat().flatMap((row): [Id, string][] => {
      const { Id, Sku } = shaped(shapes.item, row, 'An item')
      return Sku ? [[Id, Sku]] : []
    }),
  )
}

/** Reads one kind. Pages follow the id, so a row that is inserted or deleted meanwhile moves no other. */
export function reader<T>(client: Client, setup: Setup, source: Source<T>): Read<T> {
  const contextOf = async (rows: Row[]): Promise<Context> => {
    const [{ home, terms }, skus] = await Promise.all([
      setup.get(),
      source.lines ? skusOf(client, rows) : new Map<Id, string>(),
    ])
    return { config: client.config, home, terms, skus, today: setup.today() }
  }
  return {
    async byId(ids) {
      const rows = await rowsById(client, source.entity, ids)
      if (rows.size === 0) return ids.map(() => null)
      const context = await contextOf([...rows.values()])
      return ids.map((id): Answer<T> => {
        const row = rows.get(id)
        return row && !isCategory(row) ? (rowOf(() => source.map(row, context)) as T | ErpError) : null
      })
    },
    async list(ask) {
      const { rows, next } = await page(client, source, ask)
      const context = rows.length > 0 ? await contextOf(rows) : null
      return { rows: context ? rows.map((row) => source.map(row, context)) : [], next }
    },
  }
}

/** Rows by id, a hundred to a query, all in one call. */
export async function rowsById(client: Client, entity: Entity, ids: Id[]): Promise<Map<Id, Row>> {
  const rows = await client.query(among(entity, 'Id', ids.filter(isId)))
  return new Map(rows.flat().map((row) => [shaped(keyed, row, `A row of ${entity}`).Id, row]))
}

/** Categories stand among the items and are none. */
export function isCategory(row: Row): boolean {
  return row.Type === 'Category'
}

/**
 * There is no OR, so a search goes through one field after the other; what an earlier field has told is left out.
 */
async function page<T>(
  client: Client,
  { entity, searched, belongs = () => true }: Source<T>,
  ask: Parameters<Read<T>['list']>[0],
): Promise<{ rows: Row[]; next: string | null }> {
  const text = ask.search?.trim() || null
  const fields = text === null ? [null] : searched
  return inSteps(ask, { steps: fields.length, most: MAX_PAGE }, async ({ at, last, size }) => {
    const name = fields[at] ?? null
    const where = [
      ...(text !== null && name !== null ? [`${name} LIKE ${literal(`%${text}%`)}`] : []),
      ...(last === '' ? [] : [`Id > ${literal(last)}`]),
    ]
    const [found = []] = await client.query([{ entity, where, order: 'Id', max: size }])
    const earlier = fields.slice(0, at)
    const rows = found.filter(
      (row) =>
        !isCategory(row) &&
        belongs(row) &&
        (text === null || (holds(row, name, text) && !earlier.some((one) => holds(row, one, text)))),
    )
    const end = found.at(-1)
    const more = end !== undefined && found.length >= size
    return { rows, end: more ? shaped(keyed, end, `A row of ${entity}`).Id : null }
  })
}

/** The percent sign of a user is a wildcard to the server, so each row is looked at. */
function holds(row: Row, name: string | null, text: string): boolean {
  const value = name === null ? null : row[name]
  const inner = value !== null && typeof value === 'object' && 'Address' in value ? value.Address : value
  return typeof inner === 'string' && inner.toLowerCase().includes(text.toLowerCase())
}

/** Items that are sold: everything but categories. */
export const items: Source<Item> = {
  entity: 'Item',
  searched: ['Sku', 'Name'],
  map: (row, { home, config }) => itemOf(shaped(shapes.item, row, 'An item'), home, config),
}

/** Customers, and the jobs below them. */
export const customers: Source<Customer> = {
  entity: 'Customer',
  searched: ['DisplayName', 'CompanyName', 'PrimaryEmailAddr'],
  map: (row, { terms }) => customerOf(shaped(shapes.customer, row, 'A customer'), terms),
}

function note(row: Row): string | null {
  return typeof row.PrivateNote === 'string' ? row.PrivateNote : null
}

const ENTITIES = { ESTIMATE: 'Estimate', INVOICE: 'Invoice', SALES_RECEIPT: 'SalesReceipt' } as const

/** Which document an order or an invoice is, by what the operator set. */
export function entityOf<T extends keyof typeof ENTITIES>(target: T): (typeof ENTITIES)[T] {
  return ENTITIES[target]
}

/**
 * An estimate that was accepted, or that we pushed, is an order; with another orderTarget every invoice or sales
 * receipt is one. Pending and rejected estimates of others are quotes alone.
 */
export function orders(target: keyof typeof ENTITIES): Source<Order> {
  const quoted = (row: Row) => row.TxnStatus === 'Pending' || row.TxnStatus === 'Rejected'
  return {
    entity: entityOf(target),
    searched: ['DocNumber'],
    lines: true,
    belongs: (row) => target !== 'ESTIMATE' || !quoted(row) || noted(note(row), 'ref') !== null,
    map: (row, context) => orderOf(shaped(shapes.document, row, 'An order'), context),
  }
}

/** Estimates that we did not push; one that was accepted is an order as well. */
export const quotes: Source<Quote> = {
  entity: 'Estimate',
  searched: ['DocNumber'],
  lines: true,
  belongs: (row) => noted(note(row), 'ref') === null,
  map: (row, context) => quoteOf(shaped(shapes.document, row, 'A quote'), context),
}

/** Invoices. */
export const invoices: Source<Invoice> = {
  entity: 'Invoice',
  searched: ['DocNumber'],
  lines: true,
  map: (row, context) => invoiceOf(shaped(shapes.document, row, 'An invoice'), context),
}

/** What ids of credit memos begin with here: the numbers of two entities may be the same. */
export const CREDIT_MEMO = 'creditmemo-'

/** Credit memos. */
export const creditMemos: Source<Invoice> = {
  entity: 'CreditMemo',
  searched: ['DocNumber'],
  lines: true,
  map: (row, context) => creditMemoOf(shaped(shapes.document, row, 'A credit memo'), context),
}

/** What ids of sales receipts begin with where they stand among the invoices. */
export const SALES_RECEIPT = 'salesreceipt-'

/** Sales receipts: what was paid when it was sold, an invoice and its payment in one. */
export const salesReceipts: Source<Invoice> = {
  entity: 'SalesReceipt',
  searched: ['DocNumber'],
  lines: true,
  map: (row, context) => salesReceiptOf(shaped(shapes.document, row, 'A sales receipt'), context),
}

/** Payments; their reference cannot be searched. */
export const payments: Source<Payment> = {
  entity: 'Payment',
  searched: [],
  map: (row, context) => paymentOf(shaped(shapes.payment, row, 'A payment'), context),
}

/** What customers owe. */
export async function credits(client: Client, setup: Setup, ids: Id[]): Promise<Answer<Credit>[]> {
  const rows = await rowsById(client, 'Customer', ids)
  if (rows.size === 0) return ids.map(() => null)
  const { home } = await setup.get()
  return ids.map((id) => {
    const row = rows.get(id)
    return row ? rowOf(() => creditOf(shaped(shapes.customer, row, 'A customer'), home)) : null
  })
}
