import { z } from 'zod'
import { OrderStatus } from '../../schema/index.ts'
import { isZone } from '../zone.ts'

const code = (length: number) => z.string().regex(new RegExp(`^\\w{1,${length}}$`))
const codes = (length: number) => z.record(z.string(), code(length)).default({})

/** What an operator fills in for one sales area of an SAP S/4HANA system, Cloud or on-premise. */
export const config = z
  .object({
    url: z
      .url()
      .transform((url) => url.replace(/\/+$/, ''))
      .describe('Address of the API host, for example https://my300000-api.s4hana.cloud.sap.'),
    user: z.string().min(1).optional().describe('Communication user, for basic authentication.'),
    password: z.string().min(1).optional().describe('Password of the user.').meta({ secret: true }),
    tokenUrl: z
      .url()
      .optional()
      .describe('Token endpoint, for OAuth client credentials instead of a user; else left out.'),
    clientId: z.string().min(1).optional().describe('OAuth client id; with tokenUrl.'),
    clientSecret: z
      .string()
      .min(1)
      .optional()
      .describe('OAuth client secret; with tokenUrl.')
      .meta({ secret: true }),
    scope: z.string().optional().describe('OAuth scope, where the token endpoint asks for one.'),
    apiKey: z
      .string()
      .min(1)
      .optional()
      .describe('API key of a gateway in front (header APIKey); usually left out.')
      .meta({ secret: true }),
    client: z
      .string()
      .regex(/^\d{3}$/)
      .optional()
      .describe('SAP client (three digits), where the system has more than its default one.'),
    salesOrganization: code(4).describe('Sales organization, for example 1010.'),
    distributionChannel: code(2).default('10').describe('Distribution channel.'),
    division: code(2).default('00').describe('Division of the sales area.'),
    companyCode: code(4).describe('Company code, for open items and new customers.'),
    language: z
      .string()
      .regex(/^[A-Z]{2}$/)
      .default('EN')
      .describe('Language of product descriptions, notes and new customers.'),
    checkingRule: code(2)
      .optional()
      .describe(
        'Checking rule of the availability check, for example A: then what is available is what can be promised; unrestricted stock when left out.',
      ),
    timeZone: z
      .string()
      .refine(isZone, 'is no time zone such as Europe/Berlin')
      .default('UTC')
      .describe('Time zone of the system, in which it tells when customers were changed.'),
    orderType: code(4).default('OR').describe('Sales document type of pushed orders.'),
    referenceField: z
      .string()
      .regex(/^(PurchaseOrderByShipToParty|YY1_\w+)$/)
      .default('PurchaseOrderByShipToParty')
      .describe('Field of the order that holds our reference; a custom field (YY1_…) keeps the other free.'),
    priceCondition: code(4).default('PPR0').describe('Condition type of price records.'),
    manualPrice: code(4).default('PMP0').describe('Condition type of a manual price.'),
    percentDiscount: code(4).default('DRG1').describe('Condition type of a manual discount in percent.'),
    amountDiscount: code(4)
      .optional()
      .describe('Condition type of a manual discount of the whole order, as an amount; else refused.'),
    rejectionReason: code(2).default('01').describe('Reason for rejection with which orders are cancelled.'),
    noteText: code(4).default('TX01').describe('Text type of the note of an order.'),
    itemText: code(4).default('0001').describe('Text type of long descriptions of order items.'),
    partnerAddresses: z
      .boolean()
      .default(true)
      .describe('False for old releases that have no addresses of order partners.'),
    grouping: code(4).default('BP02').describe('Grouping of new business partners, which numbers them.'),
    reconciliationAccount: code(10)
      .default('12100000')
      .describe('Reconciliation account of new customers in the company code.'),
    pricingProcedure: code(2)
      .default('01')
      .describe('Customer pricing procedure of new customers; without one no order of them is priced.'),
    shippingCondition: code(2)
      .default('01')
      .describe('Shipping condition of new customers; without one no order of them is routed.'),
    statuses: z
      .record(z.string(), z.enum(OrderStatus))
      .default({})
      .describe('Overall status of an order (A, B, C) -> our status, where a system uses it otherwise.'),
    units: z
      .record(z.string(), z.string().regex(/^[A-Z0-9]{2,3}$/))
      .default({})
      .describe('Units of the system in English -> UN/ECE Rec 20 codes, beyond the usual ones.'),
    paymentTerms: codes(4).describe('Payment terms as orders name them -> key of the system.'),
    customerGroups: codes(2).describe('Customer groups as callers name them -> key of the system.'),
    taxTypes: codes(4).describe('Country -> tax number category; DE0, AT0 … and US01 when left out.'),
  })
  .superRefine((value, context) => {
    const named = value.tokenUrl ? (['clientId', 'clientSecret'] as const) : (['user', 'password'] as const)
    for (const name of named) {
      if (value[name] === undefined && !(value.apiKey && !value.tokenUrl && !value.user))
        context.addIssue({ code: 'custom', path: [name], message: 'is needed to sign in' })
    }
  })

/** The checked configuration. */
export type Config = z.output<typeof config>
