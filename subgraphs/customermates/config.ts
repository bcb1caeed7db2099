import { z } from 'zod'
import { OrderStatus, QuoteStatus } from '../../schema/index.ts'

function column(what: string) {
  return z.string().min(1).optional().describe(`Id or label of the custom column that holds ${what}`)
}

function told(what: string) {
  return z
    .string()
    .min(1)
    .optional()
    .describe(`Id or label of the custom column into which the ERP's news go: ${what}`)
}

const columns = z.object({
  services: z
    .object({ sku: column('the SKU'), unit: column('the unit it is sold in') })
    .prefault({})
    .describe('Custom columns of services'),
  organizations: z
    .object({
      erpNumber: column("the customer's number in the ERP"),
      taxId: column('the tax id'),
      email: column('the e-mail address'),
      phone: column('the telephone number'),
      currency: column('the currency'),
      street: column('street and number'),
      postalCode: column('the postal code'),
      city: column('the city'),
      country: column('the ISO 3166-1 alpha-2 code of the country'),
      balance: told('what the customer owes'),
      overdue: told('how much of it is overdue'),
      creditLimit: told('the credit limit'),
      onHold: told('whether the customer is on hold'),
      dunningLevel: told('the dunning level'),
    })
    .prefault({})
    .describe('Custom columns of organisations'),
  deals: z
    .object({
      stage: z
        .string()
        .min(1)
        .default('Stage')
        .describe('Id or label of the custom select column that holds the stage'),
      currency: column('the currency'),
      discountPercent: column('the discount of the whole deal in percent'),
      paymentTerms: column('the terms of payment'),
      purchaseOrderNumber: column("the customer's order number"),
      validUntil: column('the day on which the offer ends'),
      orderNumber: told("the order's number"),
      orderState: told('where the order stands'),
      failure: told('why no order could be made'),
      syncStatus: told('"failed" or "synced"'),
      invoiceNumber: told("the invoice's number"),
      paymentStatus: told('how much was paid'),
    })
    .prefault({})
    .describe('Custom columns of deals'),
})

/** What an operator fills in to connect a Customermates installation. */
export const config = z.object({
  url: z
    .url()
    .default('https://customermates.com/api')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Base address of the API'),
  key: z
    .string()
    .min(8)
    .meta({ secret: true })
    .describe('API key of a user of its own for this integration (Profile, API keys)'),
  user: z
    .string()
    .optional()
    .describe("Id of that user; webhooks about the user's own changes are ignored, so that none comes back"),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR')
    .describe('Currency of services, and of deals without one of their own: Customermates stores none'),
  columns: columns.prefault({}).describe('Which custom column holds which of our fields'),
  stages: z
    .record(z.string(), z.enum(QuoteStatus))
    .default({})
    .describe('Stage of a deal (value or label) to the state of a quote, where not built in'),
  stageOfOrder: z
    .partialRecord(z.enum(OrderStatus), z.string().min(1))
    .default({})
    .describe(
      'State of an order to the stage (value, id or label) that its deal is put into, such as CANCELLED to Lost',
    ),
  words: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'What to write instead of our own words failed, synced, OPEN, PAID, true and so on: a text, or the value or label of an option',
    ),
  remindOwner: z
    .boolean()
    .default(true)
    .describe(
      "Whether a deal's owner gets a task when no order could be made of it (first generation of the API)",
    ),
  company: z
    .string()
    .optional()
    .describe(
      'Id of the company (data.companyId of a webhook), by which the second generation computes built-in ids',
    ),
  model: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Built-in type, field or relation (such as deal or lineItem.quantity) to its id or label, where people renamed it',
    ),
  units: z
    .record(z.string(), z.string())
    .default({})
    .describe('Text in the unit column to its UN/ECE Rec 20 code'),
})

/** A filled-in configuration. */
export type Config = z.output<typeof config>
