import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { InvoiceInput, PaymentInput, Write } from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import { exactNumber } from '../json.ts'
import { buyer, currencyOf, documentLines } from './lines.ts'
import { type Connection, children } from './read.ts'
import * as shapes from './shapes.ts'
import { dayIn } from './time.ts'
import { asHtml } from './words.ts'
import { decimal, submitting } from './writes.ts'

/** For each line the row of the order that it bills, each row once. */
async function billedRows(connection: Connection, { order, lines }: InvoiceInput): Promise<object[]> {
  if (!order) return lines.map(() => ({}))
  const found = await children(connection, 'Sales Order Item', 'Sales Order', shapes.orderLine, [order])
  const left = [...(found.get(order) ?? [])]
  if (left.length === 0)
    throw new ErpError('NOT_FOUND', `ERPNext has no order "${order}".`, { field: 'order' })
  return lines.map(({ item, sku }) => {
    const at = left.findIndex((row) => row.item_code === (item ?? sku))
    const [row] = at < 0 ? [] : left.splice(at, 1)
    return row ? { sales_order: row.parent, so_detail: row.name } : {}
  })
}

async function invoiceBody(connection: Connection, input: InvoiceInput, ref: string): Promise<object> {
  const { setup, config } = connection
  mustBeInvoice(input, 'ERPNext')
  const customer = await buyer(connection, input.customer)
  const on = input.issuedOn ?? dayIn(await setup.zone())
  const currency = await currencyOf(connection, input.currency, customer)
  const head = { customer: customer.name, on, currency }
  const { items, fixed } = await documentLines(connection, input.lines, head)
  const billed = await billedRows(connection, input)
  return {
    customer: customer.name,
    company: (await setup.company()).name,
    posting_date: on,
    set_posting_time: 1,
    ...(input.number ? { remarks: input.number } : {}),
    ...(input.dueOn ? { due_date: input.dueOn } : {}),
    ...(currency ? { currency } : {}),
    ignore_pricing_rule: fixed ? 1 : 0,
    ...(input.note ? { [config.noteField]: asHtml(input.note) } : {}),
    [config.referenceField]: ref,
    items: items.map((item, at) => ({ ...item, ...billed[at] })),
  }
}

/** Sales invoices: https://docs.frappe.io/erpnext/sales-invoice */
export function invoiceWrite(connection: Connection): Write<InvoiceInput> {
  return submitting(connection, {
    doctype: 'Sales Invoice',
    field: connection.config.referenceField,
    custom: true,
    body: (input, ref) => invoiceBody(connection, input, ref),
  })
}

const template = z.object({ paid_from: z.string(), paid_to: z.string(), company: z.string() })

/** The amount and the first invoice, once both are known to be bookable. */
async function payable({ setup }: Connection, { amount, allocations }: PaymentInput) {
  const [first] = allocations
  const field = 'allocations'
  if (!first)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'ERPNext needs an invoice that is paid.', { field })
  const paid = decimal(amount.amount, 'amount')
  const settled = allocations.reduce((sum, one) => sum.plus(decimal(one.amount.amount, field)), new Big(0))
  if (paid.lte(0) || settled.gt(paid))
    throw new ErpError('VALIDATION', 'More is allocated than was paid.', { field })
  const { currency } = await setup.company()
  if (!currency || amount.currency === currency) return { paid, first }
  const problem = `A payment in ${amount.currency} needs an exchange rate; book it in ERPNext.`
  throw new ErpError('NOT_SUPPORTED', problem, { field: 'amount' })
}

async function paymentBody(connection: Connection, input: PaymentInput, ref: string): Promise<object> {
  const { client, config } = connection
  const { paid, first } = await payable(connection, input)
  // The ERP proposes the accounts; nothing is written by asking.
  const { company, paid_from, paid_to } = await client.ask(
    'erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry',
    template,
    { dt: 'Sales Invoice', dn: first.invoice },
  )
  const amount = exactNumber(paid.toFixed())
  return {
    payment_type: 'Receive',
    company,
    party_type: 'Customer',
    party: input.customer,
    posting_date: input.paidOn,
    paid_from,
    paid_to,
    paid_amount: amount,
    received_amount: amount,
    source_exchange_rate: 1,
    target_exchange_rate: 1,
    reference_no: ref,
    reference_date: input.paidOn,
    ...(input.method ? { mode_of_payment: config.paymentMethods[input.method] ?? input.method } : {}),
    references: input.allocations.map((one) => ({
      reference_doctype: 'Sales Invoice',
      reference_name: one.invoice,
      allocated_amount: exactNumber(decimal(one.amount.amount, 'allocations').toFixed()),
    })),
  }
}

/** Payments: https://docs.frappe.io/erpnext/payment-entry ; its "Cheque/Reference No" keeps our reference. */
export function paymentWrite(connection: Connection): Write<PaymentInput> {
  return submitting(connection, {
    doctype: 'Payment Entry',
    field: 'reference_no',
    custom: false,
    filters: [['payment_type', '=', 'Receive']],
    body: (input, ref) => paymentBody(connection, input, ref),
  })
}
