import { randomUUID } from 'node:crypto'
import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import { type Caller, reaches } from '../../caller.ts'
import { type Database, type Manager, rows } from '../database.ts'
import { EventStream } from '../events.ts'
import type { Hub } from '../hub.ts'
import { enqueue } from '../jobs.ts'
import type { Id, Kind } from '../../records.ts'

/** Where an import stands. */
export type ImportState = 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED'

/** Which kind is read, and behind which page. */
export interface At {
  index: number
  after: string | null
}

/** A row of the table of imports. */
export interface ImportRow {
  id: string
  tenant: string
  connection: string
  objects: Kind[]
  since: Date | string | null
  filter: string | null
  state: ImportState
  at: At
  done: number
  failed: number
  skipped: number
  total: number | null
  round: number
  problem: Problem | null
  requestedBy: string | null
  createdAt: Date | string
  startedAt: Date | string | null
  updatedAt: Date | string
  finishedAt: Date | string | null
}

/** A record that could not be taken in. */
export interface Failure {
  kind: Kind
  id: Id
  number: string | null
  problem: Problem
}

const COLUMNS = `id, tenant, connection, objects, since, filter, state, at, done, failed, skipped, total, round, problem,
  requested_by as "requestedBy", created_at as "createdAt", started_at as "startedAt", updated_at as "updatedAt",
  finished_at as "finishedAt"`

/** The states in which nothing more happens by itself. */
export const ENDED: readonly ImportState[] = ['DONE', 'FAILED', 'CANCELLED']

/** An import by its id, or null. */
export async function readImport(em: Manager, id: string): Promise<ImportRow | null> {
  const sql = `select ${COLUMNS} from sync_import where id = ?`
  return (await rows<ImportRow>(em, sql, [id]))[0] ?? null
}

/** The import, or NOT_FOUND; a foreign one looks unknown. */
export async function importOf(hub: Hub, caller: Caller, id: string): Promise<ImportRow> {
  const row = await readImport(hub.db.em(), id)
  if (row?.tenant === caller.tenant && reaches(caller, row.connection) && !caller.customer) return row
  throw new ErpError('NOT_FOUND', 'There is no such import.', { field: 'id' })
}

const LIST = `select ${COLUMNS} from sync_import where tenant = ? and (?::jsonb is null or ?::jsonb @> to_jsonb(connection))
  and (?::text is null or connection = ?) and (?::text is null or (created_at, id) < (?::timestamptz, ?))
  order by created_at desc, id desc limit ?`

/** Imports, newest first, one more than asked. */
export function listImports(
  hub: Hub,
  { tenant, connections }: Caller,
  connection: string | null,
  after: [at: string, id: string] | null,
  first: number,
): Promise<ImportRow[]> {
  const mine = connections && JSON.stringify(connections)
  const [at, id] = after ?? [null, null]
  const values = [tenant, mine, mine, connection, connection, at, at, id, first + 1]
  return rows(hub.db.em(), LIST, values)
}

const FAILURES = `select kind, native_id as id, number, problem from sync_import_failure
  where import = ? and (?::text is null or (kind, native_id) > (?, ?)) order by kind, native_id limit ?`

/** What could not be taken in, behind a record, one more than asked. */
export function failuresOf(
  em: Manager,
  id: string,
  after: string[] | null,
  first: number,
): Promise<Failure[]> {
  const [kind = null, native = null] = after ?? []
  return rows(em, FAILURES, [id, kind, kind, native, first + 1])
}

/** What an import is asked for. */
export interface Wanted {
  connection: string
  kinds: Kind[]
  since: string | null
  filter: string | null
}

// What was read before says how many there are; nothing else does.
const INSERT = `insert into sync_import (id, tenant, connection, objects, since, filter, at, total, requested_by)
  select ?, ?, ?, ?::jsonb, ?::timestamptz, ?, '{"index":0,"after":null}',
    case when (select count(*) from poll where connection = ? and ?::jsonb @> to_jsonb(kind) and baseline_at is not null)
      = jsonb_array_length(?::jsonb) then (select count(*)::int from mirror
        where connection = ? and ?::jsonb @> to_jsonb(kind) and not deleted) end, ?
  on conflict (connection) where state in ('WAITING', 'RUNNING') do nothing returning id`

/** Writes an import and its job. Throws CONFLICT when one of this connection is under way. */
export async function insertImport(
  hub: Hub,
  { tenant, name }: Caller,
  { connection, kinds, since, filter }: Wanted,
): Promise<string> {
  const id = `imp_${randomUUID().replaceAll('-', '')}`
  const objects = JSON.stringify(kinds)
  await hub.db.em().transactional(async (em) => {
    const known = [connection, objects, objects, connection, objects, name]
    const added = await rows(em, INSERT, [id, tenant, connection, objects, since, filter, ...known])
    if (added.length === 0) {
      const told = `An import of ${connection} is under way. Wait for its end or cancel it.`
      throw new ErpError('CONFLICT', told, { field: 'connection', retryable: false })
    }
    await enqueue(em, [{ tenant, kind: 'import', subject: id, payload: { import: id } }])
  })
  hub.db.bus.tell('job', id)
  return id
}

const AGAIN = `update sync_import i set state = 'WAITING', round = round + 1, problem = null, finished_at = null, updated_at = now()
  where id = ? and (state in ('FAILED', 'CANCELLED') or (state = 'DONE' and failed > 0))
    and i.created_at > coalesce((select switched_at from connection c where c.id = i.connection), '-infinity')
    and not exists (select from sync_import o where o.connection = i.connection and o.state in ('WAITING', 'RUNNING'))
  returning round`

/** Goes on with an import that ended, and tries what failed again. Throws CONFLICT when there is nothing to do. */
export async function againImport(hub: Hub, { id, tenant }: ImportRow): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    const [row] = await rows<{ round: number }>(em, AGAIN, [id])
    if (!row) {
      const told =
        'Nothing of it failed, an import of this connection is under way, or it belongs to the company before a switch.'
      throw new ErpError('CONFLICT', told, { field: 'id', retryable: false })
    }
    const subject = `${id} ${row.round}`
    await enqueue(em, [{ tenant, kind: 'import', subject, payload: { import: id } }])
  })
  tellImport(hub.db, id)
  hub.db.bus.tell('job', id)
}

/** Ends an import; what is taken in stays. Throws CONFLICT when it has ended. */
export async function cancelImport(hub: Hub, { id }: ImportRow): Promise<void> {
  const sql = `update sync_import set state = 'CANCELLED', finished_at = now(), updated_at = now()
    where id = ? and state in ('WAITING', 'RUNNING') returning id`
  if ((await rows(hub.db.em(), sql, [id])).length === 0)
    throw new ErpError('CONFLICT', 'The import has ended.', { field: 'id', retryable: false })
  tellImport(hub.db, id)
}

/** Tells whoever follows an import to look. */
export function tellImport(db: Database, id: string): void {
  db.bus.tell('import', id)
}

/** An import each time it moved, until it has ended. */
export function streamImport(hub: Hub, id: string): EventStream<ImportRow> {
  let seen = ''
  const read = async () => {
    const row = await readImport(hub.db.em(), id)
    if (!row) return { events: [], done: true }
    const now = JSON.stringify([row.state, row.at, row.done, row.failed, row.skipped, row.problem])
    const isNews = now !== seen
    seen = now
    return { events: isNews ? [row] : [], done: ENDED.includes(row.state) }
  }
  return new EventStream(hub, read, id, 'import')
}
