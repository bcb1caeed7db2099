import Big from 'big.js'
import { z } from 'zod'

/** A code or key. Trailing spaces and case count. */
export const code = z.string().min(1)
/** Text, or null where it is empty. */
export const text = z
  .string()
  .nullable()
  .transform((value) => (value?.trim() ? value : null))
/** A whole number, which arrived as its exact text. */
export const whole = z.string().regex(/^-?\d{1,18}$/, 'is no whole number')
/** A whole number that may be missing. */
export const link = whole.nullable()
/** A JSON number that arrived as its exact text. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/, 'is no number')
  .transform((value) => new Big(value).toFixed())
/** A calendar day; its time and zone mean nothing and are cut off. */
export const day = z
  .string()
  .transform((value) => value.slice(0, 10))
  .pipe(z.iso.date())
  .nullable()
/** A time of the server's clock. */
export const time = z
  .string()
  .regex(/^\d\d:\d\d(:\d\d)?$/, 'is no time')
  .transform((value) => (value.length === 5 ? `${value}:00` : value))
  .nullable()
/** tYES or tNO. */
export const yes = z.enum(['tYES', 'tNO']).transform((value) => value === 'tYES')

const stamped = { UpdateDate: day, UpdateTime: time }
const frozen = { Valid: yes, ValidFrom: day, ValidTo: day, Frozen: yes, FrozenFrom: day, FrozenTo: day }

/** A row of `Items`, of which only what is named is ever asked for: it has 307 properties. */
export const item = z.object({
  ItemCode: code,
  ItemName: text,
  ForeignName: text,
  BarCode: text,
  ItemsGroupCode: link,
  ItemType: z.string(),
  TreeType: z.string(),
  SalesUnit: text,
  SalesItemsPerUnit: decimal,
  InventoryUOM: text,
  UoMGroupEntry: link,
  DefaultSalesUoMEntry: link,
  SalesItem: yes,
  InventoryItem: yes,
  ItemPrices: z.array(z.object({ PriceList: whole, Price: decimal, Currency: text })),
  ...frozen,
  ...stamped,
})
/** An item as SAP Business One sends it. */
export type NativeItem = z.output<typeof item>
/** The fields of `Items` that we read. */
export const ITEM_FIELDS = Object.keys(item.shape)

const address = z.object({
  RowNum: link,
  AddressName: code,
  AddressType: z.string(),
  AddressName2: text,
  Street: text,
  Block: text,
  BuildingFloorRoom: text,
  ZipCode: text,
  City: text,
  State: text,
  Country: text,
})
/** An address of a business partner. */
export type NativeAddress = z.output<typeof address>

/** A row of `BusinessPartners`. */
export const partner = z.object({
  CardCode: code,
  CardName: text,
  GroupCode: link,
  EmailAddress: text,
  Phone1: text,
  FederalTaxID: text,
  VATRegistrationNumber: text,
  UnifiedFederalTaxID: text,
  Country: text,
  Currency: text,
  PriceListNum: link,
  PayTermsGrpCode: link,
  CreditLimit: decimal,
  CurrentAccountBalance: decimal,
  OpenOrdersBalance: decimal,
  OpenDeliveryNotesBalance: decimal,
  BPAddresses: z.array(address),
  ...frozen,
  ...stamped,
})
/** A business partner as SAP Business One sends it. */
export type NativePartner = z.output<typeof partner>
/** The fields of `BusinessPartners` that we read. */
export const PARTNER_FIELDS = Object.keys(partner.shape)

const line = z.object({
  LineNum: whole,
  ItemCode: text,
  ItemDescription: text,
  FreeText: text,
  Quantity: decimal,
  RemainingOpenQuantity: decimal,
  UnitPrice: decimal,
  DiscountPercent: decimal,
  Currency: text,
  LineTotal: decimal,
  RowTotalFC: decimal,
  NetTaxAmount: decimal,
  NetTaxAmountFC: decimal,
  WarehouseCode: text,
  MeasureUnit: text,
  UoMEntry: link,
  BaseType: link,
  BaseEntry: link,
})
/** A line of a marketing document. */
export type NativeLine = z.output<typeof line>

const document = z.object({
  DocEntry: whole,
  DocNum: whole,
  CardCode: code,
  CardName: text,
  NumAtCard: text,
  DocDate: day,
  DocDueDate: day,
  DocCurrency: text,
  DocTotal: decimal,
  DocTotalFc: decimal,
  VatSum: decimal,
  VatSumFc: decimal,
  DiscountPercent: decimal,
  PaymentGroupCode: link,
  Comments: text,
  DocumentStatus: z.string().min(1),
  Cancelled: yes,
  CancelStatus: z.string(),
  DocumentLines: z.array(line),
  ...stamped,
})
const shipping = z.object({
  ShipToStreet: text,
  ShipToBlock: text,
  ShipToBuilding: text,
  ShipToCity: text,
  ShipToZipCode: text,
  ShipToState: text,
  ShipToCountry: text,
  ShipToAddress2: text,
})
/** A row of `Orders`, or a draft of one in `Drafts`. */
export const order = document.extend({
  Confirmed: yes,
  AuthorizationStatus: z.string(),
  AddressExtension: shipping.nullable(),
})
/** A row of `Quotations`. */
export const quote = document.extend({ AddressExtension: shipping.nullable() })
/** A row of `Returns`. */
export const goodsReturn = document
/** A row of `Invoices`. */
export const invoice = document.extend({ PaidToDate: decimal, PaidToDateFC: decimal })
/** What all marketing documents have. */
export type NativeDocument = z.output<typeof document>
/** An order as SAP Business One sends it. */
export type NativeOrder = z.output<typeof order>
/** A quote as SAP Business One sends it. */
export type NativeQuote = z.output<typeof quote>
/** An invoice as SAP Business One sends it. */
export type NativeInvoice = z.output<typeof invoice>

/** A row of `IncomingPayments`; it has no time of change. */
export const payment = z.object({
  DocEntry: whole,
  DocNum: whole,
  DocDate: day,
  CardCode: text,
  DocCurrency: text,
  CashSum: decimal,
  TransferSum: decimal,
  Cancelled: yes,
  PaymentInvoices: z.array(
    z.object({ DocEntry: whole, InvoiceType: z.string(), SumApplied: decimal, AppliedFC: decimal }),
  ),
  PaymentChecks: z.array(z.object({ CheckSum: decimal })),
  PaymentCreditCards: z.array(z.object({ CreditSum: decimal })),
})
/** A payment as SAP Business One sends it. */
export type NativePayment = z.output<typeof payment>
