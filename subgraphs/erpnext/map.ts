import Big from 'big.js'
import type { Address, Discount, DocumentLine, Money } from '../../schema/index.ts'
import type { Config } from './config.ts'
import type { Customer, Invoice, Item, Order, Payment, Quote } from '../connector.ts'
import type * as rows from './shapes.ts'
import { invoiceState, orderState, quoteState, share } from './states.ts'
import { toUtc } from './time.ts'
import { countryCode, plainText, unitCode } from './words.ts'

/** What every mapping needs to know of the site. */
export interface Site {
  config: Config
  zone: string
  /** The calendar day there. */
  today: string
}

/** An amount, where both parts are known. */
export function money(amount: string | null, currency: string | null): Money | null {
  return amount !== null && currency ? { amount, currency } : null
}

function long(html: string | null): string | null {
  return html ? plainText(html) || null : null
}

/** A telephone number as it may stand in the graph; anything else is left out. */
function phone(text: string | null): string | null {
  return text && /^[+\d][\d\s()./-]{2,30}$/.test(text) ? text : null
}

function email(text: string | null): string | null {
  return text && /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(text) ? text : null
}

/** Whether an item can be sold on a day. */
export function sellable(item: rows.ItemFacts, day: string): boolean {
  const ended = item.end_of_life !== null && item.end_of_life <= day
  return !item.disabled && item.is_sales_item && !item.has_variants && !ended
}

/** The unit in which an item is sold: https://docs.frappe.io/erpnext/item */
export function salesUnit(item: rows.ItemFacts): string {
  return item.sales_uom ?? item.stock_uom
}

/** An item; its list price and barcode come from rows of their own. */
export function toItem(row: rows.ItemRow, site: Site, listPrice: Money | null, barcode: string | null): Item {
  const unit = salesUnit(row)
  return {
    id: row.name,
    sku: row.item_code,
    name: row.item_name,
    description: long(row.description),
    type: row.is_stock_item ? 'GOODS' : 'SERVICE',
    unit: unitCode(unit, site.config.units),
    nativeUnit: unit,
    active: sellable(row, site.today),
    barcode,
    categories: row.item_group ? [row.item_group] : [],
    leadTimeDays: row.lead_time_days === null ? null : Math.max(0, Math.round(Number(row.lead_time_days))),
    listPrice,
    updatedAt: toUtc(row.modified, site.zone),
  }
}

/** A postal address; ERPNext has many types of which two concern us. */
export function toAddress(row: rows.AddressRow): Address {
  const shipping = row.address_type === 'Shipping' || (row.is_shipping_address && !row.is_primary_address)
  const billing = row.address_type === 'Billing' || row.is_primary_address
  return {
    type: shipping ? 'SHIPPING' : billing ? 'BILLING' : 'OTHER',
    name: row.address_title,
    lines: [row.address_line1, row.address_line2].filter((line) => line !== null),
    postalCode: row.pincode,
    city: row.city,
    region: row.state,
    country: countryCode(row.country),
    phone: phone(row.phone),
    email: email(row.email_id),
  }
}

/** A customer with the addresses that are linked to it. */
export function toCustomer(row: rows.CustomerRow, addresses: rows.AddressRow[], site: Site): Customer {
  const primary = addresses.find(({ name }) => name === row.customer_primary_address) ?? addresses[0]
  return {
    id: row.name,
    number: row.name,
    name: row.customer_name,
    email: email(row.email_id),
    phone: phone(row.mobile_no),
    taxId: row.tax_id,
    country: primary ? countryCode(primary.country) : null,
    currency: row.default_currency,
    group: row.customer_group,
    paymentTerms: row.payment_terms,
    addresses: addresses.map(toAddress),
    active: !row.disabled,
    updatedAt: toUtc(row.modified, site.zone),
  }
}

function discounts(row: rows.LineRow, currency: string | null): Discount[] | null {
  if (row.discount_percentage && !new Big(row.discount_percentage).eq(0))
    return [{ percent: row.discount_percentage }]
  const amount =
    row.discount_amount && !new Big(row.discount_amount).eq(0) ? money(row.discount_amount, currency) : null
  return amount ? [{ amount }] : null
}

/** A line; the price before discounts is the list's rate where a discount stands beside it. */
export function toLine(row: rows.LineRow, currency: string | null, site: Site): DocumentLine {
  const reduced = discounts(row, currency)
  const listed = row.price_list_rate && !new Big(row.price_list_rate).eq(0) ? row.price_list_rate : null
  return {
    id: row.name,
    sku: row.item_code,
    item: row.item_code,
    description: long(row.description) ?? row.item_name,
    quantity: row.qty,
    unit: unitCode(row.uom, site.config.units),
    unitPrice: money(reduced && listed ? listed : row.rate, currency),
    discounts: listed ? reduced : null,
    net: money(row.net_amount ?? row.amount, currency),
    warehouse: row.warehouse,
  }
}

/** What belongs to an order besides its own row. */
export interface OrderParts {
  lines: rows.OrderLineRow[]
  shipTo: rows.AddressRow | null
  reference: string | null
  note: string | null
  url: string
}

/** A sales order. */
export function toOrder(row: rows.OrderRow, parts: OrderParts, site: Site): Order {
  const { currency } = row
  const paid = new Big(row.advance_paid ?? 0)
  const payment = paid.lte(0) ? 'UNPAID' : paid.lt(row.grand_total ?? 0) ? 'PARTIAL' : 'PAID'
  return {
    id: row.name,
    number: row.name,
    reference: parts.reference,
    purchaseOrderNumber: row.po_no,
    customer: row.customer,
    customerName: row.customer_name,
    state: orderState(row, site.config),
    nativeStatus: row.status,
    fulfilment: share(row.per_delivered),
    invoicing: share(row.per_billed),
    payment,
    orderedOn: row.transaction_date,
    requestedDelivery: row.delivery_date,
    currency,
    paymentTerms: row.payment_terms_template,
    shipTo: parts.shipTo ? toAddress(parts.shipTo) : null,
    note: long(parts.note),
    lines: parts.lines.map((line) => ({ ...toLine(line, currency, site), delivered: line.delivered_qty })),
    net: money(row.net_total, currency),
    tax: money(row.total_taxes_and_charges, currency),
    total: money(row.grand_total, currency),
    url: parts.url,
    updatedAt: toUtc(row.modified, site.zone),
  }
}

/** An invoice or credit note. "Overdue" is set by a daily job, so it is told by the due day instead. */
export function toInvoice(row: rows.InvoiceRow, lines: rows.InvoiceLineRow[], site: Site): Invoice {
  const { currency } = row
  const total = new Big(row.grand_total ?? 0)
  const open = new Big(row.outstanding_amount ?? 0)
  const late = row.due_date !== null && row.due_date < site.today
  const unpaid = late ? 'OVERDUE' : open.lt(total) ? 'PARTIAL' : 'UNPAID'
  const settled = open.lte(0)
  const submitted = row.docstatus === '1'
  return {
    id: row.name,
    number: row.name,
    type: row.is_return ? 'CREDIT_NOTE' : 'INVOICE',
    state: invoiceState(row, settled),
    nativeStatus: row.status,
    payment: !submitted || row.is_return ? 'UNKNOWN' : settled ? 'PAID' : unpaid,
    customer: row.customer,
    customerName: row.customer_name,
    orders: [...new Set(lines.map(({ sales_order: order }) => order).filter((order) => order !== null))],
    issuedOn: row.posting_date,
    dueOn: row.due_date,
    currency,
    lines: lines.map((line) => toLine(line, currency, site)),
    net: money(row.net_total, currency),
    tax: money(row.total_taxes_and_charges, currency),
    total: money(row.grand_total, currency),
    balance: money(submitted ? row.outstanding_amount : '0', currency),
    updatedAt: toUtc(row.modified, site.zone),
  }
}

/** A payment that a customer made. */
export function toPayment(
  row: rows.PaymentRow,
  parts: { reference_name: string | null; allocated_amount: string }[],
  site: Site,
): Payment {
  const currency = row.paid_to_account_currency
  return {
    id: row.name,
    number: row.name,
    customer: row.party,
    amount: money(row.received_amount, currency),
    paidOn: row.posting_date,
    nativeStatus: row.status,
    allocations: parts.flatMap(({ reference_name: invoice, allocated_amount: amount }) =>
      invoice ? [{ invoice, amount: money(amount, row.paid_from_account_currency) }] : [],
    ),
    updatedAt: toUtc(row.modified, site.zone),
  }
}

/** A quotation; one for a lead has no customer yet. */
export function toQuote(
  row: rows.QuoteRow,
  lines: rows.LineRow[],
  parts: { url: string; shipTo: rows.AddressRow | null },
  site: Site,
): Quote {
  const { currency } = row
  const customer = row.quotation_to === 'Customer' ? row.party_name : null
  return {
    id: row.name,
    number: row.name,
    // The server stores its own placeholder "{customer_name}" unresolved.
    title: row.title?.startsWith('{') ? row.customer_name : row.title,
    state: quoteState(row),
    nativeStatus: row.status,
    customer,
    customerName: row.customer_name,
    customerEmail: email(row.contact_email),
    customerErpId: customer,
    currency,
    issuedOn: row.transaction_date,
    validUntil: row.valid_till,
    paymentTerms: row.payment_terms_template,
    shipTo: parts.shipTo ? toAddress(parts.shipTo) : null,
    lines: lines.map((line) => toLine(line, currency, site)),
    net: money(row.net_total, currency),
    total: money(row.grand_total, currency),
    url: parts.url,
    updatedAt: toUtc(row.modified, site.zone),
  }
}
