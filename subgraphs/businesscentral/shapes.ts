import Big from 'big.js'
import { z } from 'zod'
import { decodeName, isGuid } from '../odata.ts'

const EMPTY_ID = '00000000-0000-0000-0000-000000000000'
const currencies = new Set(Intl.supportedValuesOf('currency'))

/** Text, or null where it is empty. */
export const text = z.string().transform((value) => value.trim() || null)
/** An id. */
export const guid = z.string().refine(isGuid, 'is no GUID').toLowerCase()
/** An id, or null where it is the empty one. */
export const link = guid.transform((value) => (value === EMPTY_ID ? null : value))
/** A JSON number that arrived as its exact text. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/, 'is no number')
  .transform((value) => new Big(value).toFixed())
/** A calendar day, or null where it is the empty one. */
export const day = z.iso.date().transform((value) => (value.startsWith('0001-') ? null : value))
/** A UTC instant of up to seven digits, or null where it is the empty one. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/, 'is no instant')
  .transform((value) => {
    const at = new Date(value)
    return value.startsWith('0001-') || Number.isNaN(at.getTime()) ? null : at.toISOString()
  })
/** ISO 4217, or null for the blank code and for codes that only this company knows. */
export const currency = z.string().transform((value) => (currencies.has(value) ? value : null))
/** The caption of a member of an enum: "In Review", " ". */
export const member = z.string().transform(decodeName)
/** ISO 3166-1, or null for codes that only this company knows. */
export const country = z.string().transform((value) => (/^[A-Z]{2}$/.test(value) ? value : null))

/** A row of `items`. */
export const item = z.object({
  id: guid,
  number: z.string().min(1),
  displayName: text,
  displayName2: text,
  type: member,
  itemCategoryCode: text,
  blocked: z.boolean(),
  gtin: text,
  inventory: decimal,
  unitPrice: decimal,
  priceIncludesTax: z.boolean(),
  baseUnitOfMeasureCode: text,
  lastModifiedDateTime: instant,
})
/** An item as Business Central sends it. */
export type NativeItem = z.output<typeof item>
/** The fields of `items` that we read. */
export const ITEM_FIELDS = Object.keys(item.shape)

/** A row of `customers`. */
export const customer = z.object({
  id: guid,
  number: z.string().min(1),
  displayName: text,
  addressLine1: text,
  addressLine2: text,
  city: text,
  state: text,
  country,
  postalCode: text,
  phoneNumber: text,
  email: text,
  creditLimit: decimal,
  taxRegistrationNumber: text,
  currencyCode: currency,
  paymentTermsId: link,
  blocked: member,
  lastModifiedDateTime: instant,
})
/** A customer as Business Central sends it. */
export type NativeCustomer = z.output<typeof customer>
/** The fields of `customers` that we read. */
export const CUSTOMER_FIELDS = Object.keys(customer.shape)

const documentLine = z.object({
  id: guid,
  sequence: z.string().regex(/^\d+$/).transform(Number),
  itemId: link,
  lineType: member,
  lineObjectNumber: text,
  description: text,
  unitOfMeasureCode: text,
  quantity: decimal,
  unitPrice: decimal,
  discountPercent: decimal,
  netAmount: decimal,
  netTaxAmount: decimal,
  locationId: link,
})
/** A line of an order: with what was delivered and invoiced. */
export const orderLine = documentLine.extend({ shippedQuantity: decimal, invoicedQuantity: decimal })
/** A line of a quote, an order or an invoice. */
export type NativeLine = z.output<typeof documentLine> & {
  shippedQuantity?: string
  invoicedQuantity?: string
}

const head = z.object({
  id: guid,
  number: z.string(),
  externalDocumentNumber: text,
  customerId: link,
  customerName: text,
  currencyCode: currency,
  totalAmountExcludingTax: decimal,
  totalTaxAmount: decimal,
  totalAmountIncludingTax: decimal,
  status: member,
  lastModifiedDateTime: instant,
})
const document = head.extend({
  paymentTermsId: link,
  shipToName: text,
  shipToAddressLine1: text,
  shipToAddressLine2: text,
  shipToCity: text,
  shipToState: text,
  shipToPostCode: text,
  shipToCountry: country,
})
/** A row of `salesOrders` with its lines. */
export const order = document.extend({
  orderDate: day,
  requestedDeliveryDate: day,
  fullyShipped: z.boolean(),
  salesOrderLines: z.array(orderLine),
})
/** A row of `salesInvoices` with its lines. */
export const invoice = document.extend({
  invoiceDate: day,
  dueDate: day,
  customerPurchaseOrderReference: text,
  orderId: link,
  orderNumber: text,
  remainingAmount: decimal,
  salesInvoiceLines: z.array(documentLine),
})
/** A row of `salesCreditMemos` with its lines; what is left of it is no field of the API. */
export const creditMemo = head.extend({
  creditMemoDate: day,
  salesCreditMemoLines: z.array(documentLine),
})
/** A row of `salesQuotes` with its lines. */
export const quote = document.extend({
  documentDate: day,
  validUntilDate: day,
  email: text,
  salesQuoteLines: z.array(documentLine),
})
/** What all sales documents have. */
export type NativeHead = z.output<typeof head>
/** What all sales documents have that send goods. */
export type NativeDocument = z.output<typeof document>
/** An order as Business Central sends it. */
export type NativeOrder = z.output<typeof order>
/** An invoice as Business Central sends it. */
export type NativeInvoice = z.output<typeof invoice>
/** A credit memo as Business Central sends it. */
export type NativeCreditMemo = z.output<typeof creditMemo>
/** A quote as Business Central sends it. */
export type NativeQuote = z.output<typeof quote>
