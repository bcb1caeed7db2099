import Big from 'big.js'
import { z } from 'zod'
import { milliseconds, secondsOf } from '../odata2.ts'

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** Text, or null where it is empty. */
export const text = z
  .string()
  .nullable()
  .transform((value) => value?.trim() || null)
/** A key: never empty. */
export const key = z.string().min(1)
/** A decimal, which v2 sends as text. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'is no decimal')
  .transform((value) => new Big(value).toFixed())
/** A calendar day out of "/Date(ms)/". */
export const day = z
  .string()
  .nullable()
  .transform((value, context) => {
    if (value === null || value === '') return null
    const ms = milliseconds(value)
    if (ms === null) context.addIssue({ code: 'custom', message: 'is no date' })
    return new Date(ms ?? 0).toISOString().slice(0, 10)
  })
/** A UTC instant out of "/Date(ms+0000)/". */
export const instant = z
  .string()
  .nullable()
  .transform((value, context) => {
    if (value === null || value === '') return null
    const ms = milliseconds(value)
    if (ms === null) context.addIssue({ code: 'custom', message: 'is no instant' })
    return new Date(ms ?? 0).toISOString()
  })
/** The second of the day out of "PT10H10M10S". */
export const time = z
  .string()
  .nullable()
  .transform((value, context) => {
    const seconds = value ? secondsOf(value) : 0
    if (seconds === null) context.addIssue({ code: 'custom', message: 'is no time' })
    return seconds ?? 0
  })
/** ISO 4217, or null for codes that only this system knows. */
export const currency = z
  .string()
  .nullable()
  .transform((value) => (value && currencies.has(value) ? value : null))
/** ISO 3166-1, or null for codes that only this system knows. */
export const country = z
  .string()
  .nullable()
  .transform((value) => (value && /^[A-Z]{2}$/.test(value) ? value : null))

/** The rows behind a navigation that was expanded. */
export function many<T extends z.ZodType>(row: T) {
  return z.object({ results: z.array(row) }).transform(({ results }) => results)
}

/** The rows behind a navigation that is not expanded for every release. */
function perhaps<T extends z.ZodType>(row: T) {
  return z.union([many(row), z.object({ __deferred: z.unknown() }).transform(() => null)])
}

/** A row of `A_Product`. */
export const product = z.object({
  Product: key,
  ProductType: z.string(),
  ProductGroup: text,
  BaseUnit: text,
  ProductStandardID: text,
  IsMarkedForDeletion: z.boolean(),
  LastChangeDateTime: instant,
  to_Description: many(z.object({ Language: z.string(), ProductDescription: text })),
  to_SalesDelivery: many(
    z.object({
      ProductSalesOrg: z.string(),
      ProductDistributionChnl: z.string(),
      MinimumOrderQuantity: decimal,
      SalesMeasureUnit: text,
      IsMarkedForDeletion: z.boolean(),
    }),
  ),
})

const address = z.object({
  AddressID: z.string(),
  StreetName: text,
  HouseNumber: text,
  StreetSuffixName: text,
  AdditionalStreetSuffixName: text,
  PostalCode: text,
  CityName: text,
  Region: text,
  Country: country,
  to_EmailAddress: many(z.object({ Person: z.string(), OrdinalNumber: z.string(), EmailAddress: text })),
  to_PhoneNumber: many(
    z.object({
      Person: z.string(),
      OrdinalNumber: z.string(),
      PhoneNumber: text,
      InternationalPhoneNumber: text,
    }),
  ),
})
/** An address of a business partner. */
export type NativeAddress = z.output<typeof address>

/** A row of `A_BusinessPartner` that is a customer. */
export const partner = z.object({
  BusinessPartner: key,
  Customer: key,
  BusinessPartnerFullName: text,
  OrganizationBPName1: text,
  OrganizationBPName2: text,
  OrganizationBPName3: text,
  OrganizationBPName4: text,
  BusinessPartnerIsBlocked: z.boolean(),
  IsMarkedForArchiving: z.boolean(),
  CreationDate: day,
  CreationTime: time,
  LastChangeDate: day,
  LastChangeTime: time,
  to_BusinessPartnerAddress: many(address),
  to_BusinessPartnerTax: many(z.object({ BPTaxType: z.string(), BPTaxNumber: text, BPTaxLongNumber: text })),
  to_Customer: z.object({
    OrderIsBlockedForCustomer: text,
    DeletionIndicator: z.boolean(),
    to_CustomerSalesArea: many(
      z.object({
        SalesOrganization: z.string(),
        DistributionChannel: z.string(),
        Division: z.string(),
        Currency: currency,
        CustomerPaymentTerms: text,
        CustomerGroup: text,
        OrderIsBlockedForCustomer: text,
        DeletionIndicator: z.boolean(),
      }),
    ),
  }),
})
/** A business partner as SAP sends it. */
export type NativePartner = z.output<typeof partner>

/** A condition of an item; which ones count says `priced` in map.ts. */
export const condition = z.object({
  ConditionType: text,
  ConditionCalculationType: text,
  ConditionRateValue: decimal,
  ConditionCurrency: currency,
  ConditionQuantity: decimal,
  ConditionQuantityUnit: text,
  ConditionAmount: decimal,
  ConditionInactiveReason: text,
  ConditionIsForStatistics: z.boolean(),
  ConditionClass: text,
})
/** A condition as SAP sends it. */
export type NativeCondition = z.output<typeof condition>

const item = z.object({
  Material: text,
  RequestedQuantity: decimal,
  RequestedQuantityUnit: text,
  NetAmount: decimal,
  SalesDocumentRjcnReason: text,
  to_PricingElement: many(condition),
})
/** What items of orders and quotations have in common. */
export type NativeItem = z.output<typeof item>

const header = z.object({
  SoldToParty: text,
  PurchaseOrderByCustomer: text,
  TotalNetAmount: decimal,
  TransactionCurrency: currency,
  CustomerPaymentTerms: text,
  OverallSDProcessStatus: text,
  OverallSDDocumentRejectionSts: text,
  SalesDocApprovalStatus: text,
  LastChangeDateTime: instant,
})

/** A row of `A_SalesOrder`; partners without addresses where the release has none. */
export const order = header
  .extend({
    SalesOrder: key,
    SalesOrderDate: day,
    RequestedDeliveryDate: day,
    OverallTotalDeliveryStatus: text,
    OverallOrdReltdBillgStatus: text,
    to_Item: many(
      item.extend({
        SalesOrderItem: key,
        SalesOrderItemText: text,
        TaxAmount: decimal,
        ProductionPlant: text,
        StorageLocation: text,
      }),
    ),
    to_Text: many(z.object({ LongTextID: z.string(), LongText: text })),
    to_SubsequentProcFlowDoc: many(z.object({ SubsequentDocument: text, SubsequentDocumentCategory: text })),
    to_Partner: perhaps(
      z.object({
        PartnerFunction: z.string(),
        to_Address: perhaps(
          z.object({
            OrganizationName1: text,
            StreetName: text,
            HouseNumber: text,
            StreetSuffixName1: text,
            StreetSuffixName2: text,
            PostalCode: text,
            CityName: text,
            Region: text,
            Country: country,
          }),
        ),
      }),
    ),
  })
  // The field of our reference is a setting.
  .loose()
/** An order as SAP sends it. */
export type NativeOrder = z.output<typeof order>

/** A row of `A_SalesQuotation`. */
export const quotation = header.extend({
  SalesQuotation: key,
  SalesQuotationDate: day,
  BindingPeriodValidityEndDate: day,
  to_Item: many(item.extend({ SalesQuotationItem: key, SalesQuotationItemText: text, Plant: text })),
})
/** A quotation as SAP sends it. */
export type NativeQuotation = z.output<typeof quotation>

/** A row of `A_BillingDocument`. */
export const billing = z.object({
  BillingDocument: key,
  SDDocumentCategory: text,
  BillingDocumentDate: day,
  SoldToParty: text,
  TransactionCurrency: currency,
  TotalNetAmount: decimal,
  TaxAmount: decimal,
  TotalGrossAmount: decimal,
  CompanyCode: text,
  FiscalYear: text,
  AccountingDocument: text,
  InvoiceClearingStatus: text,
  BillingDocumentIsCancelled: z.boolean(),
  LastChangeDateTime: instant,
  to_Item: many(
    z.object({
      BillingDocumentItem: key,
      BillingDocumentItemText: text.optional(),
      Material: text,
      BillingQuantity: decimal,
      BillingQuantityUnit: text,
      NetAmount: decimal,
      TaxAmount: decimal,
      SalesDocument: text,
      SalesDocumentItem: text,
    }),
  ),
})
/** A billing document as SAP sends it. */
export type NativeBilling = z.output<typeof billing>

/** A row of `A_OperationalAcctgDocItemCube`: an item of a customer's account. Debits are above zero. */
export const accountItem = z.object({
  CompanyCode: key,
  FiscalYear: key,
  AccountingDocument: key,
  AccountingDocumentItem: key,
  Customer: text,
  InvoiceReference: text,
  ClearingAccountingDocument: text,
  NetDueDate: day,
  AmountInTransactionCurrency: decimal,
  TransactionCurrency: currency,
  AmountInCompanyCodeCurrency: decimal,
  CompanyCodeCurrency: currency,
})
/** An item of a customer's account. */
export type AccountItem = z.output<typeof accountItem>
