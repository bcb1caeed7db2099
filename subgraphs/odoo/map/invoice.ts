import { z } from 'zod'
import type { DocumentLine, InvoiceStatus, InvoiceType, PaymentStatus } from '../../../schema/index.ts'
import type { Invoice, Payment } from '../../connector.ts'
import { shaped } from '../../shape.ts'
import { day, decimal, id, many, namesOf, one, text, time } from '../shapes.ts'
import type { Row } from '../setup.ts'
import { unitCode } from '../units.ts'

const schema = z.object({
  id,
  name: text,
  ref: text,
  invoice_origin: text,
  move_type: text,
  state: text,
  payment_state: text,
  partner_id: one,
  invoice_date: day,
  invoice_date_due: day,
  currency_id: one,
  amount_untaxed: decimal,
  amount_tax: decimal,
  amount_total: decimal,
  amount_residual: decimal,
  write_date: time,
})

const line = z.object({
  id,
  move_id: one,
  product_id: one,
  name: text,
  quantity: decimal,
  product_uom_id: one,
  price_unit: decimal,
  discount: decimal,
  price_subtotal: decimal,
})

/** What is read of `account.move`. */
export const INVOICE_FIELDS = namesOf(schema)
/** What is read of `account.move.line`. */
export const INVOICE_LINE_FIELDS = namesOf(line)

const PAYMENTS: Record<string, PaymentStatus> = {
  not_paid: 'UNPAID',
  in_payment: 'PAID',
  paid: 'PAID',
  partial: 'PARTIAL',
  reversed: 'REVERSED',
  blocked: 'UNPAID',
}

const TYPES: Record<string, InvoiceType> = { out_invoice: 'INVOICE', out_refund: 'CREDIT_NOTE' }

type Native = z.output<typeof schema>

function stateOf({ state, payment_state: payment }: Native): InvoiceStatus {
  if (state === 'draft') return 'DRAFT'
  if (state === 'cancel') return 'VOID'
  if (state !== 'posted') return 'UNKNOWN'
  if (payment === 'reversed') return 'CREDITED'
  return PAYMENTS[payment ?? ''] === 'PAID' ? 'PAID' : 'OPEN'
}

function paymentOf(move: Native, today: string): PaymentStatus {
  const status = PAYMENTS[move.payment_state ?? ''] ?? 'UNKNOWN'
  const late = move.state === 'posted' && move.invoice_date_due !== null && move.invoice_date_due < today
  return late && (status === 'UNPAID' || status === 'PARTIAL') ? 'OVERDUE' : status
}

/** How far a set of invoices is paid; null without any. */
export function paymentOfAll(rows: Row[]): PaymentStatus | null {
  const states = new Set(rows.map((row) => PAYMENTS[String(row.payment_state)] ?? 'UNKNOWN'))
  if (states.size === 0) return null
  const [only] = states
  return states.size === 1 && only ? only : 'PARTIAL'
}

/** What an invoice's row needs beside itself; `today` decides what is overdue. */
export interface InvoiceAround {
  lines: Row[]
  skus: Map<string, string | null>
  units: Record<string, string>
  today: string
}

function toLine(
  row: Row,
  skus: InvoiceAround['skus'],
  units: InvoiceAround['units'],
  currency: string,
): DocumentLine {
  const native = shaped(line, row, 'account.move.line')
  return {
    id: native.id,
    sku: skus.get(native.product_id?.id ?? '') ?? null,
    item: native.product_id?.id ?? null,
    description: native.name,
    quantity: native.quantity,
    unit: native.product_uom_id && unitCode(native.product_uom_id.name, units),
    unitPrice: { amount: native.price_unit, currency },
    discounts: native.discount === '0' ? [] : [{ percent: native.discount }],
    net: { amount: native.price_subtotal, currency },
  }
}

/** A customer invoice or credit note. A draft has no number yet: Odoo writes "/" or nothing. */
export function toInvoice(row: Row, { lines, skus, units, today }: InvoiceAround): Invoice {
  const move = shaped(schema, row, 'account.move')
  const currency = move.currency_id?.name ?? ''
  const money = (amount: string) => ({ amount, currency })
  return {
    id: move.id,
    number: move.name === '/' ? null : move.name,
    type: TYPES[move.move_type ?? ''] ?? 'UNKNOWN',
    state: stateOf(move),
    nativeStatus: [move.state, move.payment_state].filter(Boolean).join(' / '),
    payment: paymentOf(move, today),
    customer: move.partner_id?.id ?? null,
    customerName: move.partner_id?.name ?? null,
    orders: move.invoice_origin?.split(',').map((name) => name.trim()) ?? [],
    issuedOn: move.invoice_date,
    dueOn: move.invoice_date_due,
    currency,
    lines: lines.map((each) => toLine(each, skus, units, currency)),
    net: money(move.amount_untaxed),
    tax: money(move.amount_tax),
    total: money(move.amount_total),
    balance: money(move.amount_residual),
    updatedAt: move.write_date,
  }
}

const payment = z.object({
  id,
  name: text,
  partner_id: one,
  amount: decimal,
  currency_id: one,
  date: day,
  state: text,
  reconciled_invoice_ids: many,
  write_date: time,
})

/** What is read of `account.payment`. */
export const PAYMENT_FIELDS = namesOf(payment)

/** A payment received. Odoo does not tell how much of it went to which invoice. */
export function toPayment(row: Row): Payment {
  const native = shaped(payment, row, 'account.payment')
  return {
    id: native.id,
    number: native.name === '/' ? null : native.name,
    customer: native.partner_id?.id ?? null,
    amount: { amount: native.amount, currency: native.currency_id?.name ?? '' },
    paidOn: native.date,
    nativeStatus: native.state,
    allocations: native.reconciled_invoice_ids.map((invoice) => ({ invoice })),
    updatedAt: native.write_date,
  }
}
