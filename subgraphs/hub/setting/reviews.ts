import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import type { Kind } from '../../records.ts'
import { iso, rows } from '../database.ts'
import { markGone } from '../gone.ts'
import type { Hub } from '../hub.ts'
import { enqueue } from '../jobs.ts'
import { objectOf } from '../kinds.ts'
import type { Deletion } from './types.ts'
import type { Settable } from './write.ts'

/** A row of the list of deletions. */
export interface DeletionRow {
  connection: string
  kind: Kind
  nativeId: string
  state: Deletion['state']
  record: unknown
  decidedBy: string | null
  decidedAt: Date | string | null
  createdAt: Date | string
}

/** A row as the graph shows it. */
export function toDeletion({ kind, nativeId, ...row }: DeletionRow): Deletion {
  const at = { decidedAt: iso(row.decidedAt), createdAt: iso(row.createdAt) }
  return { ...row, ...at, object: objectOf(kind), externalId: nativeId }
}

const COLUMNS = `d.connection, d.kind, d.native_id as "nativeId", d.state, m.content as record,
  d.decided_by as "decidedBy", d.decided_at as "decidedAt", d.created_at as "createdAt"`
// What was met again since is not in question any more.
const FROM = `from deletion d join mirror m on m.connection = d.connection and m.kind = d.kind
  and m.native_id = d.native_id and m.seen_at <= d.created_at`

const LIST = `select ${COLUMNS} ${FROM} where d.tenant = ? and (?::text is null or d.state = ?)
  and (?::jsonb is null or ?::jsonb @> to_jsonb(d.connection))
  and (?::text is null or (d.created_at, d.native_id) < (?::timestamptz, ?))
  order by d.created_at desc, d.native_id desc limit ?`

/** What its ERPs no longer have, newest first; one row more than asked tells whether more follow. */
export function listDeletions(
  hub: Hub,
  { tenant, connections }: Caller,
  isOpen: boolean,
  after: [at: string, id: string] | null,
  first: number,
): Promise<DeletionRow[]> {
  const state = isOpen ? 'OPEN' : null
  const mine = connections && JSON.stringify(connections)
  const [at, id] = after ?? [null, null]
  return rows(hub.db.em(), LIST, [tenant, state, state, mine, mine, at, at, id, first + 1])
}

const ONE = `select ${COLUMNS} ${FROM} where d.connection = ? and d.kind = ? and d.native_id = ?`

/** Decides on a deletion. Throws NOT_FOUND, CONFLICT when it was decided or the record is there again. */
export async function decideDeletion(
  hub: Hub,
  caller: Caller,
  at: Settable,
  kind: Kind,
  id: string,
  decision: 'KEEP' | 'SOFT' | 'PROPAGATE',
): Promise<Deletion> {
  const one = async () => (await rows<DeletionRow>(hub.db.em(), ONE, [at.id, kind, id]))[0]
  if (!(await one())) throw new ErpError('NOT_FOUND', 'There is no such deletion.', { field: 'externalId' })
  const open = hub.directory.find(caller.tenant, at.id)
  if (!open && decision !== 'KEEP')
    throw new ErpError('CONFLICT', 'The connection rests.', { field: 'connection', retryable: false })
  const sql = `update deletion set state = ?, decided_by = ?, decided_at = now()
    where connection = ? and kind = ? and native_id = ? and state = 'OPEN' returning native_id`
  const state = decision === 'KEEP' ? 'KEPT' : 'GONE'
  if ((await rows(hub.db.em(), sql, [state, caller.name, at.id, kind, id])).length === 0)
    throw new ErpError('CONFLICT', 'It was decided already.', { field: 'externalId', retryable: false })
  if (open && decision !== 'KEEP') {
    const operations = await markGone(hub, open, kind, id, caller.name)
    if (decision === 'PROPAGATE') {
      const jobs = operations.map((operation) => ({
        tenant: caller.tenant,
        kind: 'deletion',
        subject: operation,
        operation,
      }))
      await enqueue(hub.db.em(), jobs)
      hub.db.bus.tell('job', at.id)
    }
  }
  const row = await one()
  if (!row) throw new ErpError('NOT_FOUND', 'There is no such deletion.', { field: 'externalId' })
  return toDeletion(row)
}

/** Confirms that what the last reading did not meet is gone; it is marked in the background. Throws CONFLICT. */
export async function confirmDeletions(hub: Hub, caller: Caller, at: Settable, kind: Kind): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    const sql = `with held as (select connection, kind, held_since from poll where connection = ? and kind = ? and held_since is not null for update)
      update poll p set held_since = null, problem = null from held where p.connection = held.connection and p.kind = held.kind
      returning held.held_since::text as since`
    const [held] = await rows<{ since: string }>(em, sql, [at.id, kind])
    if (!held)
      throw new ErpError('CONFLICT', 'Nothing waits for a confirmation.', {
        field: 'object',
        retryable: false,
      })
    const payload = { connection: at.id, kind, since: held.since }
    const subject = `${at.id} ${kind} ${held.since}`
    await enqueue(em, [{ tenant: caller.tenant, kind: 'deletions', subject, payload }])
  })
  hub.db.bus.tell('job', at.id)
}
