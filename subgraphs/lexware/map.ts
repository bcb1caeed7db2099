import Big from 'big.js'
import type { Address, DocumentLine, Money, OrderStatus, PaymentStatus } from '../../schema/index.ts'
import type { Customer, Invoice, Item, Order, Payment, Quote } from '../connector.ts'
import type { Config } from './config.ts'
import type {
  ArticleRow,
  BookedRow,
  ContactRow,
  DocumentRow,
  LineRow,
  PaymentsRow,
  PlaceRow,
} from './shapes.ts'
import { dayAt } from './time.ts'
import { orderNumberIn, refIn, unitCode, withoutRef } from './words.ts'

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/
const PHONE = /^[+\d][\d\s()./-]{2,30}$/

/** An amount in euros, the only currency that Lexware knows. */
export function euros(amount: string | null): Money | null {
  return amount === null ? null : { amount, currency: 'EUR' }
}

/** An article as an item. */
export function toItem(row: ArticleRow, { units }: Config): Item {
  return {
    id: row.id,
    sku: row.articleNumber,
    name: row.title,
    description: row.description,
    type: ({ PRODUCT: 'GOODS', SERVICE: 'SERVICE' } as const)[row.type ?? ''] ?? 'UNKNOWN',
    unit: unitCode(row.unitName, units),
    nativeUnit: row.unitName,
    active: !row.archived,
    barcode: row.gtin,
    listPrice: euros(row.price.netPrice),
    updatedAt: row.updatedDate,
  }
}

function countryOf(code: string | null): string | null {
  return code && /^[A-Z]{2}$/.test(code) ? code : null
}

function toAddress(row: PlaceRow, type: 'BILLING' | 'SHIPPING'): Address {
  return {
    type,
    lines: [row.street, row.supplement].filter((line) => line !== null),
    postalCode: row.zip,
    city: row.city,
    country: countryOf(row.countryCode),
  }
}

/** The name of a firm or a person. */
export function nameOf({ company, person }: ContactRow): string | null {
  return company ? company.name : [person?.firstName, person?.lastName].filter(Boolean).join(' ') || null
}

/** A contact as a customer. */
export function toCustomer(row: ContactRow): Customer {
  const { billing, shipping } = row.addresses
  return {
    id: row.id,
    number: row.roles.customer?.number ?? null,
    name: nameOf(row),
    email: row.emailAddresses.find((text) => EMAIL.test(text)) ?? null,
    phone: row.phoneNumbers.find((text) => PHONE.test(text)) ?? null,
    taxId: row.company?.vatRegistrationId ?? row.company?.taxNumber ?? null,
    country: countryOf(billing[0]?.countryCode ?? null),
    currency: 'EUR',
    addresses: [
      ...billing.map((one) => toAddress(one, 'BILLING')),
      ...shipping.map((one) => toAddress(one, 'SHIPPING')),
    ],
    active: !row.archived,
    updatedAt: row.updatedDate,
  }
}

/** What the lines of documents need beside themselves: article numbers by the articles' ids. */
export interface Beside {
  skus: Map<string, string | null>
  config: Config
}

function toLine(row: LineRow, taxType: string | null, { skus, config }: Beside): DocumentLine {
  const isText = row.type === 'text'
  const percent = row.discountPercentage
  return {
    item: isText ? null : row.id,
    sku: (row.id && !isText && skus.get(row.id)) || null,
    description: row.description ?? row.name,
    quantity: isText ? null : row.quantity,
    unit: unitCode(row.unitName, config.units),
    unitPrice: isText ? null : euros(row.unitPrice?.netAmount ?? null),
    discounts: percent && !new Big(percent).eq(0) ? [{ percent }] : [],
    // A document at gross prices has gross amounts on its lines.
    net: isText || taxType === 'gross' ? null : euros(row.lineItemAmount),
  }
}

/** What every document has. */
function head(row: DocumentRow, beside: Beside) {
  const { address, totalPrice } = row
  return {
    id: row.id,
    number: row.voucherNumber,
    nativeStatus: row.voucherStatus,
    customer: address.contactId,
    customerName: address.name,
    currency: 'EUR',
    lines: row.lineItems.map((line) => toLine(line, row.taxConditions.taxType, beside)),
    net: euros(totalPrice.totalNetAmount),
    total: euros(totalPrice.totalGrossAmount),
    updatedAt: row.updatedDate,
  }
}

/** What follows from a confirmation; Lexware has no life cycle of an order, only related documents. */
function progress({ relatedVouchers }: DocumentRow): { delivered: boolean; invoiced: boolean } {
  const has = (type: string) => relatedVouchers.some(({ voucherType }) => voucherType?.toLowerCase() === type)
  return { delivered: has('deliverynote'), invoiced: has('invoice') }
}

function orderState(row: DocumentRow, { approval, statuses }: Config): OrderStatus {
  const own = statuses[row.voucherStatus ?? '']
  if (own) return own
  const { delivered, invoiced } = progress(row)
  if (row.voucherStatus === 'draft') return approval ? 'PENDING_APPROVAL' : 'DRAFT'
  if (row.voucherStatus !== 'open') return 'UNKNOWN'
  if (row.archived) return 'CLOSED'
  if (invoiced) return 'INVOICED'
  return delivered ? 'PARTIALLY_FULFILLED' : 'OPEN'
}

/** An order confirmation as an order. */
export function toOrder(row: DocumentRow, beside: Beside): Order {
  const { delivered, invoiced } = progress(row)
  const { shippingDate, shippingType } = row.shippingConditions ?? {}
  return {
    ...head(row, beside),
    reference: refIn(row.remark),
    purchaseOrderNumber: orderNumberIn(row.introduction),
    state: orderState(row, beside.config),
    // How much went out is not told, only that a delivery note or an invoice was made.
    fulfilment: delivered ? 'PARTIAL' : 'NONE',
    invoicing: invoiced ? 'FULL' : 'NONE',
    orderedOn: row.voucherDate && dayAt(row.voucherDate),
    requestedDelivery: shippingDate && shippingType === 'delivery' ? dayAt(shippingDate) : null,
    paymentTerms: row.paymentConditions?.paymentTermLabel ?? null,
    note: withoutRef(row.remark),
    tax: euros(row.totalPrice.totalTaxAmount),
  }
}

const INVOICES: Record<string, Invoice['state']> = {
  draft: 'DRAFT',
  unchecked: 'DRAFT',
  open: 'OPEN',
  overdue: 'OPEN',
  paid: 'PAID',
  paidoff: 'PAID',
  sepadebit: 'PAID',
  transferred: 'PAID',
  voided: 'VOID',
}

function paid(state: Invoice['state'], row: DocumentRow, open: string | null, today: string): PaymentStatus {
  if (state === 'PAID') return 'PAID'
  if (state === 'DRAFT') return 'UNPAID'
  const total = row.totalPrice.totalGrossAmount
  if (state !== 'OPEN' || open === null || total === null) return 'UNKNOWN'
  if (new Big(open).eq(0)) return 'PAID'
  if (row.credit) return new Big(open).abs().lt(total) ? 'PARTIAL' : 'UNPAID'
  if (row.dueDate && dayAt(row.dueDate) < today) return 'OVERDUE'
  return new Big(open).lt(total) ? 'PARTIAL' : 'UNPAID'
}

/** A voucher of bookkeeping in the words of a document; what goods it is about is not in it. */
export function asDocument(row: BookedRow): DocumentRow {
  const { totalGrossAmount: gross, totalTaxAmount: tax } = row
  const none = { name: null, description: null, quantity: null, unitName: null, discountPercentage: null }
  return {
    ...row,
    credit: row.type === 'salescreditnote',
    expirationDate: null,
    address: { contactId: row.contactId, name: null },
    lineItems: row.voucherItems.map(({ amount }) => ({
      ...none,
      id: null,
      type: 'custom',
      unitPrice: null,
      lineItemAmount: amount,
    })),
    totalPrice: {
      totalNetAmount: gross && tax && new Big(gross).minus(tax).toFixed(),
      totalGrossAmount: gross,
      totalTaxAmount: tax,
      totalDiscountAbsolute: null,
      totalDiscountPercentage: null,
    },
    taxConditions: { taxType: row.taxType },
    relatedVouchers: [],
    title: null,
    introduction: null,
  }
}

/**
 * An invoice or credit note; `open` is what is still to be paid or given back, `today` decides what is overdue. The
 * amounts of a credit note are not negative, and its balance is the credit that is left.
 */
export function toInvoice(row: DocumentRow, beside: Beside, open: string | null, today: string): Invoice {
  const state = INVOICES[row.voucherStatus ?? ''] ?? 'UNKNOWN'
  const orders = row.relatedVouchers.filter(({ voucherType }) => voucherType === 'orderconfirmation')
  return {
    ...head(row, beside),
    type: row.credit ? 'CREDIT_NOTE' : 'INVOICE',
    state,
    payment: paid(state, row, open, today),
    orders: orders.map(({ id, voucherNumber }) => voucherNumber ?? id),
    issuedOn: row.voucherDate && dayAt(row.voucherDate),
    dueOn: row.dueDate && dayAt(row.dueDate),
    tax: euros(row.totalPrice.totalTaxAmount),
    balance: euros(open && row.credit ? new Big(open).abs().toFixed() : open),
  }
}

const QUOTES: Record<string, Quote['state']> = {
  draft: 'DRAFT',
  open: 'SENT',
  accepted: 'ACCEPTED',
  rejected: 'REJECTED',
}

/** A quotation as a quote; one whose last day is before `today` has expired. */
export function toQuote(row: DocumentRow, beside: Beside, today: string): Quote {
  const until = row.expirationDate && dayAt(row.expirationDate)
  const state = QUOTES[row.voucherStatus ?? ''] ?? 'UNKNOWN'
  const { totalDiscountPercentage: percent, totalDiscountAbsolute: amount } = row.totalPrice
  const reductions = [
    ...(percent && !new Big(percent).eq(0) ? [{ percent }] : []),
    ...(amount && !new Big(amount).eq(0) ? [{ amount: { amount, currency: 'EUR' } }] : []),
  ]
  return {
    ...head(row, beside),
    title: row.title,
    state: state === 'SENT' && until && until < today ? 'EXPIRED' : state,
    issuedOn: row.voucherDate && dayAt(row.voucherDate),
    validUntil: until,
    paymentTerms: row.paymentConditions?.paymentTermLabel ?? null,
    note: withoutRef(row.remark),
    discounts: reductions,
  }
}

/** What settles an invoice with money; credit notes, discounts, dunning costs and losses settle it too. */
const MONEY = ['manualPayment', 'partPaymentFinancialTransaction', 'partPaymentCashBox']

/** Money that came in for an invoice: https://developers.lexware.io/docs/ (payments) */
export function toPayments(invoice: string, { paymentItems }: PaymentsRow): Payment[] {
  return paymentItems.flatMap((one, at) => {
    const kind = one.paymentItemType
    if (!MONEY.includes(kind ?? '')) return []
    const amount = euros(one.amount)
    return [
      {
        id: `${invoice}:${at}`,
        amount,
        paidOn: dayAt(one.postingDate),
        nativeStatus: kind,
        allocations: [{ invoice, amount }],
      },
    ]
  })
}
