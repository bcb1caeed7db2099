import type { Problem } from '../../../schema/index.ts'
import { type Database, type Manager, iso, rows } from '../database.ts'
import type { Position } from '../events.ts'
import { enqueue } from '../jobs.ts'
import type { SyncFilter } from '../sync.ts'
import type { Safe } from '../vault.ts'
import type { Happened } from './payload.ts'
import type { Maker } from './rights.ts'
import type { Sent } from './send.ts'

/** Whether a subscription is told: DISABLED by us, after three days without success or at the receiver's word. */
export type SubscriptionState = 'ACTIVE' | 'PAUSED' | 'DISABLED'
/** What became of a message. FAILED: given up; REPLAY: asked for again. */
export type DeliveryState = 'WAITING' | 'DELIVERED' | 'FAILED' | 'REPLAY'

type Instant = Date | string

/** A subscription as its row says. */
export interface SubscriptionRow {
  id: string
  tenant: string
  url: string
  description: string
  filter: SyncFilter
  maker: Maker
  secret: string
  previous: string | null
  state: SubscriptionState
  problem: Problem | null
  transaction: string
  sequence: string
  tries: number
  failingMs: number
  waitMs: number
  previousUntil: Instant | null
  failingSince: Instant | null
  deliveredAt: Instant | null
  stoppedAt: Instant | null
  nextAt: Instant | null
  createdAt: Instant
}

const COLUMNS = `id, tenant, url, description, filter, maker, secret, state, problem, tries,
  event_transaction as transaction, event_sequence as sequence,
  case when previous_until > now() then previous_secret end as previous,
  case when previous_until > now() then previous_until end as "previousUntil", next_at as "nextAt",
  coalesce(extract(epoch from now() - failing_since) * 1000, 0)::float8 as "failingMs",
  coalesce(greatest(extract(epoch from next_at - now()) * 1000, 0), 0)::float8 as "waitMs",
  failing_since as "failingSince", delivered_at as "deliveredAt", stopped_at as "stoppedAt", created_at as "createdAt"`

/** The subscriptions of a tenant, oldest first. */
export function subscriptionsOf(em: Manager, tenant: string): Promise<SubscriptionRow[]> {
  const sql = `select ${COLUMNS} from webhook_subscription where tenant = ? order by created_at, id`
  return rows<SubscriptionRow>(em, sql, [tenant])
}

/** One subscription of any tenant. */
export async function subscriptionById(em: Manager, id: string): Promise<SubscriptionRow | null> {
  const sql = `select ${COLUMNS} from webhook_subscription where id = ?`
  return (await rows<SubscriptionRow>(em, sql, [id]))[0] ?? null
}

/** The kind of job that tells one subscription. */
export const JOB = 'webhook-out'

/** Writes a subscription that begins at a position, with the job that tells it. */
export async function insertSubscription(
  db: Database,
  safe: Safe,
  given: Pick<SubscriptionRow, 'id' | 'tenant' | 'url' | 'description' | 'filter' | 'maker' | 'secret'>,
  [transaction, sequence]: Position,
): Promise<void> {
  const { id, tenant, url, description, filter, maker } = given
  const secret = safe.close({ secret: given.secret }, tenant, id)
  const sql = `insert into webhook_subscription (id, tenant, url, description, filter, maker, secret,
    event_transaction, event_sequence) values (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?)`
  const json = [JSON.stringify(filter), JSON.stringify(maker)]
  await db.em().transactional(async (em) => {
    await em.execute(sql, [id, tenant, url, description, ...json, secret, transaction, sequence])
    await enqueue(em, [{ tenant, kind: JOB, subject: id }])
  })
  db.bus.tell('job', id)
}

/** Changes columns of a subscription. */
export async function changeSubscription(
  em: Manager,
  { id }: Pick<SubscriptionRow, 'id'>,
  set: string,
  values: unknown[],
): Promise<void> {
  await em.execute(`update webhook_subscription set ${set} where id = ?`, [...values, id])
}

/** Has the job of a subscription look at once. */
export async function wake(db: Database, id: string): Promise<void> {
  await db.em().execute('update job set next_at = now() where kind = ? and subject = ?', [JOB, id])
  db.bus.tell('job', id)
}

/** The secrets that are good now, the newest first. Throws INTERNAL when SECRET_KEY is another one. */
export function secretsOf(safe: Safe, { id, tenant, secret, previous }: SubscriptionRow): string[] {
  return [secret, previous].flatMap((sealed) =>
    sealed ? [safe.open<{ secret: string }>(sealed, tenant, id).secret] : [],
  )
}

const KEEP = `
insert into webhook_delivery as d (id, subscription, tenant, operation, event_transaction, event_sequence, event_at, status,
  state, tries, finished_at)
values (?, ?, ?, ?, ?, ?, ?::timestamptz, ?, ?, 1, case when ? then now() end)
on conflict (id) do update set state = excluded.state, tries = d.tries + 1, finished_at = excluded.finished_at
returning tries`
const ATTEMPT = `insert into webhook_attempt (delivery, number, at, duration_ms, status, response, problem)
  values (?, ?, ?::timestamptz, ?, ?, ?, ?::jsonb)`

/** Writes down one try to tell a subscription of an event; inside the caller's transaction. */
export async function keepAttempt(
  em: Manager,
  { id: subscription, tenant }: SubscriptionRow,
  message: string,
  event: Happened,
  state: DeliveryState,
  sent: Sent,
): Promise<void> {
  const place = [event.transaction, event.sequence, event.at, event.status]
  const values = [message, subscription, tenant, event.operation, ...place, state, state !== 'WAITING']
  const [row] = await rows<{ tries: number }>(em, KEEP, values)
  const problem = sent.problem ? JSON.stringify(sent.problem) : null
  const told = [iso(sent.at), Math.round(sent.durationMs), sent.status, sent.response, problem]
  await em.execute(ATTEMPT, [message, row?.tries ?? 1, ...told])
}

/** The events that somebody asked to be told of again, oldest first. */
export async function askedAgain(em: Manager, subscription: string): Promise<(Happened & { id: string })[]> {
  const sql = `select id, operation, event_transaction as transaction, event_sequence as sequence, event_at as at, status
    from webhook_delivery where subscription = ? and state = 'REPLAY'
    order by event_transaction::xid8, event_sequence::bigint limit 20`
  const found = await rows<Happened & { id: string }>(em, sql, [subscription])
  return found.map((row) => ({ ...row, at: iso(row.at) }))
}

/** Forgets messages that are older than events are kept. */
export async function sweepDeliveries(em: Manager, subscription: string, keptMs: number): Promise<void> {
  const sql = `delete from webhook_delivery where subscription = ? and finished_at is not null
    and created_at < now() - ? * interval '1 millisecond'`
  await em.execute(sql, [subscription, keptMs])
}
