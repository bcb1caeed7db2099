import { ErpError } from '../../schema/errors.ts'
import type { Answer, Customer, Id, Invoice, Item, Order, Page, Payment, Quote, Read } from '../connector.ts'
import type { Json } from '../json.ts'
import { rowOf } from '../shape.ts'
import { ADDRESS_FIELDS, CUSTOMER_FIELDS, toAddress, toCustomer } from './map/customer.ts'
import { customNames } from './map/custom.ts'
import {
  INVOICE_FIELDS,
  INVOICE_LINE_FIELDS,
  PAYMENT_FIELDS,
  paymentOfAll,
  toInvoice,
  toPayment,
} from './map/invoice.ts'
import { ITEM_FIELDS, toItem } from './map/item.ts'
import { ORDER_FIELDS, ORDER_LINE_FIELDS, type OrderAround, toOrder, toQuote } from './map/order.ts'
import { dayIn } from '../zone.ts'
import { isId, literal } from './shapes.ts'
import type { Domain, Odoo, Row } from './setup.ts'

/** One kind of record: where it stands, which rows are of that kind, and how rows become records. */
interface Source<T> {
  model: string
  fields: string[]
  domain: Domain
  /** What narrows a list to a text that a user typed. */
  search(text: string): Domain
  toRecords(rows: Row[], odoo: Odoo): Promise<Answer<T>[]>
}

/** Rows that a list page has at most. */
const MAX_PAGE = 1000

/** Reads one kind of record. Lists go by id, so rows that are inserted meanwhile neither hide nor repeat any. */
export function reader<T extends { id: Id }>(odoo: Odoo, source: Source<T>): Read<T> {
  const fields = async (): Promise<string[]> => {
    const known = await odoo.setup.fields(source.model)
    return [...(await present(odoo, source.model, source.fields)), ...customNames(known)]
  }
  return {
    async byId(ids) {
      const asked = [...new Set(ids.filter(isId))]
      if (asked.length === 0) return ids.map(() => null)
      const rows = await odoo.rows(source.model, await fields(), [['id', 'in', asked.map(Number)]])
      const records = await source.toRecords(rows, odoo)
      const found = new Map(rows.map((row, index) => [row.id, records[index]]))
      return ids.map((one) => found.get(one) ?? null)
    },
    async list({ first, after, search }): Promise<Page<T>> {
      const limit = Math.min(first, MAX_PAGE)
      const domain = [...source.domain, ...(search ? source.search(search) : [])]
      if (after !== null) domain.push(['id', '>', afterId(after)])
      const rows = await odoo.rows(source.model, await fields(), domain, { limit: limit + 1 })
      const shown = rows.slice(0, limit)
      const records = await source.toRecords(shown, odoo)
      const last = shown.at(-1)
      return {
        rows: records.filter((record): record is T => record !== null && !(record instanceof ErpError)),
        next: last && rows.length > limit ? String(last.id) : null,
      }
    },
  }
}

/** The fields that this very database has: modules add them, versions rename them. */
async function present({ setup }: Odoo, model: string, fields: string[]): Promise<string[]> {
  const known = await setup.fields(model)
  return fields.filter((name) => known.has(name))
}

function afterId(cursor: string): number {
  if (isId(cursor)) return Number(cursor)
  throw new ErpError('VALIDATION', 'This is no cursor of an Odoo list.', { field: 'after' })
}

function anyOf(fields: string[], search: string): Domain {
  const terms = fields.map((field) => [field, 'ilike', literal(search)])
  return [...terms.slice(1).map(() => '|'), ...terms]
}

/** The id that a row's reference points to. */
export function refId(value: Json | undefined): string {
  return Array.isArray(value) ? String(value[0]) : ''
}

/** Rows by what they belong to; one that belongs to nothing that was asked for would be lost in silence. */
function group(rows: Row[], field: string, parents: Row[]): Map<string, Row[]> {
  const known = new Set(parents.map((parent) => String(parent.id)))
  return Map.groupBy(rows, (row) => {
    const parent = refId(row[field])
    if (known.has(parent)) return parent
    throw new ErpError('BAD_ANSWER', `A row of Odoo names no ${field} that was asked for.`, { field })
  })
}

/** SKUs of products; archived ones too, because old documents name them. */
async function skusOf(odoo: Odoo, lines: Row[]): Promise<Map<string, string | null>> {
  const ids = [...new Set(lines.map((line) => refId(line.product_id)))].filter(Boolean).map(Number)
  if (ids.length === 0) return new Map()
  const rows = await odoo.rows('product.product', ['default_code'], [['id', 'in', ids]])
  return new Map(
    rows.map((row) => [String(row.id), typeof row.default_code === 'string' ? row.default_code : null]),
  )
}

/** Products, by variant. */
export const items: Source<Item> = {
  model: 'product.product',
  fields: ITEM_FIELDS,
  domain: [['active', '=', true]],
  search: (text) => anyOf(['default_code', 'name', 'barcode'], text),
  async toRecords(rows, { config, setup }) {
    const fields = await setup.fields('product.product')
    return rows.map((row) => rowOf(() => toItem(row, config.units, fields)))
  },
}

/** Companies and people that were ever sold to; their contacts and addresses are part of them. */
export const customers: Source<Customer> = {
  model: 'res.partner',
  fields: CUSTOMER_FIELDS,
  domain: [
    ['active', '=', true],
    ['parent_id', '=', false],
    ['customer_rank', '>', 0],
  ],
  search: (text) => anyOf(['name', 'ref', 'email', 'vat'], text),
  async toRecords(rows, odoo) {
    const { setup } = odoo
    const ids = rows.map((row) => Number(row.id))
    const others: Domain = [
      ['parent_id', 'in', ids],
      ['type', 'in', ['invoice', 'delivery', 'other']],
      ['active', '=', true],
    ]
    const [children, lists, tags, company, fields] = await Promise.all([
      rows.length ? odoo.rows('res.partner', ADDRESS_FIELDS, others) : [],
      setup.pricelists.get(),
      setup.tags.get(),
      setup.company.get(),
      setup.fields('res.partner'),
    ])
    const childrenOf = group(children, 'parent_id', rows)
    const around = {
      tags: new Map(tags.map((tag) => [tag.id, tag.name])),
      currencies: new Map(lists.map((list) => [list.id, list.currency])),
      companyCurrency: company.currency,
    }
    return rows.map((row) =>
      rowOf(() => toCustomer(row, { ...around, children: childrenOf.get(String(row.id)) ?? [] }, fields)),
    )
  },
}

/** Everything that a page of orders needs beside its rows, in at most four calls for the whole page. */
async function around(odoo: Odoo, rows: Row[]): Promise<Map<Row, OrderAround>> {
  const lineFields = await present(odoo, 'sale.order.line', ORDER_LINE_FIELDS)
  const ids = rows.map((row) => Number(row.id))
  const partners = [...new Set(rows.map((row) => refId(row.partner_shipping_id)))].filter(Boolean).map(Number)
  const moves = rows.flatMap((row) => (Array.isArray(row.invoice_ids) ? row.invoice_ids.map(Number) : []))
  const page = { order: 'order_id, sequence, id' }
  const [lines, addresses, invoices, fields] = await Promise.all([
    ids.length ? odoo.rows('sale.order.line', lineFields, [['order_id', 'in', ids]], page) : [],
    partners.length ? odoo.rows('res.partner', ADDRESS_FIELDS, [['id', 'in', partners]]) : [],
    moves.length ? odoo.rows('account.move', ['payment_state'], [['id', 'in', moves]]) : [],
    odoo.setup.fields('sale.order'),
  ])
  const skus = await skusOf(odoo, lines)
  const linesOf = group(lines, 'order_id', rows)
  const address = new Map(addresses.map((row) => [row.id, row]))
  const invoice = new Map(invoices.map((row) => [String(row.id), row]))
  return new Map(
    rows.map((row) => {
      const ship = address.get(refId(row.partner_shipping_id))
      const own = Array.isArray(row.invoice_ids) ? row.invoice_ids : []
      const paid: Row[] = own.map((one) => invoice.get(String(one))).filter((one) => one !== undefined)
      const shipTo = ship ? toAddress(ship) : null
      return [
        row,
        { lines: linesOf.get(String(row.id)) ?? [], skus, shipTo, payment: paymentOfAll(paid), fields },
      ]
    }),
  )
}

function documents<T>(to: (row: Row, around: OrderAround, config: Odoo['config']) => T) {
  return async (rows: Row[], odoo: Odoo): Promise<Answer<T>[]> => {
    const rest = await around(odoo, rows)
    return rows.map((row) => rowOf(() => to(row, rest.get(row) as OrderAround, odoo.config)))
  }
}

/** Sales orders that were confirmed or cancelled. */
export const orders: Source<Order> = {
  model: 'sale.order',
  fields: ORDER_FIELDS,
  domain: [['state', 'not in', ['draft', 'sent']]],
  search: (text) => anyOf(['name', 'client_order_ref', 'origin', 'partner_id.name'], text),
  toRecords: documents(toOrder),
}

/** Quotations: sales orders before their confirmation. */
export const quotes: Source<Quote> = {
  model: 'sale.order',
  fields: ORDER_FIELDS,
  domain: [['state', 'in', ['draft', 'sent']]],
  search: (text) => anyOf(['name', 'client_order_ref', 'origin', 'partner_id.name'], text),
  toRecords: documents(toQuote),
}

/** Invoices to customers, and their credit notes. */
export const invoices: Source<Invoice> = {
  model: 'account.move',
  fields: INVOICE_FIELDS,
  domain: [['move_type', 'in', ['out_invoice', 'out_refund']]],
  search: (text) => anyOf(['name', 'ref', 'invoice_origin', 'payment_reference', 'partner_id.name'], text),
  async toRecords(rows, odoo) {
    const ids = rows.map((row) => Number(row.id))
    const goods: Domain = [
      ['move_id', 'in', ids],
      ['display_type', '=', 'product'],
    ]
    const lines = ids.length ? await odoo.rows('account.move.line', INVOICE_LINE_FIELDS, goods) : []
    const skus = await skusOf(odoo, lines)
    const linesOf = group(lines, 'move_id', rows)
    const { units, timezone } = odoo.config
    const today = dayIn(timezone, Date.now())
    return rows.map((row) =>
      rowOf(() => toInvoice(row, { lines: linesOf.get(String(row.id)) ?? [], skus, units, today })),
    )
  },
}

/** Payments received from customers. */
export const payments: Source<Payment> = {
  model: 'account.payment',
  fields: PAYMENT_FIELDS,
  domain: [
    ['payment_type', '=', 'inbound'],
    ['partner_type', '=', 'customer'],
  ],
  search: (text) => anyOf(['name', 'partner_id.name'], text),
  toRecords: (rows) => Promise.resolve(rows.map((row) => rowOf(() => toPayment(row)))),
}
