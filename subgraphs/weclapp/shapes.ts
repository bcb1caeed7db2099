import Big from 'big.js'
import { z } from 'zod'

/** Decimals come as text with a point, at most 18 digits. */
const decimal = z
  .string()
  .regex(/^-?\d{1,28}(\.\d{1,18})?$/)
  .transform((text) => new Big(text).toFixed())
const some = decimal.nullish().transform((value) => value ?? null)
/** weclapp leaves out what is null and keeps no empty text. */
const words = z
  .string()
  .nullish()
  .transform((value) => value || null)
const yes = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
const id = z.string().regex(/^\d{1,19}$/)
const link = id.nullish().transform((value) => value ?? null)
/** Milliseconds since 1970; the reader of answers keeps numbers as text. */
const moment = z
  .string()
  .regex(/^-?\d{1,14}$/)
  .transform(Number)
const when = moment.nullish().transform((value) => value ?? null)

/** What every record carries. */
export const record = z.object({ id, version: z.string().min(1), lastModifiedDate: moment })
/** A record of which only the id counts. */
export const known = z.object({ id })
const attribute = z.object({
  attributeDefinitionId: id,
  stringValue: words,
  numberValue: some,
  booleanValue: z.boolean().nullish(),
  dateValue: when,
  selectedValueId: words,
})
const attributes = z
  .array(attribute)
  .nullish()
  .transform((list) => list ?? [])

/** Set-up data that has a name: units, currencies, categories, terms of payment. */
export const named = z.object({ id, name: words })
export const warehouse = z.object({ id, name: words, shortIdentifier: words })
export const definition = z.object({
  id,
  attributeKey: z.string(),
  attributeType: z.string(),
  active: yes,
  entities: z.array(z.string()).nullish(),
  label: words,
  mandatory: yes,
  selectableValues: z.array(z.object({ id, value: words, active: yes })).nullish(),
})

const reduction = z.object({ type: z.string(), value: decimal })
/** https://www.weclapp.com/api/ (articlePrice); without customerId it is for everybody. */
export const price = z.object({
  id,
  articleId: id.nullish(),
  customerId: link,
  currencyId: id,
  price: decimal,
  priceScaleType: z.enum(['SCALE_FROM', 'SCALE_TO']),
  priceScaleValue: decimal,
  salesChannel: z.string(),
  startDate: when,
  endDate: when,
  reductionAdditions: z
    .array(reduction)
    .nullish()
    .transform((list) => list ?? []),
})

/** What decides whether an article can be sold, and in which unit. */
export const articleFacts = z.object({
  id,
  articleNumber: z.string().min(1),
  articleType: z.string(),
  unitId: id,
  active: yes,
  availableInSale: yes,
})
export const article = articleFacts.extend({
  ...record.shape,
  name: words,
  description: words,
  shortDescription1: words,
  ean: words,
  barcode: words,
  articleCategoryId: link,
  averageDeliveryTime: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .nullish(),
  articlePrices: z
    .array(price)
    .nullish()
    .transform((list) => list ?? []),
  customAttributes: attributes,
})
export const quantity = z.object({ warehouseId: id, quantity: decimal })

const place = z.object({
  company: words,
  firstName: words,
  lastName: words,
  street1: words,
  street2: words,
  zipcode: words,
  city: words,
  state: words,
  countryCode: words,
  phoneNumber: words,
})
/** An address of a document: a copy without an id. */
export const copied = place.nullish().transform((value) => value ?? null)
export const address = place.extend({
  id,
  primaryAddress: yes,
  invoiceAddress: yes,
  deliveryAddress: yes,
})
/** What decides prices and credit of a customer. */
export const partyFacts = z.object({
  id,
  customer: yes,
  customerBlocked: yes,
  customerSalesChannel: words,
  currencyId: link,
  customerCreditLimit: some,
})
export const party = partyFacts.extend({
  ...record.shape,
  company: words,
  firstName: words,
  lastName: words,
  email: words,
  phone: words,
  customerNumber: words,
  customerCategoryId: link,
  customerTermOfPaymentId: link,
  vatIdentificationNumber: words,
  referenceNumber: words,
  addresses: z
    .array(address)
    .nullish()
    .transform((list) => list ?? []),
  customAttributes: attributes,
})

const line = z.object({
  id,
  itemType: words,
  articleId: link,
  title: words,
  quantity: some,
  unitId: link,
  unitPrice: some,
  discountPercentage: some,
  netAmount: some,
  grossAmount: some,
})
const orderLine = line.extend({ shippedQuantity: some, invoicedQuantity: some })
const lines = <T extends z.ZodType>(form: T) =>
  z
    .array(form)
    .nullish()
    .transform((list) => list ?? [])

const document = record.extend({
  customerId: link,
  recordCurrencyId: link,
  termOfPaymentId: link,
  netAmount: some,
  grossAmount: some,
  status: z.string(),
  recordAddress: copied,
  customAttributes: attributes,
})
export const order = document.extend({
  orderNumber: words,
  orderNumberAtCustomer: words,
  orderDate: when,
  plannedDeliveryDate: when,
  shipped: yes,
  invoiced: yes,
  paid: yes,
  warehouseId: link,
  note: words,
  deliveryAddress: copied,
  orderItems: lines(orderLine),
})
export const invoice = document.extend({
  invoiceNumber: words,
  invoiceDate: when,
  dueDate: when,
  salesInvoiceType: z.string(),
  paymentStatus: words,
  salesOrders: lines(known),
  salesInvoiceItems: lines(line),
})
export const quote = document.extend({
  quotationNumber: words,
  quotationDate: when,
  validTo: when,
  headerDiscount: some,
  deliveryAddress: copied,
  quotationItems: lines(line),
})
/** What a customer still owes for one invoice, and which payments were booked on it. */
export const openItem = z.object({
  id,
  salesInvoiceId: link,
  amount: decimal,
  amountPaid: decimal,
  amountOpen: decimal,
  lastModifiedDate: moment,
  paymentApplications: lines(z.object({ bankTransactionId: link, amountAppliedOriginCurrency: decimal })),
})
export const payment = record.extend({
  amount: decimal,
  currencyId: id,
  effectiveDate: when,
  partyId: link,
  externalRecordNumber: words,
  cleared: yes,
})
/** Time that somebody worked. */
export const timeRecord = record.extend({
  customerId: link,
  salesOrderId: link,
  projectId: words,
  userId: link,
  description: words,
  durationSeconds: moment,
  startDate: moment,
  billable: yes,
  billableInvoiceStatus: words,
})
/** An order after a write. */
export const written = z.object({
  id,
  version: z.string().min(1),
  orderNumber: words,
  status: z.string(),
  projectModeActive: z.boolean().nullish(),
  customAttributes: attributes,
})
/** An order that weclapp priced and did not store. */
export const tried = z.object({
  recordCurrencyId: id,
  salesChannel: z.string(),
  orderItems: z.array(
    z.object({
      articleId: id,
      quantity: decimal,
      unitPrice: decimal,
      discountPercentage: some,
      netAmount: decimal,
      grossAmount: decimal,
      reductionAdditionItems: lines(z.unknown()),
    }),
  ),
})
/** A party after a write. */
export const writtenParty = z.object({
  id,
  version: z.string().min(1),
  customerNumber: words,
  referenceNumber: words,
})

export type Attribute = z.output<typeof attribute>
export type PriceRow = z.output<typeof price>
export type ArticleRow = z.output<typeof article>
export type ArticleFacts = z.output<typeof articleFacts>
export type PartyRow = z.output<typeof party>
export type PartyFacts = z.output<typeof partyFacts>
export type PlaceRow = z.output<typeof place>
export type LineRow = z.output<typeof line> & {
  shippedQuantity?: string | null
  invoicedQuantity?: string | null
}
export type OrderRow = z.output<typeof order>
export type InvoiceRow = z.output<typeof invoice>
export type QuoteRow = z.output<typeof quote>
export type OpenItemRow = z.output<typeof openItem>
export type PaymentRow = z.output<typeof payment>
export type TriedLine = z.output<typeof tried>['orderItems'][number]
export type Definition = z.output<typeof definition>
