import { z } from 'zod'

const words = (what: string) => z.record(z.string(), z.string()).default({}).describe(what)
const definition = (name: string, what: string) => z.string().min(1).default(name).describe(what)

/** What an operator fills in for one company of Sage Intacct. */
export const config = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Address of Sage Intacct, for example https://api.intacct.com.'),
  company: z.string().min(1).describe('Company id, as in the sign-in form.'),
  user: z
    .string()
    .min(1)
    .describe('Id of a Web Services user of this connection alone: a second grant ends the first one.'),
  entity: z.string().min(1).optional().describe('Entity to work in; left out: the top level.'),
  clientId: z.string().min(1).describe('Client id of the application, authorised in the company for REST.'),
  clientSecret: z.string().min(1).meta({ secret: true }).describe('Client secret of the application.'),
  grant: z
    .enum(['client_credentials', 'authorization_code'])
    .default('client_credentials')
    .describe('client_credentials: the user above. authorization_code: a person signs in.'),
  senderId: z
    .string()
    .min(1)
    .describe(
      'Web Services sender id, authorised in the company; orders and payments go through the gateway.',
    ),
  senderPassword: z.string().min(1).meta({ secret: true }).describe('Password of the sender id.'),
  baseCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('Base currency of the company or entity (ISO 4217): credit and base prices are in it.'),
  orderDefinition: definition('Sales Order', 'Transaction definition of sales orders.'),
  quoteDefinition: definition('Sales Quote', 'Transaction definition of quotes.'),
  invoiceDefinitions: z
    .array(z.string().min(1))
    .default(['Sales Invoice'])
    .describe('Transaction definitions of invoices: an order converted to one is invoiced.'),
  shipperDefinitions: z
    .array(z.string().min(1))
    .default(['Shipper'])
    .describe('Transaction definitions of shippers: an order converted to them alone is delivered.'),
  location: z.string().min(1).optional().describe('Location of order lines; needed with several entities.'),
  warehouse: z.string().min(1).optional().describe('Warehouse of order lines that name none.'),
  paymentTerm: z.string().min(1).optional().describe('Term of orders whose customer has none.'),
  priceList: z.string().min(1).optional().describe('Order entry price list that holds where no other does.'),
  exchangeRateType: z
    .string()
    .min(1)
    .default('Intacct Daily Rate')
    .describe('Exchange rate type of orders in another than the base currency.'),
  customerIds: z
    .enum(['reference', 'sequence'])
    .default('reference')
    .describe('reference: ids of new customers are made from our reference. sequence: Intacct numbers them.'),
  baseUnits: words('Units of measure groups -> name of their base unit, for example {"Count": "Each"}.'),
  units: words('Names of units -> UN/ECE Rec 20 code, for example {"Carton": "CT"}.'),
  statuses: words('States of orders -> OPEN, CLOSED and so on, where ours do not fit.'),
  paymentTerms: words('Payment terms: our words -> id of the term.'),
})

/** The checked configuration. */
export type Config = z.output<typeof config>
