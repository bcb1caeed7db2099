import type { Problem } from '../../schema/index.ts'
import type { Exchange } from '../http.ts'
import { type Manager, rows } from './database.ts'
import { type Claimed, FenceLost } from './operations.ts'

const MAX_EXCHANGES = 60
const MAX_BODY = 20_000

/** One try to carry out an operation, as the sync log keeps it. */
export interface Attempt {
  number: number
  exchanges: Exchange[]
}

const BEGIN = `
with mine as (
  update operation set attempts = attempts + 1 where id = ? and fence = ? and status = 'RUNNING' returning id, attempts),
died as (
  update attempt set finished_at = now(), outcome = 'ERROR', problem = ?::jsonb
  where operation = ? and finished_at is null)
insert into attempt (operation, number, worker) select id, attempts, ? from mine returning number`

/** Opens the log of a try; one that was never closed belongs to a worker that died. Throws FenceLost. */
export async function beginAttempt(em: Manager, held: Claimed, worker: string): Promise<Attempt> {
  const died: Problem = {
    code: 'INTERNAL',
    message: 'The worker ended in the middle of this attempt.',
    resolution: 'Nothing to do: the next attempt finds out how far it came.',
  }
  const [row] = await rows<{ number: number }>(em, BEGIN, [
    held.id,
    held.fence,
    JSON.stringify(died),
    held.id,
    worker,
  ])
  if (!row) throw new FenceLost()
  return { number: Number(row.number), exchanges: [] }
}

/** Closes the log of a try; inside the transaction that moves the operation on. */
export async function closeAttempt(
  em: Manager,
  held: Claimed,
  attempt: Attempt,
  outcome: 'SUCCESS' | 'WARNING' | 'ERROR',
  problem: Problem | null,
): Promise<void> {
  const exchanges = attempt.exchanges.slice(0, MAX_EXCHANGES).map((exchange) => ({
    ...exchange,
    request: { ...exchange.request, body: exchange.request.body?.slice(0, MAX_BODY) ?? null },
  }))
  const told = problem ? JSON.stringify(problem) : null
  const last = exchanges.findLast(({ response }) => response)?.response
  const values = [outcome, told, JSON.stringify(exchanges), held.id, attempt.number]
  await em.execute(CLOSE, [...values, last?.requestId ?? null, last?.status ?? null])
}

const CLOSE = `
with closed as (
  update attempt set finished_at = clock_timestamp(), outcome = ?, problem = ?::jsonb, exchanges = ?::jsonb
  where operation = ? and number = ? returning operation, finished_at - started_at as took)
update operation o set request_id = coalesce(?, o.request_id), provider_status = coalesce(?::int, o.provider_status),
  duration_ms = coalesce(o.duration_ms, 0) + round(extract(epoch from closed.took) * 1000)::int
from closed where o.id = closed.operation`
