import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import { type Manager, iso, rows } from '../database.ts'
import { type PageOf, toPage } from '../page.ts'
import { typeOf } from './payload.ts'
import type { DeliveryState } from './store.ts'
import type { WebhookAttempt, WebhookDelivery } from './types.ts'

interface Row {
  id: string
  state: DeliveryState
  status: string
  operation: string
  transaction: string
  sequence: string
  createdAt: Date | string
  finishedAt: Date | string | null
  attempts: Attempt[]
}
interface Attempt {
  number: number
  at: string
  duration_ms: number
  status: number | null
  response: string | null
  problem: Problem | null
}

const LIST = `
select d.id, d.state, d.status, d.operation, d.event_transaction as transaction, d.event_sequence as sequence,
  d.created_at as "createdAt", d.finished_at as "finishedAt",
  (select coalesce(jsonb_agg(to_jsonb(a) order by a.number), '[]') from webhook_attempt a where a.delivery = d.id) as attempts
from webhook_delivery d where d.subscription = ? and (?::text is null or d.state = ?)
  and (?::text is null or (d.created_at, d.id) < (?::timestamptz, ?)) order by d.created_at desc, d.id desc limit ?`

/** A page of messages of a subscription, newest first. */
export async function deliveriesOf(
  em: Manager,
  subscription: string,
  state: DeliveryState | null,
  first: number,
  after: [at: string, id: string] | null,
): Promise<PageOf<WebhookDelivery>> {
  const [at, id] = after ?? [null, null]
  const found = await rows<Row>(em, LIST, [subscription, state, state, at, at, id, first + 1])
  return toPage(found, first, (row) => [iso(row.createdAt), row.id], toDelivery)
}

/** One message of a subscription. Throws NOT_FOUND. */
export async function subscriptionOfDelivery(em: Manager, tenant: string, id: string): Promise<string> {
  const sql = 'select subscription from webhook_delivery where id = ? and tenant = ?'
  const [row] = await rows<{ subscription: string }>(em, sql, [id, tenant])
  if (row) return row.subscription
  throw new ErpError('NOT_FOUND', 'There is no such delivery.', { field: 'delivery' })
}

/** The cursor of an event. */
export function cursorOf({ transaction, sequence }: { transaction: string; sequence: string }): string {
  return Buffer.from(JSON.stringify([transaction, sequence])).toString('base64url')
}

function toDelivery(row: Row): WebhookDelivery {
  const { id, state, operation } = row
  const times = { createdAt: iso(row.createdAt), finishedAt: iso(row.finishedAt) }
  const own = { id, state, operation, type: typeOf(row.status), cursor: cursorOf(row) }
  return { ...own, ...times, attempts: row.attempts.map(toAttempt) }
}

function toAttempt({
  number,
  at,
  duration_ms: durationMs,
  status,
  response,
  problem,
}: Attempt): WebhookAttempt {
  return { number, at: iso(at), durationMs, status, response, problem }
}
