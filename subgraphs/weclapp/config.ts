import { z } from 'zod'
import { isZone } from '../zone.ts'

const words = (what: string) => z.record(z.string(), z.string()).default({}).describe(what)

/** What an operator fills in to connect a tenant. */
export const config = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of the tenant, for example https://acme.weclapp.com.'),
  token: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('API token of a user of its own (My settings > API); a newly made token ends the old one.'),
  apiVersion: z
    .enum(['v2', 'v3'])
    .default('v2')
    .describe('Version of the REST API; weclapp switches off v1 during 2026.'),
  orderReference: z
    .string()
    .min(1)
    .default('uda_order_ref')
    .describe(
      'Key of the custom attribute (text, for sales orders) that keeps our reference; make it once in weclapp.',
    ),
  listChannel: z
    .string()
    .regex(/^(NET|GROSS)\d{1,3}$/)
    .default('NET1')
    .describe('Sales channel whose prices are the list prices, for example NET1.'),
  exactPrices: z
    .boolean()
    .default(false)
    .describe(
      'Whether weclapp itself prices what a customer asks for, as an order that it does not store (dryRun), with every discount. Costs a call for each customer; try on the tenant first that such an order comes back with prices.',
    ),
  timeZone: z
    .string()
    .refine(isZone, { error: 'timeZone is no IANA time zone.' })
    .default('Europe/Berlin')
    .describe('Time zone of the tenant (IANA): dates are midnights there.'),
  units: words('Own units: name of the unit in weclapp to UN/ECE Rec 20 code, for example {"Karton": "CT"}.'),
  statuses: words('Own order statuses: status of weclapp to OPEN, CLOSED and so on.'),
  paymentTerms: words('Payment terms: our words to the name of the term of payment in weclapp.'),
  businessType: z
    .enum(['B2B', 'B2C', 'B2G'])
    .default('B2B')
    .describe('Business type of customers that we make.'),
})

/** What an operator filled in, checked. */
export type Config = z.output<typeof config>
