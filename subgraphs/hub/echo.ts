import type { Id, Kind, Records } from '../records.ts'
import { type Field, withFields } from './conflict/fields.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { agreedOf } from './mapping/records.ts'
import { contentOf } from './mirror.ts'
import { allowedIn, trimmed } from './privacy/admit.ts'

const KEEP = `
insert into mirror (connection, kind, native_id, tenant, content, hash, synced, synced_at, told)
values (?, ?, ?, ?, ?::jsonb, ?, ?::jsonb, clock_timestamp(), true)
on conflict (connection, kind, native_id) do update set content = excluded.content, hash = excluded.hash,
  synced = excluded.synced, synced_at = excluded.synced_at, told = true, deleted = false, version = mirror.version + 1, seen_at = now(), changed_at = now()`

const AGREED = `select coalesce(synced, content) as agreed, synced is not null as "isOurs" from mirror
  where connection = ? and kind = ? and native_id = ? for update`

/**
 * Keeps what the ERP shows after our own write, inside the transaction that books it: the next poll finds nothing
 * new in it. Both sides agree (`synced`) on the fields that were written, or on all for null; what somebody else
 * changed beside them is not agreed on yet, and still counts as a change.
 */
export async function keepOwn(
  hub: Hub,
  em: Manager,
  at: { connection: string; tenant: string; kind: Kind; id: Id },
  record: Records[Kind] | null,
  fields: Field[] | null,
): Promise<void> {
  if (!record) return
  const { content, hash } = contentOf(trimmed(record, await allowedIn(em, at.connection, at.kind)))
  const now = await agreedOf(hub, em, at, content)
  const key = [at.connection, at.kind, at.id]
  const [known] = fields ? await rows<{ agreed: object; isOurs: boolean }>(em, AGREED, key) : []
  const former = known && (known.isOurs ? known.agreed : await agreedOf(hub, em, at, known.agreed))
  const agreed = JSON.stringify(former && fields ? withFields(former, now, fields) : now)
  await em.execute(KEEP, [...key, at.tenant, JSON.stringify(content), hash, agreed])
}
