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

/** What an operator fills in to connect a business of Sage Accounting. */
export const config = z.object({
  url: z
    .url()
    .default('https://api.accounting.sage.com/v3.1')
    .transform(trimmed)
    .describe('Address of the API with its version.'),
  loginUrl: z
    .url()
    .default('https://www.sageone.com/oauth2/auth/central?filter=apiv3.1')
    .describe('Address where a person signs in.'),
  grantUrl: z
    .url()
    .default('https://oauth.accounting.sage.com/token')
    .describe('Address where tokens are got and refreshed.'),
  clientId: z.string().min(1, 'must not be empty').describe('Client id of the app.'),
  clientSecret: z
    .string()
    .min(1, 'must not be empty')
    .meta({ secret: true })
    .describe('Client secret of the app.'),
  refreshToken: z
    .string()
    .optional()
    .meta({ secret: true })
    .describe('First refresh token where the sign-in was made elsewhere; every use replaces it.'),
  scope: z.enum(['full_access', 'readonly']).default('full_access').describe('What the consent allows.'),
  businessId: z
    .string()
    .optional()
    .describe('Id of the business; needed where the person who signed in has several.'),
  orderTarget: z
    .enum(['QUOTE', 'ESTIMATE', 'DRAFT_INVOICE'])
    .default('QUOTE')
    .describe(
      'What an order becomes, as Sage Accounting has none: a quote, an estimate (North America), a draft invoice.',
    ),
  newStatus: z
    .string()
    .optional()
    .describe('Status of a pushed quote or estimate: "ACCEPTED"; the usual one of Sage when left out.'),
  declinedStatus: z
    .string()
    .min(1)
    .default('DECLINED')
    .describe('Status by which a quote or estimate is cancelled.'),
  draftStatus: z.string().min(1).default('DRAFT').describe('Status of a draft invoice.'),
  statuses: z
    .record(z.string(), z.enum(STATES))
    .default({})
    .describe('Status of Sage -> status of an order, where it shall differ from the usual.'),
  ledgerAccountId: z
    .string()
    .optional()
    .describe('Id of the ledger account of lines whose item and customer name none.'),
  taxRateId: z
    .string()
    .optional()
    .describe('Id of the tax rate of lines whose item and customer name none: "GB_STANDARD".'),
  bankAccountId: z.string().optional().describe('Id of the bank account on which payments are booked.'),
  receiptType: z
    .string()
    .min(1)
    .default('CUSTOMER_RECEIPT')
    .describe('Transaction type of payments from customers.'),
  paymentMethods: z
    .record(z.string(), z.string())
    .default({})
    .describe('Method of payment -> id of a payment method of Sage.'),
  paymentTerms: z
    .record(z.string(), z.int().min(0).max(999))
    .default({})
    .describe('Payment term -> days. "30 days" is understood without an entry.'),
  expiryDays: z.int().min(0).max(999).default(30).describe('Days until a pushed quote or estimate expires.'),
  dueDays: z
    .int()
    .min(0)
    .max(999)
    .default(30)
    .describe('Days until an invoice is due where neither input nor customer say it.'),
  units: z
    .array(z.string())
    .default(['H87', 'C62'])
    .describe('Units (UN/ECE Rec 20) that order lines may say; Sage keeps quantities without units.'),
  timeZone: z
    .string()
    .refine(isZone, 'is no time zone')
    .default('UTC')
    .describe(
      'Time zone of the business, for the day of what is written and for what is overdue: America/Toronto.',
    ),
})

/** The checked configuration. */
export type Config = z.output<typeof config>
