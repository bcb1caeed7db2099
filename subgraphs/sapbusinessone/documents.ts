import Big from 'big.js'
import type { Address, DocumentLine, OrderStatus, QuoteStatus } from '../../schema/index.ts'
import type { GoodsReturn, Id, Invoice, Order, Payment, Quote } from '../connector.ts'
import type { Json } from '../json.ts'
import { DELIVERY_TYPE, ORDER_TYPE } from './deliveries.ts'
import { countryOf, money, stampOf } from './map.ts'
import { type Settings, currencyOf, unitOf } from './setup.ts'
import type {
  NativeDocument,
  NativeInvoice,
  NativeLine,
  NativeOrder,
  NativePayment,
  NativeQuote,
} from './shapes.ts'

/** In front of the key of a draft, because drafts are counted apart from orders. */
export const DRAFT = 'draft:'
/** What a draft of an order waits for. */
export const DRAFTS: Record<string, OrderStatus> = {
  dasWithout: 'DRAFT',
  dasPending: 'PENDING_APPROVAL',
  dasApproved: 'DRAFT',
  dasRejected: 'CANCELLED',
  dasCancelled: 'CANCELLED',
}

/** What the mapping of a document needs beside its row. */
export interface Context {
  settings: Settings
  /** The calendar day of the server, for what is overdue. */
  today: string
  /** Delivery -> the orders it was made from. */
  deliveries?: Map<Id, Id[]>
}

/** The text of a user-defined field; null where the row has none. */
export function udfOf(row: Json, field: string): string | null {
  const value = row !== null && typeof row === 'object' && !Array.isArray(row) ? row[field] : null
  return typeof value === 'string' && value !== '' ? value : null
}

/** Amounts stand twice, in the local currency and in the document's; which of the two counts, and its code. */
function amountsOf(native: Pick<NativeDocument, 'DocCurrency'>, { settings }: Context) {
  const currency =
    native.DocCurrency === null ? settings.currency : currencyOf(native.DocCurrency, settings.config)
  const foreign = currency !== settings.currency
  return { currency, pick: (local: string, own: string) => money(foreign ? own : local, currency) }
}

function lineOf(native: NativeLine, document: NativeDocument, context: Context, open: boolean): DocumentLine {
  const { settings } = context
  const { currency, pick } = amountsOf(document, context)
  const unit = native.MeasureUnit ?? settings.units.get(native.UoMEntry ?? '') ?? null
  const own = native.Currency === null ? currency : currencyOf(native.Currency, settings.config)
  return {
    id: native.LineNum,
    sku: native.ItemCode,
    item: native.ItemCode,
    description: native.FreeText ?? native.ItemDescription,
    quantity: native.Quantity,
    unit: unitOf(unit, settings),
    unitPrice: money(native.UnitPrice, own),
    discounts: new Big(native.DiscountPercent).eq(0) ? [] : [{ percent: native.DiscountPercent }],
    net: pick(native.LineTotal, native.RowTotalFC),
    tax: pick(native.NetTaxAmount, native.NetTaxAmountFC),
    warehouse: native.WarehouseCode,
    delivered: open ? new Big(native.Quantity).minus(native.RemainingOpenQuantity).toFixed() : null,
    invoiced: null,
  }
}

function shipToOf(native: NativeOrder['AddressExtension']): Address | null {
  if (native === null) return null
  const lines = [native.ShipToStreet, native.ShipToBlock, native.ShipToBuilding].filter((one) => one !== null)
  if (lines.length === 0 && !native.ShipToCity) return null
  return {
    type: 'SHIPPING',
    name: native.ShipToAddress2,
    lines,
    postalCode: native.ShipToZipCode,
    city: native.ShipToCity,
    region: native.ShipToState,
    country: countryOf(native.ShipToCountry),
  }
}

function commonOf(native: NativeDocument, context: Context, open: boolean) {
  const { settings } = context
  const { currency, pick } = amountsOf(native, context)
  const net = (total: string, tax: string) => new Big(total).minus(tax).toFixed()
  return {
    id: native.DocEntry,
    number: native.DocNum,
    nativeStatus: native.DocumentStatus,
    customer: native.CardCode,
    customerName: native.CardName,
    currency,
    lines: native.DocumentLines.map((line) => lineOf(line, native, context, open)),
    net: pick(net(native.DocTotal, native.VatSum), net(native.DocTotalFc, native.VatSumFc)),
    total: pick(native.DocTotal, native.DocTotalFc),
    updatedAt: stampOf(native, settings),
  }
}

function isCancelled({ Cancelled, CancelStatus }: NativeDocument): boolean {
  return Cancelled || CancelStatus === 'csYes' || CancelStatus === 'csCancellation'
}

/** How much of the lines went on to a later document, be it a delivery or an invoice. */
function coveredOf({ DocumentLines: lines }: NativeDocument): 'NONE' | 'PARTIAL' | 'FULL' {
  const open = lines.map((line) => [new Big(line.RemainingOpenQuantity), new Big(line.Quantity)] as const)
  if (open.every(([left, wanted]) => left.gte(wanted))) return 'NONE'
  return open.every(([left]) => left.lte(0)) ? 'FULL' : 'PARTIAL'
}

function orderState(native: NativeOrder, { settings }: Context): OrderStatus {
  const { DocumentStatus: status } = native
  if (isCancelled(native)) return 'CANCELLED'
  const own = settings.config.statuses[status]
  if (own) return own
  const covered = coveredOf(native)
  if (status === 'bost_Close') return covered === 'FULL' ? 'FULFILLED' : 'CLOSED'
  if (status !== 'bost_Open') return 'UNKNOWN'
  if (!native.Confirmed) return 'PENDING_APPROVAL'
  return covered === 'NONE' ? 'OPEN' : 'PARTIALLY_FULFILLED'
}

/** A row of `Orders`; `reference` is the user-defined field that holds ours. */
export function orderOf(native: NativeOrder, reference: string | null, context: Context): Order {
  const covered = coveredOf(native)
  return {
    ...commonOf(native, context, true),
    reference,
    purchaseOrderNumber: native.NumAtCard,
    state: orderState(native, context),
    fulfilment: covered,
    // What left an order may have been delivered, invoiced, or both: the order does not say.
    invoicing: covered === 'NONE' ? 'NONE' : 'UNKNOWN',
    orderedOn: native.DocDate,
    requestedDelivery: native.DocDueDate,
    paymentTerms: context.settings.terms.get(native.PaymentGroupCode ?? '') ?? null,
    shipTo: shipToOf(native.AddressExtension),
    note: native.Comments,
    tax: amountsOf(native, context).pick(native.VatSum, native.VatSumFc),
  }
}

/** A draft of an order, such as an approval procedure leaves behind; it has no number yet. */
export function draftOf(native: NativeOrder, reference: string | null, context: Context): Order {
  const status = native.AuthorizationStatus
  return {
    ...orderOf(native, reference, context),
    id: `${DRAFT}${native.DocEntry}`,
    number: null,
    nativeStatus: status,
    state: native.Cancelled
      ? 'CANCELLED'
      : ((Object.hasOwn(DRAFTS, status) ? DRAFTS[status] : null) ?? 'UNKNOWN'),
    fulfilment: 'NONE',
    invoicing: 'NONE',
  }
}

function invoiceState(native: NativeInvoice): Invoice['state'] {
  if (isCancelled(native)) return 'VOID'
  return native.DocumentStatus === 'bost_Close'
    ? 'PAID'
    : native.DocumentStatus === 'bost_Open'
      ? 'OPEN'
      : 'UNKNOWN'
}

function paidOf(native: NativeInvoice, paid: Big, today: string): Invoice['payment'] {
  const state = invoiceState(native)
  if (state === 'VOID') return 'REVERSED'
  if (state !== 'OPEN') return state === 'PAID' ? 'PAID' : 'UNKNOWN'
  if (native.DocDueDate !== null && native.DocDueDate < today) return 'OVERDUE'
  return paid.gt(0) ? 'PARTIAL' : 'UNPAID'
}

/** The orders that an invoice was made from, of itself or of what was delivered before. */
function ordersBehind({ DocumentLines: lines }: NativeInvoice, { deliveries }: Context): Id[] {
  const ids = lines.flatMap(({ BaseType: type, BaseEntry: id }) => {
    if (id === null) return []
    return type === ORDER_TYPE ? [id] : type === DELIVERY_TYPE ? (deliveries?.get(id) ?? []) : []
  })
  return [...new Set(ids)]
}

/** A row of `Invoices`. */
export function invoiceOf(native: NativeInvoice, context: Context): Invoice {
  const { pick } = amountsOf(native, context)
  const left = (total: string, paid: string) => new Big(total).minus(paid).toFixed()
  const paid = new Big(pick(native.PaidToDate, native.PaidToDateFC)?.amount ?? 0)
  return {
    ...commonOf(native, context, false),
    type: 'INVOICE',
    state: invoiceState(native),
    payment: paidOf(native, paid, context.today),
    orders: ordersBehind(native, context),
    issuedOn: native.DocDate,
    dueOn: native.DocDueDate,
    tax: pick(native.VatSum, native.VatSumFc),
    balance: pick(left(native.DocTotal, native.PaidToDate), left(native.DocTotalFc, native.PaidToDateFC)),
  }
}

/**
 * A row of `CreditNotes` as an invoice of type credit note: its amounts are not negative, and its balance is the credit
 * that is left. It falls due on no day, and its lines name invoices and returns instead of orders.
 */
export function creditNoteOf(native: NativeInvoice, context: Context): Invoice {
  const invoice = invoiceOf({ ...native, DocDueDate: null }, context)
  return { ...invoice, type: 'CREDIT_NOTE', orders: null }
}

function quoteState(native: NativeQuote, today: string): QuoteStatus {
  if (isCancelled(native)) return 'CANCELLED'
  if (native.DocumentStatus === 'bost_Close') return coveredOf(native) === 'FULL' ? 'ACCEPTED' : 'CANCELLED'
  if (native.DocumentStatus !== 'bost_Open') return 'UNKNOWN'
  return native.DocDueDate !== null && native.DocDueDate < today ? 'EXPIRED' : 'SENT'
}

/** A row of `Quotations`; the due date is the day until which it is valid. */
export function quoteOf(native: NativeQuote, context: Context): Quote {
  const discounted = !new Big(native.DiscountPercent).eq(0)
  return {
    ...commonOf(native, context, false),
    state: quoteState(native, context.today),
    issuedOn: native.DocDate,
    validUntil: native.DocDueDate,
    paymentTerms: context.settings.terms.get(native.PaymentGroupCode ?? '') ?? null,
    purchaseOrderNumber: native.NumAtCard,
    shipTo: shipToOf(native.AddressExtension),
    note: native.Comments,
    discounts: discounted ? [{ percent: native.DiscountPercent }] : [],
  }
}

/** A row of `Returns`: goods that came back after a delivery. */
export function returnOf(native: NativeDocument, context: Context): GoodsReturn {
  return {
    ...commonOf(native, context, false),
    returnedOn: native.DocDate,
    cancelled: isCancelled(native),
    note: native.Comments,
  }
}

/** A row of `IncomingPayments`: what was paid is the sum of all means. */
export function paymentOf(native: NativePayment, context: Context): Payment {
  const { currency, pick } = amountsOf(native, context)
  const parts = [
    native.CashSum,
    native.TransferSum,
    ...native.PaymentChecks.map(({ CheckSum }) => CheckSum),
    ...native.PaymentCreditCards.map(({ CreditSum }) => CreditSum),
  ]
  const sum = parts.reduce((total, part) => total.plus(part), new Big(0)).toFixed()
  return {
    id: native.DocEntry,
    number: native.DocNum,
    customer: native.CardCode,
    amount: money(sum, currency),
    paidOn: native.DocDate,
    nativeStatus: native.Cancelled ? 'cancelled' : 'posted',
    allocations: native.PaymentInvoices.filter(({ InvoiceType }) => InvoiceType === 'it_Invoice').map(
      (one) => ({
        invoice: one.DocEntry,
        amount: pick(one.SumApplied, one.AppliedFC),
      }),
    ),
  }
}
