import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Erp } from '../connector.ts'
import type { Kind } from '../records.ts'
import type { Entity } from './client.ts'
import type { Config } from './config.ts'
import { idOf } from './open.ts'

const EVENTS: Record<string, { kind: Kind; entity: Entity }> = {
  service: { kind: 'item', entity: 'services' },
  organization: { kind: 'customer', entity: 'organizations' },
  contact: { kind: 'customer', entity: 'contacts' },
  deal: { kind: 'quote', entity: 'deals' },
}
const delivery = z.object({
  event: z.string(),
  data: z.object({ entityId: z.string().min(1), userId: z.string().nullish() }),
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

/**
 * Webhooks, signed by HMAC-SHA256 over the raw body, without a time. Of what they carry only the name of the event
 * and the id are believed, the record is read again. https://customermates.com/docs
 */
export function openHook(config: Config): NonNullable<Erp['hook']> {
  return {
    verify({ headers, body }, secret) {
      const signature = headers['x-webhook-signature'] ?? ''
      if (secret === '' || !/^[0-9a-f]{64}$/.test(signature)) return false
      return timingSafeEqual(
        Buffer.from(signature, 'hex'),
        createHmac('sha256', secret).update(body).digest(),
      )
    },
    read({ body }) {
      const { event, data, timestamp } = parse(body)
      const [name = '', what] = event.split('.')
      const known = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined
      if (!known || (config.user !== undefined && data.userId === config.user)) return []
      const at = Date.parse(timestamp ?? '')
      return [
        {
          kind: known.kind,
          id: idOf(known.entity, data.entityId),
          deleted: what === 'deleted',
          at: Number.isNaN(at) ? null : new Date(at).toISOString(),
        },
      ]
    },
  }
}
