import type { CustomerInput, InvoiceInput, OrderInput, PaymentInput } from '../connector.ts'

/** What an order operation keeps of its request: hub ids, resolved to the ERP's own at the moment of sending. */
export type StoredOrder = Omit<OrderInput, 'customer'> & { customer: string }
/** What a customer operation keeps of its request; `isNative`: it is in the ERP's own words already. */
export type StoredCustomer = CustomerInput & { customer: string; isNative?: true }
/** What an invoice operation keeps of its request: hub ids of the customer and the order. */
export type StoredInvoice = Omit<InvoiceInput, 'customer' | 'order'> & {
  customer: string
  order: string | null
}
/** What a payment operation keeps of its request: hub ids of the customer and the invoices. */
export type StoredPayment = Omit<PaymentInput, 'customer'> & { customer: string }
/** What an operation keeps of its request. */
export type Stored = StoredOrder | StoredCustomer | StoredInvoice | StoredPayment
