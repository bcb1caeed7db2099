import { z } from 'zod'

const words = (what: string) => z.record(z.string(), z.string()).default({}).describe(what)

/** What an operator fills in to connect a site. */
export const config = z
  .object({
    url: z
      .url({ protocol: /^https?$/ })
      .transform((url) => url.replace(/\/+$/, ''))
      .describe('Address of the site, for example https://erp.example.com.'),
    apiKey: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true })
      .describe('API key of the integration user (User > Settings > API Access).'),
    apiSecret: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true })
      .describe('API secret that belongs to the key.'),
    clientId: z.string().min(1).optional().describe('Client id of an OAuth Client, instead of the API key.'),
    clientSecret: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true })
      .describe('Client secret of the OAuth Client.'),
    refreshToken: z
      .string()
      .min(1)
      .optional()
      .meta({ secret: true })
      .describe('Refresh token of a sign-in that was made elsewhere.'),
    company: z.string().min(1).optional().describe('Company to sell for; needed where the site has several.'),
    priceList: z
      .string()
      .min(1)
      .optional()
      .describe('Selling price list; the one of Selling Settings when left out.'),
    currencyPriceLists: words(
      'List prices in other currencies: currency code to price list, for example {"USD": "Export"}.',
    ),
    timeZone: z
      .string()
      .min(1)
      .optional()
      .describe('Time zone of the site (IANA); asked from the site when left out.'),
    units: words('Own units: UOM of the site to UN/ECE Rec 20 code, for example {"Carton": "CT"}.'),
    statuses: words('Own order statuses: status of the site to OPEN, CLOSED and so on.'),
    paymentTerms: words('Payment terms: our words to the Payment Terms Template of the site.'),
    paymentMethods: words('Payment methods: our words to the Mode of Payment of the site.'),
    customerGroup: z.string().min(1).optional().describe('Customer Group of new customers that name none.'),
    territory: z.string().min(1).default('All Territories').describe('Territory of new customers.'),
    deliveryDays: z
      .int()
      .min(0)
      .max(365)
      .default(7)
      .describe('Days until delivery where an order wishes no day; ERPNext insists on one.'),
    pricePrecision: z
      .int()
      .min(0)
      .max(9)
      .default(2)
      .describe('Decimals of prices to which the site rounds discounted rates.'),
    referenceField: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/)
      .default('custom_unified_id')
      .describe(
        'Unique Custom Field (Data) on Sales Order, Sales Invoice and Customer that keeps our reference.',
      ),
    noteField: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/)
      .default('terms')
      .describe('Field of orders and invoices that takes the note.'),
  })
  .superRefine(({ apiKey, apiSecret, clientId }, context) => {
    if (clientId || (apiKey && apiSecret)) return
    const message = 'Give apiKey and apiSecret, or the clientId of an OAuth Client.'
    if (!apiKey) context.addIssue({ code: 'custom', path: ['apiKey'], message })
    if (!apiSecret) context.addIssue({ code: 'custom', path: ['apiSecret'], message })
  })

/** What an operator filled in, checked. */
export type Config = z.output<typeof config>
