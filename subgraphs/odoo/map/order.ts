import { z } from 'zod'
import type {
  DocumentLine,
  FulfilmentStatus,
  InvoicingStatus,
  Money,
  OrderStatus,
  PaymentStatus,
  QuoteStatus,
} from '../../../schema/index.ts'
import type { Address } from '../../../schema/index.ts'
import type { Order, Quote } from '../../connector.ts'
import { shaped } from '../../shape.ts'
import type { Config } from '../config.ts'
import { dayIn } from '../../zone.ts'
import { day, decimal, flag, fromHtml, id, many, namesOf, one, text, time, urlOf } from '../shapes.ts'
import type { Fields, Row } from '../setup.ts'
import { unitCode } from '../units.ts'
import { customOf } from './custom.ts'

const schema = z.object({
  id,
  name: text,
  origin: text,
  client_order_ref: text,
  state: text,
  locked: flag.optional(),
  invoice_status: text,
  delivery_status: text.optional(),
  partner_id: one,
  partner_shipping_id: one,
  currency_id: one,
  payment_term_id: one,
  date_order: time,
  commitment_date: time,
  validity_date: day,
  is_expired: flag.optional(),
  signed_on: time.optional(),
  warehouse_id: one.optional(),
  note: text,
  amount_untaxed: decimal,
  amount_tax: decimal,
  amount_total: decimal,
  invoice_ids: many,
  write_date: time,
})

const line = z.object({
  id,
  order_id: one,
  display_type: text,
  product_id: one,
  name: text,
  product_uom_qty: decimal,
  product_uom_id: one.optional(),
  product_uom: one.optional(),
  price_unit: decimal,
  discount: decimal,
  price_subtotal: decimal,
  price_tax: decimal,
  qty_delivered: decimal,
  qty_invoiced: decimal,
})

/** What is read of `sale.order`; our reference is in `origin`, the customer's number in `client_order_ref`. */
export const ORDER_FIELDS = namesOf(schema)
/** What is read of `sale.order.line`, and the field of its unit, which has two names. */
export const ORDER_LINE_FIELDS = namesOf(line)

/** What an order's row needs beside itself. */
export interface OrderAround {
  lines: Row[]
  /** Product -> SKU. */
  skus: Map<string, string | null>
  shipTo: Address | null
  payment: PaymentStatus | null
  fields: Fields
}

type Native = z.output<typeof schema>

const INVOICING: Record<string, InvoicingStatus> = {
  no: 'NONE',
  'to invoice': 'NONE',
  invoiced: 'FULL',
  upselling: 'FULL',
}
const FULFILMENT: Record<string, FulfilmentStatus> = {
  pending: 'NONE',
  started: 'NONE',
  partial: 'PARTIAL',
  full: 'FULL',
}

function stateOf(order: Native, own: Config['statuses']): OrderStatus {
  const state = order.state ?? ''
  if (own[state]) return own[state]
  if (state === 'draft') return 'DRAFT'
  if (state === 'sent') return 'PENDING_APPROVAL'
  if (state === 'cancel') return 'CANCELLED'
  if (state !== 'sale' && state !== 'done') return 'UNKNOWN'
  const invoiced = order.invoice_status === 'invoiced'
  const delivered = order.delivery_status === 'full'
  if (invoiced && delivered && (order.locked || state === 'done')) return 'CLOSED'
  if (invoiced) return 'INVOICED'
  if (delivered) return 'FULFILLED'
  return order.delivery_status === 'partial' ? 'PARTIALLY_FULFILLED' : 'OPEN'
}

function quoteStateOf(order: Native): QuoteStatus {
  if (order.state === 'cancel') return 'REJECTED'
  if (order.state === 'sale' || order.state === 'done' || order.signed_on) return 'ACCEPTED'
  if (order.state !== 'draft' && order.state !== 'sent') return 'UNKNOWN'
  if (order.is_expired) return 'EXPIRED'
  return order.state === 'draft' ? 'DRAFT' : 'SENT'
}

/** A line of an order; none for notes and headings, which have no product and no amounts. */
function toLine(
  row: Row,
  skus: OrderAround['skus'],
  units: Config['units'],
  currency: string,
): DocumentLine[] {
  const native = shaped(line, row, 'sale.order.line')
  if (native.display_type !== null) return []
  const money = (amount: string): Money => ({ amount, currency })
  const unit = (native.product_uom_id ?? native.product_uom)?.name
  const goods = {
    id: native.id,
    sku: skus.get(native.product_id?.id ?? '') ?? null,
    item: native.product_id?.id ?? null,
    description: native.name,
    quantity: native.product_uom_qty,
    unit: unit ? unitCode(unit, units) : null,
    unitPrice: money(native.price_unit),
    discounts: native.discount === '0' ? [] : [{ percent: native.discount }],
    net: money(native.price_subtotal),
    tax: money(native.price_tax),
    delivered: native.qty_delivered,
    invoiced: native.qty_invoiced,
  }
  return [goods]
}

function common(order: Native, around: OrderAround, config: Config) {
  const currency = order.currency_id?.name ?? ''
  return {
    id: order.id,
    number: order.name,
    nativeStatus: order.state,
    customer: order.partner_id?.id ?? null,
    customerName: order.partner_id?.name ?? null,
    currency,
    paymentTerms: order.payment_term_id?.name ?? null,
    purchaseOrderNumber: order.client_order_ref,
    shipTo: around.shipTo,
    note: fromHtml(order.note),
    lines: around.lines.flatMap((row) => toLine(row, around.skus, config.units, currency)),
    net: { amount: order.amount_untaxed, currency },
    total: { amount: order.amount_total, currency },
    url: urlOf(config.url, 'sale.order', order.id),
    updatedAt: order.write_date,
  }
}

/** A sales order. */
export function toOrder(row: Row, around: OrderAround, config: Config): Order {
  const order = shaped(schema, row, 'sale.order')
  const currency = order.currency_id?.name ?? ''
  const confirmed = order.state === 'sale' || order.state === 'done'
  return {
    ...common(order, around, config),
    reference: order.origin,
    state: stateOf(order, config.statuses),
    fulfilment: order.delivery_status ? (FULFILMENT[order.delivery_status] ?? 'UNKNOWN') : 'NONE',
    invoicing: INVOICING[order.invoice_status ?? ''] ?? 'UNKNOWN',
    payment: around.payment ?? (confirmed ? 'UNPAID' : null),
    orderedOn: order.date_order && dayIn(config.timezone, Date.parse(order.date_order)),
    requestedDelivery: order.commitment_date && dayIn(config.timezone, Date.parse(order.commitment_date)),
    tax: { amount: order.amount_tax, currency },
    customAttributes: customOf(row, around.fields),
  }
}

/** A quotation is a sales order that nobody has confirmed yet. */
export function toQuote(row: Row, around: OrderAround, config: Config): Quote {
  const order = shaped(schema, row, 'sale.order')
  return {
    ...common(order, around, config),
    state: quoteStateOf(order),
    issuedOn: order.date_order && dayIn(config.timezone, Date.parse(order.date_order)),
    validUntil: order.validity_date,
  }
}
