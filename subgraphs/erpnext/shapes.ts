import Big from 'big.js'
import { z } from 'zod'

/** Numbers arrive as the text on the wire ("50.0", "1e-05"); here they become plain decimals ("50", "0.00001"). */
const number = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/)
  .transform((text) => new Big(text).toFixed())
const text = z.string()
/** Empty text and a field that was left out mean the same: nothing. */
const words = z
  .string()
  .nullish()
  .transform((value) => value || null)
const some = number.nullish().transform((value) => value ?? null)
/** Check fields are 0 or 1 and never empty. */
const check = z.enum(['0', '1']).transform((value) => value === '1')

const CHANGED = { name: text, modified: text }

/** The fields that a list call has to ask for. */
export function fieldsOf(form: { shape: object }): string[] {
  return Object.keys(form.shape)
}

/** A row of which only the name counts. */
export const named = z.object({ name: text })
/** A document after a write. */
export const written = z.object({ name: text, modified: text, docstatus: z.enum(['0', '1', '2']) })
/** What changed, and when by the site's clock. */
export const changed = z.object({ name: text, modified: text })
/** A tombstone. */
export const deleted = z.object({ name: text, deleted_name: text, creation: text })

/** A company of the site. */
export const company = z.object({ name: text, default_currency: words })
/** A warehouse, or a group of them. */
export const warehouse = z.object({
  name: text,
  warehouse_name: words,
  company: words,
  is_group: check,
  disabled: check,
  parent_warehouse: words,
})
/** A price list. */
export const priceList = z.object({
  name: text,
  currency: text,
  enabled: check,
  selling: check,
  price_not_uom_dependent: check,
})
/** A group of customers; groups form a tree. */
export const customerGroup = z.object({ name: text, parent_customer_group: words, default_price_list: words })

/** What decides in which unit an item is sold, and whether it is. */
export const itemFacts = z.object({
  name: text,
  stock_uom: text,
  sales_uom: words,
  disabled: check,
  is_sales_item: check,
  is_stock_item: check,
  has_variants: check,
  end_of_life: words,
})
/** A unit of an item and how many stock units it is; a joined child row. */
export const conversion = z.object({ uom: words, conversion_factor: some })

/** An item as lists show it. */
export const item = z.object({
  ...CHANGED,
  ...itemFacts.shape,
  item_code: text,
  item_name: words,
  item_group: words,
  brand: words,
  description: words,
  lead_time_days: some,
})
/** A joined child row. */
export const barcode = z.object({ barcode: words })
/** A price on a list. */
export const itemPrice = z.object({
  item_code: text,
  price_list_rate: number,
  currency: words,
  uom: words,
  valid_from: words,
  valid_upto: words,
})

/** Quantities of an item in a warehouse, in its stock unit. */
export const bin = z.object({
  item_code: text,
  warehouse: text,
  actual_qty: number,
  reserved_qty: number,
  ordered_qty: number,
  planned_qty: number,
  stock_uom: words,
})

/** A customer; e-mail and mobile number are copies of its contact. */
export const customer = z.object({
  ...CHANGED,
  customer_name: words,
  customer_group: words,
  territory: words,
  tax_id: words,
  email_id: words,
  mobile_no: words,
  default_currency: words,
  default_price_list: words,
  payment_terms: words,
  disabled: check,
  is_frozen: check,
  customer_primary_address: words,
  customer_primary_contact: words,
})

/** An address. */
export const address = z.object({
  name: text,
  address_title: words,
  address_type: words,
  address_line1: words,
  address_line2: words,
  city: words,
  state: words,
  pincode: words,
  country: words,
  email_id: words,
  phone: words,
  is_primary_address: check,
  is_shipping_address: check,
})
/** An address with the customer that it is linked to. */
export const linkedAddress = address.extend({ link_name: words })

/** A row of any selling document. */
export const line = z.object({
  name: text,
  parent: text,
  item_code: words,
  item_name: words,
  description: words,
  qty: number,
  uom: words,
  price_list_rate: some,
  discount_percentage: some,
  discount_amount: some,
  rate: number,
  net_amount: some,
  amount: some,
  warehouse: words,
})
/** A row of a sales order. */
export const orderLine = line.extend({ delivered_qty: some, billed_amt: some })
/** A row of an invoice, with the order it bills. */
export const invoiceLine = line.extend({ sales_order: words })

const document = {
  ...CHANGED,
  docstatus: z.enum(['0', '1', '2']),
  status: words,
  customer_name: words,
  currency: words,
  net_total: some,
  total_taxes_and_charges: some,
  grand_total: some,
}

/** The head of a sales order. */
export const order = z.object({
  ...document,
  customer: words,
  transaction_date: words,
  delivery_date: words,
  po_no: words,
  per_delivered: some,
  per_billed: some,
  advance_paid: some,
  payment_terms_template: words,
  shipping_address_name: words,
})
/** The head of an invoice or credit note. */
export const invoice = z.object({
  ...document,
  customer: words,
  posting_date: words,
  due_date: words,
  outstanding_amount: some,
  is_return: check,
})
/** The head of a quotation; its party may be a lead. */
export const quote = z.object({
  ...document,
  title: words,
  quotation_to: words,
  party_name: words,
  transaction_date: words,
  valid_till: words,
  payment_terms_template: words,
  contact_email: words,
  shipping_address_name: words,
})

/** The head of a payment. */
export const payment = z.object({
  ...CHANGED,
  docstatus: z.enum(['0', '1', '2']),
  status: words,
  party: words,
  posting_date: words,
  received_amount: number,
  paid_to_account_currency: words,
  paid_amount: number,
  paid_from_account_currency: words,
})
/** What a payment settles. */
export const allocation = z.object({
  parent: text,
  reference_doctype: words,
  reference_name: words,
  allocated_amount: number,
})

/** What is open of an invoice, in the currency of the receivable account. */
export const openInvoice = z.object({
  customer: text,
  outstanding_amount: number,
  party_account_currency: words,
  conversion_rate: some,
})
/** How much of an order is billed, in percent. */
export const openOrder = z.object({ customer: text, base_grand_total: number, per_billed: number })
/** A credit limit of a customer in one company. */
export const creditLimit = z.object({ parent: text, company: words, credit_limit: number })

/** A row of apply_price_list's answer; the price is left out where there is none. */
export const priced = z.object({
  name: words,
  price_list_rate: some,
  discount_percentage: some,
  discount_amount: some,
  margin_type: words,
  margin_rate_or_amount: some,
  pricing_rule_for: words,
  pricing_rules: words,
})
/** A pricing rule, as far as it tells at which quantities prices change. */
export const rule = z.object({
  name: text,
  apply_on: words,
  applicable_for: words,
  customer: words,
  customer_group: words,
  territory: words,
  for_price_list: words,
  currency: words,
  company: words,
  valid_from: words,
  valid_upto: words,
  min_qty: number,
  max_qty: number,
  price_or_product_discount: words,
})

/** See `itemFacts`. */
export type ItemFacts = z.output<typeof itemFacts>
/** See `item`. */
export type ItemRow = z.output<typeof item>
/** See `customer`. */
export type CustomerRow = z.output<typeof customer>
/** See `address`. */
export type AddressRow = z.output<typeof address>
/** See `order`. */
export type OrderRow = z.output<typeof order>
/** See `invoice`. */
export type InvoiceRow = z.output<typeof invoice>
/** See `quote`. */
export type QuoteRow = z.output<typeof quote>
/** See `payment`. */
export type PaymentRow = z.output<typeof payment>
/** See `line`. */
export type LineRow = z.output<typeof line>
/** See `orderLine`. */
export type OrderLineRow = z.output<typeof orderLine>
/** See `invoiceLine`. */
export type InvoiceLineRow = z.output<typeof invoiceLine>
/** See `priceList`. */
export type PriceListRow = z.output<typeof priceList>
/** See `bin`. */
export type BinRow = z.output<typeof bin>
/** See `priced`. */
export type PricedRow = z.output<typeof priced>
/** See `rule`. */
export type RuleRow = z.output<typeof rule>
