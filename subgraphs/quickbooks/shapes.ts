import Big from 'big.js'
import { z } from 'zod'

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** An id: a decimal text, unique per entity. */
export const id = z.string().regex(/^\d{1,19}$/, 'is no id')
/** Text, or null where it is missing or empty. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() || null)
/** A JSON number that arrived as its exact text, or null where it is missing. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/, 'is no number')
  .nullish()
  .transform((value) => (value == null ? null : new Big(value).toFixed()))
/** A reference to another object. */
export const ref = z
  .object({ value: z.string(), name: text })
  .nullish()
  .transform((value) => value ?? null)
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null)
const day = z.iso
  .date()
  .nullish()
  .transform((value) => value ?? null)
const currency = ref.transform((value) => (value && currencies.has(value.value) ? value.value : null))
const meta = z
  .object({ LastUpdatedTime: z.iso.datetime({ offset: true }).nullish() })
  .nullish()
  .transform((value) => (value?.LastUpdatedTime ? new Date(value.LastUpdatedTime).toISOString() : null))

const entity = z.object({ Id: id, SyncToken: text, MetaData: meta, status: text })
/** What every transaction has. */
export const transaction = entity.extend({ TxnDate: day, CurrencyRef: currency })

/** What a written object answers, whichever it is. */
export const written = z.object({ Id: id, SyncToken: text, DocNumber: text })

/** What changed: an object, or the stub of a deleted one. */
export const changed = z.object({ Id: id, MetaData: meta, SyncToken: text, status: text })

/** An item (schema Finance.xsd, Item). */
export const item = entity.extend({
  Name: z.string().min(1),
  Sku: text,
  Description: text,
  Active: flag,
  FullyQualifiedName: text,
  SalesTaxIncluded: flag,
  Taxable: flag,
  UnitPrice: decimal,
  Type: text,
  TrackQtyOnHand: flag,
  QtyOnHand: decimal,
  SalesTaxCodeRef: ref,
})
/** An item as QuickBooks sends it. */
export type NativeItem = z.output<typeof item>

/** A postal address; the country is free text. */
export const address = z
  .object({
    Line1: text,
    Line2: text,
    Line3: text,
    Line4: text,
    Line5: text,
    City: text,
    Country: text,
    CountrySubDivisionCode: text,
    PostalCode: text,
  })
  .nullish()
  .transform((value) => value ?? null)
/** An address as QuickBooks sends it. */
export type NativeAddress = NonNullable<z.output<typeof address>>

/** A customer (schema IntuitNamesTypes.xsd, Customer). */
export const customer = entity.extend({
  DisplayName: z.string().min(1),
  CompanyName: text,
  Active: flag,
  PrimaryPhone: z.object({ FreeFormNumber: text }).nullish(),
  PrimaryEmailAddr: z.object({ Address: text }).nullish(),
  PrimaryTaxIdentifier: text,
  BillAddr: address,
  ShipAddr: address,
  Balance: decimal,
  CurrencyRef: currency,
  SalesTermRef: ref,
  Notes: text,
})
/** A customer as QuickBooks sends it. */
export type NativeCustomer = z.output<typeof customer>

const links = z
  .array(z.object({ TxnId: z.string(), TxnType: z.string() }))
  .nullish()
  .transform((value) => value ?? [])

const detail = z
  .object({
    ItemRef: ref,
    UnitPrice: decimal,
    Qty: decimal,
  })
  .nullish()
const plainLine = z.object({
  Id: text,
  Description: text,
  Amount: decimal,
  DetailType: z.string(),
  SalesItemLineDetail: detail,
  LinkedTxn: links,
})
/** A line; that of a bundle holds the lines of its parts. */
export const line = plainLine.extend({
  GroupLineDetail: z.object({ Line: z.array(plainLine).nullish() }).nullish(),
})
/** A line as QuickBooks sends it. */
export type NativeLine = z.output<typeof plainLine> & Pick<z.output<typeof line>, 'GroupLineDetail'>

/** A sales document: estimate or invoice (schema Finance.xsd, SalesTransaction). */
export const document = entity.extend({
  DocNumber: text,
  TxnDate: day,
  TxnStatus: text,
  DueDate: day,
  ExpirationDate: day,
  ShipDate: day,
  CurrencyRef: currency,
  CustomerRef: ref,
  CustomerMemo: z.object({ value: text }).nullish(),
  PrivateNote: text,
  SalesTermRef: ref,
  ShipAddr: address,
  BillEmail: z.object({ Address: text }).nullish(),
  CustomField: z.array(z.object({ DefinitionId: text, StringValue: text })).nullish(),
  LinkedTxn: links,
  Line: z.array(line),
  TxnTaxDetail: z.object({ TotalTax: decimal }).nullish(),
  TotalAmt: decimal,
  Balance: decimal,
  /** Of a credit memo: what is left of it. */
  RemainingCredit: decimal,
})
/** A sales document as QuickBooks sends it. */
export type NativeDocument = z.output<typeof document>

const count = z
  .string()
  .regex(/^\d{1,6}$/, 'is no count')
  .nullish()
  .transform((value) => (value == null ? null : Number(value)))
const instant = z.iso
  .datetime({ offset: true })
  .nullish()
  .transform((value) => (value ? new Date(value).toISOString() : null))

/** Time that somebody worked (schema Finance.xsd, TimeActivity). */
export const timeActivity = entity.extend({
  TxnDate: day,
  EmployeeRef: ref,
  VendorRef: ref,
  OtherNameRef: ref,
  CustomerRef: ref,
  ProjectRef: ref,
  BillableStatus: text,
  Hours: count,
  Minutes: count,
  Seconds: count,
  BreakHours: count,
  BreakMinutes: count,
  BreakSeconds: count,
  StartTime: instant,
  EndTime: instant,
  Description: text,
})
/** Worked time as QuickBooks sends it. */
export type NativeTime = z.output<typeof timeActivity>

/** A payment (schema Finance.xsd, Payment). */
export const payment = entity.extend({
  TxnDate: day,
  CurrencyRef: currency,
  CustomerRef: ref,
  PaymentRefNum: text,
  PrivateNote: text,
  TotalAmt: decimal,
  Line: z
    .array(z.object({ Amount: decimal, LinkedTxn: links }))
    .nullish()
    .transform((value) => value ?? []),
})
/** A payment as QuickBooks sends it. */
export type NativePayment = z.output<typeof payment>
