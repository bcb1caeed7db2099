import { z } from 'zod'

const name = z.string().regex(/^\w+$/)
const APP = ['tenant', 'clientId', 'clientSecret'] as const

/** What an operator fills in for one company of Business Central. */
export const config = z
  .object({
    url: z
      .url()
      .transform((url) => url.replace(/\/+$/, ''))
      .describe(
        'Address up to the environment, for example https://api.businesscentral.dynamics.com/v2.0/<tenant>/Production; on premises to the instance, https://bc.example:7048/BC.',
      ),
    tenant: z.string().min(1).optional().describe('Entra tenant: its id or domain; left out with a user.'),
    clientId: z.string().min(1).optional().describe('Client id of the app registration.'),
    clientSecret: z
      .string()
      .min(1)
      .optional()
      .describe('Client secret of the app registration; the app must also be enabled in Business Central.')
      .meta({ secret: true }),
    user: z.string().min(1).optional().describe('User, for basic authentication on premises; else left out.'),
    accessKey: z
      .string()
      .min(1)
      .optional()
      .describe('Web service access key of the user; with user.')
      .meta({ secret: true }),
    tokenUrl: z.url().optional().describe('Token endpoint; made from the tenant when left out.'),
    scope: z
      .string()
      .default('https://api.businesscentral.dynamics.com/.default')
      .describe('Scope of the token.'),
    company: z.string().min(1).describe('Company: its id, or its name as in the list of companies.'),
    stock: z
      .enum(['ledger', 'availability', 'total'])
      .default('ledger')
      .describe(
        'Where stock comes from. ledger: the analytics API (app Power BI Reports). availability: the Field Service integration API. total: one figure for all locations.',
      ),
    availabilityApi: z
      .string()
      .regex(/^api\/[\w./-]+$/)
      .default('api/v2.0')
      .describe(
        'With stock "availability": api/v2.0 up to version 27, api/microsoft/dataverse/v1.0 from 28.',
      ),
    prices: z
      .enum(['lines', 'list'])
      .default('lines')
      .describe(
        'lines: reckoned from the published pages of price list lines and customers. list: list prices only.',
      ),
    priceLinesService: name
      .default('PriceListLines')
      .describe('Service name under which page 7001 Price List Lines is published as an OData web service.'),
    customersService: name
      .default('CustomerList')
      .describe('Service name under which page 22 Customer List is published as an OData web service.'),
    customerNumbers: z
      .enum(['reference', 'series'])
      .default('reference')
      .describe(
        'reference: new customers get a number made from our reference (the series must allow manual numbers). series: Business Central numbers them, and an uncertain write cannot be looked up.',
      ),
    statuses: z
      .record(z.string(), z.enum(['DRAFT', 'PENDING_APPROVAL', 'OPEN']))
      .default({})
      .describe('Order status -> our word, for example {"Draft": "DRAFT"} where only released orders count.'),
    units: z
      .record(z.string(), z.string().regex(/^[A-Z0-9]{2,3}$/))
      .default({})
      .describe('Units of measure -> UN/ECE Rec 20 codes, where the standard code is not filled in.'),
    paymentTerms: z
      .record(z.string(), z.string())
      .default({})
      .describe('Payment terms as orders name them -> code of the term in Business Central.'),
  })
  .superRefine((value, context) => {
    const app = value.tokenUrl ? (['clientId', 'clientSecret'] as const) : APP
    for (const name of value.user ? (['accessKey'] as const) : app)
      if (value[name] === undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'is needed to sign in' })
  })

/** The checked configuration. */
export type Config = z.output<typeof config>

/** Where tokens come from. */
export function tokenUrl(settings: Config): string {
  const tenant = encodeURIComponent(settings.tenant ?? '')
  return settings.tokenUrl ?? `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`
}
