import Big from 'big.js'
import type {
  DocumentLine,
  InvoiceStatus,
  OrderStatus,
  PaymentStatus,
  QuoteStatus,
} from '../../schema/index.ts'
import type { Invoice, Order, Payment, Quote } from '../connector.ts'
import type { Config } from './config.ts'
import { addressOf, emailOf, money, unitOf } from './map.ts'
import { noted } from './reference.ts'
import type { NativeDocument, NativeLine, NativePayment } from './shapes.ts'

const ORDERS: Record<string, OrderStatus> = {
  Pending: 'PENDING_APPROVAL',
  Accepted: 'OPEN',
  Closed: 'CLOSED',
  Converted: 'INVOICED',
  Rejected: 'CANCELLED',
}
const QUOTES: Record<string, QuoteStatus> = {
  Pending: 'SENT',
  Accepted: 'ACCEPTED',
  Closed: 'ACCEPTED',
  Converted: 'ACCEPTED',
  Rejected: 'REJECTED',
}

/** What mapping needs beside the row. */
export interface Context {
  config: Config
  /** Home currency, ISO 4217. */
  home: string
  /** Id of a term -> its name. */
  terms: Map<string, string>
  /** Id of an item -> its SKU. */
  skus: Map<string, string>
  /** The calendar day of the company, for what is overdue. */
  today: string
}

function known<T>(table: Record<string, T>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}

/** Whether it was voided: the document stays with amounts of zero and a note that says so. */
export function isVoid({ status, TotalAmt, PrivateNote }: NativeDocument): boolean {
  const zero = TotalAmt !== null && new Big(TotalAmt).eq(0)
  return status === 'Voided' || status === 'Deleted' || (zero && /^Voided/.test(PrivateNote ?? ''))
}

/** The lines that sell something; the parts of a bundle stand inside its line. */
export function goodsOf(lines: NativeLine[]): NativeLine[] {
  return lines.flatMap((line) => {
    if (line.GroupLineDetail) return line.GroupLineDetail.Line ?? []
    return line.DetailType === 'SalesItemLineDetail' ? [line] : []
  })
}

function lineOf(native: NativeLine, currency: string | null, { skus, config }: Context): DocumentLine {
  const item = native.SalesItemLineDetail?.ItemRef?.value ?? null
  const sku = (item && skus.get(item)) ?? null
  return {
    id: native.Id,
    sku,
    item: item || null,
    description: native.Description,
    quantity: native.SalesItemLineDetail?.Qty ?? null,
    unit: unitOf(sku, config),
    unitPrice: money(native.SalesItemLineDetail?.UnitPrice, currency),
    net: money(native.Amount, currency),
  }
}

/** Without a tax detail there is no tax; with one that says no figure the net is not known. */
function sums(native: NativeDocument, currency: string | null) {
  const tax = native.TxnTaxDetail ? native.TxnTaxDetail.TotalTax : '0'
  const total = native.TotalAmt
  const net = total === null || tax === null ? null : new Big(total).minus(tax).toFixed()
  return { net: money(net, currency), tax: money(tax, currency), total: money(total, currency) }
}

function headOf(native: NativeDocument, context: Context) {
  const currency = native.CurrencyRef ?? context.home
  return {
    id: native.Id,
    number: native.DocNumber,
    customer: native.CustomerRef?.value || null,
    customerName: native.CustomerRef?.name ?? null,
    currency,
    lines: goodsOf(native.Line).map((line) => lineOf(line, currency, context)),
    ...sums(native, currency),
    updatedAt: native.MetaData,
  }
}

function field(native: NativeDocument, definition: string | undefined): string | null {
  return native.CustomField?.find((one) => definition && one.DefinitionId === definition)?.StringValue ?? null
}

function orderState(native: NativeDocument, { config }: Context): OrderStatus {
  if (config.orderTarget !== 'ESTIMATE' && isVoid(native)) return 'CANCELLED'
  if (config.orderTarget !== 'ESTIMATE') return config.orderTarget === 'INVOICE' ? 'INVOICED' : 'CLOSED'
  const word = native.TxnStatus ?? ''
  const own = known(config.statuses, word)
  if (own) return own
  const invoiced = native.LinkedTxn.some(({ TxnType }) => TxnType === 'Invoice')
  return word === 'Closed' && invoiced ? 'INVOICED' : (known(ORDERS, word) ?? 'UNKNOWN')
}

/** An estimate or, with another orderTarget, an invoice or sales receipt, seen as an order. */
export function orderOf(native: NativeDocument, context: Context): Order {
  const { customFields } = context.config
  const state = orderState(native, context)
  const { orderTarget } = context.config
  const isBill = orderTarget !== 'ESTIMATE'
  const isBilled = state === 'INVOICED' || (orderTarget === 'SALES_RECEIPT' && state === 'CLOSED')
  const { purchaseOrderNumber: purchase, ...others } = customFields
  const { total, ...head } = headOf(native, context)
  return {
    ...head,
    total,
    reference: noted(native.PrivateNote, 'ref'),
    purchaseOrderNumber: field(native, purchase) ?? noted(native.PrivateNote, 'po'),
    state,
    nativeStatus: isBill ? nativeStatus(native) : native.TxnStatus,
    fulfilment: 'UNKNOWN',
    invoicing: isBilled ? 'FULL' : state === 'UNKNOWN' ? 'UNKNOWN' : 'NONE',
    payment: isBill ? paymentState(paid(native, context), context) : null,
    orderedOn: native.TxnDate,
    requestedDelivery: native.ShipDate,
    paymentTerms: (native.SalesTermRef && context.terms.get(native.SalesTermRef.value)) ?? null,
    shipTo: addressOf(native.ShipAddr, 'SHIPPING'),
    note: native.CustomerMemo?.value ?? null,
    customAttributes: Object.entries(others).flatMap(([key, definition]) => {
      const value = field(native, definition)
      return value === null ? [] : [{ key, value }]
    }),
  }
}

/** An estimate seen as a quote; a pending one whose day has passed is expired. */
export function quoteOf(native: NativeDocument, context: Context): Quote {
  const { tax: _, ...head } = headOf(native, context)
  const state = known(QUOTES, native.TxnStatus ?? '') ?? 'UNKNOWN'
  const late = native.ExpirationDate !== null && native.ExpirationDate < context.today
  return {
    ...head,
    state: state === 'SENT' && late ? 'EXPIRED' : state,
    nativeStatus: native.TxnStatus,
    customerEmail: emailOf(native.BillEmail?.Address),
    issuedOn: native.TxnDate,
    validUntil: native.ExpirationDate,
    note: native.CustomerMemo?.value ?? null,
    shipTo: addressOf(native.ShipAddr, 'SHIPPING'),
  }
}

/** A sales receipt is paid as it is written, whether it names a balance or not (schema Finance.xsd, SalesReceipt). */
function paid(native: NativeDocument, { config }: Context): NativeDocument {
  return config.orderTarget === 'SALES_RECEIPT' ? { ...native, Balance: '0' } : native
}

/** Invoices have no status: it follows from what is still open. */
function paymentState(native: NativeDocument, { today }: Context): PaymentStatus {
  if (isVoid(native)) return 'REVERSED'
  if (native.Balance === null) return 'UNKNOWN'
  if (new Big(native.Balance).eq(0)) return 'PAID'
  if (native.DueDate !== null && native.DueDate < today) return 'OVERDUE'
  return native.TotalAmt !== null && new Big(native.Balance).lt(native.TotalAmt) ? 'PARTIAL' : 'UNPAID'
}

function nativeStatus(native: NativeDocument): string | null {
  return native.status ?? (isVoid(native) ? 'Voided' : null)
}

/** An invoice. */
export function invoiceOf(native: NativeDocument, context: Context): Invoice {
  const payment = paymentState(native, context)
  const STATES: Partial<Record<PaymentStatus, InvoiceStatus>> = {
    REVERSED: 'VOID',
    PAID: 'PAID',
    UNKNOWN: 'UNKNOWN',
  }
  const head = headOf(native, context)
  return {
    ...head,
    type: 'INVOICE',
    state: STATES[payment] ?? 'OPEN',
    nativeStatus: nativeStatus(native),
    payment,
    orders: native.LinkedTxn.flatMap(({ TxnId, TxnType }) => (TxnType === 'Estimate' ? [TxnId] : [])),
    issuedOn: native.TxnDate,
    dueOn: native.DueDate,
    balance: money(native.Balance, head.currency),
  }
}

/**
 * A credit memo as an invoice of type credit note: its amounts are not negative, and its balance is the credit that
 * is left (schema Finance.xsd, CreditMemo). It falls due on no day.
 */
export function creditMemoOf(native: NativeDocument, context: Context): Invoice {
  const left = native.RemainingCredit ?? native.Balance
  const { orders: _, ...invoice } = invoiceOf({ ...native, Balance: left, DueDate: null }, context)
  return { ...invoice, type: 'CREDIT_NOTE', orders: null }
}

/** A sales receipt as an invoice that is paid. */
export function salesReceiptOf(native: NativeDocument, context: Context): Invoice {
  return invoiceOf({ ...native, Balance: '0', DueDate: null }, context)
}

/** A payment; one line for each invoice that it settles. */
export function paymentOf(native: NativePayment, { home }: Context): Payment {
  const currency = native.CurrencyRef ?? home
  return {
    id: native.Id,
    number: native.PaymentRefNum,
    customer: native.CustomerRef?.value || null,
    amount: money(native.TotalAmt, currency),
    paidOn: native.TxnDate,
    nativeStatus: native.status,
    allocations: native.Line.flatMap(({ Amount, LinkedTxn }) =>
      LinkedTxn.flatMap(({ TxnId, TxnType }) =>
        TxnType === 'Invoice' && TxnId ? [{ invoice: TxnId, amount: money(Amount, currency) }] : [],
      ),
    ),
    updatedAt: native.MetaData,
  }
}
