import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import { type Caller, reaches } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Manager, iso, rows } from '../database.ts'
import { tookDeletion } from '../gone.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { enqueue } from '../jobs.ts'
import { kindOf, readOf } from '../kinds.ts'
import type { OperationObject } from '../tables.ts'
import type { Audited } from './audit.ts'
import type { Found } from './found.ts'

/** What is to be compared or looked through. */
export interface Asked {
  kind: 'RECONCILE' | 'AUDIT'
  left: string
  right: string | null
  objects: OperationObject[]
  fresh: boolean
}

/** The connection, or NOT_FOUND; a foreign one looks unknown. */
function openOf(hub: Hub, caller: Caller, id: string, field: string): OpenConnection {
  const open = reaches(caller, id) && !caller.customer ? hub.directory.find(caller.tenant, id) : null
  if (open) return open
  throw new ErpError('NOT_FOUND', 'There is no such connection.', { field })
}

/** Starts it in the background; gives its id. Throws NOT_FOUND, NOT_SUPPORTED, VALIDATION. */
export async function begin(hub: Hub, caller: Caller, asked: Asked): Promise<string> {
  const { kind, left, right, objects, fresh } = asked
  const sides = [openOf(hub, caller, left, 'left'), ...(right ? [openOf(hub, caller, right, 'right')] : [])]
  const wanted = [...new Set(objects)]
  if (right === left) throw new ErpError('VALIDATION', 'Both sides are the same.', { field: 'right' })
  if (wanted.length === 0 || wanted.includes('QUOTE')) {
    throw new ErpError('VALIDATION', 'Name objects; quotes are not compared.', { field: 'objects' })
  }
  for (const { id, connector, erp } of sides)
    for (const object of wanted)
      if (!readOf(erp, kindOf(object))) {
        const details = { connection: id, field: 'objects' }
        throw new ErpError('NOT_SUPPORTED', `${connector.name} has no ${object} to compare.`, details)
      }
  const id = newId(kind === 'AUDIT' ? 'aud' : 'rec')
  const { tenant, name } = caller
  await hub.db.em().transactional(async (em) => {
    const sql = `insert into reconcile (id, tenant, kind, left_side, right_side, objects, fresh, requested_by)
      values (?, ?, ?, ?, ?, ?::jsonb, ?, ?)`
    await em.execute(sql, [id, tenant, kind, left, right, JSON.stringify(wanted), fresh, name])
    await enqueue(em, [{ tenant, kind: 'reconcile', subject: id }])
  })
  hub.db.bus.tell('job', '')
  return id
}

/** A comparison or an audit as it stands. */
export interface Report {
  id: string
  left: string
  right: string | null
  objects: OperationObject[]
  fresh: boolean
  state: 'RUNNING' | 'DONE' | 'FAILED'
  result: Audited[]
  problem: Problem | null
  requestedBy: string | null
  createdAt: string
  finishedAt: string | null
}

const REPORT = `
select r.id, r.left_side as left, r.right_side as right, r.objects, r.fresh, r.result, r.requested_by as "requestedBy",
  r.created_at as "createdAt", r.finished_at as "finishedAt", j.problem,
  case when r.state = 'RUNNING' and j.state = 'DEAD' then 'FAILED' else r.state end as state
from reconcile r left join job j on j.kind = 'reconcile' and j.subject = r.id
where r.tenant = ? and r.kind = ? and (?::jsonb is null or (?::jsonb @> to_jsonb(r.left_side)
  and (r.right_side is null or ?::jsonb @> to_jsonb(r.right_side))))`

function seen({ tenant, connections }: Caller, kind: Asked['kind']): unknown[] {
  const mine = connections && JSON.stringify(connections)
  return [tenant, kind, mine, mine, mine]
}

function toReport(row: Report): Report {
  return { ...row, createdAt: iso(row.createdAt), finishedAt: iso(row.finishedAt) }
}

/** The report, or NOT_FOUND; one of a connection that the caller does not reach looks unknown. */
export async function reportOf(
  em: Manager,
  caller: Caller,
  kind: Asked['kind'],
  id: string,
): Promise<Report> {
  const [row] = caller.customer
    ? []
    : await rows<Report>(em, `${REPORT} and r.id = ?`, [...seen(caller, kind), id])
  if (row) return toReport(row)
  throw new ErpError('NOT_FOUND', 'There is no such report.', { field: 'id' })
}

/** Reports, newest first. */
export async function reportsOf(
  em: Manager,
  caller: Caller,
  kind: Asked['kind'],
  [at, id]: [string | null, string | null],
  limit: number,
): Promise<Report[]> {
  if (caller.customer) return []
  const sql = `${REPORT} and (?::text is null or (r.created_at, r.id) < (?::timestamptz, ?))
    order by r.created_at desc, r.id desc limit ?`
  return (await rows<Report>(em, sql, [...seen(caller, kind), at, at, id, limit])).map(toReport)
}

/** How many rows of each kind a comparison has. */
export function countsOf(em: Manager, id: string): Promise<{ kind: Found['kind']; count: number }[]> {
  const sql =
    'select kind, count(*)::int as count from reconcile_row where reconcile = ? group by kind order by kind'
  return rows(em, sql, [id])
}

/** A row of the report. */
export interface ReportRow extends Omit<Found, 'left' | 'right'> {
  n: number
  object: OperationObject
  leftRecord: string | null
  rightRecord: string | null
}

/** A page of the rows, in the order in which they were found. */
export function rowsOf(
  em: Manager,
  id: string,
  kinds: string[] | null,
  after: number,
  limit: number,
): Promise<ReportRow[]> {
  const wanted = kinds && JSON.stringify(kinds)
  const sql = `select n::int as n, kind, object, left_record as "leftRecord", right_record as "rightRecord", field,
      left_value as "leftValue", right_value as "rightValue", message, mend
    from reconcile_row where reconcile = ? and n > ? and (?::jsonb is null or ?::jsonb @> to_jsonb(kind)) order by n limit ?`
  return rows<ReportRow>(em, sql, [id, after, wanted, wanted, limit])
}

/** Notes that an ERP does not have a record any more, after having looked. Throws NOT_FOUND, CONFLICT. */
export async function markGone(
  hub: Hub,
  caller: Caller,
  connection: string,
  object: OperationObject,
  record: string,
): Promise<void> {
  const open = openOf(hub, caller, connection, 'connection')
  const read = readOf(open.erp, kindOf(object))
  if (!read) throw new ErpError('NOT_SUPPORTED', `${open.connector.name} cannot read it.`, { connection })
  const [found] = await read.byId([record])
  if (found instanceof ErpError) throw found
  if (found) {
    throw new ErpError('CONFLICT', `${connection} still has it.`, { field: 'record', retryable: false })
  }
  await tookDeletion(hub, open, kindOf(object), record, caller.name)
}
