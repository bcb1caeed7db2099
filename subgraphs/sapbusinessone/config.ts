import { z } from 'zod'

const udf = z.string().regex(/^U_\w{1,50}$/)

/** What an operator fills in for one company of SAP Business One. */
export const config = z.object({
  url: z
    .url()
    .transform((url) => url.replace(/\/+$/, '').replace(/\/b1s\/v\d$/, ''))
    .describe('Address of the Service Layer without /b1s/v2, for example https://b1.example:50000.'),
  company: z.string().min(1).describe('Company database, for example SBODEMODE.'),
  user: z.string().min(1).describe('User code of the company; with tokenUrl the client id.'),
  password: z
    .string()
    .min(1)
    .describe('Password of the user; with tokenUrl the client secret.')
    .meta({ secret: true }),
  language: z
    .string()
    .regex(/^\d{1,3}$/)
    .default('3')
    .describe('Number of the login language; 3 is English, which our reading of error texts expects.'),
  tokenUrl: z
    .url()
    .optional()
    .describe(
      'Token endpoint of the identity provider; then OAuth client credentials replace the session login.',
    ),
  companyId: z
    .string()
    .optional()
    .describe('With tokenUrl: CompanyID of the landscape (sld0100.svc/CurrentUserInfo).'),
  timeZone: z
    .string()
    .optional()
    .describe('IANA zone of the server, for example Europe/Berlin; measured from its clock when left out.'),
  orderReference: udf
    .default('U_ExtRef')
    .describe('User-defined field of marketing documents (alphanumeric, 50) that holds our reference.'),
  customerReference: udf
    .default('U_CRM_ID')
    .describe('User-defined field of business partners (alphanumeric, 50) that holds our reference.'),
  branch: z
    .int()
    .optional()
    .describe('Number of the branch that sells, in companies with branches; they refuse orders without one.'),
  customerSeries: z
    .int()
    .optional()
    .describe('Numbering series of new customers; without it their code is made from our reference.'),
  taxIdField: z
    .enum(['FederalTaxID', 'VATRegistrationNumber', 'UnifiedFederalTaxID'])
    .default('FederalTaxID')
    .describe('Which field of a business partner holds the tax id in this localisation.'),
  priceList: z.int().default(1).describe('Number of the price list whose prices are the list prices.'),
  prices: z
    .enum(['preview', 'itemPrice'])
    .default('preview')
    .describe(
      'preview: OrdersService_Preview, one per customer. itemPrice: CompanyService_GetItemPrice, one per item; for releases whose preview leaves prices out.',
    ),
  itemPriceDiscount: z
    .enum(['included', 'apart'])
    .default('included')
    .describe(
      'With prices "itemPrice": whether Price already includes Discount; compare once with an order.',
    ),
  units: z
    .record(z.string(), z.string().regex(/^[A-Z0-9]{2,3}$/))
    .default({})
    .describe('Units of measure -> UN/ECE Rec 20 codes, for example {"Karton": "CT"}.'),
  currencies: z
    .record(z.string(), z.string().regex(/^[A-Z]{3}$/))
    .default({})
    .describe('Currency codes of the company that are not ISO 4217, for example {"$": "USD"}.'),
  paymentTerms: z
    .record(z.string(), z.string())
    .default({})
    .describe('Payment terms as orders name them -> name of the payment terms in SAP Business One.'),
  statuses: z
    .record(z.string(), z.enum(['DRAFT', 'PENDING_APPROVAL', 'OPEN', 'FULFILLED', 'INVOICED', 'CLOSED']))
    .default({})
    .describe('Document status -> our word, for example {"bost_Close": "INVOICED"}.'),
})

/** The checked configuration. */
export type Config = z.output<typeof config>
