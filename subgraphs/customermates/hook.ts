import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { isSigned } from '../authentic.ts'
import type { Erp } from '../connector.ts'
import type { Kind } from '../records.ts'
import type { Config } from './config.ts'
import { idOf } from './open.ts'
import type { Entity, Port } from './port.ts'

const ENTITIES: Record<string, Entity> = {
  service: 'services',
  organization: 'organizations',
  contact: 'contacts',
  deal: 'deals',
}
const KINDS: Record<Entity, Kind> = {
  services: 'item',
  organizations: 'customer',
  contacts: 'customer',
  deals: 'quote',
}
const ref = z.object({ typeId: z.string().min(1), recordId: z.string().min(1) })
const delivery = z.object({
  event: z.string(),
  data: z.object({
    entityId: z.string().min(1),
    userId: z.string().nullish(),
    payload: z
      .object({ record: z.object({ ref }).nullish().catch(null) })
      .nullish()
      .catch(null),
  }),
  timestamp: z.string().nullish(),
})

function parse(body: Buffer): z.output<typeof delivery> {
  try {
    return delivery.parse(JSON.parse(body.toString('utf8')))
  } catch {
    throw new ErpError('VALIDATION', 'A webhook of Customermates needs event and data.entityId.', {
      said: body.toString('utf8').slice(0, 300),
    })
  }
}

/** What an event is about: the first generation says it in its name, the second by a type of the model. */
async function aboutOf(
  ports: () => Promise<Port>,
  name: string,
  { entityId, payload }: z.output<typeof delivery>['data'],
): Promise<{ entity: Entity; id: string } | null> {
  if (Object.hasOwn(ENTITIES, name)) return { entity: ENTITIES[name] ?? 'deals', id: entityId }
  if (name !== 'record' || !payload?.record) return null
  return (await (await ports()).located?.(payload.record.ref)) ?? null
}

/**
 * Webhooks, signed by HMAC-SHA256 over the raw body, without a time. Of what they carry only the name of the event
 * and the id are believed, the record is read again. What our own user changed is ignored.
 * https://customermates.com/docs/webhooks
 */
export function openHook(config: Config, ports: () => Promise<Port>): NonNullable<Erp['hook']> {
  return {
    verify({ headers, body }, secret) {
      const signature = headers['x-webhook-signature'] ?? ''
      return /^[0-9a-f]{64}$/.test(signature) && isSigned(body, secret, Buffer.from(signature, 'hex'))
    },
    async read({ body }) {
      const { event, data, timestamp } = parse(body)
      const [name = '', what] = event.split('.')
      if (config.user !== undefined && data.userId === config.user) return []
      const about = await aboutOf(ports, name, data)
      if (!about) return []
      const at = Date.parse(timestamp ?? '')
      return [
        {
          kind: KINDS[about.entity],
          id: idOf(about.entity, about.id),
          // A deal of which a line is gone is still there.
          deleted: what === 'deleted' && about.id === data.entityId,
          at: Number.isNaN(at) ? null : new Date(at).toISOString(),
        },
      ]
    },
  }
}
