import { ErpError } from '../../schema/errors.ts'
import type { Caller } from '../caller.ts'
import { sees } from './visible.ts'
import { bookDone } from './booking.ts'
import { asCall } from '../http.ts'
import { parseRecordId } from '../ids.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { kindOf, readOf } from './kinds.ts'
import { type Operation, refuseDependents, tellMoved } from './operations.ts'
import { OperationTable, type OperationStatus } from './tables.ts'

/** The operation, or NOT_FOUND; a foreign one looks unknown. */
export async function operationOf(hub: Hub, caller: Caller, id: string): Promise<Operation> {
  const op = await hub.db.em().findOne(OperationTable, { id, tenant: caller.tenant })
  if (op && sees(caller, op)) return op
  throw new ErpError('NOT_FOUND', 'There is no such operation.', { field: 'id' })
}

const AGAIN = `
with again as (
  update operation set status = 'ACCEPTED', outcome = null, problem = null, tries = 0, tried_since = now(),
    finished_at = null, fence = fence + 1, worker = null, lease_until = null, sent_at = case when ? then null else sent_at end,
    next_attempt_at = case when ? then now() else greatest(next_attempt_at, now()) end,
    depends_on = case when (select p.status from operation p where p.id = operation.depends_on) = 'CANCELLED' then null
      else depends_on end
  where id = ? and status = any (array(select jsonb_array_elements_text(?::jsonb))) returning *),
told as (
  insert into event (tenant, connection, operation, object, status)
  select tenant, connection, id, object, status from again)
select id, depends_on as "dependsOn" from again`

/** Tries a failed operation again, with what it depends on; one that waits is tried at once. Throws CONFLICT. */
export async function retry(hub: Hub, caller: Caller, id: string): Promise<void> {
  const op = await operationOf(hub, caller, id)
  if (op.direction === 'IN') return followAgain(hub, op)
  const moved = await hub.db.em().transactional(async (em) => {
    const ids = await again(em, id, ['DEAD', 'REFUSED'])
    return ids.length > 0 ? ids : soon(em, id)
  })
  if (moved.length === 0) throw wrongState(op)
  tellMoved(hub.db, moved)
}

const FOLLOW_AGAIN = `
with again as (
  update operation set status = 'DONE', outcome = 'WARNING' where id = ? and direction = 'IN' and status = 'DEAD'
  returning *),
jobs as (
  update job set state = 'WAITING', tries = 0, next_at = now(), finished_at = null, fence = fence + 1
  where operation in (select id from again) and state = 'DEAD'),
unread as (
  insert into inbox (connection, kind, native_id, deleted)
  select connection, ?, external_id, false from again where after is null and external_id is not null
  on conflict (connection, kind, native_id) do update set tries = 0, next_at = now(), version = inbox.version + 1),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from again)
select id from again`

/** What was taken over stays taken over; what follows from it is tried again. What nobody could read is read again. */
async function followAgain(hub: Hub, op: Operation): Promise<void> {
  if ((await rows(hub.db.em(), FOLLOW_AGAIN, [op.id, kindOf(op.object)])).length === 0) throw wrongState(op)
  hub.db.bus.tell('inbox', op.connection)
  hub.db.bus.tell('job', op.id)
  hub.db.bus.tell('event', op.id)
}

/** Sends a document that is done once more; it is looked for first, so that it is only written where it is gone. */
export async function sendAgain(hub: Hub, op: Operation): Promise<void> {
  const former = `select o.id from operation o join connection c on c.id = o.connection
    where o.id = ? and o.created_at < c.switched_at`
  if ((await rows(hub.db.em(), former, [op.id])).length > 0) {
    const told = `It was sent to the company to which ${op.connection} led before it was switched.`
    throw new ErpError('CONFLICT', told, { field: 'id', connection: op.connection, retryable: false })
  }
  const moved = await hub.db.em().transactional((em) => again(em, op.id, ['DONE']))
  if (moved.length === 0) throw wrongState(op)
  tellMoved(hub.db, moved)
}

async function again(em: Manager, id: string, from: OperationStatus[]): Promise<string[]> {
  const values = [false, false, id, JSON.stringify(from)]
  const [row] = await rows<{ id: string; dependsOn: string | null }>(em, AGAIN, values)
  if (!row) return []
  return row.dependsOn ? [row.id, ...(await again(em, row.dependsOn, ['DEAD', 'REFUSED']))] : [row.id]
}

/** What is uncertain waits for its time; everything else may be tried now. */
async function soon(em: Manager, id: string): Promise<string[]> {
  const sql = `update operation set next_attempt_at = case when sent_at is null then now() else next_attempt_at end
    where id = ? and status in ('WAITING', 'ACCEPTED') returning id`
  return (await rows<{ id: string }>(em, sql, [id])).map((row) => row.id)
}

function wrongState(op: Operation): ErpError {
  const told = `The operation is ${op.status}; there is nothing to do.`
  return new ErpError('CONFLICT', told, { field: 'id', retryable: false })
}

const RESOLVE = `
with ended as (
  update operation set status = ?, outcome = ?, problem = null, finished_at = now(), fence = fence + 1, sent_at = null,
    external_id = coalesce(?, external_id), external_number = coalesce(?, external_number)
  where id = ? and status = any (array(select jsonb_array_elements_text(?::jsonb))) returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from ended)
select id from ended`

/**
 * Ends an operation by a person's word: `found` names the document in the ERP, also of a refused or dead one;
 * `create` true says that an uncertain one is not there and shall be created, false that it shall not. Throws VALIDATION, CONFLICT, NOT_FOUND.
 */
export async function resolve(
  hub: Hub,
  caller: Caller,
  id: string,
  found: string | null,
  create: boolean | null,
): Promise<void> {
  if ((found === null) === (create === null)) {
    throw new ErpError('VALIDATION', 'Give either found or create.', { field: 'found' })
  }
  const op = await operationOf(hub, caller, id)
  const ref = found === null ? null : await refOf(hub, op, found)
  const moved = await hub.db.em().transactional(async (em) => {
    if (create) {
      const values = [true, true, id, JSON.stringify(['UNCERTAIN'])]
      return (await rows(em, AGAIN, values)).length > 0
    }
    // What is there already ends a refusal and a dead letter too.
    const from = ref ? ['UNCERTAIN', 'REFUSED', 'DEAD'] : ['UNCERTAIN']
    const end = ref ? ['DONE', 'SUCCESS', ref.id, ref.number] : ['CANCELLED', 'WARNING', null, null]
    if ((await rows(em, RESOLVE, [...end, id, JSON.stringify(from)])).length === 0) return false
    if (ref) await bookDone(hub, em, op, ref, ref.record)
    else await refuseDependents(em, id)
    return true
  })
  if (!moved) throw wrongState(op)
  tellMoved(hub.db, [id])
  if (ref) hub.db.bus.tell('changed', `${op.connection}\n${kindOf(op.object)}\n${ref.id}`)
  if (op.object === 'CUSTOMER') hub.db.bus.tell('catalogue', id)
}

/** The document that a person found: by the ERP's own id or the id of a record; read where the ERP can. */
async function refOf(hub: Hub, op: Operation, found: string) {
  const parts = parseRecordId(found)
  const id = parts && parts.connection === op.connection ? parts.native : found
  const open = hub.directory.find(op.tenant, op.connection)
  const read = open && readOf(open.erp, kindOf(op.object))
  if (!read) return { id, number: null, record: null }
  const [record] = await asCall({ lane: 'live' }, () => read.byId([id]))
  if (record instanceof ErpError) throw record
  if (!record) throw new ErpError('NOT_FOUND', `${op.connection} has no ${id}.`, { field: 'found' })
  return { id, number: ('number' in record ? record.number : null) ?? null, record }
}
