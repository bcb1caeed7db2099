import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import type { Caller } from '../../caller.ts'
import { type Manager, iso, rows } from '../database.ts'
import type { Change, Reason } from './judge.ts'
import type { Rollback, RollbackRow } from './types.ts'

const JSON_LIST = ({ connections }: Caller) => connections && JSON.stringify(connections)

/** How a row stands: a write that was refused and tried again by hand counts as it ended. */
const STATE = `case when w.status = 'DONE' then 'RESTORED' when w.status in ('REFUSED', 'DEAD', 'CANCELLED') then 'FAILED'
  when w.status is not null then 'SENT' else r.state end`

const REPORT = `
select b.id, b.input, b.requested_by as "requestedBy", b.created_at as "createdAt", b.finished_at as "finishedAt", j.problem,
  case when b.state = 'RUNNING' and j.state = 'DEAD' then 'FAILED' else b.state end as state,
  s.planned, s.restored, s.skipped, s.failed
from rollback b left join job j on j.kind = 'rollback' and j.subject = b.id
cross join lateral (
  select count(*)::int as planned, count(*) filter (where state = 'RESTORED')::int as restored,
    count(*) filter (where state = 'SKIPPED')::int as skipped, count(*) filter (where state = 'FAILED')::int as failed
  from (select ${STATE} as state from rollback_row r left join operation w on w.id = r.written
    where r.rollback = b.id and (?::jsonb is null or ?::jsonb @> to_jsonb(r.connection))) as shown) as s
where b.tenant = ? and s.planned > 0`

interface Row extends Omit<Rollback, 'createdAt' | 'finishedAt' | 'problem'> {
  createdAt: Date | string
  finishedAt: Date | string | null
  problem: Problem | null
}

function toRollback(row: Row): Rollback {
  return { ...row, createdAt: iso(row.createdAt), finishedAt: iso(row.finishedAt) }
}

/** A rollback with its counts, of the connections that the caller reaches. Throws NOT_FOUND. */
export async function rollbackOf(em: Manager, caller: Caller, id: string): Promise<Rollback> {
  const mine = JSON_LIST(caller)
  const [row] = caller.customer
    ? []
    : await rows<Row>(em, `${REPORT} and b.id = ?`, [mine, mine, caller.tenant, id])
  if (row) return toRollback(row)
  throw new ErpError('NOT_FOUND', 'There is no such rollback.', { field: 'id' })
}

/** Rollbacks, newest first. */
export async function rollbacksOf(
  em: Manager,
  caller: Caller,
  [at, id]: [string | null, string | null],
  limit: number,
): Promise<Rollback[]> {
  if (caller.customer) return []
  const mine = JSON_LIST(caller)
  const sql = `${REPORT} and (?::text is null or (b.created_at, b.id) < (?::timestamptz, ?))
    order by b.created_at desc, b.id desc limit ?`
  return (await rows<Row>(em, sql, [mine, mine, caller.tenant, at, at, id, limit])).map(toRollback)
}

/** Throws NOT_FOUND unless the caller reaches every connection of a rollback. */
export async function demandWhole(em: Manager, caller: Caller, id: string): Promise<void> {
  await rollbackOf(em, caller, id)
  const mine = JSON_LIST(caller)
  const sql = `select n from rollback_row where rollback = ? and ?::jsonb is not null
    and not ?::jsonb @> to_jsonb(connection) limit 1`
  if ((await rows(em, sql, [id, mine, mine])).length === 0) return
  throw new ErpError('NOT_FOUND', 'There is no such rollback.', { field: 'id' })
}

interface ReportRow {
  n: number
  operation: string
  connection: string
  object: RollbackRow['object']
  action: RollbackRow['action']
  record: string | null
  number: string | null
  state: RollbackRow['state']
  reason: Reason | null
  message: string | null
  changes: Change[]
  written: string | null
}

/** A page of the rows of a rollback, newest operation first. */
export function rowsOf(
  em: Manager,
  caller: Caller,
  rollback: string,
  states: string[] | null,
  after: number,
  limit: number,
): Promise<ReportRow[]> {
  const mine = JSON_LIST(caller)
  const wanted = states && JSON.stringify(states)
  const sql = `select * from (
      select r.n, r.operation, r.connection, r.object, r.action, r.record, r.number, ${STATE} as state, r.reason,
        coalesce(r.message, w.problem ->> 'message') as message, r.changes, r.written
      from rollback_row r left join operation w on w.id = r.written
      where r.rollback = ? and r.n > ? and (?::jsonb is null or ?::jsonb @> to_jsonb(r.connection))) as shown
    where ?::jsonb is null or ?::jsonb @> to_jsonb(state) order by n limit ?`
  return rows<ReportRow>(em, sql, [rollback, after, mine, mine, wanted, wanted, limit])
}
