import { z } from 'zod'
import { plain } from '../json.ts'

/** A figure as text; REST writes amounts and quantities as strings. */
export const decimal = z
  .string()
  .regex(/^-?\d{1,28}(\.\d{1,18})?$/)
  .transform(plain)
const figure = decimal.nullish().transform((value) => value ?? null)
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null)
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .nullish()
  .transform((value) => value ?? null)
/** Some booleans come as text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]).nullish()
/** Keys count up; anything else is no key and is not asked for. */
export const key = z.string().regex(/^\d{1,18}$/)
const reference = z
  .object({ id: text, key: text, name: text })
  .nullish()
  .transform((value) => value ?? { id: null, key: null, name: null })
/** UTC; https://developer.sage.com/intacct/apis/intacct/1/intacct-openapi (audit) */
export const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString())
const audit = z
  .object({ modifiedDateTime: instant.nullish() })
  .nullish()
  .transform((value) => value?.modifiedDateTime ?? null)

/** inventory-control/item */
export const item = z.object({
  key,
  id: z.string().min(1),
  name: text,
  status: text,
  itemType: text,
  productLine: reference,
  unitOfMeasureGroup: reference,
  basePrice: figure,
  upc: text,
  salesDescription: text,
  audit,
})
export const ITEM = [
  ...['key', 'id', 'name', 'status', 'itemType', 'productLine.id', 'unitOfMeasureGroup.id', 'basePrice'],
  ...['upc', 'salesDescription', 'audit.modifiedDateTime'],
]
/** A checked item. */
export type NativeItem = z.output<typeof item>

/** contacts.default of a customer, and company-config/contact */
const place = z
  .object({
    printAs: text,
    email1: text,
    phone1: text,
    mailingAddress: z
      .object({
        addressLine1: text,
        addressLine2: text,
        addressLine3: text,
        city: text,
        state: text,
        postCode: text,
        country: text,
        isoCountryCode: text,
      })
      .nullish(),
  })
  .nullish()
  .transform((value) => value ?? null)
const PLACE = [
  ...['printAs', 'email1', 'phone1'],
  ...[
    'addressLine1',
    'addressLine2',
    'addressLine3',
    'city',
    'state',
    'postCode',
    'country',
    'isoCountryCode',
  ].map((name) => `mailingAddress.${name}`),
]
/** A checked contact. */
export type Place = NonNullable<z.output<typeof place>>

export const contact = z.object({ id: z.string().min(1) }).and(place)
export const CONTACT = ['id', ...PLACE]

/** accounts-receivable/customer */
export const customer = z.object({
  key,
  id: z.string().min(1),
  name: text,
  status: text,
  taxId: text,
  currency: text,
  creditLimit: figure,
  isOnHold: flag,
  totalDue: figure,
  discountPercent: figure,
  customerType: reference,
  term: reference,
  priceList: reference,
  priceSchedule: reference,
  contacts: z
    .object({ default: place })
    .nullish()
    .transform((value) => value?.default ?? null),
  audit,
})
export const CUSTOMER = [
  ...[
    'key',
    'id',
    'name',
    'status',
    'taxId',
    'currency',
    'creditLimit',
    'isOnHold',
    'totalDue',
    'discountPercent',
  ],
  ...['customerType.id', 'term.id', 'priceList.id', 'priceSchedule.id', 'audit.modifiedDateTime'],
  ...PLACE.map((name) => `contacts.default.${name}`),
]
/** A checked customer. */
export type NativeCustomer = z.output<typeof customer>

const ofDocument = z
  .object({ id: text, key: text, documentType: text })
  .nullish()
  .transform((value) => value ?? null)
const line = z.object({
  key,
  lineNumber: z.string().regex(/^\d+$/),
  dimensions: z.object({ item: reference, warehouse: reference }),
  unit: text,
  quantity: figure,
  unitQuantity: figure,
  unitPrice: figure,
  retailPrice: figure,
  discountPercent: figure,
  quantityConverted: figure,
  memo: text,
})
/** A checked line of a document. */
export type NativeLine = z.output<typeof line>

/** order-entry/document::... */
export const document = z.object({
  key,
  id: z.string().min(1),
  documentNumber: text,
  documentType: text,
  state: z.string().min(1),
  txnDate: day,
  dueDate: day,
  referenceNumber: text,
  customerPONumber: text,
  memo: text,
  notes: text,
  customer: reference,
  contacts: z.object({ shipTo: reference }).nullish(),
  paymentTerm: reference,
  txnCurrency: text,
  baseCurrency: text,
  paymentStatus: text,
  subtotalInTxnCurrency: figure,
  totalInTxnCurrency: figure,
  requestedShippingDate: day,
  history: z.array(z.object({ convertedTo: ofDocument, convertedFrom: ofDocument })).nullish(),
  lines: z.array(line),
  audit,
})
/** A checked order or quote. */
export type NativeDocument = z.output<typeof document>

/** accounts-receivable/invoice */
export const invoice = z.object({
  key,
  invoiceNumber: text,
  state: z.string().min(1),
  invoiceDate: day,
  dueDate: day,
  customer: reference,
  currency: z
    .object({ txnCurrency: text })
    .nullish()
    .transform((value) => value?.txnCurrency ?? null),
  totalTxnAmount: figure,
  totalTxnAmountDue: figure,
  salesDocument: reference,
  audit,
})
export const INVOICE = [
  ...['key', 'invoiceNumber', 'state', 'invoiceDate', 'dueDate', 'customer.id', 'customer.name'],
  ...[
    'currency.txnCurrency',
    'totalTxnAmount',
    'totalTxnAmountDue',
    'salesDocument.id',
    'audit.modifiedDateTime',
  ],
]
/** A checked invoice of accounts receivable. */
export type NativeInvoice = z.output<typeof invoice>

/** inventory-control/item-warehouse-inventory */
export const level = z.object({
  item: z.object({ id: z.string().min(1) }),
  warehouse: z.object({ id: z.string().min(1), name: text }),
  onHand: figure,
  onOrder: figure,
  onHold: figure,
})
export const LEVEL = ['key', 'item.id', 'warehouse.id', 'warehouse.name', 'onHand', 'onOrder', 'onHold']
/** A checked row of stock. */
export type Level = z.output<typeof level>

/** order-entry/price-list-entry */
export const entry = z.object({
  key,
  priceList: z.object({ id: z.string().min(1) }),
  item: reference,
  productLine: reference,
  startDate: day,
  endDate: day,
  minimumQuantity: decimal,
  maximumQuantity: figure,
  value: decimal,
  valueType: z.string().min(1),
  currency: z.string().min(1),
  status: text,
})
export const ENTRY = [
  ...['key', 'priceList.id', 'item.id', 'productLine.id', 'startDate', 'endDate', 'minimumQuantity'],
  ...['maximumQuantity', 'value', 'valueType', 'currency', 'status'],
]
/** A checked entry of a price list. */
export type Entry = z.output<typeof entry>

/** order-entry/price-schedule */
export const schedule = z.object({
  id: z.string().min(1),
  discountPercent: figure,
  priceList: reference,
  status: text,
})
/** Rows with an id of their own: terms, warehouses. */
export const named = z.object({ id: z.string().min(1), status: text })
