import Big from 'big.js'
import type {
  Address,
  DocumentLine,
  InvoiceStatus,
  OrderStatus,
  PaymentStatus,
  QuoteStatus,
} from '../../schema/index.ts'
import type { Invoice, Order, Quote } from '../connector.ts'
import type { Config } from './config.ts'
import { emailOf, money, unitOf } from './map.ts'
import { referenceOf } from './reference.ts'
import type { Settings } from './setup.ts'
import type {
  NativeCreditMemo,
  NativeDocument,
  NativeHead,
  NativeInvoice,
  NativeLine,
  NativeOrder,
  NativeQuote,
} from './shapes.ts'

/** A comment line in front of which the customer's own order number stands: orders have no field for it. */
export const PURCHASE_ORDER = 'PO: '
/** The comment line of an order that was cancelled: there is no such status, only deleting. */
export const CANCELLED = '*** CANCELLED ***'

/** "Draft" is what Business Central itself shows as Open: a real order that is not released yet. */
const ORDERS: Record<string, OrderStatus> = { Draft: 'OPEN', 'In Review': 'PENDING_APPROVAL', Open: 'OPEN' }
const INVOICES: Record<string, InvoiceStatus> = {
  Draft: 'DRAFT',
  'In Review': 'DRAFT',
  Open: 'OPEN',
  Paid: 'PAID',
  Canceled: 'VOID',
  Corrective: 'CREDITED',
}
/** How much is paid, or used up, where the status alone tells it. */
const SETTLED: Partial<Record<InvoiceStatus, PaymentStatus>> = {
  DRAFT: 'UNPAID',
  PAID: 'PAID',
  VOID: 'REVERSED',
  CREDITED: 'REVERSED',
}
const QUOTES: Record<string, QuoteStatus> = {
  Draft: 'DRAFT',
  Sent: 'SENT',
  Accepted: 'ACCEPTED',
  Expired: 'EXPIRED',
}

/** What the mapping of a document needs beside its row. */
export interface Context {
  config: Config
  settings: Settings
  /** The calendar day, for what is overdue. */
  today: string
}

function known<T>(table: Record<string, T>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}

function lineOf(native: NativeLine, currency: string | null, settings: Settings): DocumentLine {
  const discounted = !new Big(native.discountPercent).eq(0)
  return {
    id: native.id,
    sku: native.lineObjectNumber,
    item: native.itemId,
    description: native.description,
    quantity: native.quantity,
    unit: unitOf(native.unitOfMeasureCode, settings),
    unitPrice: money(native.unitPrice, currency),
    discounts: discounted ? [{ percent: native.discountPercent }] : [],
    net: money(native.netAmount, currency),
    tax: money(native.netTaxAmount, currency),
    warehouse: settings.locations.find(({ id }) => id === native.locationId)?.code ?? null,
    delivered: native.shippedQuantity ?? null,
    invoiced: native.invoicedQuantity ?? null,
  }
}

function isComment({ lineType }: NativeLine): boolean {
  return lineType.trim() === 'Comment'
}

function goodsOf(lines: NativeLine[]): NativeLine[] {
  return lines.filter((line) => !isComment(line)).toSorted((a, b) => a.sequence - b.sequence)
}

/** The texts of the comment lines: the customer's order number, and the rest as the note. */
function commentsOf(lines: NativeLine[]): { purchaseOrder: string | null; note: string | null } {
  const comments = lines
    .filter(isComment)
    .toSorted((a, b) => a.sequence - b.sequence)
    .map(({ description }) => description ?? '')
  const first = comments.findIndex((text) => text.startsWith(PURCHASE_ORDER))
  const rest = comments.filter((text, index) => index !== first && text !== CANCELLED).join('\n')
  return { purchaseOrder: comments[first]?.slice(PURCHASE_ORDER.length) ?? null, note: rest || null }
}

function shipToOf(native: NativeDocument): Address | null {
  const lines = [native.shipToAddressLine1, native.shipToAddressLine2].filter((line) => line !== null)
  if (lines.length === 0 && !native.shipToCity) return null
  return {
    type: 'SHIPPING',
    name: native.shipToName,
    lines,
    postalCode: native.shipToPostCode,
    city: native.shipToCity,
    region: native.shipToState,
    country: native.shipToCountry,
  }
}

function commonOf(native: NativeHead, lines: NativeLine[], { settings }: Context) {
  const { currencyCode: currency } = native
  return {
    id: native.id,
    number: native.number || null,
    nativeStatus: native.status.trim() || null,
    customer: native.customerId,
    customerName: native.customerName,
    currency,
    lines: goodsOf(lines).map((line) => lineOf(line, currency, settings)),
    net: money(native.totalAmountExcludingTax, currency),
    total: money(native.totalAmountIncludingTax, currency),
    updatedAt: native.lastModifiedDateTime,
  }
}

/** How much of the goods a figure covers. */
function covered(lines: NativeLine[], figure: 'shippedQuantity' | 'invoicedQuantity') {
  const shares = lines.map((line) => [new Big(line[figure] ?? 0), new Big(line.quantity)] as const)
  if (shares.every(([done]) => done.eq(0))) return 'NONE'
  return shares.every(([done, wanted]) => done.gte(wanted)) ? 'FULL' : 'PARTIAL'
}

/** Whether an order was emptied and marked by `undo`. */
export function isCancelled(native: Pick<NativeOrder, 'salesOrderLines'>): boolean {
  const { salesOrderLines: lines } = native
  return goodsOf(lines).length === 0 && lines.some(({ description }) => description === CANCELLED)
}

function orderState(native: NativeOrder, config: Config): OrderStatus {
  const state = config.statuses[native.status] ?? known(ORDERS, native.status) ?? 'UNKNOWN'
  const goods = goodsOf(native.salesOrderLines)
  if (state === 'UNKNOWN') return state
  if (isCancelled(native)) return 'CANCELLED'
  const delivered = covered(goods, 'shippedQuantity')
  if (delivered === 'NONE') return state
  if (delivered === 'PARTIAL') return 'PARTIALLY_FULFILLED'
  return covered(goods, 'invoicedQuantity') === 'FULL' ? 'INVOICED' : 'FULFILLED'
}

/** A row of `salesOrders`. */
export function orderOf(native: NativeOrder, context: Context): Order {
  const goods = goodsOf(native.salesOrderLines)
  const { purchaseOrder, note } = commentsOf(native.salesOrderLines)
  const reference = native.externalDocumentNumber && referenceOf(native.externalDocumentNumber)
  return {
    ...commonOf(native, native.salesOrderLines, context),
    reference,
    // A number that is none of ours is the one that the customer gave to somebody in the ERP.
    purchaseOrderNumber: purchaseOrder ?? (reference ? null : native.externalDocumentNumber),
    state: orderState(native, context.config),
    fulfilment: covered(goods, 'shippedQuantity'),
    invoicing: covered(goods, 'invoicedQuantity'),
    orderedOn: native.orderDate,
    requestedDelivery: native.requestedDeliveryDate,
    paymentTerms: context.settings.terms.find(({ id }) => id === native.paymentTermsId)?.code ?? null,
    shipTo: shipToOf(native),
    note,
    tax: money(native.totalTaxAmount, native.currencyCode),
  }
}

/** Whether an invoice was taken back, or takes one back. */
function isReversed({ status }: NativeInvoice): boolean {
  const state = known(INVOICES, status)
  return state === 'VOID' || state === 'CREDITED'
}

/** How much of several invoices was paid. */
function paymentOf(invoices: NativeInvoice[], today: string): Invoice['payment'] {
  const all = invoices.map((one) => invoicePayment(one, today))
  const [first] = all
  if (all.every((one) => one === first)) return first ?? 'REVERSED'
  return all.includes('UNKNOWN') ? 'UNKNOWN' : all.includes('OVERDUE') ? 'OVERDUE' : 'PARTIAL'
}

/**
 * An order that was posted: Business Central deletes it and leaves the invoices that name it, one for each part that
 * was billed apart. It counts as cancelled once all of them were.
 */
export function postedOrderOf(invoices: [NativeInvoice, ...NativeInvoice[]], context: Context): Order {
  const [native] = invoices
  const standing = invoices.filter((one) => !isReversed(one))
  const told = standing.length > 0 ? standing : invoices
  const lines = told.flatMap(({ salesInvoiceLines }) =>
    salesInvoiceLines.map((line) => ({
      ...line,
      shippedQuantity: standing.length > 0 ? line.quantity : undefined,
      invoicedQuantity: standing.length > 0 ? line.quantity : '0',
    })),
  )
  const { currencyCode: currency, customerPurchaseOrderReference: own } = native
  const sum = (field: 'totalAmountExcludingTax' | 'totalTaxAmount' | 'totalAmountIncludingTax') =>
    money(told.reduce((total, one) => total.plus(one[field]), new Big(0)).toFixed(), currency)
  const reference = native.externalDocumentNumber && referenceOf(native.externalDocumentNumber)
  const { purchaseOrder, note } = commentsOf(lines)
  const closed = standing.every(({ status }) => status === 'Paid')
  return {
    ...commonOf(native, lines, context),
    id: native.orderId ?? native.id,
    number: native.orderNumber,
    reference,
    purchaseOrderNumber: purchaseOrder ?? own ?? (reference ? null : native.externalDocumentNumber),
    state: standing.length === 0 ? 'CANCELLED' : closed ? 'CLOSED' : 'INVOICED',
    fulfilment: standing.length > 0 ? 'FULL' : 'UNKNOWN',
    invoicing: standing.length > 0 ? 'FULL' : 'NONE',
    payment: paymentOf(told, context.today),
    shipTo: shipToOf(native),
    note,
    net: sum('totalAmountExcludingTax'),
    tax: sum('totalTaxAmount'),
    total: sum('totalAmountIncludingTax'),
  }
}

function invoicePayment(native: NativeInvoice, today: string): Invoice['payment'] {
  const state = known(INVOICES, native.status) ?? 'UNKNOWN'
  if (state !== 'OPEN') return SETTLED[state] ?? 'UNKNOWN'
  if (native.dueDate !== null && native.dueDate < today) return 'OVERDUE'
  return new Big(native.remainingAmount).lt(native.totalAmountIncludingTax) ? 'PARTIAL' : 'UNPAID'
}

/** A row of `salesInvoices`, draft or posted. */
export function invoiceOf(native: NativeInvoice, context: Context): Invoice {
  const { currencyCode: currency } = native
  return {
    ...commonOf(native, native.salesInvoiceLines, context),
    type: 'INVOICE',
    state: known(INVOICES, native.status) ?? 'UNKNOWN',
    payment: invoicePayment(native, context.today),
    orders: native.orderId ? [native.orderId] : [],
    issuedOn: native.invoiceDate,
    dueOn: native.dueDate,
    tax: money(native.totalTaxAmount, currency),
    balance: money(native.remainingAmount, currency),
  }
}

/**
 * A row of `salesCreditMemos` as an invoice of type credit note: its amounts are not negative, and it falls due on no
 * day. The API does not say how much of it is left; the statuses are those of invoices (resources/dynamics_salescreditmemo).
 */
export function creditMemoOf(native: NativeCreditMemo, context: Context): Invoice {
  const state = known(INVOICES, native.status) ?? 'UNKNOWN'
  return {
    ...commonOf(native, native.salesCreditMemoLines, context),
    type: 'CREDIT_NOTE',
    state,
    payment: SETTLED[state] ?? 'UNKNOWN',
    orders: null,
    issuedOn: native.creditMemoDate,
    dueOn: null,
    tax: money(native.totalTaxAmount, native.currencyCode),
    balance: null,
  }
}

/** A row of `salesQuotes`; the member for expired ones ends in a space. */
export function quoteOf(native: NativeQuote, context: Context): Quote {
  const { purchaseOrder, note } = commentsOf(native.salesQuoteLines)
  return {
    ...commonOf(native, native.salesQuoteLines, context),
    state: known(QUOTES, native.status.trim()) ?? 'UNKNOWN',
    customerEmail: emailOf(native.email),
    issuedOn: native.documentDate,
    validUntil: native.validUntilDate,
    paymentTerms: context.settings.terms.find(({ id }) => id === native.paymentTermsId)?.code ?? null,
    purchaseOrderNumber: purchaseOrder ?? native.externalDocumentNumber,
    shipTo: shipToOf(native),
    note,
  }
}
