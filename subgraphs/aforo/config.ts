import { z } from 'zod'
import { InvoiceStatus } from '../../schema/index.ts'
import { isZone } from '../zone.ts'

const base = (service: string) =>
  z
    .url()
    .default(`https://${service}.aforo.ai`)
    .transform((url) => url.replace(/\/+$/, ''))

/** What an operator fills in to connect an Aforo tenant. */
export const config = z.object({
  url: base('billing').describe('Base address of the billing service'),
  customerUrl: base('customer').describe('Base address of the customer service'),
  key: z
    .string()
    .min(8)
    .meta({ secret: true })
    .describe('Operator key with the role BILLING_ADMIN; begins with afo_ (sk_ keys are refused)'),
  tenant: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be letters, digits and signs without blanks')
    .describe('Id of the tenant; goes along with every request'),
  timeZone: z
    .string()
    .default('UTC')
    .refine(isZone, 'must be a time zone such as Europe/Berlin')
    .describe('Time zone of the tenant: invoice dates that come as times are cut in it'),
  statuses: z
    .record(z.string(), z.enum(InvoiceStatus))
    .default({})
    .describe('Status of an invoice in Aforo to ours, for statuses that are not built in'),
  skus: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe('Description of an invoice line, or else its type such as USAGE_FEE, to the SKU in the ERP'),
  invoiceIdPaths: z
    .array(z.string().regex(/^\$(\.\w+)+$/, 'must look like $.invoice.id'))
    .default(['$.invoice_id', '$.id'])
    .describe(
      'Where the payload template of the webhook puts the invoice id; the first that is filled counts',
    ),
})

/** A filled-in configuration. */
export type Config = z.output<typeof config>
