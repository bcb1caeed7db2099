import { z } from 'zod'

/** A number as it stood on the wire. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/)
const figure = decimal.nullish()
const text = z.string().nullish()
const guid = z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i)
const flag = z.boolean().nullish()
/** "/Date(1795046400000+0000)/": milliseconds of UTC; the offset says nothing more, and quotes have none. */
const moment = z.string().regex(/^\/Date\(-?\d{1,14}([+-]\d{4})?\)\/$/)
const maybe = moment.nullish()

/** An item; SalesDetails may be empty, then it has no price. */
export const item = z.object({
  ItemID: guid,
  Code: z.string().min(1),
  Name: text,
  Description: text,
  IsSold: flag,
  IsTrackedAsInventory: flag,
  QuantityOnHand: figure,
  SalesDetails: z.object({ UnitPrice: figure, AccountCode: text }).nullish(),
  UpdatedDateUTC: maybe,
})

const term = z.object({ Day: z.string().regex(/^\d{1,3}$/), Type: z.string() })
const address = z.object({
  AddressType: text,
  AddressLine1: text,
  AddressLine2: text,
  AddressLine3: text,
  AddressLine4: text,
  City: text,
  Region: text,
  PostalCode: text,
  Country: text,
  AttentionTo: text,
})

/** A contact: customers and suppliers alike. */
export const contact = z.object({
  ContactID: guid,
  ContactNumber: text,
  AccountNumber: text,
  ContactStatus: text,
  MergedToContactID: guid.nullish(),
  Name: text,
  EmailAddress: text,
  TaxNumber: text,
  Addresses: z.array(address).nullish(),
  Phones: z
    .array(z.object({ PhoneType: text, PhoneNumber: text, PhoneAreaCode: text, PhoneCountryCode: text }))
    .nullish(),
  IsSupplier: flag,
  IsCustomer: flag,
  DefaultCurrency: text,
  PaymentTerms: z.object({ Sales: term.partial().nullish() }).nullish(),
  ContactGroups: z.array(z.object({ Name: text })).nullish(),
  Discount: figure,
  Balances: z
    .object({ AccountsReceivable: z.object({ Outstanding: figure, Overdue: figure }).nullish() })
    .nullish(),
  UpdatedDateUTC: maybe,
})

const line = z.object({
  LineItemID: guid.nullish(),
  Description: text,
  ItemCode: text,
  Item: z.object({ ItemID: guid.nullish() }).nullish(),
  Quantity: figure,
  UnitAmount: figure,
  DiscountRate: figure,
  DiscountAmount: figure,
  LineAmount: figure,
  TaxAmount: figure,
})
const document = z.object({
  Reference: text,
  Contact: z.object({ ContactID: guid.nullish(), Name: text }).nullish(),
  Date: maybe,
  Status: z.string().min(1),
  LineAmountTypes: text,
  LineItems: z.array(line).nullish(),
  SubTotal: figure,
  TotalTax: figure,
  Total: figure,
  CurrencyCode: text,
  UpdatedDateUTC: maybe,
})

/** An invoice; "ACCREC" is one to a customer, the others are bills and corrections. */
export const invoice = document.extend({
  Type: z.string(),
  InvoiceID: guid,
  InvoiceNumber: text,
  DueDate: maybe,
  AmountDue: figure,
  AmountPaid: figure,
  AmountCredited: figure,
})

/** A credit note; "ACCRECCREDIT" is one to a customer. */
export const creditNote = document.extend({
  Type: z.string(),
  CreditNoteID: guid,
  CreditNoteNumber: text,
  RemainingCredit: figure,
})

/** A quote. */
export const quote = document.extend({
  QuoteID: guid,
  QuoteNumber: text,
  Title: text,
  Terms: text,
  ExpiryDate: maybe,
})

/** A payment: belongs to exactly one document. */
export const payment = z.object({
  PaymentID: guid,
  Date: maybe,
  Amount: figure,
  Reference: text,
  Status: z.string().min(1),
  Invoice: z
    .object({
      InvoiceID: guid,
      CurrencyCode: text,
      Contact: z.object({ ContactID: guid.nullish() }).nullish(),
    })
    .nullish(),
  UpdatedDateUTC: maybe,
})

/** The company. */
export const organisation = z.object({
  Name: z.string().min(1),
  BaseCurrency: z.string().regex(/^[A-Z]{3}$/),
  Version: text,
})
/** A currency that is switched on. */
export const currency = z.object({ Code: z.string() })

/** An item as Xero has it. */
export type ItemRow = z.output<typeof item>
/** A contact as Xero has it. */
export type ContactRow = z.output<typeof contact>
/** A line of a document as Xero has it. */
export type LineRow = z.output<typeof line>
/** What invoices and quotes share. */
export type DocumentRow = z.output<typeof document>
/** An invoice as Xero has it. */
export type InvoiceRow = z.output<typeof invoice>
/** A credit note as Xero has it. */
export type CreditNoteRow = z.output<typeof creditNote>
/** A quote as Xero has it. */
export type QuoteRow = z.output<typeof quote>
/** A payment as Xero has it. */
export type PaymentRow = z.output<typeof payment>
/** A term of payment as Xero has it. */
export type Term = z.output<typeof term>
