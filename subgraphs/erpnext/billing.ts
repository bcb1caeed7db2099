import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { InvoiceInput, PaymentInput, Write } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { buyer, currencyOf, documentLines } from './lines.ts'
import { type Connection, children } from './read.ts'
import * as rows from './rows.ts'
import { dayIn } from './time.ts'
import { asHtml } from './words.ts'
import { decimal, submitting } from './writes.ts'

async function invoiceBody(connection: Connection, input: InvoiceInput, ref: string): Promise<object> {
  const { setup, config } = connection
  const [customer, { name: company }, zone] = await Promise.all([
    buyer(connection, input.customer),
    setup.company(),
    setup.zone(),
  ])
  const on = input.issuedOn ?? dayIn(zone)
  const currency = await currencyOf(connection, input.currency, customer)
  const { items, fixed } = await documentLines(connection, input.lines, {
    customer: customer.name,
    on,
    currency,
  })
  const ordered = input.order
    ? ((await children(connection, 'Sales Order Item', 'Sales Order', rows.orderLine, [input.order])).get(
        input.order,
      ) ?? [])
    : []
  if (input.order && ordered.length === 0)
    throw new ErpError('NOT_FOUND', `ERPNext has no order "${input.order}".`, { field: 'order' })
  const left = [...ordered]
  const billing = (at: number): object => {
    const code = input.lines[at]?.item ?? input.lines[at]?.sku
    const found = left.findIndex((line) => line.item_code === code)
    const [line] = found < 0 ? [] : left.splice(found, 1)
    return line ? { sales_order: line.parent, so_detail: line.name } : {}
  }
  return {
    customer: customer.name,
    company,
    posting_date: on,
    set_posting_time: 1,
    ...(input.number ? { remarks: input.number } : {}),
    ...(input.dueOn ? { due_date: input.dueOn } : {}),
    ...(currency ? { currency } : {}),
    ignore_pricing_rule: fixed ? 1 : 0,
    ...(input.note ? { [config.noteField]: asHtml(input.note) } : {}),
    [config.referenceField]: ref,
    items: items.map((item, at) => ({ ...item, ...billing(at) })),
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

async function paymentBody(
  { client, setup, config }: Connection,
  input: PaymentInput,
  ref: string,
): Promise<object> {
  const [first] = input.allocations
  if (!first)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'ERPNext needs an invoice that is paid.', {
      field: 'allocations',
    })
  const paid = decimal(input.amount.amount, 'amount')
  const settled = input.allocations.reduce(
    (sum, { amount }) => sum.plus(decimal(amount.amount, 'allocations')),
    new Big(0),
  )
  if (paid.lte(0) || settled.gt(paid))
    throw new ErpError('VALIDATION', 'More is allocated than was paid.', { field: 'allocations' })
  const { currency } = await setup.company()
  if (currency && input.amount.currency !== currency) {
    throw new ErpError(
      'NOT_SUPPORTED',
      `A payment in ${input.amount.currency} needs an exchange rate; book it in ERPNext.`,
      { field: 'amount' },
    )
  }
  // The ERP proposes the accounts; nothing is written by asking.
  const accounts = await client.ask(
    'erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry',
    template,
    { dt: 'Sales Invoice', dn: first.invoice },
  )
  const amount = exactNumber(paid.toFixed())
  return {
    payment_type: 'Receive',
    company: accounts.company,
    party_type: 'Customer',
    party: input.customer,
    posting_date: input.paidOn,
    paid_from: accounts.paid_from,
    paid_to: accounts.paid_to,
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
