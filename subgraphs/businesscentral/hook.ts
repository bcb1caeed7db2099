import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { isSame } from '../authentic.ts'
import type { Change, Kind, RawRequest } from '../connector.ts'
import { type Json, parseExact } from '../json.ts'
import { etagOf, ifMatch } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'

const KINDS: Record<string, Kind> = {
  items: 'item',
  customers: 'customer',
  salesOrders: 'order',
  salesInvoices: 'invoice',
  salesCreditMemos: 'invoice',
  salesQuotes: 'quote',
}
const RESOURCE = /companies\([^)]*\)\/(\w+)\(([0-9a-f-]{36})\)$/i
const JSON_HEADERS = {
  accept: 'application/json',
  'accept-language': 'en-US',
  'content-type': 'application/json',
}

const notification = z.object({
  value: z.array(
    z.object({
      clientState: z.string().nullish(),
      resource: z.string(),
      changeType: z.string(),
      lastModifiedDateTime: z.string().nullish(),
    }),
  ),
})
const subscription = z.object({
  subscriptionId: z.string().min(1),
  notificationUrl: z.string(),
  resource: z.string(),
  expirationDateTime: z.iso.datetime(),
})

function notificationsOf({ body }: RawRequest) {
  return shaped(notification, parseExact(body.toString('utf8')), 'The notification').value
}

/** Notifications are not signed: each carries the shared secret as clientState (dynamics-subscriptions). */
export function verify(raw: RawRequest, secret: string): boolean {
  const json = /^application\/json\b/i.test(raw.headers['content-type'] ?? '')
  if (secret === '' || !json) return false
  try {
    const all = notificationsOf(raw)
    return all.length > 0 && all.every(({ clientState }) => isSame(clientState ?? '', secret))
  } catch (error) {
    if (error instanceof ErpError) return false
    throw error
  }
}

/** The records to read again. "collection" (over 1,000 changes) names none: the next poll finds them. */
export function read(raw: RawRequest): Change[] {
  return notificationsOf(raw).flatMap(({ resource, changeType, lastModifiedDateTime }) => {
    const [, set = '', id = ''] = RESOURCE.exec(resource) ?? []
    const kind = Object.hasOwn(KINDS, set) ? KINDS[set] : undefined
    const at = new Date(lastModifiedDateTime ?? '')
    const told = Number.isNaN(at.getTime()) ? null : at.toISOString()
    return kind ? [{ kind, id: id.toLowerCase(), deleted: changeType === 'deleted', at: told }] : []
  })
}

/** The handshake: on subscribing and on each renewal the token must come back as the body, at once. */
export function greet({ query }: RawRequest): string | null {
  return query.validationToken || null
}

/**
 * Makes Business Central notify `url` of every set we read, or prolongs it: a subscription ends after three days.
 * Gives the instant when the first of them ends. The address must answer the handshake while this runs.
 */
export async function subscribe(client: Client, url: string, secret: string): Promise<string> {
  const base = `${client.config.url}/api/v2.0/subscriptions`
  const { rows } = await client.page(base)
  const { id } = await client.company()
  const ends: string[] = []
  for (const set of Object.keys(KINDS)) {
    const resource = `api/v2.0/companies(${id})/${set}`
    const existing = rows.find((row) => {
      const one = shaped(subscription, row, 'A subscription')
      return one.notificationUrl === url && one.resource.replace(/^\//, '') === resource
    })
    const body = JSON.stringify({ notificationUrl: url, resource: `/${resource}`, clientState: secret })
    const answer = await client.send({ ...target(base, existing), body, confidential: true })
    ends.push(shaped(subscription, answer.json(), 'A subscription').expirationDateTime)
  }
  return new Date(Math.min(...ends.map((end) => Date.parse(end)))).toISOString()
}

function target(base: string, existing: Json | undefined) {
  if (existing === undefined) return { method: 'POST' as const, url: base, headers: JSON_HEADERS }
  const { subscriptionId: id } = shaped(subscription, existing, 'A subscription')
  const headers = { ...JSON_HEADERS, ...ifMatch(etagOf(existing)) }
  return { method: 'PATCH' as const, url: `${base}('${encodeURIComponent(id)}')`, headers }
}
