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
import { currencyOf, money, noteOf, toDay, toUtc } from './map.ts'
import type { CreditNoteRow, DocumentRow, InvoiceRow, LineRow, PaymentRow, QuoteRow } from './shapes.ts'

const ORDER_STATES: Record<string, OrderStatus> = {
  DRAFT: 'DRAFT',
  SUBMITTED: 'PENDING_APPROVAL',
  AUTHORISED: 'INVOICED',
  PAID: 'CLOSED',
  VOIDED: 'CANCELLED',
  DELETED: 'CANCELLED',
  SENT: 'PENDING_APPROVAL',
  ACCEPTED: 'OPEN',
  INVOICED: 'INVOICED',
  DECLINED: 'CANCELLED',
}
const INVOICE_STATES: Record<string, InvoiceStatus> = {
  DRAFT: 'DRAFT',
  SUBMITTED: 'DRAFT',
  AUTHORISED: 'OPEN',
  PAID: 'PAID',
  VOIDED: 'VOID',
  DELETED: 'VOID',
}
const QUOTE_STATES: Record<string, QuoteStatus> = {
  DRAFT: 'DRAFT',
  SENT: 'SENT',
  ACCEPTED: 'ACCEPTED',
  INVOICED: 'ACCEPTED',
  DECLINED: 'REJECTED',
  DELETED: 'CANCELLED',
}
const BILLED = ['AUTHORISED', 'PAID', 'INVOICED']

function known<T>(states: Record<string, T>, status: string): T | 'UNKNOWN' {
  return Object.hasOwn(states, status) ? (states[status] ?? 'UNKNOWN') : 'UNKNOWN'
}

/** Where an order stands; a draft that we only hand over is open, because a person goes on with it. */
export function orderState(status: string, { orderTarget, statuses }: Config): OrderStatus {
  if (Object.hasOwn(statuses, status)) return statuses[status] ?? 'UNKNOWN'
  if (status === 'DRAFT' && orderTarget === 'INVOICE_DRAFT') return 'OPEN'
  return known(ORDER_STATES, status)
}

function isPositive(amount: string | null | undefined): boolean {
  return amount != null && new Big(amount).gt(0)
}

/** How much of an invoice was paid: overdue goes before partly paid. */
function paymentOf(row: InvoiceRow, today: string): PaymentStatus | null {
  const { Status, AmountDue, AmountPaid, AmountCredited } = row
  if (Status === 'VOIDED' || Status === 'DELETED') return null
  if (Status === 'PAID') return 'PAID'
  if (Status !== 'AUTHORISED') return INVOICE_STATES[Status] ? 'UNPAID' : 'UNKNOWN'
  const due = toDay(row.DueDate)
  if (isPositive(AmountDue) && due !== null && due < today) return 'OVERDUE'
  return isPositive(AmountPaid) || isPositive(AmountCredited) ? 'PARTIAL' : 'UNPAID'
}

function minus(amount: string | null | undefined, tax: string | null | undefined): string | null {
  return amount == null || tax == null ? null : new Big(amount).minus(tax).toFixed()
}

function toLine(row: LineRow, currency: string | null, inclusive: boolean): DocumentLine {
  const percent = isPositive(row.DiscountRate) ? row.DiscountRate : null
  const amount = isPositive(row.DiscountAmount) ? row.DiscountAmount : null
  return {
    id: row.LineItemID || null,
    sku: row.ItemCode || null,
    item: row.Item?.ItemID || null,
    description: row.Description || null,
    quantity: row.Quantity == null ? null : plain(row.Quantity),
    unit: null,
    unitPrice: money(row.UnitAmount, currency),
    discounts: percent
      ? [{ reason: null, percent: plain(percent) }]
      : amount
        ? [{ reason: null, amount: money(amount, currency) }]
        : [],
    // With "Inclusive" the amount of a line contains its tax.
    net: money(inclusive ? minus(row.LineAmount, row.TaxAmount) : row.LineAmount, currency),
    tax: money(row.TaxAmount, currency),
    warehouse: null,
    delivered: null,
    invoiced: null,
  }
}

/** What all documents have in common, and the texts that stand in lines without an amount. */
function headOf(row: DocumentRow) {
  const currency = currencyOf(row.CurrencyCode, 'CurrencyCode')
  const notes = new Map<string, string>()
  const lines = row.LineItems?.filter(({ Description, ItemCode, UnitAmount }) => {
    const note = ItemCode || isPositive(UnitAmount) ? null : noteOf(Description ?? '')
    if (note) notes.set(...note)
    return note === null
  })
  const inclusive = row.LineAmountTypes?.toUpperCase() === 'INCLUSIVE'
  return {
    notes,
    currency,
    common: {
      nativeStatus: row.Status,
      customer: row.Contact?.ContactID || null,
      customerName: row.Contact?.Name || null,
      currency,
      lines: lines?.map((one) => toLine(one, currency, inclusive)) ?? null,
      net: money(row.SubTotal, currency),
      total: money(row.Total, currency),
      updatedAt: toUtc(row.UpdatedDateUTC),
    },
  }
}

function toOrder(row: DocumentRow, config: Config): Omit<Order, 'id'> {
  const { common, notes, currency } = headOf(row)
  const wanted = notes.get('requestedDelivery') ?? ''
  return {
    ...common,
    reference: row.Reference || null,
    purchaseOrderNumber: notes.get('purchaseOrderNumber') ?? null,
    state: orderState(row.Status, config),
    fulfilment: null,
    invoicing: BILLED.includes(row.Status) ? 'FULL' : 'NONE',
    orderedOn: toDay(row.Date),
    requestedDelivery: /^\d{4}-\d\d-\d\d$/.test(wanted) ? wanted : null,
    paymentTerms: null,
    shipTo: null,
    note: notes.get('note') ?? null,
    tax: money(row.TotalTax, currency),
    url: null,
    customAttributes: null,
  }
}

/** An invoice to a customer as the order that it stands for. */
export function invoiceAsOrder(row: InvoiceRow, config: Config, today: string): Order {
  const order = toOrder(row, config)
  return {
    id: row.InvoiceID,
    number: row.InvoiceNumber || null,
    ...order,
    payment: paymentOf(row, today),
  }
}

/** A quote as the order that it stands for. */
export function quoteAsOrder(row: QuoteRow, config: Config): Order {
  return { id: row.QuoteID, number: row.QuoteNumber || null, ...toOrder(row, config), payment: null }
}

/** An invoice to a customer. */
export function toInvoice(row: InvoiceRow, today: string): Invoice {
  const { common, currency } = headOf(row)
  return {
    id: row.InvoiceID,
    number: row.InvoiceNumber || null,
    type: 'INVOICE',
    state: known(INVOICE_STATES, row.Status),
    ...common,
    payment: paymentOf(row, today),
    orders: row.Reference ? [row.Reference] : [],
    issuedOn: toDay(row.Date),
    dueOn: toDay(row.DueDate),
    tax: money(row.TotalTax, currency),
    balance: money(row.AmountDue, currency),
  }
}

/** How much of a credit note is used up. */
function usedOf({ Status, RemainingCredit, Total }: CreditNoteRow): PaymentStatus | null {
  if (Status === 'VOIDED' || Status === 'DELETED') return null
  if (Status === 'PAID') return 'PAID'
  if (Status !== 'AUTHORISED') return INVOICE_STATES[Status] ? 'UNPAID' : 'UNKNOWN'
  if (RemainingCredit == null || Total == null) return 'UNKNOWN'
  return new Big(RemainingCredit).lt(Total) ? 'PARTIAL' : 'UNPAID'
}

/** A credit note to a customer: its amounts are not negative, and its balance is the credit that is left. */
export function toCreditNote(row: CreditNoteRow): Invoice {
  const { common, currency } = headOf(row)
  return {
    id: row.CreditNoteID,
    number: row.CreditNoteNumber || null,
    type: 'CREDIT_NOTE',
    state: known(INVOICE_STATES, row.Status),
    ...common,
    payment: usedOf(row),
    orders: null,
    issuedOn: toDay(row.Date),
    dueOn: null,
    tax: money(row.TotalTax, currency),
    balance: money(row.RemainingCredit, currency),
  }
}

/** A quote. */
export function toQuote(row: QuoteRow, today: string): Quote {
  const { common, notes } = headOf(row)
  const until = toDay(row.ExpiryDate)
  const state = known(QUOTE_STATES, row.Status)
  return {
    id: row.QuoteID,
    number: row.QuoteNumber || null,
    title: row.Title || null,
    ...common,
    state: state === 'SENT' && until !== null && until < today ? 'EXPIRED' : state,
    customerEmail: null,
    customerTaxId: null,
    customerErpId: row.Contact?.ContactID || null,
    issuedOn: toDay(row.Date),
    validUntil: until,
    paymentTerms: row.Terms || null,
    purchaseOrderNumber: notes.get('purchaseOrderNumber') ?? null,
    shipTo: null,
    note: notes.get('note') ?? null,
    discounts: null,
    url: null,
  }
}

/** A payment received: its amount is in the currency of its invoice. */
export function toPayment(row: PaymentRow): Payment {
  const amount = money(row.Amount, currencyOf(row.Invoice?.CurrencyCode, 'CurrencyCode'))
  return {
    id: row.PaymentID,
    number: row.Reference || null,
    customer: row.Invoice?.Contact?.ContactID || null,
    amount,
    paidOn: toDay(row.Date),
    nativeStatus: row.Status,
    allocations: row.Invoice ? [{ invoice: row.Invoice.InvoiceID, amount }] : [],
    updatedAt: toUtc(row.UpdatedDateUTC),
  }
}
