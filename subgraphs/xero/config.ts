import { z } from 'zod'
import { isZone } from '../zone.ts'

const trimmed = (address: string): string => address.replace(/\/+$/, '')
const STATES = [
  'DRAFT',
  'PENDING_APPROVAL',
  'OPEN',
  'PARTIALLY_FULFILLED',
  'FULFILLED',
  'INVOICED',
  'CLOSED',
  'CANCELLED',
] as const

/** What an operator fills in to connect a Xero organisation. */
export const config = z.object({
  url: z.url().default('https://api.xero.com').transform(trimmed).describe('Address of the API.'),
  identityUrl: z
    .url()
    .default('https://identity.xero.com')
    .transform(trimmed)
    .describe('Address where tokens are got.'),
  loginUrl: z
    .url()
    .default('https://login.xero.com')
    .transform(trimmed)
    .describe('Address where a person signs in.'),
  grant: z
    .enum(['signIn', 'custom'])
    .default('signIn')
    .describe('signIn: a person signs in once. custom: a custom connection, from machine to machine.'),
  clientId: z.string().min(1, 'must not be empty').describe('Client id of the app.'),
  clientSecret: z
    .string()
    .optional()
    .meta({ secret: true })
    .describe('Client secret of the app; left out for an app with PKCE.'),
  refreshToken: z
    .string()
    .optional()
    .meta({ secret: true })
    .describe('First refresh token where the sign-in was made elsewhere; every use replaces it.'),
  scopes: z
    .string()
    .default('offline_access accounting.invoices accounting.payments accounting.contacts accounting.settings')
    .describe('Scopes; apps made before March 2026 use accounting.transactions for invoices and payments.'),
  tenantId: z
    .guid()
    .optional()
    .describe('Id of the organisation (tenantId of /connections); needed where one consent has several.'),
  orderTarget: z
    .enum(['INVOICE_DRAFT', 'INVOICE', 'QUOTE'])
    .default('INVOICE_DRAFT')
    .describe(
      'What an order becomes, as Xero has none: a draft invoice, an approved one, or an accepted quote.',
    ),
  numbers: z
    .enum(['xero', 'reference'])
    .default('xero')
    .describe('Who numbers pushed invoices: the series of Xero, or our reference.'),
  statuses: z
    .record(z.string(), z.enum(STATES))
    .default({})
    .describe('Status of Xero -> status of an order, where it shall differ from the usual.'),
  salesAccount: z
    .string()
    .optional()
    .describe('Account code of lines whose item has none, such as discounts: "200".'),
  paymentAccount: z
    .string()
    .optional()
    .describe('Account code on which payments are booked: a bank account or one that allows payments.'),
  paymentAccounts: z
    .record(z.string(), z.string())
    .default({})
    .describe('Method of payment -> account code, where it differs from paymentAccount.'),
  paymentTerms: z
    .record(z.string(), z.int().min(0).max(999))
    .default({})
    .describe('Payment term -> days after the date. "30 DAYSAFTERBILLDATE" is understood without an entry.'),
  dueDays: z
    .int()
    .min(0)
    .max(999)
    .default(30)
    .describe('Days until an invoice is due where neither order nor contact say it.'),
  pricesIncludeTax: z
    .boolean()
    .default(false)
    .describe('Whether prices of items, and of the lines we write, include tax.'),
  contactDiscount: z
    .boolean()
    .default(false)
    .describe("Whether a contact's discount, which the API does not apply, lowers the prices we answer."),
  units: z
    .array(z.string())
    .default(['H87', 'C62'])
    .describe('Units (UN/ECE Rec 20) that order lines may say; Xero keeps quantities without units.'),
  tracking: z
    .array(z.string())
    .default([])
    .describe('Tracking categories that custom attributes of an order may fill, by name; at most two.'),
  timeZone: z
    .string()
    .refine(isZone, 'is no time zone')
    .default('UTC')
    .describe(
      'Time zone of the organisation, for the day of what is written and for what is overdue: Pacific/Auckland.',
    ),
})

/** The checked configuration. */
export type Config = z.output<typeof config>
