import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Id, Kind, Records } from '../../records.ts'
import type { Hub } from '../hub.ts'
import { readOf } from '../kinds.ts'
import { type Failure, type ImportRow, failuresOf, tellImport } from './store.ts'
import { take, toFailure } from './take.ts'

const AT_ONCE = 100

/** Reads what failed once more by its ids and takes it in; what fails again keeps its newest problem. */
export async function retryFailures(
  hub: Hub,
  open: OpenConnection,
  { id, requestedBy }: ImportRow,
  signal: AbortSignal,
): Promise<void> {
  let after: string[] | null = null
  for (;;) {
    const found = (await failuresOf(hub.db.em(), id, after, AT_ONCE)).slice(0, AT_ONCE)
    const last = found.at(-1)
    if (!last || signal.aborted) return
    after = [last.kind, last.id]
    for (const [kind, failed] of Map.groupBy(found, (one) => one.kind)) {
      const origin = { by: requestedBy ?? 'import', batch: id }
      const failures = await readAgain(hub, open, kind, failed, origin)
      await keep(hub, id, kind, failed, failures)
    }
    tellImport(hub.db, id)
  }
}

async function readAgain(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  failed: Failure[],
  origin: { by: string; batch: string },
): Promise<Failure[]> {
  const answers = (await readOf(open.erp, kind)?.byId(failed.map(({ id }) => id))) ?? []
  const failures: Failure[] = []
  const there: Records[Kind][] = []
  for (const [index, one] of failed.entries()) {
    const answer = answers[index] ?? new ErpError('NOT_FOUND', `${open.id} does not have it any more.`)
    if (answer instanceof ErpError) failures.push(toFailure(open, kind, one, answer))
    else there.push(answer)
  }
  const taken = await take(hub, open, kind, there, { since: null, filter: null }, origin)
  return [...failures, ...taken.failures]
}

const KEEP = `
with gone as (
  delete from sync_import_failure where import = ? and kind = ? and native_id in (select jsonb_array_elements_text(?::jsonb))
  returning native_id),
still as (
  update sync_import_failure s set problem = f.problem from jsonb_to_recordset(?::jsonb) as f(id text, problem jsonb)
  where s.import = ? and s.kind = ? and s.native_id = f.id)
update sync_import set done = done + (select count(*)::int from gone), failed = failed - (select count(*)::int from gone),
  state = 'RUNNING', updated_at = clock_timestamp() where id = ? and state in ('WAITING', 'RUNNING')`

async function keep(hub: Hub, id: string, kind: Kind, tried: Failure[], failures: Failure[]): Promise<void> {
  const still = new Set<Id>(failures.map((one) => one.id))
  const taken = tried.map((one) => one.id).filter((one) => !still.has(one))
  const values = [id, kind, JSON.stringify(taken), JSON.stringify(failures), id, kind, id]
  await hub.db.em().execute(KEEP, values)
}
