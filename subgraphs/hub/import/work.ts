import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import { Expression } from '../../expression.ts'
import { toProblem } from '../../reader.ts'
import type { Records, Kind } from '../../records.ts'
import { iso, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { type Again, givesUp, jobHandler } from '../jobs.ts'
import { objectOf, readOf } from '../kinds.ts'
import { retryFailures } from './again.ts'
import { type At, ENDED, type Failure, type ImportRow, readImport, tellImport } from './store.ts'
import { type Taken, take } from './take.ts'

const PAGE = 100
/** How long a connection may rest before it is looked at again. */
const AWAY_MS = 5_000
const BUSY_MS = 250

/** Imports history page by page; after a crash it goes on behind the last page that was kept. */
export const historyImport = jobHandler<{ import: string }>({
  kind: 'import',
  parallel: 2,
  async work(hub, job, { signal }) {
    const start = await readImport(hub.db.em(), job.payload.import)
    if (!start || ENDED.includes(start.state)) return
    const open = hub.directory.find(start.tenant, start.connection)
    if (!open) return { againInMs: AWAY_MS }
    const run = { row: start }
    try {
      return await work(hub, open, run, signal)
    } catch (error) {
      if (signal.aborted) return { againInMs: 0 }
      if (!hub.directory.find(start.tenant, start.connection)) return { againInMs: AWAY_MS }
      const isOver = givesUp(job, error)
      await note(hub, start.id, error, isOver ? 'FAILED' : 'RUNNING')
      const moved = JSON.stringify(run.row.at) !== JSON.stringify(start.at)
      // Only tries without any progress count against an import.
      if (isOver || !moved) throw error
      return { againInMs: Math.max(BUSY_MS, (error instanceof ErpError && error.retryAfterMs) || 0) }
    }
  },
})

async function work(
  hub: Hub,
  open: OpenConnection,
  run: { row: ImportRow },
  signal: AbortSignal,
): Promise<Again | void> {
  const { id, round, failed, filter } = run.row
  const expression = filter === null ? null : new Expression(filter)
  if (round > 0 && failed > 0) await retryFailures(hub, open, run.row, signal)
  while (run.row.at.index < run.row.objects.length) {
    if (signal.aborted) return { againInMs: 0 }
    const next = await page(hub, open, run.row, expression)
    tellImport(hub.db, id)
    // It was cancelled, or another process went on with it.
    if (!next) return
    run.row = next
  }
  const sql = `update sync_import set state = 'DONE', problem = null, total = done + failed + skipped,
    finished_at = now(), updated_at = now() where id = ? and state in ('WAITING', 'RUNNING')`
  await hub.db.em().execute(sql, [id])
  tellImport(hub.db, id)
}

async function page(
  hub: Hub,
  open: OpenConnection,
  row: ImportRow,
  filter: Expression | null,
): Promise<ImportRow | null> {
  const kind = row.objects[row.at.index] ?? 'item'
  const { after } = row.at
  const found = await readOf(open.erp, kind)?.list({ first: PAGE, after })
  if (!found) throw new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot list ${objectOf(kind)}.`)
  if (found.next !== null && found.next === after)
    throw new ErpError('BAD_ANSWER', `${open.id} gives the same page again.`, { retryable: false })
  const origin = { by: row.requestedBy ?? 'import', batch: row.id }
  const since = row.since === null ? null : Date.parse(iso(row.since))
  const records: Records[Kind][] = found.rows
  const taken = await take(hub, open, kind, records, { since, filter }, origin)
  const at = found.next === null ? { index: row.at.index + 1, after: null } : { ...row.at, after: found.next }
  return advance(hub, row, at, taken)
}

const ADVANCE = `
with moved as (
  update sync_import set at = ?::jsonb, done = done + ?, failed = failed + ?, skipped = skipped + ?, state = 'RUNNING',
    started_at = coalesce(started_at, now()), updated_at = clock_timestamp(), problem = null
  where id = ? and at = ?::jsonb and state in ('WAITING', 'RUNNING') returning id)
insert into sync_import_failure (import, kind, native_id, number, problem)
select moved.id, f.kind, f.id, f.number, f.problem from moved
  cross join jsonb_to_recordset(?::jsonb) as f(kind text, id text, number text, problem jsonb)
on conflict (import, kind, native_id) do update set problem = excluded.problem`

/** Keeps a page and what it counted, once: a page that was repeated after a crash is found at its own place only. */
async function advance(hub: Hub, row: ImportRow, at: At, taken: Taken): Promise<ImportRow | null> {
  const counts = [taken.done, taken.failures.length, taken.skipped]
  const values = [JSON.stringify(at), ...counts, row.id, JSON.stringify(row.at), failureText(taken.failures)]
  await hub.db.em().execute(ADVANCE, values)
  const now = await readImport(hub.db.em(), row.id)
  const isOurs = now && !ENDED.includes(now.state) && now.at.index === at.index && now.at.after === at.after
  return isOurs ? now : null
}

function failureText(failures: Failure[]): string {
  return JSON.stringify([...new Map(failures.map((one) => [one.id, one])).values()])
}

async function note(hub: Hub, id: string, error: unknown, state: 'FAILED' | 'RUNNING'): Promise<void> {
  const sql = `update sync_import set problem = ?::jsonb, state = ?, updated_at = now(),
    finished_at = case when ? = 'FAILED' then now() end where id = ? and state in ('WAITING', 'RUNNING') returning id`
  const connection = (await readImport(hub.db.em(), id))?.connection ?? ''
  await rows(hub.db.em(), sql, [JSON.stringify(toProblem(error, connection)), state, state, id])
  tellImport(hub.db, id)
}
