import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Expression } from '../../expression.ts'
import { toProblem } from '../../reader.ts'
import type { Kind, Records } from '../../records.ts'
import type { Hub } from '../hub.ts'
import { intake } from '../intake.ts'
import type { Origin } from '../mirror.ts'
import { isOfRecord } from '../unread.ts'
import type { Failure } from './store.ts'

const DAY_MS = 24 * 3_600_000
const MOMENTS = ['updatedAt', 'orderedOn', 'issuedOn', 'paidOn']

/** Whether a record was touched at or after a moment; one that tells no time is taken. */
export function isSince(record: object, since: number): boolean {
  const all = record as Record<string, unknown>
  const times = MOMENTS.flatMap((name) => {
    const text = all[name]
    if (typeof text !== 'string') return []
    // A calendar day lasts until its end.
    const at = Date.parse(text) + (text.length === 10 ? DAY_MS - 1 : 0)
    return Number.isNaN(at) ? [] : [at]
  })
  return times.length === 0 || Math.max(...times) >= since
}

/** What became of the records of a page. */
export interface Taken {
  done: number
  skipped: number
  failures: Failure[]
}

/** Takes in what is wanted of a page; a record that fails is put aside and stops no other. Throws when nothing works. */
export async function take(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  records: Records[Kind][],
  wanted: { since: number | null; filter: Expression | null },
  origin: Origin,
): Promise<Taken> {
  const failures: Failure[] = []
  const fail = (record: Records[Kind], error: unknown) => failures.push(toFailure(open, kind, record, error))
  const chosen: Records[Kind][] = []
  for (const record of records) {
    if (wanted.since !== null && !isSince(record, wanted.since)) continue
    try {
      if (!wanted.filter || (await wanted.filter.run(record)) === true) chosen.push(record)
    } catch (error) {
      fail(record, error)
    }
  }
  const skipped = records.length - chosen.length - failures.length
  try {
    await intake(hub, open, kind, chosen, origin)
  } catch (error) {
    if (!isOfRecord(error)) throw error
    for (const record of chosen) {
      const failed = await alone(hub, open, kind, record, origin)
      if (failed) fail(record, failed)
    }
  }
  return { done: records.length - skipped - failures.length, skipped, failures }
}

async function alone(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  record: Records[Kind],
  origin: Origin,
): Promise<unknown> {
  try {
    await intake(hub, open, kind, [record], origin)
    return null
  } catch (error) {
    if (isOfRecord(error)) return error
    throw error
  }
}

/** A record that failed, with what is wrong in words of its data. */
export function toFailure(
  { id: connection }: OpenConnection,
  kind: Kind,
  record: { id: string; number?: string | null; sku?: string | null },
  error: unknown,
): Failure {
  const known = error instanceof ErpError ? error : cannotKeep(error)
  return {
    kind,
    id: record.id,
    number: record.number ?? record.sku ?? null,
    problem: toProblem(known, connection),
  }
}

function cannotKeep(error: unknown): ErpError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const said = cause instanceof Error ? cause.message.split(' - ').at(-1)?.split('\n')[0]?.slice(0, 300) : ''
  return new ErpError('BAD_ANSWER', 'The record cannot be kept.', { said, retryable: false })
}
