import type { Id, Kind, Records } from '../records.ts'
import type { Manager } from './database.ts'
import type { Hub } from './hub.ts'
import { agreedOf } from './mapping/records.ts'
import { contentOf } from './mirror.ts'
import { allowedIn, trimmed } from './privacy/admit.ts'

const KEEP = `
insert into mirror (connection, kind, native_id, tenant, content, hash, synced, synced_at, told)
values (?, ?, ?, ?, ?::jsonb, ?, ?::jsonb, clock_timestamp(), true)
on conflict (connection, kind, native_id) do update set content = excluded.content, hash = excluded.hash,
  synced = excluded.synced, synced_at = excluded.synced_at, told = true, deleted = false, version = mirror.version + 1, seen_at = now(), changed_at = now()`

/**
 * Keeps what the ERP shows after our own write, inside the transaction that books it: the next poll finds nothing
 * new in it, and both sides agree on it (`synced`), so that only what is changed later counts as a change.
 */
export async function keepOwn(
  hub: Hub,
  em: Manager,
  at: { connection: string; tenant: string; kind: Kind; id: Id },
  record: Records[Kind] | null,
): Promise<void> {
  if (!record) return
  const { content, hash } = contentOf(trimmed(record, await allowedIn(em, at.connection, at.kind)))
  const agreed = JSON.stringify(await agreedOf(hub, em, at, content))
  await em.execute(KEEP, [
    ...[at.connection, at.kind, at.id, at.tenant],
    ...[JSON.stringify(content), hash, agreed],
  ])
}
