import Big from 'big.js'
import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address, DocumentLine, Money } from '../../schema/index.ts'
import type { Credit, Customer, Invoice, Item, Order, Payment, Quote } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Row } from './answer.ts'
import { unitIn } from './words.ts'
import { address, customer, invoice, item, line, order, payment, quote } from './shapes.ts'

/** What mapping needs to know of the connection. */
export interface Words {
  /** The ERP's words for units -> Rec 20. */
  units: Record<string, string>
  /** The house currency, or null. */
  currency: string | null
  /** Native status -> canonical, by kind of document. */
  statuses: Record<string, Record<string, string>>
}

function money(value: string | null, code: string | null, words: Words): Money | null {
  if (value === null) return null
  const known = code ?? words.currency
  if (!known) throw new ErpError('BAD_ANSWER', 'An amount has no currency.', { field: 'currencyCode' })
  return { amount: value, currency: known }
}

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

function country(code: string | null): string | null {
  return code && /^[A-Z]{2}$/.test(code) && regions.of(code) !== undefined ? code : null
}

function fits(pattern: RegExp, value: string | null): string | null {
  return value !== null && pattern.test(value) ? value : null
}

function toAddress(one: z.output<typeof address>): Address {
  const { type, name, street, street2, postalCode, city, region, countryCode } = one
  return {
    type: type === 'BILLING' || type === 'SHIPPING' ? type : 'OTHER',
    name,
    lines: [street, street2].filter((part) => part !== null),
    postalCode,
    city,
    region,
    country: country(countryCode),
  }
}

/** Fields that the manifest maps for this company alone. */
function custom(row: Record<string, unknown>) {
  const own = Object.entries(row).filter(([name, value]) => name.startsWith('$custom.') && value !== null)
  if (own.length === 0) return null
  return own.map(([name, value]) => ({
    key: name.slice('$custom.'.length),
    value: typeof value === 'object' ? JSON.stringify(value) : String(value),
  }))
}

function toLine(one: z.output<typeof line>, code: string | null, words: Words): DocumentLine {
  const { discountPercentage: percent } = one
  return {
    id: one.id,
    sku: one.sku,
    item: one.itemId ?? one.sku,
    description: one.description,
    quantity: one.quantity,
    unit: unitIn(words.units, one.unit),
    unitPrice: money(one.unitPrice, code, words),
    discounts: percent === null || Number(percent) === 0 ? null : [{ percent }],
    net: money(one.netAmount, code, words),
    warehouse: one.warehouseCode,
    delivered: one.shippedQuantity,
    invoiced: one.invoicedQuantity,
  }
}

/** The canonical word for a native status; UNKNOWN where nobody has mapped it. */
function statusOf(native: string | null, map: Record<string, string> | undefined): string {
  if (native === null) return 'UNKNOWN'
  return (map && (Object.hasOwn(map, native) ? map[native] : undefined)) ?? (map ? 'UNKNOWN' : native)
}

function oneOf<const T extends string>(value: string, words: readonly T[]): T | 'UNKNOWN' {
  return words.find((one) => one === value) ?? 'UNKNOWN'
}

/** How much of the lines is done: shipped or invoiced; null where the ERP does not say. */
function share(lines: z.output<typeof line>[] | undefined, part: 'shippedQuantity' | 'invoicedQuantity') {
  if (!lines?.length || lines.some((one) => one[part] === null || one.quantity === null)) return null
  const done = lines.filter((one) => new Big(one[part] ?? 0).gte(one.quantity ?? 0))
  if (done.length === lines.length) return 'FULL'
  return lines.some((one) => new Big(one[part] ?? 0).gt(0)) ? 'PARTIAL' : 'NONE'
}

const ORDER = [
  'DRAFT',
  'PENDING_APPROVAL',
  'OPEN',
  'PARTIALLY_FULFILLED',
  'FULFILLED',
  'INVOICED',
  'CLOSED',
  'CANCELLED',
] as const
const QUOTE = ['DRAFT', 'PENDING_APPROVAL', 'SENT', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CANCELLED'] as const
const KINDS: Record<string, 'GOODS' | 'SERVICE' | 'KIT'> = {
  INVENTORY: 'GOODS',
  NON_INVENTORY: 'GOODS',
  SERVICE: 'SERVICE',
  KIT: 'KIT',
}

/** An item; `key` says which field ids are asked by. */
export function toItem(row: Row, words: Words, key: 'externalId' | 'sku'): Item {
  const one = shaped(item, good(row), 'The product')
  return {
    id: one[key],
    sku: one.sku,
    name: one.name,
    description: one.description,
    type: one.type === null ? null : (KINDS[one.type] ?? 'UNKNOWN'),
    unit: unitIn(words.units, one.unit),
    nativeUnit: one.unit,
    active: one.status === null ? null : one.status === 'ACTIVE',
    barcode: one.gtin,
    categories: one.categories?.filter((name) => name !== '') ?? null,
    minimumQuantity: one.minimumOrderQuantity,
    leadTimeDays: one.leadTimeDays ?? null,
    listPrice: money(one.listPrice, one.currencyCode, words),
    customAttributes: custom(one),
    updatedAt: one.updatedAt,
  }
}

/** A customer. */
export function toCustomer(row: Row, words: Words): Customer {
  const one = shaped(customer, good(row), 'The customer')
  const addresses = one.addresses?.map(toAddress) ?? null
  return {
    id: one.externalId,
    number: one.number,
    name: one.name,
    email: fits(/^[^\s@]{1,64}@[^\s@]{1,190}$/, one.email),
    phone: fits(/^[+\d][\d\s()./-]{2,30}$/, one.phone),
    taxId: one.taxId,
    country: country(one.countryCode) ?? addresses?.find((place) => place.country)?.country ?? null,
    currency: one.currencyCode ?? words.currency,
    group: one.group,
    paymentTerms: one.paymentTermsCode,
    addresses,
    active: one.blocked === null || one.blocked === undefined ? null : !one.blocked,
    customAttributes: custom(one),
    updatedAt: one.updatedAt,
  }
}

/** What the customer record says about credit; balances are not part of it. */
export function toCredit(row: Row, words: Words): Credit {
  const one = shaped(customer, good(row), 'The customer')
  return {
    limit: money(one.creditLimit, one.currencyCode, words),
    balance: null,
    available: null,
    onHold: one.blocked ?? null,
  }
}

/** An order. */
export function toOrder(row: Row, words: Words): Order {
  const one = shaped(order, good(row), 'The order')
  const code = one.currencyCode ?? words.currency
  return {
    id: one.externalId,
    number: one.number,
    reference: one.reference,
    purchaseOrderNumber: one.purchaseOrderNumber,
    customer: one.customerId,
    customerName: one.customerName,
    state: oneOf(statusOf(one.status, words.statuses.order), ORDER),
    nativeStatus: one.status,
    fulfilment: share(one.lines, 'shippedQuantity'),
    invoicing: share(one.lines, 'invoicedQuantity'),
    orderedOn: one.orderDate,
    requestedDelivery: one.requestedDate,
    currency: code,
    paymentTerms: one.paymentTermsCode,
    shipTo: one.shipTo ? toAddress(one.shipTo) : null,
    note: one.note,
    lines: one.lines?.map((each) => toLine(each, code, words)) ?? null,
    net: money(one.totalNet, code, words),
    tax: money(one.totalTax, code, words),
    total: money(one.totalGross, code, words),
    customAttributes: custom(one),
    updatedAt: one.updatedAt,
  }
}

/** A quote. */
export function toQuote(row: Row, words: Words): Quote {
  const one = shaped(quote, good(row), 'The quote')
  const code = one.currencyCode ?? words.currency
  return {
    id: one.externalId,
    number: one.number,
    state: oneOf(statusOf(one.status, words.statuses.quote), QUOTE),
    nativeStatus: one.status,
    customer: one.customerId,
    customerName: one.customerName,
    currency: code,
    issuedOn: one.orderDate,
    validUntil: one.expiryDate,
    paymentTerms: one.paymentTermsCode,
    note: one.note,
    lines: one.lines?.map((each) => toLine(each, code, words)) ?? null,
    net: money(one.totalNet, code, words),
    total: money(one.totalGross, code, words),
    updatedAt: one.updatedAt,
  }
}

const PAID: Record<string, 'UNPAID' | 'PARTIAL' | 'PAID' | 'OVERDUE'> = {
  PARTIALLY_PAID: 'PARTIAL',
  PAID: 'PAID',
  OVERDUE: 'OVERDUE',
}
const INVOICE: Record<string, 'DRAFT' | 'OPEN' | 'PAID' | 'VOID'> = {
  DRAFT: 'DRAFT',
  OPEN: 'OPEN',
  SENT: 'OPEN',
  PARTIALLY_PAID: 'OPEN',
  OVERDUE: 'OPEN',
  PAID: 'PAID',
  VOID: 'VOID',
  CANCELLED: 'VOID',
}

function paidOf(open: string | null, total: string | null) {
  if (open === null) return null
  if (new Big(open).lte(0)) return 'PAID'
  return total !== null && new Big(open).lt(total) ? 'PARTIAL' : 'UNPAID'
}

/** An invoice. Where the status says nothing of payments, the open amount does. */
export function toInvoice(row: Row, words: Words): Invoice {
  const one = shaped(invoice, good(row), 'The invoice')
  const code = one.currencyCode ?? words.currency
  const status = statusOf(one.status, words.statuses.invoice)
  return {
    id: one.externalId,
    number: one.number,
    state: INVOICE[status] ?? 'UNKNOWN',
    nativeStatus: one.status,
    payment: PAID[status] ?? paidOf(one.openAmount, one.totalGross),
    customer: one.customerId,
    customerName: one.customerName,
    orders: one.orderReferences ?? null,
    issuedOn: one.issueDate,
    dueOn: one.dueDate,
    currency: code,
    lines: one.lines?.map((each) => toLine(each, code, words)) ?? null,
    net: money(one.totalNet, code, words),
    tax: money(one.totalTax, code, words),
    total: money(one.totalGross, code, words),
    balance: money(one.openAmount, code, words),
    dunningLevel: one.dunningLevel,
    updatedAt: one.updatedAt,
  }
}

/** A payment. */
export function toPayment(row: Row, words: Words): Payment {
  const one = shaped(payment, good(row), 'The payment')
  return {
    id: one.externalId,
    number: one.number,
    customer: one.customerId,
    amount: money(one.amount, one.currencyCode, words),
    paidOn: one.date,
    nativeStatus: one.status,
    allocations:
      one.allocations?.map((each) => ({
        invoice: each.invoiceId,
        amount: money(each.amount, one.currencyCode, words),
      })) ?? null,
    updatedAt: one.updatedAt,
  }
}

/** The record itself; throws where it could not be read. */
export function good(row: Row): Record<string, unknown> {
  if (row instanceof ErpError) throw row
  return row
}
