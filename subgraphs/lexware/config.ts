import { z } from 'zod'
import { OrderStatus } from '../../schema/index.ts'

const term = z.object({
  label: z.string().min(1).max(255).describe('Text on the document, for example "30 Tage netto".'),
  days: z.int().min(0).max(999).describe('Days until it is due.'),
  discountPercent: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional()
    .describe('Cash discount in percent, such as "2".'),
  discountDays: z.int().min(1).max(999).optional().describe('Days within which the cash discount is given.'),
})

/** Not "gross": our prices are net. https://developers.lexware.io/docs/ (tax conditions) */
const taxType = z.enum([
  'net',
  'vatfree',
  'intraCommunitySupply',
  'constructionService13b',
  'externalService13b',
  'thirdPartyCountryService',
  'thirdPartyCountryDelivery',
  'photovoltaicEquipment',
])

/** A term of payment as a document of Lexware carries it. */
export type Term = z.output<typeof term>

/** What an operator fills in to connect an organisation. */
export const config = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.lexware.io')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the public API; without /v1.'),
  apiKey: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe(
      'API key of the organisation, made at app.lexware.de/addons/public-api; it ends after 24 months.',
    ),
  organizationId: z
    .string()
    .optional()
    .describe('Organisation (GET /v1/profile); when filled in, webhooks of any other are refused.'),
  webhookPublicKey: z
    .string()
    .default('')
    .describe(
      'Public key (PEM) with which Lexware signs webhooks: developers.lexware.io/webhookSignature/public/public_key.pub. Without it every webhook is refused.',
    ),
  approval: z
    .boolean()
    .default(false)
    .describe('Whether pushed documents stay drafts until a person finalises them in Lexware.'),
  lookBackDays: z
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe(
      'How many days back documents are looked through for our reference: Lexware cannot search for it.',
    ),
  copySeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .describe(
      'How long a whole reading of articles and contacts may serve further questions; 0 asks each time.',
    ),
  units: z
    .record(z.string(), z.string())
    .default({})
    .describe('Own units: unit in Lexware to UN/ECE Rec 20 code, for example {"Karton": "CT"}.'),
  statuses: z
    .record(z.string(), z.enum(OrderStatus))
    .default({})
    .describe('Own order statuses: voucher status of Lexware to OPEN, CLOSED and so on.'),
  taxType: taxType
    .default('net')
    .describe('Tax type of pushed documents; vatfree for a small business (§ 19 UStG).'),
  taxTypes: z
    .record(z.string(), taxType)
    .default({})
    .describe(
      'Tax type of documents by country of the customer, for example {"US": "thirdPartyCountryDelivery"}; taxType elsewhere.',
    ),
  categories: z
    .record(z.string(), z.string())
    .default({})
    .describe(
      'Posting categories (GET /v1/posting-categories) of invoices that another system numbered: PRODUCT, SERVICE or a tax type other than net, to its id.',
    ),
  paymentTerms: z
    .record(z.string(), term)
    .default({
      NET14: { label: '14 Tage netto', days: 14 },
      NET30: { label: '30 Tage netto', days: 30 },
      NET60: { label: '60 Tage netto', days: 60 },
    })
    .describe('Payment terms: our words to the term as Lexware prints it.'),
})

/** What an operator filled in, checked. */
export type Config = z.output<typeof config>
