import Big from 'big.js'
import { binOf, move } from './catalog.ts'
import { type Row, decimal, table, text } from './meta.ts'
import { refuse } from './raised.ts'
import { head, lines, sum, totals } from './selling.ts'
import type { Behaviour, Site } from './site.ts'

/** What "status" says of a submitted order. */
export function orderStatus(row: Row): string {
  if (row.docstatus === 0) return 'Draft'
  if (row.docstatus === 2) return 'Cancelled'
  const [delivered, billed] = [
    new Big(decimal(row, 'per_delivered')).gte(100),
    new Big(decimal(row, 'per_billed')).gte(100),
  ]
  return delivered && billed
    ? 'Completed'
    : delivered
      ? 'To Bill'
      : billed
        ? 'To Deliver'
        : 'To Deliver and Bill'
}

function oncePerPurchaseOrder(site: Site, row: Row): void {
  const number = text(row, 'po_no')
  if (!number || site.find('Selling Settings', 'Selling Settings')?.allow_multiple_sales_orders === 1) return
  const other = site
    .rows('Sales Order')
    .find(
      (one) =>
        one.name !== row.name && one.po_no === number && one.customer === row.customer && one.docstatus !== 2,
    )
  if (!other) return
  const bold = (words: string) => `<strong>${words}</strong>`
  refuse(
    `Sales Order ${bold(text(other, 'name'))} already exists against Customer's Purchase Order ${bold(number)}. To allow multiple Sales Orders, Enable ${bold("'Allow Multiple Sales Orders Against a Customer's Purchase Order'")} in <a href="http://127.0.0.1:8300/app/selling-settings/Selling%20Settings">Selling Settings</a>`,
  )
}

function reserve(site: Site, row: Row, sign: 1 | -1): void {
  for (const part of table(row, 'items')) {
    if (part.is_stock_item !== 1) continue
    binOf(site, text(part, 'item_code'), text(part, 'warehouse'))
    move(
      site,
      text(part, 'item_code'),
      text(part, 'warehouse'),
      'reserved_qty',
      new Big(decimal(part, 'stock_qty')).times(sign).toFixed(),
    )
  }
}

function withinCredit(site: Site, row: Row): void {
  const customer = site.get('Customer', text(row, 'customer'))
  const limit = table(customer, 'credit_limits').find(
    (one) => one.company === row.company && one.bypass_credit_limit_check !== 1,
  )
  if (!limit || new Big(decimal(limit, 'credit_limit')).eq(0)) return
  const open = site
    .rows('Sales Invoice')
    .filter((one) => one.customer === customer.name && one.docstatus === 1)
  const owed = sum(open, 'outstanding_amount').plus(decimal(row, 'base_grand_total'))
  if (owed.lte(decimal(limit, 'credit_limit'))) return
  refuse(
    `Credit limit has been crossed for customer ${text(customer, 'name')} (${owed.toFixed()}/${decimal(limit, 'credit_limit')})`,
  )
}

/** Sales orders. */
export const order: Behaviour = {
  links: {
    company: ['Company', 'Company'],
    currency: ['Currency', 'Currency'],
    selling_price_list: ['Price List', 'Price List'],
    payment_terms_template: ['Payment Terms Template', 'Payment Terms Template'],
    shipping_address_name: ['Address', 'Shipping Address'],
    'items.item_code': ['Item', 'Item Code'],
    'items.uom': ['UOM', 'UOM'],
    'items.warehouse': ['Warehouse', 'Warehouse'],
  },
  validate(site, row) {
    head(site, row, 'Sales Order')
    const on = text(row, 'transaction_date') || site.today()
    row.transaction_date = on
    lines(site, row, on, 'Sales Order')
    const dates = table(row, 'items')
      .map((part) => text(part, 'delivery_date'))
      .filter(Boolean)
      .sort()
    if (dates.length < table(row, 'items').length) refuse('Please enter Delivery Date')
    row.delivery_date ??= dates.at(-1) ?? null
    if (text(row, 'delivery_date') < on) refuse('Expected Delivery Date should be after Sales Order Date')
    totals(row, on)
    oncePerPurchaseOrder(site, row)
    row.status = 'Draft'
  },
  name: (site, row) => site.series(text(row, 'naming_series')),
  submitted(site, row) {
    withinCredit(site, row)
    row.status = orderStatus(row)
    reserve(site, row, 1)
  },
  cancelled(site, row) {
    if (row.status === 'Closed') refuse('Closed order cannot be cancelled. Unclose to cancel.')
    site.linked('Sales Order', text(row, 'name'))
    row.status = 'Cancelled'
    reserve(site, row, -1)
  },
  open: ['delivery_date', 'po_no', 'po_date', 'title', 'terms'],
}

/** Quotations. */
export const quotation: Behaviour = {
  validate(site, row) {
    row.quotation_to ??= 'Customer'
    head(site, row, 'Quotation')
    const on = text(row, 'transaction_date') || site.today()
    row.transaction_date = on
    row.title ??= '{customer_name}'
    lines(site, row, on, 'Quotation')
    totals(row, on)
    row.status = 'Draft'
  },
  name: (site) => site.series('SAL-QTN-.YYYY.-'),
  submitted(_site, row) {
    row.status = 'Open'
  },
  cancelled(_site, row) {
    row.status = 'Cancelled'
  },
  open: [],
}
