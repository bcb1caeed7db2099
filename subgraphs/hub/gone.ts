import type { OpenConnection } from '../connections.ts'
import type { Id, Kind } from '../records.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import { enqueue } from './jobs.ts'
import { objectOf } from './kinds.ts'
import { jobsOf, wantedBy } from './mirror.ts'
import { tellMoved } from './operations.ts'

const GONE = `
with gone as (
  update mirror set deleted = true, version = version + 1, changed_at = now()
  where connection = ? and kind = ? and native_id = ? and not deleted returning *),
forgotten as (
  update external_ref set deleted = true where connection = ? and kind = ? and native_id = ? returning hub_id),
added as (
  insert into operation (id, tenant, connection, direction, object, action, status, outcome, reference, input,
    external_id, external_number, before, customer, requested_by, finished_at)
  select ?, tenant, connection, 'IN', ?, 'DELETE', 'DONE', 'SUCCESS', native_id, '{}', native_id, content->>'number', content,
    case when kind = 'customer' then (select hub_id from forgotten limit 1) end, ?, now()
  from gone where exists (
    select from poll where poll.connection = gone.connection and poll.kind = gone.kind and baseline_at is not null)
  returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from added)
select id from added`

/** Marks a record as gone in its ERP: in the mirror, in the identity map, and as an operation of the sync log. */
export async function tookDeletion(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  id: Id,
  by: string,
): Promise<void> {
  const wanting = await wantedBy(hub, open, kind)
  const told = await hub.db.em().transactional(async (em) => {
    const at = [open.id, kind, id]
    const found = await rows<{ id: string }>(em, GONE, [...at, ...at, newId('op'), objectOf(kind), by])
    const operations = found.map((row) => row.id)
    await enqueue(em, jobsOf(open.tenant, wanting, operations))
    return operations
  })
  hub.db.bus.tell('catalogue', open.id)
  tellMoved(hub.db, told)
  if (told.length > 0) hub.db.bus.tell('job', open.id)
}

/** What a whole reading that began at `since` did not meet any more, oldest first. */
export async function unseen(em: Manager, connection: string, kind: Kind, since: string): Promise<Id[]> {
  const sql = `select native_id as id from mirror where connection = ? and kind = ? and not deleted
    and seen_at < ?::timestamptz order by seen_at, native_id limit 1000`
  return (await rows<{ id: Id }>(em, sql, [connection, kind, since])).map(({ id }) => id)
}
