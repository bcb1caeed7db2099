import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { PRESETS, type Wording } from './sign.ts'
import { Template } from './template.ts'

/** What a delivery can be about. */
export const EVENTS = [
  'customer.upsert',
  'order.upsert',
  'order.cancel',
  'invoice.upsert',
  'invoice.void',
  'payment.record',
  'ping',
] as const
/** What a delivery is about. */
export type Event = (typeof EVENTS)[number]

const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e]*$/
const NO_NAME = 'must be the name of a header, such as X-Signature'

function web(help: string) {
  return z.url({ protocol: /^https?$/, error: 'must be a whole address, such as https://…' }).describe(help)
}

const templates = z
  .partialRecord(z.enum(EVENTS), z.union([z.string().min(1), z.record(z.string(), z.json())]))
  .superRefine((given, context) => {
    for (const [event, template] of Object.entries(given)) {
      try {
        new Template(template)
      } catch (error) {
        if (!(error instanceof ErpError)) throw error
        context.addIssue({ code: 'custom', path: [event], message: error.message })
      }
    }
  })

/** What an operator fills in to have documents sent to an endpoint. */
export const config = z.object({
  url: web('Where documents are posted to, exactly as your endpoint wants it: https://erp.example.com/inbox'),
  secret: z
    .string()
    .min(8)
    .meta({ secret: true })
    .describe('Signing secret: any text, or "whsec_" and 24 to 64 random bytes in Base64.'),
  previousSecret: z
    .string()
    .min(8)
    .optional()
    .meta({ secret: true })
    .describe('While a secret is being changed: the old one, which signs beside the new one.'),
  signature: z
    .enum(['aforo', 'github', 'shopify', 'plain'])
    .default('aforo')
    .describe(
      'How the signature is worded: aforo (X-Aforo-Signature: sha256=<hex>), github, shopify or plain.',
    ),
  signatureHeader: z
    .string()
    .regex(HEADER_NAME, NO_NAME)
    .optional()
    .describe('Name of the signature header, where it is another than the one of `signature`.'),
  authorization: z
    .string()
    .regex(/^[^\r\n\0]+$/, 'must be one line')
    .optional()
    .meta({ secret: true })
    .describe('Sent as the Authorization header, where your endpoint wants one.'),
  headers: z
    .record(z.string().regex(HEADER_NAME, NO_NAME), z.string().regex(HEADER_VALUE, 'must be ASCII'))
    .default({})
    .describe('Further headers of each delivery; nothing secret, they are shown in previews.'),
  templates: templates
    .default({})
    .describe('Body per event, such as "order.upsert": JSON with paths "$.…", or a JSONata text.'),
  statuses: z
    .record(z.string(), z.string())
    .default({})
    .describe('Canonical status -> your word: OPEN, CANCELLED, VOID.'),
  lookupUrl: web(
    'Where your endpoint answers whether it has a reference; unanswered pushes are cleared up there.',
  ).optional(),
  lookupLagMs: z
    .int()
    .min(0)
    .max(900_000)
    .default(0)
    .describe('Milliseconds after an accepted delivery until the look-up knows it.'),
  idempotent: z
    .boolean()
    .default(true)
    .describe(
      'Your endpoint keeps each data.id (or webhook-id) once, as receivers of webhooks must: what was not answered is sent again. False: an unanswered delivery waits for a person.',
    ),
  retryAll: z
    .boolean()
    .default(false)
    .describe('Whether refusals such as 400 and 401 are sent again too, as some senders do.'),
  connectionId: z
    .string()
    .optional()
    .describe('Sent as connection_id, so that your endpoint can tell connections apart.'),
})

/** The checked configuration. */
export type Config = z.output<typeof config>

/** How this connection words the signature of the body. */
export function wordingOf({ signature, signatureHeader }: Config): Wording {
  const preset = PRESETS[signature]
  return { ...preset, header: signatureHeader ?? preset.header }
}
