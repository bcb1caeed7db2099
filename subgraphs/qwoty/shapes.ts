import Big from 'big.js'
import { z } from 'zod'

/** Text, or null where it is empty or missing. */
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null)
/** A JSON number that arrived as its exact text, without exponent and needless zeros. */
const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/, 'is no number')
  .transform((value) => new Big(value).toFixed())
const rank = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'is no rank')
  .transform(Number)
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d/, 'is no date')
  .nullish()
  .transform((value) => value?.slice(0, 10) ?? null)
const instant = z
  .string()
  .nullish()
  .transform((value) => (value && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : null))
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, 'is no currency')
  .transform((value) => value.toUpperCase())
const externals = z.object({ crm: text, erp: text, accounting: text }).partial().nullish()

/** `GET /products/{id}` */
export const product = z.object({
  id: z.string().min(1),
  name: text,
  api_name: text,
  reference: text,
  description: text,
  is_active: z.boolean().nullish(),
  recurrence_type: text,
  settings: z.object({ unit_per_pack: decimal.nullish() }).nullish(),
  inventory: z.object({ sku: text }).nullish(),
  identifiers: externals,
  accounting: z.object({ ledger_account: text }).nullish(),
  prices: z
    .array(z.object({ id: z.string().min(1), pricebook_api_name: text }))
    .nullish()
    .transform((prices) => prices ?? []),
  updated_at: instant,
})
/** A product as Qwoty sends it. */
export type Product = z.output<typeof product>

/** `GET /prices` */
export const price = z.object({
  id: z.string().min(1),
  currency_api_name: currency,
  pricing_model: text,
  amount: decimal.nullish(),
})
/** A price as Qwoty sends it. */
export type Price = z.output<typeof price>

/** The list of tax ids has one spelling on the customer and another inside quotes. */
const taxIds = z
  .array(
    z
      .object({ tax: text, tax_value: text, code: text, value: text })
      .transform((row) => ({ tax: row.tax ?? row.code, tax_value: row.tax_value ?? row.value })),
  )
  .nullish()
  .transform((rows) => rows ?? [])

/** `GET /customers/{id}` */
export const customer = z.object({
  id: z.string().min(1),
  name: text,
  type: text,
  segment_id: text,
  tax_ids: taxIds,
  id_crm: text,
  id_erp: text,
  id_accounting: text,
  custom_properties: z.record(z.string(), z.unknown()).nullish(),
  updated_at: instant,
})
/** A customer as Qwoty sends it. */
export type NativeCustomer = z.output<typeof customer>

/** An address inside a quote. */
export const address = z.object({
  line1: text,
  line2: text,
  city: text,
  postal_code: text,
  state: text,
  country_code: text,
})

const person = z.object({ first_name: text, last_name: text, name: text, email: text })
const roles = z.union([z.string(), z.array(z.string())]).nullish()
const line = z.object({
  id: z.string().min(1),
  rank,
  quantity: decimal,
  product: z.object({ product_id: text, name: text, unit_of_measure: text }).nullish(),
  pricing: z
    .object({
      list_price: decimal.nullish(),
      currency: currency.nullish(),
      billing_frequency_interval: text,
    })
    .nullish(),
})
/** A line of a quote as Qwoty sends it. */
export type Line = z.output<typeof line>

const phases = z.array(z.object({ name: text, rank, line_items: z.array(line).nullish() })).nullish()
const amounts = z.object({ net_amount: decimal, total_amount: decimal.nullish() })

/** `GET /quote/{id}`; older pages of the vendor write `owner_id` for `owner`. */
export const quote = z.object({
  id: z.string().min(1),
  number: text,
  status: z.string().min(1),
  title: text,
  issue_date: day,
  expiration_date: day,
  currency,
  dealroom_link: text,
  owner: person.nullish(),
  owner_id: z.union([person, z.string()]).nullish(),
  customer: z.object({
    id: z.string().min(1),
    name: text,
    external_ids: externals,
    contacts: z.array(z.object({ email: text, role: roles })).nullish(),
    shipping_address: address.nullish(),
  }),
  pricing_table: z.object({
    settings: z.object({ is_prices_hidden: z.boolean().nullish() }).nullish(),
    sections: z.array(z.object({ name: text, rank, phases })).nullish(),
  }),
  summary: z
    .object({
      one_off: amounts.nullish(),
      recurring: z
        .array(z.object({ interval: text, interval_count: decimal.nullish(), net_amount: decimal }))
        .nullish(),
    })
    .nullish(),
  updated_at: instant,
})
/** A quote as Qwoty sends it. */
export type NativeQuote = z.output<typeof quote>
