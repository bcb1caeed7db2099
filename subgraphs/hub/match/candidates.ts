import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { lockCustomers } from '../twins.ts'
import type { Likely } from './find.ts'
import { mergeInto, toldMerged } from './merge.ts'

/** Whether two golden records are one customer: not decided, yes, or never. */
export type MatchState = 'OPEN' | 'SAME' | 'DIFFERENT'

/** A row of the queue: a golden record, and another that may be the same customer. */
export interface CandidateRow {
  id: string
  customer: string
  other: string
  connection: string
  nativeId: string
  score: number
  reasons: string[]
  state: MatchState
  decidedBy: string | null
  decidedAt: Date | string | null
  createdAt: Date | string
}

const COLUMNS = `id, customer, other, connection, native_id as "nativeId", score, reasons, state,
  decided_by as "decidedBy", decided_at as "decidedAt", created_at as "createdAt"`

const NOTE = `insert into match_candidate (id, tenant, customer, other, connection, native_id, score, reasons)
  values (?, ?, ?, ?, ?, ?, ?, ?::jsonb)
  on conflict (tenant, least(customer, other), greatest(customer, other)) do nothing`

/** The record over which a doubt came up. */
export interface Doubtful {
  tenant: string
  connection: string
  native: string
  customer: string
}

/** Asks a person whether golden records are the same; a pair that was asked about is never asked about again. */
export async function noteCandidates(
  em: Manager,
  { tenant, connection, native, customer }: Doubtful,
  likely: Pick<Likely, 'customer' | 'score' | 'reasons'>[],
): Promise<void> {
  for (const { customer: other, score, reasons } of likely) {
    const about = [newId('mat'), tenant, customer, other, connection, native]
    await em.execute(NOTE, [...about, score, JSON.stringify(reasons)])
  }
}

const RULE_OUT = `insert into match_candidate (id, tenant, customer, other, connection, native_id, score, state, decided_by, decided_at)
  values (?, ?, ?, ?, ?, ?, 0, 'DIFFERENT', ?, now())
  on conflict (tenant, least(customer, other), greatest(customer, other))
  do update set state = 'DIFFERENT', decided_by = excluded.decided_by, decided_at = now()`

/** Remembers for ever that two golden records are different customers. */
export async function ruleOut(
  em: Manager,
  { tenant, connection, native, customer }: Doubtful,
  other: string,
  by: string,
): Promise<void> {
  await em.execute(RULE_OUT, [newId('mat'), tenant, customer, other, connection, native, by])
}

/** Whether a person said that two golden records are different customers. */
export async function isRuledOut(em: Manager, tenant: string, one: string, other: string): Promise<boolean> {
  const sql = `select id from match_candidate where tenant = ? and state = 'DIFFERENT'
    and least(customer, other) = least(?::text, ?::text) and greatest(customer, other) = greatest(?::text, ?::text)`
  return (await rows(em, sql, [tenant, one, other, one, other])).length > 0
}

const LIST = `select ${COLUMNS} from match_candidate where tenant = ? and (?::text is null or state = ?)
  and (?::jsonb is null or ?::jsonb @> to_jsonb(connection))
  and (?::text is null or (created_at, id) < (?::timestamptz, ?)) order by created_at desc, id desc limit ?`

/** The queue, newest first, within the caller's connections. */
export function candidateRows(
  hub: Hub,
  caller: Caller,
  state: MatchState | null,
  [at, id]: [string, string] | [null, null],
  limit: number,
): Promise<CandidateRow[]> {
  const mine = caller.connections && JSON.stringify(caller.connections)
  const values = [caller.tenant, state, state, mine, mine, at, at, id, limit]
  return rows<CandidateRow>(hub.db.em(), LIST, values)
}

/** One row of the queue, or NOT_FOUND; a foreign one looks unknown. */
export async function candidateRow(hub: Hub, caller: Caller, id: string): Promise<CandidateRow> {
  const sql = `select ${COLUMNS} from match_candidate where tenant = ? and id = ?`
  const [row] = await rows<CandidateRow>(hub.db.em(), sql, [caller.tenant, id])
  if (row && reaches(caller, row.connection) && !caller.customer) return row
  throw new ErpError('NOT_FOUND', 'There is no such candidate.', { field: 'id' })
}

const DECIDE = `update match_candidate set state = ?, decided_by = ?, decided_at = now()
  where id = ? and (state = 'OPEN' or (state = 'DIFFERENT' and ? = 'SAME')) returning id`

/**
 * Decides whether two golden records are one. SAME merges them, the newer into the other; also where DIFFERENT was
 * said before. Throws CONFLICT where it was decided so already.
 */
export async function decide(
  hub: Hub,
  caller: Caller,
  row: CandidateRow,
  decision: Exclude<MatchState, 'OPEN'>,
): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    await lockCustomers(em, caller.tenant)
    const done = await rows(em, DECIDE, [decision, caller.name, row.id, decision])
    if (done.length === 0)
      throw new ErpError('CONFLICT', 'It was decided already.', { field: 'id', retryable: false })
    if (decision === 'SAME')
      await mergeInto(em, { tenant: caller.tenant, keep: row.other, gone: row.customer, by: caller.name })
  })
  if (decision === 'SAME') toldMerged(hub)
}
