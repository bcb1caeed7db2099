import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { isSigned } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { type Json, parseExact } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
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
export function hook(client: Client): Hook {
  const kinds: Record<string, Kind[]> = {
    CONTACT: ['customer'],
    CREDITNOTE: ['invoice'],
    INVOICE: areQuotes(client.config) ? ['invoice'] : ['invoice', 'order'],
  }
  return {
    verify({ headers, body }: RawRequest, secret: string): boolean {
      return isSigned(body, secret, Buffer.from(headers['x-xero-signature'] ?? '', 'base64'))
    },
    async read({ body }: RawRequest): Promise<Change[]> {
      const json: Json = parseExact(body.toString('utf8'))
      const { events } = shaped(delivery, json, 'The webhook')
      // One app serves many organisations, and a delivery may mix them; the one that proves an address has no events.
      const tenant = events.length > 0 ? await known(client) : null
      const own = events.filter(({ tenantId }) => tenant === null || tenantId === tenant)
      return own.flatMap(({ resourceId: id, eventCategory, eventDateUtc }) => {
        const at = new Date(`${eventDateUtc.replace(/Z$/, '')}Z`)
        const told = Number.isNaN(at.getTime()) ? null : at.toISOString()
        const all = Object.hasOwn(kinds, eventCategory) ? (kinds[eventCategory] ?? []) : []
        return all.map((kind) => ({ kind, id, deleted: false, at: told }))
      })
    },
  }
}

/** The organisation; null where it cannot be looked up now, for no event of ours may be lost by that. */
async function known(client: Client): Promise<string | null> {
  return client.tenant().catch((error: unknown) => {
    if (error instanceof ErpError) return null
    throw error
  })
}
