import { z } from 'zod'
import { isSecret } from '../authentic.ts'
import type { Change, Erp, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'

const delivery = z.object({
  entityId: z.string().regex(/^\d{1,19}$/),
  entityName: z.string(),
  type: z.enum(['CREATE', 'UPDATE', 'DELETE']),
})

/** Entities by the kind they mean; "customer" is the older name under which a party may still be told. */
const KINDS: Record<string, Kind> = {
  article: 'item',
  party: 'customer',
  customer: 'customer',
  salesOrder: 'order',
  salesInvoice: 'invoice',
  quotation: 'quote',
}

/**
 * weclapp's webhooks say an id and nothing more, and are not signed: the address that an operator enters carries the
 * secret (`?secret=…`), and a delivery is only a hint. https://github.com/MIRAL-Soft/weclapp-php-api
 */
export const hook: NonNullable<Erp['hook']> = {
  verify(raw: RawRequest, secret: string): boolean {
    return isSecret(raw.query.secret, secret)
  },
  read(raw: RawRequest): Change[] {
    const { data } = delivery.safeParse(looseOrNull(raw.body.toString('utf8')))
    const kind = data && Object.hasOwn(KINDS, data.entityName) ? KINDS[data.entityName] : undefined
    return data && kind ? [{ kind, id: data.entityId, deleted: data.type === 'DELETE', at: null }] : []
  },
}
