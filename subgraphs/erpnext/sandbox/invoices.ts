import Big from 'big.js'
import { type Row, decimal, defaultsOf, table, text } from './meta.ts'
import { orderStatus } from './orders.ts'
import { refuse } from './raised.ts'
import { head, lines, sum, totals } from './selling.ts'
import type { Behaviour, Site } from './site.ts'

function billed(site: Site, row: Row, sign: 1 | -1): void {
  for (const part of table(row, 'items')) {
    const of = site.find('Sales Order', text(part, 'sales_order'))
    const target = table(of, 'items').find((one) => one.name === part.so_detail)
    if (!of || !target) continue
    target.billed_amt = new Big(decimal(target, 'billed_amt'))
      .plus(new Big(decimal(part, 'amount')).times(sign))
      .toFixed()
    const share = sum(table(of, 'items'), 'billed_amt')
      .times(100)
      .div(new Big(decimal(of, 'total')).eq(0) ? 1 : decimal(of, 'total'))
    of.per_billed = share.round(2).toFixed()
    of.status = orderStatus(of)
    of.billing_status = share.gte(100) ? 'Fully Billed' : share.gt(0) ? 'Partly Billed' : 'Not Billed'
    of.modified = site.now()
  }
}

/** What "status" says of an invoice. */
export function invoiceStatus(site: Site, row: Row): string {
  const open = new Big(decimal(row, 'outstanding_amount'))
  if (row.docstatus !== 1) return row.docstatus === 0 ? 'Draft' : 'Cancelled'
  if (row.is_return === 1) return 'Return'
  if (open.lte(0)) return 'Paid'
  if (text(row, 'due_date') < site.today()) return 'Overdue'
  return open.lt(decimal(row, 'grand_total')) ? 'Partly Paid' : 'Unpaid'
}

/** Sales invoices. */
export const invoice: Behaviour = {
  links: {
    company: ['Company', 'Company'],
    currency: ['Currency', 'Currency'],
    'items.item_code': ['Item', 'Item Code'],
    'items.sales_order': ['Sales Order', 'Sales Order'],
    'items.warehouse': ['Warehouse', 'Warehouse'],
  },
  validate(site, row) {
    const customer = head(site, row, 'Sales Invoice')
    const on = text(row, 'posting_date') || site.today()
    row.title ??= text(customer, 'customer_name')
    row.posting_date = on
    row.posting_time = site.now().slice(11)
    row.due_date ??= on
    if (text(row, 'due_date') < on) refuse('Due Date cannot be before Posting / Supplier Invoice Date')
    const suffix = ` - ${site.company.abbr}`
    lines(site, row, on, 'Sales Invoice')
    totals(row, text(row, 'due_date'))
    row.po_no ??= ''
    row.remarks ??= 'No Remarks'
    row.debit_to = `Debtors${suffix}`
    row.against_income_account = `Sales${suffix}`
    row.party_account_currency = site.company.currency
    row.outstanding_amount = decimal(row, 'grand_total')
    row.status = 'Draft'
  },
  name: (site, row) => site.series(text(row, 'naming_series')),
  submitted(site, row) {
    row.status = invoiceStatus(site, row)
    billed(site, row, 1)
  },
  cancelled(site, row) {
    site.linked('Sales Invoice', text(row, 'name'))
    row.status = 'Cancelled'
    row.outstanding_amount = '0'
    billed(site, row, -1)
  },
  open: ['po_no', 'terms'],
}

function settle(site: Site, row: Row, sign: 1 | -1): void {
  for (const part of table(row, 'references')) {
    const of = site.find('Sales Invoice', text(part, 'reference_name'))
    if (!of) continue
    of.outstanding_amount = new Big(decimal(of, 'outstanding_amount'))
      .minus(new Big(decimal(part, 'allocated_amount')).times(sign))
      .toFixed()
    of.status = invoiceStatus(site, of)
    of.modified = site.now()
  }
}

/** The accounts of a payment, as the ERP proposes them for an invoice. */
export function proposed(site: Site, of: Row): Row {
  const suffix = ` - ${site.company.abbr}`
  const open = decimal(of, 'outstanding_amount')
  const given = ['paid_amount', 'received_amount', 'base_paid_amount', 'base_received_amount']
  const amounts = given.flatMap((field): [string, string][] => [
    [field, open],
    [`${field}_after_tax`, '0'],
  ])
  return {
    ...defaultsOf('Payment Entry'),
    payment_type: 'Receive',
    posting_date: site.today(),
    company: text(of, 'company'),
    party_type: 'Customer',
    party: text(of, 'customer'),
    party_name: text(of, 'customer_name'),
    paid_from: text(of, 'debit_to'),
    paid_from_account_currency: site.company.currency,
    paid_to: `Cash${suffix}`,
    paid_to_account_currency: site.company.currency,
    ...Object.fromEntries(amounts),
    total_allocated_amount: open,
    base_total_allocated_amount: open,
    unallocated_amount: '0',
    reference_date: site.today(),
    doctype: 'Payment Entry',
    deductions: [],
    taxes: [],
    references: [referenceTo(site, of)],
  }
}

/** A payment's row for all that is open of an invoice. */
function referenceTo(site: Site, of: Row): Row {
  const open = decimal(of, 'outstanding_amount')
  return {
    ...defaultsOf('Payment Entry Reference'),
    modified: site.now(),
    modified_by: site.user,
    docstatus: 0,
    idx: 1,
    reference_doctype: 'Sales Invoice',
    reference_name: text(of, 'name'),
    due_date: text(of, 'due_date'),
    total_amount: decimal(of, 'grand_total'),
    outstanding_amount: open,
    allocated_amount: open,
    account: text(of, 'debit_to'),
    parentfield: 'references',
    parenttype: 'Payment Entry',
    doctype: 'Payment Entry Reference',
    __islocal: 1,
  }
}

/** Payments. */
export const payment: Behaviour = {
  links: {
    party: ['Customer', 'Party'],
    mode_of_payment: ['Mode of Payment', 'Mode of Payment'],
    'references.reference_name': ['Sales Invoice', 'Name'],
  },
  validate(site, row) {
    if (!text(row, 'paid_from') || !text(row, 'paid_to'))
      refuse('Account is mandatory to get payment entries')
    for (const part of table(row, 'references')) {
      const of = site.get('Sales Invoice', text(part, 'reference_name'))
      if (of.customer !== row.party)
        refuse(`Sales Invoice ${text(of, 'name')} is not associated with ${text(row, 'party')}`)
      if (new Big(decimal(part, 'allocated_amount')).gt(decimal(of, 'outstanding_amount'))) {
        refuse(`Row #1: Allocated Amount cannot be greater than outstanding amount.`)
      }
      part.total_amount = decimal(of, 'grand_total')
      part.outstanding_amount = decimal(of, 'outstanding_amount')
    }
    row.party_name = text(site.get('Customer', text(row, 'party')), 'customer_name')
    row.paid_from_account_currency = site.company.currency
    row.paid_to_account_currency = site.company.currency
    const settled = sum(table(row, 'references'), 'allocated_amount')
    row.total_allocated_amount = settled.toFixed()
    row.unallocated_amount = new Big(decimal(row, 'paid_amount')).minus(settled).toFixed()
    row.status = 'Draft'
  },
  name: (site, row) => site.series(text(row, 'naming_series')),
  submitted(site, row) {
    row.status = 'Submitted'
    settle(site, row, 1)
  },
  cancelled(site, row) {
    row.status = 'Cancelled'
    settle(site, row, -1)
  },
  open: [],
}
