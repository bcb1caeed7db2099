import type { OpenConnection } from '../connections.ts'
import type { Id, Kind } from '../records.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import { enqueue } from './jobs.ts'
import { objectOf } from './kinds.ts'
import { followMaster } from './master.ts'
import { jobsOf, wantedBy } from './mirror.ts'
import { tellMoved } from './operations.ts'
import { settingOf } from './setting/read.ts'

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

const REVIEW = `
insert into deletion (connection, kind, native_id, tenant, told_by)
select m.connection, m.kind, m.native_id, m.tenant, ? from mirror m join poll p on p.connection = m.connection and p.kind = m.kind
where m.connection = ? and m.kind = ? and m.native_id = ? and not m.deleted and p.baseline_at is not null
on conflict (connection, kind, native_id) do update set state = 'OPEN', told_by = excluded.told_by, created_at = now(),
  decided_by = null, decided_at = null
where deletion.created_at < (select seen_at from mirror m where m.connection = deletion.connection
  and m.kind = deletion.kind and m.native_id = deletion.native_id)`

/** Takes a deletion over: by the operator's choice it is marked at once, or put into the list to decide. */
export async function tookDeletion(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  id: Id,
  by: string,
): Promise<void> {
  const { deletions } = await settingOf(hub.db.em(), open.id, kind)
  if (deletions === 'REVIEW') await hub.db.em().execute(REVIEW, [by, open.id, kind, id])
  else await markGone(hub, open, kind, id, by)
}

/** Marks a record as gone in its ERP: in the mirror, in the identity map, and as an operation of the sync log, whose id it gives. */
export async function markGone(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  id: Id,
  by: string,
): Promise<string[]> {
  const wanting = await wantedBy(hub, open, kind)
  const told = await hub.db.em().transactional(async (em) => {
    const at = [open.id, kind, id]
    const found = await rows<{ id: string }>(em, GONE, [...at, ...at, newId('op'), objectOf(kind), by])
    const operations = found.map((row) => row.id)
    await enqueue(em, jobsOf(open.tenant, wanting, operations))
    return operations
  })
  if (kind === 'item') await followMaster(hub.db, open.tenant, open.id, [id])
  hub.db.bus.tell('catalogue', open.id)
  tellMoved(hub.db, told)
  if (told.length > 0) hub.db.bus.tell('job', open.id)
  return told
}

/** What a whole reading that began at `since` did not meet any more, oldest first, without what a person looks at. */
export async function unseen(em: Manager, connection: string, kind: Kind, since: string): Promise<Id[]> {
  const sql = `select native_id as id from mirror where connection = ? and kind = ? and not deleted
    and seen_at < ?::timestamptz and not exists (select from deletion d where d.connection = mirror.connection
      and d.kind = mirror.kind and d.native_id = mirror.native_id and d.created_at >= mirror.seen_at) order by seen_at, native_id limit 1000`
  return (await rows<{ id: Id }>(em, sql, [connection, kind, since])).map(({ id }) => id)
}
