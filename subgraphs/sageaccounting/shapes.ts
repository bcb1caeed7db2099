import { z } from 'zod'

/** A number as it stood on the wire. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/)
const figure = decimal.nullish()
const text = z.string().nullish()
const flag = z.boolean().nullish()
const id = z.string().regex(/^[\da-f]{32}$/i)
/** A record or a constant that another one names. */
const ref = z.object({ id: z.string().min(1), displayed_as: text })
const maybe = ref.nullish()
const moment = z.iso.datetime({ offset: true }).nullish()
const day = z.iso.date().nullish()

const price = z.object({
  price_name: text,
  price: decimal,
  price_includes_tax: flag,
  product_sales_price_type: maybe,
})
/** Services have rates where goods have prices. */
const rate = z.object({ rate_name: text, rate: decimal, rate_includes_tax: flag, service_rate_type: maybe })

/** A product, stock item or service. */
export const item = z.object({
  id,
  item_code: text,
  description: text,
  notes: text,
  active: flag,
  barcode: text,
  sales_ledger_account: maybe,
  sales_tax_rate: maybe,
  sales_prices: z.array(price).nullish(),
  sales_rates: z.array(rate).nullish(),
  quantity_in_stock: figure,
  updated_at: moment,
  deleted_at: moment,
})

const address = z.object({
  name: text,
  address_line_1: text,
  address_line_2: text,
  city: text,
  region: text,
  postal_code: text,
  country: maybe,
})

/** A contact: customers and suppliers alike. */
export const contact = z.object({
  id,
  contact_types: z.array(ref).nullish(),
  name: text,
  reference: text,
  tax_number: text,
  email: text,
  credit_limit: figure,
  credit_days: figure,
  currency: maybe,
  product_sales_price_type: maybe,
  default_sales_ledger_account: maybe,
  default_sales_tax_rate: maybe,
  is_active: flag,
  main_address: address.nullish(),
  delivery_address: address.nullish(),
  main_contact_person: z.object({ name: text, email: text, telephone: text }).nullish(),
  updated_at: moment,
  deleted_at: moment,
})

const line = z.object({
  id: text,
  description: text,
  product: ref.extend({ item_code: text }).nullish(),
  service: ref.extend({ item_code: text }).nullish(),
  quantity: figure,
  unit_price: figure,
  discount_amount: figure,
  discount_percentage: figure,
  net_amount: figure,
  tax_amount: figure,
})
/** What quotes, estimates and invoices share. */
export const paper = z.object({
  id,
  displayed_as: text,
  contact: maybe,
  contact_name: text,
  date: day,
  reference: text,
  notes: text,
  delivery_address: address.nullish(),
  currency: maybe,
  net_amount: figure,
  tax_amount: figure,
  total_amount: figure,
  status: ref,
  quote_lines: z.array(line).nullish(),
  estimate_lines: z.array(line).nullish(),
  invoice_lines: z.array(line).nullish(),
  expiry_date: day,
  invoice: z.object({ id: text }).nullish(),
  due_date: day,
  original_quote_estimate: z.object({ id: text }).nullish(),
  total_paid: figure,
  outstanding_amount: figure,
  updated_at: moment,
  deleted_at: moment,
})

/** A payment of a customer. */
export const payment = z.object({
  id,
  contact: maybe,
  date: day,
  total_amount: decimal,
  currency: maybe,
  reference: text,
  transaction_type: maybe,
  allocated_artefacts: z.array(z.object({ artefact: maybe, amount: figure })).nullish(),
  updated_at: moment,
  deleted_at: moment,
})

/** What is still to be paid of one invoice. */
export const due = z.object({
  id,
  contact: ref,
  currency: ref,
  outstanding_amount: decimal,
  base_currency_outstanding_amount: figure,
})
/** A tax rate and its percentage. */
export const taxRate = z.object({ id: z.string().min(1), percentage: figure })
/** The settings of the business that we need. */
export const settings = z.object({
  base_currency: z.object({ id: z.string().regex(/^[A-Z]{3}$/) }),
  multi_currency_enabled: flag,
})
/** A record of which only its id and its time are read. */
export const dated = z.object({ id, updated_at: moment, deleted_at: moment })
/** A constant or a record with a name. */
export const named = ref

/** An item as Sage has it. */
export type ItemRow = z.output<typeof item>
/** A contact as Sage has it. */
export type ContactRow = z.output<typeof contact>
/** A document as Sage has it. */
export type PaperRow = z.output<typeof paper>
/** A line of a document as Sage has it. */
export type LineRow = z.output<typeof line>
/** A payment as Sage has it. */
export type PaymentRow = z.output<typeof payment>
