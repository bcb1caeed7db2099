import { z } from 'zod'
import { QuoteStatus } from '../../schema/index.ts'

const names = z.record(z.string(), z.string()).default({})
const ids = z.array(z.string().min(1)).default([])

const webhook = z.object({
  proof: z
    .enum(['signature', 'query'])
    .default('signature')
    .describe(
      'How a webhook proves where it comes from: an HMAC-SHA256 signature, or the secret as ?token= in the address',
    ),
  header: z
    .string()
    .min(1)
    .default('x-qwoty-signature')
    .transform((name) => name.toLowerCase())
    .describe('Header that carries the signature'),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written'),
  timestampHeader: z
    .string()
    .min(1)
    .optional()
    .transform((name) => name?.toLowerCase())
    .describe('Header that carries the time of sending; when set, a webhook older than 5 minutes is refused'),
  signs: z
    .enum(['body', 'timestamp.body'])
    .default('body')
    .describe('What is signed: the raw body, or the timestamp, a dot and the raw body'),
})

/** What an operator fills in to connect a Qwoty workspace. */
export const config = z.object({
  url: z
    .url()
    .default('https://qwoty.app/api')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Base address of the API'),
  token: z
    .string()
    .min(8)
    .meta({ secret: true })
    .describe('API token of the workspace (Settings, Developer, API Tokens); begins with qwt_prod_'),
  quotes: ids.describe(
    'Ids of quotes that exist already: Qwoty cannot list them; later ones come by webhook',
  ),
  customers: ids.describe(
    'Ids of customers that exist already: Qwoty cannot list them; later ones come with quotes',
  ),
  pricebook: z
    .string()
    .optional()
    .describe(
      'API name of the price book whose flat prices are shown as list prices of items; none when left out',
    ),
  skuFrom: z
    .array(z.enum(['inventory.sku', 'identifiers.erp', 'reference']))
    .default(['inventory.sku', 'identifiers.erp', 'reference'])
    .describe('Where the SKU of a product stands; the first place that is filled counts'),
  statuses: z
    .record(z.string(), z.enum(QuoteStatus))
    .default({})
    .describe('Status of a quote in Qwoty to ours, for statuses that are not built in'),
  units: names.describe('Unit of measure in Qwoty to its UN/ECE Rec 20 code, where not built in'),
  segments: names.describe('Our name of a customer group to the id of the segment in Qwoty'),
  taxCodes: names.describe(
    'Country code to the kind of tax id in Qwoty, such as GB to gb_vat, where not built in',
  ),
  recurring: z
    .enum(['note', 'leave', 'refuse'])
    .default('note')
    .describe(
      'Recurring parts of a quote: write them into the note, leave them out, or refuse the accepted quote',
    ),
  acceptedEvents: z
    .array(z.string())
    .default(['quote.accepted', 'quote.won'])
    .describe('Names of webhook events that mean a quote was accepted'),
  cancelledEvents: z
    .array(z.string())
    .default(['quote.canceled', 'quote.cancelled', 'quote.lost'])
    .describe('Names of webhook events that mean a quote was cancelled'),
  webhook: webhook.prefault({}).describe('How webhooks are checked'),
})

/** A filled-in configuration. */
export type Config = z.output<typeof config>
