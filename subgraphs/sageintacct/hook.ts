import { z } from 'zod'
import { isSecret } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'

/** The body that the administrator writes into the trigger; `id` as this connection names the record. */
const delivery = z.object({
  kind: z.string(),
  id: z.string().min(1),
  event: z.string(),
  at: z.string().optional(),
})
const KINDS: Kind[] = ['item', 'customer', 'order', 'invoice', 'payment', 'quote']

/**
 * Webhooks of triggers. Their signature (X-IA-SageSignature) has no published algorithm, so a secret in the
 * address proves the sender. The trigger's template: {"kind":"customer","id":"{!CUSTOMER.CUSTOMERID!}","event":"set"}
 * https://developer.sage.com/intacct/docs/developer-portal/guides/webhooks
 */
export const hook: Hook = {
  verify({ query }: RawRequest, secret: string): boolean {
    return isSecret(query.secret, secret)
  },
  read({ body }: RawRequest): Change[] {
    const { data } = delivery.safeParse(looseOrNull(body.toString('utf8')))
    const kind = KINDS.find((one) => one === data?.kind)
    if (!data || !kind) return []
    const at =
      data.at !== undefined && !Number.isNaN(Date.parse(data.at)) ? new Date(data.at).toISOString() : null
    return [{ kind, id: data.id, deleted: data.event === 'delete', at }]
  },
}
