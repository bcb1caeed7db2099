import { createPublicKey, verify as verifies } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { isSame } from '../authentic.ts'
import type { Change, Hook, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'

const KINDS: Record<string, Kind> = {
  article: 'item',
  contact: 'customer',
  'order-confirmation': 'order',
  invoice: 'invoice',
  'credit-note': 'invoice',
  voucher: 'invoice',
  quotation: 'quote',
  // It names the voucher that was paid.
  payment: 'invoice',
}
const EVENTS = [
  ...['article', 'contact'].flatMap((kind) => [`${kind}.created`, `${kind}.changed`, `${kind}.deleted`]),
  ...['order-confirmation', 'invoice', 'credit-note', 'voucher', 'quotation'].flatMap((kind) =>
    ['created', 'changed', 'deleted', 'status.changed'].map((what) => `${kind}.${what}`),
  ),
  'payment.changed',
]
/** Subscriptions have no end, but are lost with a withdrawn key or an address that answered 404: look daily. */
const LOOK_AGAIN_MS = 24 * 3_600_000

const delivery = z.object({
  organizationId: z.string(),
  eventType: z.string(),
  resourceId: z.string().min(1),
  eventDate: z.string().nullish(),
})
const subscriptions = z.object({
  content: z.array(z.object({ eventType: z.string(), callbackUrl: z.string() })),
})

function parsed({ body }: RawRequest): z.output<typeof delivery> | null {
  return delivery.safeParse(looseOrNull(body.toString('utf8'))).data ?? null
}

/** Whether the vendor's key signed these very bytes: RSA with SHA-512, as https://developers.lexware.io/docs/ (webhooks) says. */
function isSigned({ headers, body }: RawRequest, publicKey: string): boolean {
  const signature = headers['x-lxo-signature']
  if (!signature || publicKey === '' || body.length === 0) return false
  try {
    return verifies('RSA-SHA512', body, createPublicKey(publicKey), Buffer.from(signature, 'base64'))
  } catch {
    // A key that is none verifies nothing.
    return false
  }
}

function told({ eventType, resourceId, eventDate }: z.output<typeof delivery>): Change[] {
  const [subject = '', ...rest] = eventType.split('.')
  const kind = Object.hasOwn(KINDS, subject) ? KINDS[subject] : undefined
  if (!kind) return []
  const at = new Date(eventDate ?? '')
  const deleted = rest.join('.') === 'deleted'
  return [{ kind, id: resourceId, deleted, at: Number.isNaN(at.getTime()) ? null : at.toISOString() }]
}

/** Events that another organisation's key refuses are left out: which there are depends on the document. */
async function subscribe(client: Client, url: string, secret: string): Promise<string> {
  const address = new URL(url)
  address.searchParams.set('secret', secret)
  const { content } = shaped(
    subscriptions,
    (await client.get('event-subscriptions')).json(),
    'event-subscriptions',
  )
  const known = new Set(content.filter((one) => one.callbackUrl === address.href).map((one) => one.eventType))
  for (const eventType of EVENTS.filter((one) => !known.has(one))) {
    const body = { eventType, callbackUrl: address.href }
    const request = { ...client.writing('POST', 'event-subscriptions', body), confidential: true }
    await client.write(request).catch((error: unknown) => {
      // Somebody else subscribed meanwhile, or Lexware has no such event: the others still count.
      const isKnown = error instanceof ErpError && error.code === 'CONFLICT'
      const isStrange = error instanceof ErpError && error.field?.endsWith('eventType')
      if (!isKnown && !isStrange) throw error
    })
  }
  return new Date(Date.now() + LOOK_AGAIN_MS).toISOString()
}

/**
 * Webhooks. One key of the vendor signs those of all its customers, so the address carries a secret of ours beside.
 * They may come again and in any order: each only names what to read anew.
 */
export function hook(client: Client, { webhookPublicKey, organizationId }: Config): Hook {
  return {
    verify(raw, secret) {
      const ours = secret !== '' && isSame(raw.query.secret ?? '', secret)
      if (!ours || !isSigned(raw, webhookPublicKey)) return false
      return organizationId === undefined || parsed(raw)?.organizationId === organizationId
    },
    read(raw) {
      const event = parsed(raw)
      return event ? told(event) : []
    },
    // The signature holds no time and Lexware names no delivery: these three together do.
    delivery(raw) {
      const event = parsed(raw)
      return event?.eventDate ? `${event.eventType} ${event.resourceId} ${event.eventDate}` : null
    },
    subscribe: (url, secret) => subscribe(client, url, secret),
  }
}
