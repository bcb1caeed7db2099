import type { Problem } from '../../../schema/index.ts'
import type { Id, Kind } from '../../records.ts'
import { type Manager, rows } from '../database.ts'
import { newId } from '../identity.ts'
import type { Flow } from './read.ts'

/** The record that goes through a flow. */
export interface RunSource {
  connection: string
  kind: Kind
  native: Id
  number: string | null
  /** The operation that told of it. */
  cause?: string | null
}

/** What a record became: a flow takes each record once. */
export interface FlowRun {
  id: string
  operation: string | null
  state: 'WAITING' | 'DONE' | 'REFUSED'
  writtenBack: boolean
}

const BEGIN = `
insert into flow_run (id, tenant, flow, connection, kind, native_id, number, cause, state)
values (?, ?, ?, ?, ?, ?, ?, ?, 'WAITING')
on conflict (flow, connection, kind, native_id) do update set number = excluded.number, updated_at = now(),
  cause = coalesce(flow_run.cause, excluded.cause)
returning id, operation, state, written_back as "writtenBack"`

/** The run of a record through a flow: a new one, or the one that there is. */
export async function beginRun(em: Manager, flow: Flow, source: RunSource): Promise<FlowRun> {
  const { connection, kind, native, number, cause } = source
  const values = [newId('run'), flow.tenant, flow.id, connection, kind, native, number, cause ?? null]
  const [run] = await rows<FlowRun>(em, BEGIN, values)
  if (!run) throw new Error('The run was not written.')
  return run
}

/** How a run went on. */
export interface RunEnd {
  problem: Problem | null
  /** The operation that writes the target's document. */
  operation?: string | null
  /** A quote, whose order names its operation itself. */
  order?: string
  writtenBack?: boolean
}

const END = `
update flow_run set problem = ?::jsonb, state = ?, updated_at = now(), written_back = written_back or ?,
  operation = coalesce(operation, ?, (select s.operation from quote q join sales_order s on s.id = q.sales_order where q.id = ?))
where id = ?`

/** Notes how a run went on. */
export async function endRun(em: Manager, { id }: FlowRun, end: RunEnd): Promise<void> {
  const { problem, operation, order, writtenBack } = end
  const state = problem ? 'REFUSED' : 'DONE'
  const told = problem ? JSON.stringify(problem) : null
  await em.execute(END, [told, state, writtenBack ?? false, operation ?? null, order ?? null, id])
}
