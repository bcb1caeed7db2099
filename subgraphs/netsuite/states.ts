import type { InvoiceStatus, OrderStatus, PaymentStatus, QuoteStatus } from '../../schema/index.ts'

/** Sales order letters (Pending Approval, Pending Fulfillment, …) in canonical words. */
const ORDERS: Record<string, OrderStatus> = {
  A: 'PENDING_APPROVAL',
  B: 'OPEN',
  C: 'CANCELLED',
  D: 'PARTIALLY_FULFILLED',
  E: 'PARTIALLY_FULFILLED',
  F: 'FULFILLED',
  G: 'INVOICED',
  H: 'CLOSED',
  Y: 'OPEN',
}
const INVOICES: Record<string, InvoiceStatus> = { A: 'OPEN', B: 'PAID', V: 'VOID', D: 'DRAFT', E: 'DRAFT' }
const CREDITS: Record<string, InvoiceStatus> = { A: 'OPEN', B: 'CREDITED', V: 'VOID', D: 'DRAFT', E: 'DRAFT' }
const QUOTES: Record<string, QuoteStatus> = {
  A: 'SENT',
  B: 'ACCEPTED',
  C: 'CANCELLED',
  V: 'CANCELLED',
  X: 'EXPIRED',
}

/** "B" from "B" or "SalesOrd:B": releases differ in what a query gives. */
export function letterOf(native: string): string {
  return native.slice(native.lastIndexOf(':') + 1)
}

/**
 * Where an order stands. NetSuite has no cancel over REST: an order whose lines were all closed with nothing
 * delivered or billed counts as cancelled. `own` is what an operator says of a letter.
 */
export function orderState(native: string, touched: boolean, own: Record<string, OrderStatus>): OrderStatus {
  const letter = letterOf(native)
  if (own[letter]) return own[letter]
  if (letter === 'H' && !touched) return 'CANCELLED'
  return ORDERS[letter] ?? 'UNKNOWN'
}

/** Where an invoice or a credit memo stands. */
export function invoiceState(native: string, credit: boolean): InvoiceStatus {
  return (credit ? CREDITS : INVOICES)[letterOf(native)] ?? 'UNKNOWN'
}

/** Where an estimate stands. */
export function quoteState(native: string): QuoteStatus {
  return QUOTES[letterOf(native)] ?? 'UNKNOWN'
}

/** How much of an invoice was paid; amounts as decimals without sign. A voided one leaves nothing open, unpaid. */
export function paymentState(
  state: InvoiceStatus,
  paid: string | null,
  open: string | null,
  dueOn: string | null,
  today: string,
): PaymentStatus {
  if (state === 'VOID') return 'REVERSED'
  if (open === null) return 'UNKNOWN'
  if (Number(open) === 0) return 'PAID'
  if (dueOn !== null && dueOn < today) return 'OVERDUE'
  return paid !== null && Number(paid) > 0 ? 'PARTIAL' : 'UNPAID'
}
