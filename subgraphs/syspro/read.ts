import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Credit, Customer, Id, Invoice, Item, Order, Read } from '../connector.ts'
import { rowOf } from '../shape.ts'
import type { Element } from '../xml.ts'
import type { Client } from './client.ts'
import {
  INVOICE_COLUMNS,
  ORDER_COLUMNS,
  creditOf,
  invoiceId,
  invoiceOf,
  orderHeadOf,
  orderOf,
} from './documents.ts'
import { anyOf, findEach } from './find.ts'
import { CUSTOMER_COLUMNS, ITEM_COLUMNS, customerOf, itemOf } from './map.ts'
import { type Source, byKey, list } from './pages.ts'
import { listPrices } from './prices.ts'
import { bare, decimal, deep, key, text } from './shapes.ts'
import { eachRow, readOrder, readStatement } from './single.ts'
import { currencyOf } from './words.ts'

/** Items by stock code; the SKU is the stock code. */
export function items(client: Client): Read<Item> {
  const source: Source<Item> = {
    table: 'InvMaster',
    columns: ITEM_COLUMNS,
    key: 'StockCode',
    searched: [
      { column: 'StockCode', part: true },
      { column: 'Description', part: true },
    ],
    async map(rows) {
      const prices = await listPrices(client, rows)
      return rows.map((row) => rowOf(() => itemOf(row, prices(row), client.config)))
    },
  }
  return { byId: (ids) => byKey(client, source, ids), list: (ask) => list(client, source, ask) }
}

/** Customers by their code. */
export function customers(client: Client): Read<Customer> {
  const source: Source<Customer> = {
    table: 'ArCustomer',
    columns: CUSTOMER_COLUMNS,
    key: 'Customer',
    searched: [{ column: 'Customer' }, { column: 'Name', part: true }, { column: 'Email' }],
    map: (rows) => Promise.resolve(rows.map((row) => rowOf(() => customerOf(row, client.config)))),
  }
  return { byId: (ids) => byKey(client, source, ids), list: (ask) => list(client, source, ask) }
}

/** Orders by number: one call each, because SORQRY takes one key; lists have no lines. */
export function orders(client: Client): Read<Order> {
  const source: Source<Order> = {
    table: 'SorMaster',
    columns: ORDER_COLUMNS,
    key: 'SalesOrder',
    searched: [{ column: 'SalesOrder' }, { column: 'CustomerPoNumber' }],
    map: (rows) => Promise.resolve(rows.map((row) => rowOf(() => orderHeadOf(row, client.config)))),
  }
  const one = async (id: Id): Promise<Order | null> => {
    const root = await readOrder(client, id)
    return root && orderOf(root, client.config)
  }
  return { byId: (ids) => eachRow(ids, one), list: (ask) => list(client, source, ask) }
}

/** Credit, one call for each customer. */
export function credits(client: Client, ids: Id[]): Promise<Answer<Credit>[]> {
  return eachRow(ids, async (id) => {
    const root = await readStatement(client, id, 'N')
    return root && creditOf(root, client.config)
  })
}

/** Invoices by document type and number. When one is due stands in the statement of its customer alone. */
export function invoices(client: Client): Read<Invoice> {
  const today = () => new Date().toISOString().slice(0, 10)
  const source = (whole: boolean): Source<Invoice> => ({
    table: 'ArInvoice',
    columns: INVOICE_COLUMNS,
    key: 'Invoice',
    tie: 'DocumentType',
    searched: [{ column: 'Invoice' }, { column: 'SalesOrder' }, { column: 'CustomerPoNumber' }],
    async map(rows) {
      const owners = [...new Set(rows.map((row) => key(row, 'Customer')))]
      const found = await findEach(
        client,
        { table: 'ArCustomer', columns: ['Customer', 'Currency', 'BalanceType'] },
        'Customer',
        owners,
      )
      const people = new Map(found.map((row) => [key(row, 'Customer'), row]))
      const credits = await creditsOf(client, rows)
      const details = whole ? await detailsOf(client, owners) : new Map<string, Element>()
      return rows.map((row) =>
        rowOf(() => {
          const owner = people.get(key(row, 'Customer'))
          const isInvoice = key(row, 'DocumentType') === 'I'
          return invoiceOf(row, {
            currency: currencyOf((owner && text(owner, 'Currency')) ?? null, client.config),
            detail: details.get(detailKey(row)) ?? null,
            credited: (isInvoice && credits.get(key(row, 'Invoice'))) || new Big(0),
            matched: !owner || text(owner, 'BalanceType') !== 'B',
            today: today(),
          })
        }),
      )
    },
  })
  return {
    byId: (ids) => byKey(client, source(true), ids, (id) => id.replace(/^[A-Z]-/, ''), invoiceId),
    list: (ask) => list(client, source(false), ask),
  }
}

/** What credit notes took off those invoices of which nothing is left, by the number that they share. */
async function creditsOf(client: Client, rows: Element[]): Promise<Map<string, Big>> {
  // A row that cannot be read is told as such by itself, and spoils no other.
  const figure = (row: Element, name: string) => {
    const value = rowOf(() => new Big(decimal(row, name)))
    return value instanceof ErpError ? null : value.abs()
  }
  const settled = rows.filter((row) => text(row, 'DocumentType') === 'I' && figure(row, 'InvoiceBal1')?.eq(0))
  const notes = await findEach(
    client,
    {
      table: 'ArInvoice',
      columns: ['Invoice', 'DocumentType', 'CurrencyValue'],
      where: [anyOf('DocumentType', ['C'])],
    },
    'Invoice',
    settled.flatMap((row) => text(row, 'Invoice') ?? []),
  )
  const sums = new Map<string, Big>()
  for (const note of notes) {
    const number = key(note, 'Invoice')
    sums.set(number, (sums.get(number) ?? new Big(0)).plus(figure(note, 'CurrencyValue') ?? 0))
  }
  return sums
}

async function detailsOf(client: Client, owners: string[]): Promise<Map<string, Element>> {
  const roots = await Promise.all(owners.map((owner) => readStatement(client, owner, 'Y')))
  const all = roots.flatMap((root) => (root ? deep(root, 'InvoiceDetail') : []))
  return new Map(all.map((one) => [detailKey(one), one]))
}

function detailKey(row: Element): string {
  return `${key(row, 'DocumentType')}-${bare(key(row, 'Invoice'))}`
}
