import { expect } from 'vitest'
import { z } from 'zod'
import type {
  Credit,
  Customer,
  Invoice,
  Item,
  Kind,
  Order,
  Payment,
  PriceReading,
  Quote,
  StockReading,
} from '../../subgraphs/connector.ts'
import {
  type Address,
  AddressType,
  type Discount,
  type DocumentLine,
  FulfilmentStatus,
  InvoiceStatus,
  InvoiceType,
  InvoicingStatus,
  ItemType,
  type Money,
  OrderStatus,
  PaymentStatus,
  QuoteStatus,
} from '../../schema/index.ts'

/** Every field of T must have its form, so that a new field cannot be forgotten here. */
type Forms<T> = Record<keyof T, z.ZodType>

function form<T>(fields: Forms<T>): z.ZodType {
  return z.strictObject(fields)
}

function text(rule: (text: string) => boolean, wanted: string): z.ZodType {
  return z.string().refine(rule, { error: (issue) => `${JSON.stringify(issue.input)} is no ${wanted}` })
}

const currencies = new Set(Intl.supportedValuesOf('currency'))
const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

function isInstant(value: string): boolean {
  const at = new Date(value)
  return !Number.isNaN(at.getTime()) && at.toISOString() === value
}

/** An exact decimal: no exponent, no plus, no leading zeros. */
export const DECIMAL = /^-?(0|[1-9]\d{0,27})(\.\d{1,18})?$/
const id = z.string().min(1)
const words = z.string().min(1).nullish()
const anyText = z.string().nullish()
const yesNo = z.boolean().nullish()
const decimal = text((value) => DECIMAL.test(value), 'canonical decimal')
const amount = decimal.nullish()
const currencyCode = text((value) => currencies.has(value), 'ISO 4217 currency')
const currency = currencyCode.nullish()
const country = text(
  (value) => /^[A-Z]{2}$/.test(value) && countries.of(value) !== undefined,
  'ISO 3166-1 alpha-2 country',
).nullish()
const unit = text((value) => /^[A-Z0-9]{2,3}$/.test(value), 'UN/ECE Rec 20 unit').nullish()
const day = text((value) => isInstant(`${value}T00:00:00.000Z`), 'calendar day').nullish()
const instant = text(isInstant, 'UTC instant such as 2026-11-21T08:15:00.000Z').nullish()
const email = text((value) => /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(value), 'e-mail address').nullish()
const phone = text((value) => /^[+\d][\d\s()./-]{2,30}$/.test(value), 'telephone number').nullish()
const link = text((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'web address').nullish()
const oneOf = (members: Record<string, string>) => z.enum(members).nullish()
const money = form<Money>({ amount: decimal, currency: currencyCode })
const sum = money.nullish()
const attributes = z.array(z.strictObject({ key: z.string().min(1), value: anyText })).nullish()

const address = form<Address>({
  type: oneOf(AddressType),
  name: anyText,
  lines: z.array(z.string()),
  postalCode: anyText,
  city: anyText,
  region: anyText,
  country,
  phone,
  email,
})
const discount = form<Discount>({ reason: anyText, percent: amount, amount: sum })
const line = form<DocumentLine>({
  id: id.nullish(),
  sku: words,
  item: id.nullish(),
  description: anyText,
  quantity: amount,
  unit,
  unitPrice: sum,
  discounts: z.array(discount).nullish(),
  net: sum,
  tax: sum,
  warehouse: words,
  delivered: amount,
  invoiced: amount,
})
const lines = z.array(line).nullish()

const item = form<Item>({
  id,
  sku: words,
  name: words,
  description: anyText,
  type: oneOf(ItemType),
  unit,
  nativeUnit: words,
  active: yesNo,
  barcode: words,
  categories: z.array(z.string().min(1)).nullish(),
  minimumQuantity: amount,
  leadTimeDays: z.int().min(0).nullish(),
  listPrice: sum,
  components: z.array(z.strictObject({ sku: z.string().min(1), quantity: decimal, unit })).nullish(),
  customAttributes: attributes,
  updatedAt: instant,
})
const customer = form<Customer>({
  id,
  number: words,
  name: words,
  email,
  phone,
  taxId: words,
  country,
  currency,
  group: words,
  paymentTerms: words,
  addresses: z.array(address).nullish(),
  active: yesNo,
  customAttributes: attributes,
  updatedAt: instant,
})
const order = form<Order>({
  id,
  number: words,
  reference: words,
  purchaseOrderNumber: words,
  customer: id.nullish(),
  customerName: words,
  state: oneOf(OrderStatus),
  nativeStatus: words,
  fulfilment: oneOf(FulfilmentStatus),
  invoicing: oneOf(InvoicingStatus),
  payment: oneOf(PaymentStatus),
  orderedOn: day,
  requestedDelivery: day,
  currency,
  paymentTerms: words,
  shipTo: address.nullish(),
  note: anyText,
  lines,
  net: sum,
  tax: sum,
  total: sum,
  url: link,
  customAttributes: attributes,
  updatedAt: instant,
})
const invoice = form<Invoice>({
  id,
  number: words,
  type: oneOf(InvoiceType),
  state: oneOf(InvoiceStatus),
  nativeStatus: words,
  payment: oneOf(PaymentStatus),
  customer: id.nullish(),
  customerName: words,
  orders: z.array(z.string().min(1)).nullish(),
  issuedOn: day,
  dueOn: day,
  currency,
  lines,
  net: sum,
  tax: sum,
  total: sum,
  balance: sum,
  dunningLevel: z.number().int().min(0).nullish(),
  updatedAt: instant,
})
const payment = form<Payment>({
  id,
  number: words,
  customer: id.nullish(),
  amount: sum,
  paidOn: day,
  nativeStatus: words,
  allocations: z.array(z.strictObject({ invoice: id, amount: sum })).nullish(),
  updatedAt: instant,
})
const quote = form<Quote>({
  id,
  number: words,
  title: words,
  state: oneOf(QuoteStatus),
  nativeStatus: words,
  customer: id.nullish(),
  customerName: words,
  customerEmail: email,
  customerTaxId: words,
  customerErpId: words,
  currency,
  issuedOn: day,
  validUntil: day,
  paymentTerms: words,
  purchaseOrderNumber: words,
  shipTo: address.nullish(),
  note: anyText,
  lines,
  discounts: z.array(discount).nullish(),
  net: sum,
  total: sum,
  url: link,
  updatedAt: instant,
})

/** The canonical form of each record, by kind. */
export const FORMS: Record<Kind, z.ZodType> = { item, customer, order, invoice, payment, quote }

/** The canonical form of what an ERP says about stock. */
export const STOCK = form<StockReading>({
  available: amount,
  onHand: amount,
  reserved: amount,
  incoming: amount,
  unit,
  nativeUnit: words,
  levels: z
    .array(
      z.strictObject({
        warehouse: z.strictObject({ code: z.string().min(1), name: words }),
        available: amount,
        onHand: amount,
        reserved: amount,
        incoming: amount,
        expectedOn: day,
      }),
    )
    .nullish(),
  source: words,
})

/** The canonical form of what an ERP says about a price; `source` is one of the four words of the contract. */
export const PRICE = form<PriceReading>({
  unitPrice: sum,
  listPrice: sum,
  priceQuantity: amount,
  unit,
  tiers: z.array(z.strictObject({ minimumQuantity: decimal, unitPrice: money })).nullish(),
  discounts: z.array(discount).nullish(),
  taxIncluded: yesNo,
  source: text(
    (value) => /^(list|customer|pricelist:.+|computed:.+)$/s.test(value),
    'source ("list", "customer", "pricelist:NAME" or "computed:HOW")',
  ),
  validUntil: instant,
})

/** The canonical form of what an ERP says about credit. */
export const CREDIT = form<Credit>({ limit: sum, balance: sum, available: sum, onHold: yesNo })

/** Fails with the row, the field and the value that is not of canonical form. */
export function mustFit(shape: z.ZodType, rows: unknown[]): void {
  const problems = rows.flatMap((row) => {
    const first = shape.safeParse(row).error?.issues[0]
    return first
      ? [`${first.path.map(String).join('.')}: ${first.message} in ${JSON.stringify(row).slice(0, 500)}`]
      : []
  })
  expect(problems).toEqual([])
}
