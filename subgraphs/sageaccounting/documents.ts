import Big from 'big.js'
import type {
  DocumentLine,
  InvoiceStatus,
  OrderStatus,
  PaymentStatus,
  QuoteStatus,
} from '../../schema/index.ts'
import type { Invoice, Order, Payment, Quote } from '../connector.ts'
import { plain } from '../json.ts'
import type { Config } from './config.ts'
import { currencyOf, money, toAddress, toUtc } from './map.ts'
import { readNotes } from './notes.ts'
import type { LineRow, PaperRow, PaymentRow } from './shapes.ts'

/** https://developer.sage.com/accounting/guides/concepts/artefact_statuses */
const ORDER_STATES: Record<string, OrderStatus> = {
  DRAFT: 'DRAFT',
  PENDING: 'PENDING_APPROVAL',
  ACCEPTED: 'OPEN',
  DECLINED: 'CANCELLED',
  REJECTED: 'CANCELLED',
  INVOICED: 'INVOICED',
  UNPAID: 'INVOICED',
  PART_PAID: 'INVOICED',
  PAID: 'CLOSED',
  VOID: 'CANCELLED',
}
const INVOICE_STATES: Record<string, InvoiceStatus> = {
  DRAFT: 'DRAFT',
  UNPAID: 'OPEN',
  PART_PAID: 'OPEN',
  PAID: 'PAID',
  VOID: 'VOID',
}
const QUOTE_STATES: Record<string, QuoteStatus> = {
  DRAFT: 'DRAFT',
  PENDING: 'SENT',
  ACCEPTED: 'ACCEPTED',
  INVOICED: 'ACCEPTED',
  DECLINED: 'REJECTED',
  REJECTED: 'REJECTED',
  EXPIRED: 'EXPIRED',
}
const BILLED: OrderStatus[] = ['INVOICED', 'CLOSED']

function known<T>(states: Record<string, T>, status: string): T | 'UNKNOWN' {
  return Object.hasOwn(states, status) ? (states[status] ?? 'UNKNOWN') : 'UNKNOWN'
}

/** Where an order stands; a draft invoice that we hand over is open, because a person goes on with it. */
export function orderState({ status: { id }, invoice }: PaperRow, config: Config): OrderStatus {
  const { statuses, orderTarget, declinedStatus, draftStatus } = config
  if (Object.hasOwn(statuses, id)) return statuses[id] ?? 'UNKNOWN'
  if (orderTarget === 'DRAFT_INVOICE' && id === draftStatus) return 'OPEN'
  if (orderTarget !== 'DRAFT_INVOICE' && id === declinedStatus) return 'CANCELLED'
  const state = known(ORDER_STATES, id)
  return invoice?.id && (state === 'OPEN' || state === 'PENDING_APPROVAL') ? 'INVOICED' : state
}

/** How much of an invoice was paid: overdue goes before partly paid. */
function paymentOf(
  { status, due_date: due, total_paid: paid }: PaperRow,
  today: string,
): PaymentStatus | null {
  if (status.id === 'VOID') return null
  if (status.id === 'PAID') return 'PAID'
  if (!Object.hasOwn(INVOICE_STATES, status.id)) return 'UNKNOWN'
  if (status.id !== 'DRAFT' && due && due < today) return 'OVERDUE'
  return status.id === 'PART_PAID' || (paid != null && new Big(paid).gt(0)) ? 'PARTIAL' : 'UNPAID'
}

function isAbove(figure: string | null | undefined): figure is string {
  return figure != null && new Big(figure).gt(0)
}

function toLine(row: LineRow, currency: string | null): DocumentLine {
  const { discount_percentage: percent, discount_amount: amount } = row
  const sold = row.product ?? row.service
  return {
    id: row.id || null,
    sku: sold?.item_code || null,
    item: sold?.id ?? null,
    description: row.description || null,
    quantity: row.quantity == null ? null : plain(row.quantity),
    unit: null,
    unitPrice: money(row.unit_price, currency),
    discounts: isAbove(percent)
      ? [{ reason: null, percent: plain(percent) }]
      : isAbove(amount)
        ? [{ reason: null, amount: money(amount, currency) }]
        : [],
    net: money(row.net_amount, currency),
    tax: money(row.tax_amount, currency),
    warehouse: null,
    delivered: null,
    invoiced: null,
  }
}

/** What all documents have in common. */
function headOf(row: PaperRow) {
  const currency = currencyOf(row.currency)
  const lines = row.quote_lines ?? row.estimate_lines ?? row.invoice_lines
  return {
    id: row.id,
    number: row.displayed_as || null,
    nativeStatus: row.status.id,
    customer: row.contact?.id ?? null,
    customerName: row.contact_name || row.contact?.displayed_as || null,
    currency,
    lines: lines?.map((one) => toLine(one, currency)) ?? null,
    net: money(row.net_amount, currency),
    total: money(row.total_amount, currency),
    updatedAt: toUtc(row.updated_at),
  }
}

/** A quote, an estimate or an invoice as the order that it stands for. */
export function toOrder(row: PaperRow, config: Config, today: string): Order {
  const state = orderState(row, config)
  const isInvoice = config.orderTarget === 'DRAFT_INVOICE'
  const { purchaseOrderNumber, requestedDelivery, paymentTerms, note } = readNotes(row.notes)
  return {
    ...headOf(row),
    reference: row.reference || null,
    purchaseOrderNumber,
    state,
    fulfilment: null,
    invoicing: state === 'UNKNOWN' ? 'UNKNOWN' : BILLED.includes(state) ? 'FULL' : 'NONE',
    payment: isInvoice ? paymentOf(row, today) : null,
    orderedOn: row.date ?? null,
    requestedDelivery,
    paymentTerms,
    shipTo: toAddress(row.delivery_address, 'SHIPPING'),
    note,
    tax: money(row.tax_amount, currencyOf(row.currency)),
    url: null,
    customAttributes: null,
  }
}

/** An invoice to a customer. */
export function toInvoice(row: PaperRow, today: string): Invoice {
  const currency = currencyOf(row.currency)
  const from = row.original_quote_estimate?.id
  return {
    ...headOf(row),
    type: 'INVOICE',
    state: known(INVOICE_STATES, row.status.id),
    payment: paymentOf(row, today),
    orders: [from, row.reference].flatMap((one) => one || []),
    issuedOn: row.date ?? null,
    dueOn: row.due_date ?? null,
    tax: money(row.tax_amount, currency),
    balance: money(row.outstanding_amount, currency),
  }
}

/** A quote or an estimate. */
export function toQuote(row: PaperRow, today: string): Quote {
  const state = known(QUOTE_STATES, row.status.id)
  const until = row.expiry_date ?? null
  const { purchaseOrderNumber, paymentTerms, note } = readNotes(row.notes)
  return {
    ...headOf(row),
    title: row.reference || null,
    state: state === 'SENT' && until !== null && until < today ? 'EXPIRED' : state,
    customerEmail: null,
    customerTaxId: null,
    customerErpId: row.contact?.id ?? null,
    issuedOn: row.date ?? null,
    validUntil: until,
    paymentTerms,
    purchaseOrderNumber,
    shipTo: toAddress(row.delivery_address, 'SHIPPING'),
    note,
    discounts: null,
    url: null,
  }
}

/** A payment received. */
export function toPayment(row: PaymentRow): Payment {
  const currency = currencyOf(row.currency)
  return {
    id: row.id,
    number: row.reference || null,
    customer: row.contact?.id ?? null,
    amount: money(row.total_amount, currency),
    paidOn: row.date ?? null,
    nativeStatus: null,
    allocations: (row.allocated_artefacts ?? []).flatMap(({ artefact, amount }) =>
      artefact ? [{ invoice: artefact.id, amount: money(amount, currency) }] : [],
    ),
    updatedAt: toUtc(row.updated_at),
  }
}
