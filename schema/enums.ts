import { registerEnumType } from 'type-graphql'

function closed<const T extends readonly string[]>(name: string, description: string, values: T) {
  const members = Object.fromEntries(values.map((value) => [value, value])) as { [K in T[number]]: K }
  registerEnumType(members, { name, description })
  return members
}

/** How a live answer came about. */
export const ReadStatus = closed(
  'ReadStatus',
  'LIVE: asked just now. CACHED: young enough. STALE: the ERP did not answer in time, an older value is shown. UNAVAILABLE: nothing is known, see problem.',
  ['LIVE', 'CACHED', 'STALE', 'UNAVAILABLE'],
)
export type ReadStatus = keyof typeof ReadStatus

/** What kind of thing an item is. */
export const ItemType = closed('ItemType', 'What kind of thing an item is.', [
  'GOODS',
  'SERVICE',
  'KIT',
  'UNKNOWN',
])
export type ItemType = keyof typeof ItemType

/** Where an order stands as a document. */
export const OrderStatus = closed(
  'OrderStatus',
  "Where an order stands as a document; the ERP's own word is in nativeStatus.",
  [
    'DRAFT',
    'PENDING_APPROVAL',
    'OPEN',
    'PARTIALLY_FULFILLED',
    'FULFILLED',
    'INVOICED',
    'CLOSED',
    'CANCELLED',
    'UNKNOWN',
  ],
)
export type OrderStatus = keyof typeof OrderStatus

/** How much of an order was delivered. */
export const FulfilmentStatus = closed('FulfilmentStatus', 'How much of an order was delivered.', [
  'NONE',
  'PARTIAL',
  'FULL',
  'UNKNOWN',
])
export type FulfilmentStatus = keyof typeof FulfilmentStatus

/** How much of an order was invoiced. */
export const InvoicingStatus = closed('InvoicingStatus', 'How much of an order was invoiced.', [
  'NONE',
  'PARTIAL',
  'FULL',
  'UNKNOWN',
])
export type InvoicingStatus = keyof typeof InvoicingStatus

/** How much was paid. */
export const PaymentStatus = closed('PaymentStatus', 'How much was paid.', [
  'UNPAID',
  'PARTIAL',
  'PAID',
  'OVERDUE',
  'REVERSED',
  'UNKNOWN',
])
export type PaymentStatus = keyof typeof PaymentStatus

/** Where an invoice stands as a document. */
export const InvoiceStatus = closed('InvoiceStatus', 'Where an invoice stands as a document.', [
  'DRAFT',
  'OPEN',
  'PAID',
  'VOID',
  'CREDITED',
  'UNKNOWN',
])
export type InvoiceStatus = keyof typeof InvoiceStatus

/** What an invoice document is. */
export const InvoiceType = closed('InvoiceType', 'What an invoice document is.', [
  'INVOICE',
  'CREDIT_NOTE',
  'UNKNOWN',
])
export type InvoiceType = keyof typeof InvoiceType

/** Where a quote stands. Only ACCEPTED becomes an order. */
export const QuoteStatus = closed('QuoteStatus', 'Where a quote stands. Only ACCEPTED becomes an order.', [
  'DRAFT',
  'PENDING_APPROVAL',
  'SENT',
  'ACCEPTED',
  'REJECTED',
  'EXPIRED',
  'CANCELLED',
  'UNKNOWN',
])
export type QuoteStatus = keyof typeof QuoteStatus

/** What an address is used for. */
export const AddressType = closed('AddressType', 'What an address is used for.', [
  'BILLING',
  'SHIPPING',
  'OTHER',
])
export type AddressType = keyof typeof AddressType

/** Whether something can be had, without saying how much of it there is. */
export const Availability = closed(
  'Availability',
  'Whether something can be had, without saying how much of it there is. UNKNOWN: no quantity is known.',
  ['IN_STOCK', 'LOW_STOCK', 'OUT_OF_STOCK', 'UNKNOWN'],
)
export type Availability = keyof typeof Availability
