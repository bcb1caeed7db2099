import { z } from 'zod'
import { OrderStatus } from '../../schema/index.ts'

const ALGORITHMS = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const
const DECIMAL = /^\d+(\.\d+)?$/

const certificate = z.object({
  kind: z.literal('certificate').describe('OAuth 2.0 client credentials with a certificate (recommended).'),
  clientId: z.string().min(1).describe('Client id of the integration record.'),
  certificateId: z.string().min(1).describe('Certificate id of the client credentials mapping.'),
  privateKey: z
    .string()
    .min(1)
    .describe('Private key of the certificate, PKCS #8 in PEM form.')
    .meta({ secret: true }),
  algorithm: z.enum(ALGORITHMS).default('PS256').describe('How the key signs: PS… for RSA, ES… for EC keys.'),
})
const signIn = z.object({
  kind: z.literal('signIn').describe('OAuth 2.0 authorization code: a person signs in once.'),
  clientId: z.string().min(1).describe('Client id of the integration record.'),
  clientSecret: z
    .string()
    .min(1)
    .optional()
    .describe('Client secret; leave out for a public client.')
    .meta({ secret: true }),
})
const token = z.object({
  kind: z
    .literal('token')
    .describe('Token-based authentication (OAuth 1.0a), for accounts that already use it.'),
  consumerKey: z.string().min(1).describe('Consumer key of the integration record.').meta({ secret: true }),
  consumerSecret: z.string().min(1).describe('Consumer secret.').meta({ secret: true }),
  tokenId: z.string().min(1).describe('Token id of the access token.').meta({ secret: true }),
  tokenSecret: z.string().min(1).describe('Token secret of the access token.').meta({ secret: true }),
})

const fieldNames = z.array(z.string().regex(/^cust(item|entity|body)_\w+$/i)).default([])
const extra = z.record(z.string(), z.json()).default({})

/** What an operator fills in for a NetSuite account. */
export const config = z.object({
  account: z
    .string()
    .regex(/^[A-Za-z0-9]+([_-][A-Za-z0-9]+)?$/, 'must look like 1234567 or 1234567_SB1')
    .describe('Account id as in Setup > Company Information, for example 1234567 or 1234567_SB1.'),
  url: z.url().optional().describe('Address of the account; made from the account id when left out.'),
  auth: z.discriminatedUnion('kind', [certificate, signIn, token]).describe('How we prove who we are.'),
  orderStatus: z
    .enum(['approved', 'pending'])
    .default('approved')
    .describe('approved: an order counts as written once it is Pending Fulfillment. pending: also before.'),
  subsidiary: z
    .string()
    .regex(/^\d+$/)
    .optional()
    .describe('Internal id of the subsidiary of new customers; OneWorld accounts need it.'),
  discountItem: z
    .string()
    .regex(/^\d+$/)
    .optional()
    .describe('Internal id of the discount item that carries a discount of the whole order.'),
  timeZone: z
    .string()
    .optional()
    .describe('IANA time zone of the account, for example Europe/Berlin; measured when left out.'),
  units: z
    .record(z.string(), z.string().regex(/^[A-Z0-9]{2,3}$/))
    .default({})
    .describe('Unit names of the account -> UN/ECE Rec 20 codes, for example {"Box of 10": "XBX"}.'),
  statuses: z
    .record(z.string(), z.enum(OrderStatus))
    .default({})
    .describe('Letter of a sales order in NetSuite to our status, where an account uses it otherwise.'),
  paymentTerms: z
    .record(z.string(), z.string())
    .default({})
    .describe('Payment terms as orders name them -> name or internal id of the term in NetSuite.'),
  quantityBreaks: z
    .array(z.string().regex(DECIMAL))
    .default([])
    .describe('Where pricing.quantity numbers the breaks 1, 2, 3…: the quantity from which each counts.'),
  groupColumn: z
    .string()
    .regex(/^\w+$/)
    .default('group')
    .describe('Column of customergrouppricing that holds the pricing group.'),
  without: z
    .array(z.enum(['units', 'groupPricing', 'itemPricing', 'vatNumber', 'deletedRecords']))
    .default([])
    .describe('Features the account does not use; their columns and tables are then not asked for.'),
  taxIdField: z
    .string()
    .regex(/^(vatRegNumber|custentity_\w+)$/)
    .default('vatRegNumber')
    .describe('Customer field for the tax id; a custom field in SuiteTax accounts.'),
  itemFields: fieldNames.describe(
    'Custom fields of items (custitem_…), where the role may not read the metadata catalogue.',
  ),
  customerFields: fieldNames.describe(
    'Custom fields of customers (custentity_…), where the role may not read the metadata catalogue.',
  ),
  orderFields: fieldNames.describe(
    'Custom fields of orders (custbody_…), where the role may not read the metadata catalogue.',
  ),
  orderDefaults: extra.describe('Fields every order of this account needs, in the words of the record API.'),
  lineDefaults: extra.describe(
    'Fields every order line of this account needs, in the words of the record API.',
  ),
  customerDefaults: extra.describe('Fields every new customer needs, in the words of the record API.'),
})

/** The checked configuration. */
export type Config = z.output<typeof config>

/** "1234567-sb1": the account in host names (lower case, dash). */
export function hostOf(account: string): string {
  return account.toLowerCase().replace('_', '-')
}

/** "1234567_SB1": the account in the realm of OAuth 1.0a (upper case, underscore). */
export function realmOf(account: string): string {
  return account.toUpperCase().replace('-', '_')
}

/** The address in front of /services and /app, without a slash at the end. */
export function addressOf(config: Pick<Config, 'account' | 'url'>, part: 'suitetalk.api' | 'app'): string {
  return config.url?.replace(/\/+$/, '') ?? `https://${hostOf(config.account)}.${part}.netsuite.com`
}
