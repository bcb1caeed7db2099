import { z } from 'zod'
import { hmacOf, isSame } from '../authentic.ts'
import type { Change, Kind, RawRequest } from '../connector.ts'
import { parseExact } from '../json.ts'
import { shaped } from '../shape.ts'

/** The header in which the customer's User Event script signs the raw body: "sha256=" and hex. */
export const SIGNATURE = 'x-erp-signature'

const KINDS: Record<string, Kind> = {
  salesorder: 'order',
  customer: 'customer',
  invoice: 'invoice',
  creditmemo: 'invoice',
  customerpayment: 'payment',
  estimate: 'quote',
  inventoryitem: 'item',
  noninventorysaleitem: 'item',
  noninventoryitem: 'item',
  servicesaleitem: 'item',
  serviceitem: 'item',
  assemblyitem: 'item',
  kititem: 'item',
}
const event = z.object({
  recordType: z.string(),
  id: z.string().min(1),
  eventType: z.string(),
  at: z.iso.datetime().nullish(),
})

/** The signature of a body, as the script computes it. */
export function sign(body: Buffer, secret: string): string {
  return `sha256=${hmacOf(body, secret).toString('hex')}`
}

/** NetSuite has no webhooks: a User Event script (afterSubmit) posts {recordType, id, eventType} to us. */
export const hook = {
  verify({ headers, body }: RawRequest, secret: string): boolean {
    return secret !== '' && isSame(headers[SIGNATURE] ?? '', sign(body, secret))
  },
  /** Records of other types are passed over. */
  read({ body }: RawRequest): Change[] {
    const parsed = parseExact(body.toString('utf8'))
    const events = Array.isArray(parsed) ? parsed : [parsed]
    return events.flatMap((one) => {
      const { recordType, id, eventType, at } = shaped(event, one, 'The event')
      const kind = KINDS[recordType.toLowerCase()]
      return kind ? [{ kind, id, deleted: eventType.toLowerCase() === 'delete', at: at ?? null }] : []
    })
  },
}
