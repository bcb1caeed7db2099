import { z } from 'zod'

const code = z.string().regex(/^[A-Z0-9]{2,3}$/, 'is no UN/ECE Rec 20 code')

/** What an operator fills in for one company of QuickBooks Online. */
export const config = z.object({
  url: z
    .url()
    .default('https://quickbooks.api.intuit.com')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the API; https://sandbox-quickbooks.api.intuit.com for a sandbox company.'),
  company: z
    .string()
    .regex(/^\d{1,20}$/, 'is no realm id: digits only')
    .optional()
    .describe('Company id (realm id). Leave it out where a person signs in here: Intuit tells it then.'),
  clientId: z.string().min(1).describe("Client id of the app at Intuit's developer portal."),
  clientSecret: z.string().min(1).describe('Client secret of the app.').meta({ secret: true }),
  refreshToken: z
    .string()
    .min(1)
    .optional()
    .describe('Refresh token to begin with; leave it out where a person signs in here.')
    .meta({ secret: true }),
  authorizeUrl: z
    .url()
    .default('https://appcenter.intuit.com/connect/oauth2')
    .describe('Where a person signs in.'),
  tokenUrl: z
    .url()
    .default('https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer')
    .describe('Where tokens come from.'),
  orderTarget: z
    .enum(['ESTIMATE', 'INVOICE', 'SALES_RECEIPT'])
    .default('ESTIMATE')
    .describe(
      'QuickBooks Online has no sales orders. ESTIMATE: an order is an accepted estimate and moves no stock. INVOICE: an order is an invoice, posted at once. SALES_RECEIPT: an order is a sales receipt, posted as paid.',
    ),
  invoiceTarget: z
    .enum(['INVOICE', 'SALES_RECEIPT'])
    .default('INVOICE')
    .describe(
      'What a pushed invoice becomes. SALES_RECEIPT: what was paid when it was sold; it never waits for a payment.',
    ),
  taxCode: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Tax code of lines whose item tells none: the id of a tax code. In the USA items tell TAX or NON themselves.',
    ),
  taxCalculation: z
    .enum(['TaxExcluded', 'TaxInclusive', 'NotApplicable'])
    .default('TaxExcluded')
    .describe('Whether prices of pushed documents hold the tax; not used in the USA.'),
  units: z
    .record(z.string(), code)
    .default({})
    .describe(
      'QuickBooks has no units. First letters of a SKU -> UN/ECE Rec 20 code; the longest that fits counts, "" stands for all others.',
    ),
  customFields: z
    .record(z.string(), z.string().regex(/^\d{1,20}$/, 'is no definition id'))
    .default({})
    .describe('Custom attribute, or purchaseOrderNumber -> DefinitionId of the custom field of sales forms.'),
  paymentTerms: z
    .record(z.string(), z.string())
    .default({})
    .describe('Payment terms as orders name them -> name of the term in QuickBooks.'),
  statuses: z
    .record(z.string(), z.enum(['DRAFT', 'PENDING_APPROVAL', 'OPEN', 'INVOICED', 'CLOSED', 'CANCELLED']))
    .default({})
    .describe('TxnStatus of an estimate -> our word, where it means something else here.'),
  timeZone: z
    .string()
    .refine((zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC', 'is no time zone')
    .default('America/Los_Angeles')
    .describe('Time zone of the company, for what is overdue: Europe/Berlin.'),
})

/** The checked configuration. */
export type Config = z.output<typeof config>
