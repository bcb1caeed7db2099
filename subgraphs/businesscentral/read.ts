import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Credit, Customer, Id, Invoice, Item, Order, Quote, Read } from '../connector.ts'
import { inSteps } from '../cursor.ts'
import type { Json } from '../json.ts'
import { type Query, allOf, anyOf, isGuid, literal } from '../odata.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, groups } from './client.ts'
import { type Context, creditMemoOf, invoiceOf, orderOf, postedOrderOf, quoteOf } from './documents.ts'
import { creditOf, customerOf, itemOf } from './map.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

const MAX_PAGE = 500
const keyed = z.object({ id: shapes.guid, number: z.string() })

/** A set of rows: how it is asked for, which fields are searched, and what its rows mean. */
interface Source<T> {
  set: string
  query: Query
  /** Codes are kept in upper case. */
  searched: { field: string; code?: true }[]
  map(row: Json, context: Context): T
  /** Rows that are no longer in the set but can be told from another. */
  missing?(ids: Id[], context: Context): Promise<Map<Id, T | ErpError>>
}

/** What mapping needs: set-up data and the day. */
export async function contextOf(client: Client, setup: Setup): Promise<Context> {
  const today = new Date().toISOString().slice(0, 10)
  return { config: client.config, settings: await setup.get(), today }
}

/** The rows with these ids, twenty to a filter, in one call. */
export async function rowsById(client: Client, set: string, ids: Id[], query: Query = {}): Promise<Json[]> {
  const wanted = groups(ids.filter(isGuid).map((id) => id.toLowerCase()))
  if (wanted.length === 0) return []
  const rows = await client.read(
    wanted.map((some): [string, Query] => [set, { ...query, filter: anyOf('id', some) }]),
  )
  return rows.flat()
}

/** Reads one kind. Pages follow the number, so a row that is inserted meanwhile moves no other. */
export function reader<T>(client: Client, setup: Setup, source: Source<T>): Read<T> {
  return {
    async byId(ids) {
      const rows = await rowsById(client, source.set, ids, source.query)
      if (rows.length === 0 && !ids.some(isGuid)) return ids.map(() => null)
      const context = await contextOf(client, setup)
      const found = new Map<Id, T | ErpError>(
        rows.map((row) => [
          shaped(keyed, row, 'A row').id,
          rowOf(() => source.map(row, context)) as T | ErpError,
        ]),
      )
      const gone = ids.map((id) => id.toLowerCase()).filter((id) => isGuid(id) && !found.has(id))
      const others = gone.length > 0 ? await source.missing?.(gone, context) : undefined
      return ids.map((id): Answer<T> => {
        return found.get(id.toLowerCase()) ?? others?.get(id.toLowerCase()) ?? null
      })
    },
    list: (ask) => list(client, setup, source, ask),
  }
}

/**
 * "or" over different fields is refused (.../dev-itpro/webservices/odata-known-limitations), so a search goes
 * through one field after the other; what an earlier field has told is left out.
 */
async function list<T>(
  client: Client,
  setup: Setup,
  source: Source<T>,
  ask: Parameters<Read<T>['list']>[0],
): ReturnType<Read<T>['list']> {
  const text = ask.search?.trim() || null
  const fields = text === null ? [null] : source.searched
  const context = await contextOf(client, setup)
  return inSteps(ask, { steps: fields.length, most: MAX_PAGE }, async ({ at, last, size }) => {
    const field = fields[at]
    const filter = allOf(
      field && text !== null
        ? `contains(${field.field},${literal(field.code ? text.toUpperCase() : text)})`
        : undefined,
      last === '' ? undefined : `number gt ${literal(last)}`,
    )
    const page = await client.first(source.set, { ...source.query, filter, orderby: 'number', top: size })
    const told = fields.slice(0, at)
    const fresh = page.rows.filter(
      (row) =>
        text === null ||
        ((!field || holds(row, field.field, text)) &&
          !told.some((one) => one && holds(row, one.field, text))),
    )
    const end = page.rows.at(-1)
    const more = end !== undefined && (page.rows.length >= size || page.next !== null)
    return {
      rows: fresh.map((row) => source.map(row, context)),
      end: more ? shaped(keyed, end, 'A row').number : null,
    }
  })
}

/** Signs such as * and & may mean more to a filter of the server than to us, so each row is looked at. */
function holds(row: Json, field: string, text: string): boolean {
  const value = row !== null && typeof row === 'object' && !Array.isArray(row) ? row[field] : null
  return typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase())
}

const name = { field: 'displayName' }
const number = { field: 'number', code: true } as const
const external = { field: 'externalDocumentNumber', code: true } as const

/** Items by number; the SKU is the number. */
export const items: Source<Item> = {
  set: 'items',
  query: { select: shapes.ITEM_FIELDS },
  searched: [number, name],
  map: (row, { settings }) => itemOf(shaped(shapes.item, row, 'An item'), settings),
}

/** Customers by number. */
export const customers: Source<Customer> = {
  set: 'customers',
  query: { select: shapes.CUSTOMER_FIELDS },
  searched: [number, name, { field: 'email' }],
  map: (row, { settings }) => customerOf(shaped(shapes.customer, row, 'A customer'), settings),
}

/** Invoices, drafts and posted ones. A payment does not always move their time of change. */
export const invoices: Source<Invoice> = {
  set: 'salesInvoices',
  query: { expand: 'salesInvoiceLines' },
  searched: [number, external, { field: 'customerName' }],
  map: (row, context) => invoiceOf(shaped(shapes.invoice, row, 'An invoice'), context),
}

/** Credit memos, drafts and posted ones, which are read behind the invoices. */
export const creditMemos: Source<Invoice> = {
  set: 'salesCreditMemos',
  query: { expand: 'salesCreditMemoLines' },
  searched: [number, external, { field: 'customerName' }],
  map: (row, context) => creditMemoOf(shaped(shapes.creditMemo, row, 'A credit memo'), context),
}

/** Quotes; one that became an order is gone. */
export const quotes: Source<Quote> = {
  set: 'salesQuotes',
  query: { expand: 'salesQuoteLines' },
  searched: [number, external, { field: 'customerName' }],
  map: (row, context) => quoteOf(shaped(shapes.quote, row, 'A quote'), context),
}

/** Orders; one that was posted is gone and is told from its invoice. */
export function orders(client: Client): Source<Order> {
  return {
    set: 'salesOrders',
    query: { expand: 'salesOrderLines' },
    searched: [number, external, { field: 'customerName' }],
    map: (row, context) => orderOf(shaped(shapes.order, row, 'An order'), context),
    async missing(ids, context) {
      const rows = await client.read(
        groups(ids).map((some): [string, Query] => [
          'salesInvoices',
          { expand: 'salesInvoiceLines', filter: anyOf('orderId', some), orderby: 'number' },
        ]),
      )
      const natives = rows.flat().map((row) => shaped(shapes.invoice, row, 'An invoice'))
      const byOrder = Map.groupBy(natives, ({ orderId }) => orderId ?? '')
      return new Map(
        [...byOrder].map(([id, [first, ...others]]) => [
          id,
          rowOf(() => postedOrderOf([first as shapes.NativeInvoice, ...others], context)) as Order | ErpError,
        ]),
      )
    },
  }
}

const balances = z.object({ customerFinancialDetails: z.object({ balance: shapes.decimal }) })

/** Limit and balance in the local currency. */
export async function credits(client: Client, setup: Setup, ids: Id[]): Promise<Answer<Credit>[]> {
  const rows = await rowsById(client, 'customers', ids, {
    select: shapes.CUSTOMER_FIELDS,
    expand: 'customerFinancialDetails',
  })
  if (rows.length === 0) return ids.map(() => null)
  const settings = await setup.get()
  const found = new Map(
    rows.map((row) => [
      shaped(keyed, row, 'A customer').id,
      rowOf(() => {
        const native = shaped(shapes.customer, row, 'A customer')
        const { balance } = shaped(balances, row, 'The balance of a customer').customerFinancialDetails
        return creditOf(native, balance, settings)
      }),
    ]),
  )
  return ids.map((id) => found.get(id.toLowerCase()) ?? null)
}
