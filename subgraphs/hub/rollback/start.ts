import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { enqueue } from '../jobs.ts'
import { operationOf } from '../operators.ts'
import { type Reason, type Change } from './judge.ts'
import { verdicts } from './now.ts'
import { type Past, countPast, pagePast, writeRows } from './select.ts'
import type { RollbackInput } from './types.ts'

/** What would become of an operation. */
export interface Planned {
  past: Past
  state: 'PLANNED' | 'SKIPPED'
  reason: Reason | null
  message: string | null
  changes: Change[]
}

/** Refuses an operation that the caller may not see, and a batch of which it sees nothing; both look unknown. */
async function checkKnown(hub: Hub, caller: Caller, input: RollbackInput, count: number): Promise<void> {
  if (input.operation) await operationOf(hub, caller, input.operation)
  if (input.batch && count === 0) {
    throw new ErpError('NOT_FOUND', 'There is no such batch.', { field: 'batch' })
  }
}

/** Shows what a rollback would do, newest operation first; nothing is written. Reads the records live. */
export async function planOf(
  hub: Hub,
  caller: Caller,
  input: RollbackInput,
  after: [string | null, string | null],
  limit: number,
): Promise<{ total: number; planned: Planned[] }> {
  const total = await countPast(hub.db.em(), caller, input)
  await checkKnown(hub, caller, input, total)
  const page = await pagePast(hub.db.em(), caller, input, after, limit)
  const judged = await verdicts(hub, caller.tenant, page)
  const planned = page.map((past, nth): Planned => {
    const verdict = judged[nth]
    if (verdict && 'act' in verdict) {
      return { past, state: 'PLANNED', reason: null, message: null, changes: verdict.changes }
    }
    const { skip: reason = null, message = null } = verdict ?? {}
    return { past, state: 'SKIPPED', reason, message, changes: [] }
  })
  return { total, planned }
}

/** Starts a rollback in the background; gives its id. Throws NOT_FOUND where there is nothing to look at. */
export async function start(hub: Hub, caller: Caller, input: RollbackInput): Promise<string> {
  const count = await countPast(hub.db.em(), caller, input)
  await checkKnown(hub, caller, input, count)
  if (count === 0) {
    throw new ErpError('NOT_FOUND', 'There is no operation in this span of time.', { field: 'from' })
  }
  const id = newId('rol')
  const { tenant, name } = caller
  await hub.db.em().transactional(async (em) => {
    const sql = 'insert into rollback (id, tenant, input, requested_by) values (?, ?, ?::jsonb, ?)'
    await em.execute(sql, [id, tenant, JSON.stringify(input), name])
    await writeRows(em, caller, input, id)
    await enqueue(em, [{ tenant, kind: 'rollback', subject: id }])
  })
  hub.db.bus.tell('job', '')
  return id
}

/** Ends a rollback: what is not written yet is left as it is. Throws CONFLICT when it has ended. */
export async function cancel(hub: Hub, id: string): Promise<void> {
  const done = await hub.db.em().transactional(async (em) => {
    const sql = "update rollback set state = 'CANCELLED' where id = ? and state = 'RUNNING' returning id"
    if ((await rows(em, sql, [id])).length === 0) return false
    const rest = `update rollback_row set state = 'SKIPPED', reason = 'CANCELLED', message = 'The rollback was cancelled.'
      where rollback = ? and state = 'PLANNED'`
    await em.execute(rest, [id])
    return true
  })
  if (!done) {
    throw new ErpError('CONFLICT', 'The rollback has ended already.', { field: 'id', retryable: false })
  }
}
