import type { InferEntity } from '@mikro-orm/core'
import type { Problem } from '../../schema/index.ts'
import { type Database, type Manager, rows } from './database.ts'
import type { OperationAction, OperationObject, OperationStatus, OperationTable, Stored } from './tables.ts'

/** A row of the operation table. */
export type Operation = InferEntity<typeof OperationTable>

/** The states in which nothing more happens by itself. UNCERTAIN waits for a person. */
export const FINAL: readonly OperationStatus[] = ['DONE', 'REFUSED', 'DEAD', 'CANCELLED']

/** An operation that a worker holds; every later statement about it is guarded by `fence`. */
export interface Claimed {
  id: string
  fence: string
  connection: string
  /** Milliseconds since a byte may last have gone out whose effect is unknown; null: nothing is unknown. */
  sentAgoMs: number | null
  firstSentAgoMs: number | null
  /** Milliseconds since the acceptance or the last retry by hand. */
  ageMs: number
}

/** Another worker holds the operation now; whatever this one wanted to write is refused. */
export class FenceLost extends Error {}

const STALE_LEASE = 'greatest(o.sent_at, o.lease_until)'
const EARLIER = `e.status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN')
          and (e.created_at, e.id) < (o.created_at, o.id)`

/**
 * Due operations, of each connection as many as it has slots. Several workers never get the same one. An operation
 * waits for what it depends on, and behind earlier ones of the same document. A dead worker may have sent until
 * its lease ended, so that moment counts as the last send. What is held is due when its lease ends, so that the
 * index shows only what can be claimed.
 */
const CLAIM = `
with free as (select * from jsonb_to_recordset(?::jsonb) as f(connection text, slots int)),
due as materialized (
  select d.id from free cross join lateral (
    select o.id from operation o
    where o.connection = free.connection and o.direction = 'OUT' and o.status in ('ACCEPTED', 'RUNNING', 'WAITING')
      and o.next_attempt_at <= now() and (o.lease_until is null or o.lease_until < now())
      and (o.depends_on is null or (select p.status from operation p where p.id = o.depends_on) = 'DONE')
      and (o.object <> 'ORDER' or o.action = 'CREATE' or not exists (
        select from operation e where e.object = 'ORDER' and e.sales_order = o.sales_order and ${EARLIER}))
      and (o.object <> 'CUSTOMER' or not exists (
        select from operation e where e.object = 'CUSTOMER' and e.customer = o.customer and e.connection = o.connection
          and ${EARLIER}))
    order by o.next_attempt_at limit free.slots for update skip locked) d),
claimed as (
  update operation o set status = 'RUNNING', worker = ?, fence = o.fence + 1,
    lease_until = now() + held.lease, next_attempt_at = now() + held.lease,
    sent_at = case when o.lease_until is not null and o.sent_at is not null then ${STALE_LEASE} else o.sent_at end
  from (select ? * interval '1 millisecond' as lease) held
  where o.id = any (array(select id from due)) returning o.*),
told as (
  insert into event (tenant, connection, operation, object, status)
  select tenant, connection, id, object, status from claimed)
select id, fence::text as fence, connection, extract(epoch from now() - sent_at)::float8 * 1000 as "sentAgoMs",
  extract(epoch from now() - first_sent_at)::float8 * 1000 as "firstSentAgoMs",
  extract(epoch from now() - tried_since)::float8 * 1000 as "ageMs" from claimed`

/** Takes due operations for `leaseMs`, by the database's clock. */
export async function claim(
  db: Database,
  worker: string,
  free: { connection: string; slots: number }[],
  leaseMs: number,
): Promise<Claimed[]> {
  if (free.length === 0) return []
  const found = await rows<Claimed>(db.em(), CLAIM, [JSON.stringify(free), worker, leaseMs])
  for (const { id } of found) db.bus.tell('event', id)
  return found.map((row) => ({
    ...row,
    sentAgoMs: row.sentAgoMs === null ? null : Number(row.sentAgoMs),
    firstSentAgoMs: row.firstSentAgoMs === null ? null : Number(row.firstSentAgoMs),
    ageMs: Number(row.ageMs),
  }))
}

/** Extends the lease; while sending, the moment of the last possible send moves along. False when it is lost. */
export async function extend(
  db: Database,
  held: Claimed,
  leaseMs: number,
  sending: boolean,
): Promise<boolean> {
  const sql = `update operation set lease_until = now() + ? * interval '1 millisecond',
    next_attempt_at = now() + ? * interval '1 millisecond',
    sent_at = case when ? then now() else sent_at end where id = ? and fence = ? and status = 'RUNNING' returning id`
  return (await rows(db.em(), sql, [leaseMs, leaseMs, sending, held.id, held.fence])).length > 0
}

/**
 * Writes down, before the first byte, that something may reach the ERP, and what is there before. Throws FenceLost.
 */
export async function markSending(db: Database, held: Claimed, before: object | null): Promise<void> {
  const sql = `update operation set sent_at = now(), first_sent_at = coalesce(first_sent_at, now()),
    before = coalesce(?::jsonb, before)
    where id = ? and fence = ? and status = 'RUNNING' and lease_until > now() returning id`
  const values = [before ? JSON.stringify(before) : null, held.id, held.fence]
  if ((await rows(db.em(), sql, values)).length === 0) throw new FenceLost()
}

/** Where an operation goes next. */
export interface Move {
  status: OperationStatus
  outcome?: 'SUCCESS' | 'WARNING' | 'ERROR' | null
  problem?: Problem | null
  externalId?: string | null
  externalNumber?: string | null
  before?: object | null
  after?: object | null
  /** Milliseconds until it is due again. */
  pauseMs?: number
  /** What is known of bytes that went out: as before, uncertain from now on, or certain. */
  sent: 'keep' | 'now' | 'clear'
  /** Whether this try counts towards the limit. */
  counts?: boolean
}

const MOVE = `
with moved as (
  update operation set status = ?, outcome = case when ?::text = 'SUCCESS' and warnings is not null then 'WARNING' else ? end,
    problem = ?::jsonb, external_id = coalesce(?, external_id),
    external_number = coalesce(?, external_number), before = coalesce(?::jsonb, before), after = coalesce(?::jsonb, after),
    next_attempt_at = now() + ? * interval '1 millisecond', tries = tries + ?,
    sent_at = case ? when 'now' then now() when 'clear' then null else sent_at end,
    finished_at = case when ? then now() end, lease_until = null, worker = null
  where id = ? and fence = ? and status = 'RUNNING' returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from moved)
select id from moved`

/** Moves a held operation on, with its event; inside the caller's transaction. Throws FenceLost. */
export async function move(em: Manager, held: Claimed, to: Move): Promise<void> {
  const json = (value: object | null | undefined) => (value ? JSON.stringify(value) : null)
  const values = [
    to.status,
    to.outcome ?? null,
    to.outcome ?? null,
    json(to.problem),
    to.externalId ?? null,
    to.externalNumber ?? null,
  ]
  const further = [json(to.before), json(to.after), Math.round(to.pauseMs ?? 0), to.counts ? 1 : 0, to.sent]
  const guard = [FINAL.includes(to.status) || to.status === 'UNCERTAIN', held.id, held.fence]
  if ((await rows(em, MOVE, [...values, ...further, ...guard])).length === 0) throw new FenceLost()
  if (FINAL.includes(to.status) && to.status !== 'DONE') await refuseDependents(em, held.id)
}

const REFUSE_DEPENDENTS = `
with refused as (
  update operation set status = 'REFUSED', outcome = 'ERROR', problem = ?::jsonb, finished_at = now(), fence = fence + 1
  where depends_on = ? and status in ('ACCEPTED', 'WAITING') returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from refused)
select id from refused`

/** What waited for an operation that failed is refused with it. */
export async function refuseDependents(em: Manager, id: string): Promise<void> {
  const problem = {
    code: 'INVALID_CUSTOMER',
    message: 'The customer could not be created in the ERP.',
    resolution: 'Clear the failure of the customer operation, then retry this one.',
    field: 'customer',
  }
  await em.execute(REFUSE_DEPENDENTS, [JSON.stringify(problem), id])
}

/** A new operation, as it is accepted. */
export interface NewOperation {
  id: string
  tenant: string
  connection: string
  object: OperationObject
  action: OperationAction
  reference: string
  input: Stored | object
  salesOrder: string | null
  customer: string | null
  dependsOn: string | null
  externalId?: string | null
  externalNumber?: string | null
  requestedBy: string
  /** The golden invoice or payment. */
  subject?: string | null
  /** The operation that this one follows from. */
  cause?: string | null
  /** The import, flow run or rollback that it belongs to. */
  batch?: string | null
  /** What the checks found that did not stop it. */
  warnings?: Problem[]
  /** Milliseconds until it is due. */
  pauseMs?: number
}

const INSERT = `
with added as (
  insert into operation (id, tenant, connection, object, action, status, reference, input, sales_order, customer,
    depends_on, external_id, external_number, requested_by, subject, cause, batch, warnings, outcome, next_attempt_at)
  values (?, ?, ?, ?, ?, 'ACCEPTED', ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, now() + ? * interval '1 millisecond') returning *)
insert into event (tenant, connection, operation, object, status, outcome)
select tenant, connection, id, object, status, outcome from added`

/** Writes a new operation with its event; inside the caller's transaction. */
export async function insertOperation(em: Manager, op: NewOperation): Promise<void> {
  const what = [op.id, op.tenant, op.connection, op.object, op.action, op.reference, JSON.stringify(op.input)]
  const links = [op.salesOrder, op.customer, op.dependsOn, op.externalId ?? null, op.externalNumber ?? null]
  const from = [op.requestedBy, op.subject ?? null, op.cause ?? null, op.batch ?? null]
  const warned = op.warnings?.length ? [JSON.stringify(op.warnings), 'WARNING'] : [null, null]
  await em.execute(INSERT, [...what, ...links, ...from, ...warned, Math.round(op.pauseMs ?? 0)])
}

/** Tells workers and readers of events that operations moved; after the commit. */
export function tellMoved(db: Database, ids: string[]): void {
  for (const id of ids) {
    db.bus.tell('operation', id)
    db.bus.tell('event', id)
  }
}
