import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import { type DocumentLine, type OrderStatus, OrderStatus as STATES } from '../../schema/index.ts'
import type { Invoice, Order, Quote } from '../connector.ts'
import type { Config } from './config.ts'
import { addressOf, dimension, isoCurrency, money, own, unitCode } from './map.ts'
import type { NativeDocument, NativeInvoice, NativeLine, Place } from './shapes.ts'

/** https://developer.intacct.com/api/order-entry/order-entry-transactions/ (state) */
const DOCUMENT_STATES: Record<string, OrderStatus> = {
  ...{ draft: 'DRAFT', submitted: 'PENDING_APPROVAL', partiallyApproved: 'PENDING_APPROVAL' },
  ...{ approved: 'OPEN', pending: 'OPEN', inProgress: 'OPEN', partiallyConverted: 'PARTIALLY_FULFILLED' },
  ...{ converted: 'FULFILLED', closed: 'CLOSED', declined: 'CANCELLED' },
}
const QUOTE_STATES: Record<string, Quote['state']> = {
  ...{
    draft: 'DRAFT',
    submitted: 'PENDING_APPROVAL',
    partiallyApproved: 'PENDING_APPROVAL',
    approved: 'SENT',
  },
  ...{ pending: 'SENT', inProgress: 'SENT', partiallyConverted: 'ACCEPTED', converted: 'ACCEPTED' },
  ...{ declined: 'REJECTED', closed: 'CANCELLED' },
}
const INVOICE_STATES: Record<string, Invoice['state']> = {
  ...{ draft: 'DRAFT', submitted: 'DRAFT', partiallyApproved: 'DRAFT', approved: 'OPEN', posted: 'OPEN' },
  ...{
    partiallyPaid: 'OPEN',
    selected: 'OPEN',
    paid: 'PAID',
    reversed: 'VOID',
    reversal: 'VOID',
    declined: 'VOID',
  },
}

function times(a: string | null, b: string | null): string | null {
  return a === null || b === null ? null : new Big(a).times(b).toFixed()
}

/** How much of a line was converted, in its own unit: Intacct counts that in base units, as `quantity`. */
function convertedOf({ unitQuantity, quantity, quantityConverted: done }: NativeLine): string | null {
  if (done === null || unitQuantity === quantity) return done
  if (unitQuantity === null || quantity === null || new Big(quantity).eq(0)) return null
  return new Big(done).times(unitQuantity).div(quantity).round(10).toFixed()
}

/** A line. `unitPrice` comes after the discount of the line; before it there is `retailPrice`. */
function lineOf(native: NativeLine, currency: string | null, config: Config, ends: Ends): DocumentLine {
  const { unitQuantity, unitPrice, retailPrice, discountPercent, memo } = native
  const off = discountPercent !== null && !new Big(discountPercent).eq(0) ? discountPercent : null
  const sku = dimension(native.dimensions.item)
  return {
    id: native.key,
    sku,
    item: sku,
    description: memo,
    quantity: unitQuantity,
    unit: unitCode(native.unit, config),
    unitPrice: money(off === null ? unitPrice : (retailPrice ?? unitPrice), currency),
    discounts: off === null ? [] : [{ percent: off }],
    net: money(times(unitQuantity, unitPrice), currency),
    warehouse: dimension(native.dimensions.warehouse),
    ...(ends.shipped && { delivered: convertedOf(native) }),
    ...(ends.invoiced && { invoiced: convertedOf(native) }),
  }
}

/** Into what a document was turned. */
interface Ends {
  shipped: boolean
  invoiced: boolean
}

function endsOf({ key, history }: NativeDocument, config: Config): Ends {
  const into = (history ?? []).flatMap(({ convertedTo, convertedFrom }) =>
    convertedFrom?.key === key && convertedTo?.documentType ? [convertedTo.documentType] : [],
  )
  return {
    shipped: into.some((type) => config.shipperDefinitions.includes(type)),
    invoiced: into.some((type) => config.invoiceDefinitions.includes(type)),
  }
}

function stateOf(native: NativeDocument, { invoiced }: Ends, config: Config): OrderStatus {
  const { state, lines } = native
  const ours = own(config.statuses, state)
  if (ours !== undefined) {
    if (Object.hasOwn(STATES, ours)) return ours as OrderStatus
    throw new ErpError('MAPPING_MISSING', `"${ours}" is no status of ours.`, { field: 'statuses' })
  }
  const converted = lines.filter((line) => new Big(line.quantityConverted ?? 0).gt(0))
  // There is no state for cancelled: an order that was closed before anything came of it is one.
  if (state === 'closed') return converted.length === 0 ? 'CANCELLED' : 'CLOSED'
  if (state === 'converted' && invoiced) return 'INVOICED'
  const whole = own(DOCUMENT_STATES, state) ?? 'UNKNOWN'
  return whole === 'OPEN' && converted.length > 0 ? 'PARTIALLY_FULFILLED' : whole
}

/** Whether all of a document was converted; an order may be closed when only a part was. */
function isWhole({ state, lines }: NativeDocument): boolean {
  if (state === 'converted') return true
  return lines.every(({ quantity, quantityConverted }) => new Big(quantityConverted ?? 0).gte(quantity ?? 0))
}

/** A sales order with its lines. */
export function orderOf(native: NativeDocument, shipTo: Place | null, config: Config): Order {
  const ends = endsOf(native, config)
  const state = stateOf(native, ends, config)
  const currency = native.txnCurrency ?? native.baseCurrency
  const { subtotalInTxnCurrency: net, totalInTxnCurrency: total } = native
  const share = state === 'PARTIALLY_FULFILLED' || !isWhole(native) ? 'PARTIAL' : 'FULL'
  return {
    id: native.key,
    number: native.documentNumber,
    reference: native.referenceNumber,
    purchaseOrderNumber: native.customerPONumber,
    customer: dimension(native.customer),
    customerName: native.customer.name,
    state,
    nativeStatus: native.state,
    fulfilment: ends.shipped || state === 'FULFILLED' ? share : state === 'UNKNOWN' ? 'UNKNOWN' : 'NONE',
    invoicing: ends.invoiced ? share : state === 'UNKNOWN' ? 'UNKNOWN' : 'NONE',
    orderedOn: native.txnDate,
    requestedDelivery: native.requestedShippingDate,
    currency: isoCurrency(currency),
    paymentTerms: native.paymentTerm.id,
    shipTo: addressOf(shipTo, 'SHIPPING'),
    note: native.memo ?? native.notes,
    lines: linesOf(native, config, ends),
    net: money(net, currency),
    tax: net === null || total === null ? null : money(new Big(total).minus(net).toFixed(), currency),
    total: money(total, currency),
    updatedAt: native.audit,
  }
}

function linesOf(native: NativeDocument, config: Config, ends: Ends): DocumentLine[] {
  const currency = native.txnCurrency ?? native.baseCurrency
  return native.lines
    .toSorted((a, b) => Number(a.lineNumber) - Number(b.lineNumber))
    .map((line) => lineOf(line, currency, config, ends))
}

/** A quote with its lines; one that was turned into an order counts as accepted. */
export function quoteOf(native: NativeDocument, shipTo: Place | null, config: Config): Quote {
  const currency = native.txnCurrency ?? native.baseCurrency
  return {
    id: native.key,
    number: native.documentNumber,
    state: own(QUOTE_STATES, native.state) ?? 'UNKNOWN',
    nativeStatus: native.state,
    customer: dimension(native.customer),
    customerName: native.customer.name,
    currency: isoCurrency(currency),
    issuedOn: native.txnDate,
    validUntil: native.dueDate,
    paymentTerms: native.paymentTerm.id,
    purchaseOrderNumber: native.customerPONumber,
    shipTo: addressOf(shipTo, 'SHIPPING'),
    note: native.memo ?? native.notes,
    lines: linesOf(native, config, { shipped: false, invoiced: false }),
    net: money(native.subtotalInTxnCurrency, currency),
    total: money(native.totalInTxnCurrency, currency),
    updatedAt: native.audit,
  }
}

/**
 * The id of an invoice is its number: the record behind it is deleted and made anew, with a new key, whenever the
 * order entry document is changed. https://developer.intacct.com/api/accounts-receivable/invoices/
 */
export function invoiceId({ invoiceNumber, key }: { invoiceNumber: string | null; key: string }): string {
  return invoiceNumber ?? `key:${key}`
}

/** An invoice. What is still due decides over the word of its state. */
export function invoiceOf(native: NativeInvoice, today: string): Invoice {
  const { currency, totalTxnAmount: total, totalTxnAmountDue: due, dueDate } = native
  const known = own(INVOICE_STATES, native.state) ?? 'UNKNOWN'
  const state = known === 'OPEN' && due !== null && new Big(due).eq(0) ? 'PAID' : known
  return {
    id: invoiceId(native),
    number: native.invoiceNumber,
    type: total !== null && new Big(total).lt(0) ? 'CREDIT_NOTE' : 'INVOICE',
    state,
    nativeStatus: native.state,
    payment: paymentOf(state, total, due, dueDate, today),
    customer: native.customer.id,
    customerName: native.customer.name,
    issuedOn: native.invoiceDate,
    dueOn: dueDate,
    currency: isoCurrency(currency),
    total: money(total, currency),
    balance: money(due, currency),
    updatedAt: native.audit,
  }
}

function paymentOf(
  state: Invoice['state'],
  total: string | null,
  due: string | null,
  dueOn: string | null,
  today: string,
): Invoice['payment'] {
  if (state === 'VOID') return 'REVERSED'
  if (state === 'UNKNOWN' || total === null || due === null) return 'UNKNOWN'
  if (new Big(due).eq(0)) return 'PAID'
  if (dueOn !== null && dueOn < today) return 'OVERDUE'
  return new Big(due).abs().lt(new Big(total).abs()) ? 'PARTIAL' : 'UNPAID'
}
