import { z } from 'zod'
import { isSigned } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { type Json, parseExact } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { areQuotes } from './map.ts'

const delivery = z.object({
  events: z.array(
    z.object({
      resourceId: z.guid(),
      tenantId: z.guid(),
      eventCategory: z.string(),
      eventDateUtc: z.string(),
    }),
  ),
})

/**
 * Webhooks: signed with the key of the app, over the raw bytes. The "intent to receive" with which Xero tries an
 * address is an ordinary delivery without events; some of its signatures are wrong on purpose
 * (https://developer.xero.com/documentation/guides/webhooks/configuring-your-server).
 */
export function hook(config: Config): Hook {
  const kinds: Record<string, Kind[]> = {
    CONTACT: ['customer'],
    CREDITNOTE: ['invoice'],
    INVOICE: areQuotes(config) ? ['invoice'] : ['invoice', 'order'],
  }
  return {
    verify({ headers, body }: RawRequest, secret: string): boolean {
      return isSigned(body, secret, Buffer.from(headers['x-xero-signature'] ?? '', 'base64'))
    },
    read({ body }: RawRequest): Change[] {
      const json: Json = parseExact(body.toString('utf8'))
      const { events } = shaped(delivery, json, 'The webhook')
      // One app serves many organisations, and a delivery may mix them.
      const own = events.filter(({ tenantId }) => !config.tenantId || tenantId === config.tenantId)
      return own.flatMap(({ resourceId: id, eventCategory, eventDateUtc }) => {
        const at = new Date(`${eventDateUtc.replace(/Z$/, '')}Z`)
        const told = Number.isNaN(at.getTime()) ? null : at.toISOString()
        const all = Object.hasOwn(kinds, eventCategory) ? (kinds[eventCategory] ?? []) : []
        return all.map((kind) => ({ kind, id, deleted: false, at: told }))
      })
    },
  }
}
