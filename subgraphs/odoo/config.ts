import { z } from 'zod'
import { OrderStatus } from '../../schema/index.ts'
import { isZone } from '../zone.ts'

const names = z.record(z.string(), z.string()).default({})

/** What an operator fills in to connect an Odoo database. */
export const config = z.object({
  url: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Base address, for example https://mycompany.odoo.com'),
  database: z.string().min(1).describe('Name of the database, as on the database manager page'),
  user: z.string().default('').describe('Login of the user the secret belongs to; needed up to version 18'),
  secret: z
    .string()
    .min(1)
    .meta({ secret: true })
    .describe('API key (Preferences, Account Security); up to version 18 a password works too'),
  api: z
    .enum(['auto', 'json2', 'jsonrpc'])
    .default('auto')
    .describe('Which API to speak; auto takes JSON-2 from version 19 on and JSON-RPC before'),
  company: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Number of the company to work in; left out, the default company of the user'),
  timezone: z
    .string()
    .default('UTC')
    .refine(isZone, 'is no IANA time zone, for example Europe/Berlin')
    .describe('IANA zone that decides on which calendar day an order falls, for example Europe/Berlin'),
  warehouses: names.describe('Our name of a warehouse to its short name in Odoo, where they differ'),
  units: names.describe('Name of a unit in Odoo to its UN/ECE Rec 20 code, where not built in'),
  paymentTerms: names.describe('Our name of payment terms to their name in Odoo, where they differ'),
  pricelists: names.describe(
    'Currency to the name of the price list to use when a caller wants another currency than the customer has',
  ),
  discountProduct: z
    .number()
    .int()
    .positive()
    .optional()
    .describe(
      "Number of the product of Odoo's discount lines (Sales settings, Discounts); needed for discounts by amount",
    ),
  statuses: z
    .record(z.string(), z.enum(OrderStatus))
    .default({})
    .describe('State of a sales order in Odoo to ours, for states that own modules added'),
})

/** A filled-in configuration. */
export type Config = z.output<typeof config>
