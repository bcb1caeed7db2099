import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { hmacOf, isSame } from '../authentic.ts'
import type { Change, Kind, RawRequest } from '../connector.ts'
import { parseExact } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Client, keyOf } from './client.ts'
import { CREDIT_NOTE } from './credited.ts'

const SIGNATURE = 'x-b1-webhook-signature'
/** A subscription does not end by itself; it is looked at so often, because three lost deliveries switch it off. */
const LOOK_AGAIN_MS = 86_400_000
const KINDS: Record<string, [Kind, key: string, prefix?: string]> = {
  Items: ['item', 'ItemCode'],
  BusinessPartners: ['customer', 'CardCode'],
  Orders: ['order', 'DocEntry'],
  Invoices: ['invoice', 'DocEntry'],
  CreditNotes: ['invoice', 'DocEntry', CREDIT_NOTE],
  IncomingPayments: ['payment', 'DocEntry'],
  Quotations: ['quote', 'DocEntry'],
}
const EVENTS = ['Created', 'Updated', 'Deleted', 'Cancelled', 'Closed', 'Reopened']

const event = z.object({
  id: z.string().nullish(),
  type: z.string(),
  time: z.string().nullish(),
  data: z.record(z.string(), z.unknown()),
})
const state = z.object({ State: z.string().nullish() })

/** The signature of a body: HMAC SHA-256 over the raw bytes, in base64 (guide, chapter on webhooks). */
export function sign(body: Buffer, secret: string): string {
  return hmacOf(body, secret).toString('base64')
}

/** Whether the webhook was signed with the secret. */
export function verify({ headers, body }: RawRequest, secret: string): boolean {
  return secret !== '' && isSame(headers[SIGNATURE] ?? '', sign(body, secret))
}

function eventsOf({ body }: RawRequest): z.output<typeof event>[] {
  return shaped(z.array(event), parseExact(body.toString('utf8')), 'The webhook')
}

/** A delivery is sent up to three times; the ids of its events name it. Null where one has none. */
export function delivery(raw: RawRequest): string | null {
  const ids = eventsOf(raw).map(({ id }) => id)
  return ids.length > 0 && ids.every(Boolean)
    ? createHash('sha256').update(ids.join('\n')).digest('base64url')
    : null
}

/** "sap.b1.Orders.Created.v1" with the key alone; a list, because deliveries are batched. */
export function read(raw: RawRequest): Change[] {
  return eventsOf(raw).flatMap(({ type, time, data }) => {
    const [, object = '', action = ''] = /^sap\.b1\.(\w+)\.(\w+)\.v\d+$/.exec(type) ?? []
    const [kind, key, prefix = ''] = Object.hasOwn(KINDS, object) ? (KINDS[object] ?? []) : []
    const id = key === undefined ? null : data[key]
    const at = new Date(time ?? '')
    const told = Number.isNaN(at.getTime()) ? null : at.toISOString()
    return kind && typeof id === 'string' && id !== ''
      ? [{ kind, id: prefix + id, deleted: action === 'Deleted', at: told }]
      : []
  })
}

/**
 * Makes SAP Business One send its webhooks to `url` (from 10.0 FP 2602, switched on in the company). The address
 * takes POST alone, so the handshake by GET is left out; each delivery is signed.
 */
export async function subscribe(client: Client, url: string, secret: string): Promise<string> {
  const WebhookID = `erp-${createHash('sha256').update(url).digest('hex').slice(0, 20)}`
  const path = `EventSubscriptions${keyOf(WebhookID)}`
  const existing = await client.send({ method: 'GET', url: client.url(path) }).catch(absent)
  const { State } = existing ? shaped(state, existing.json(), 'A subscription') : { State: null }
  if (existing && State !== 'Active') await client.write(client.request('POST', `${path}/Resume`, null))
  if (!existing)
    await client.send({ ...create(client, WebhookID, url, secret), method: 'POST', confidential: true })
  return new Date(Date.now() + LOOK_AGAIN_MS).toISOString()
}

function create(client: Client, WebhookID: string, WebhookURL: string, secret: string) {
  const objects = Object.keys(KINDS)
  return client.request('POST', 'EventSubscriptions', {
    WebhookID,
    WebhookURL,
    AuthenticationType: 'HMAC',
    AuthenticationCred: JSON.stringify({ Key: secret, Algorithm: 'HMACSha256' }),
    Handshake: 'tNO',
    VerifyCertificate: 'tYES',
    EventCollection: objects.flatMap((BusinessObject) =>
      EVENTS.map((TransactionType) => ({ BusinessObject, TransactionType })),
    ),
  })
}

function absent(error: unknown): null {
  if (error instanceof ErpError && error.code === 'NOT_FOUND') return null
  throw error
}
