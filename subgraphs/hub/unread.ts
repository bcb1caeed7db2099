import { ErpError } from '../../schema/errors.ts'
import type { OpenConnection } from '../connections.ts'
import { toProblem } from '../reader.ts'
import type { Id, Kind } from '../records.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import { WAITS } from './jobs.ts'
import { objectOf } from './kinds.ts'
import { type Line, type Origin, log } from './mirror.ts'
import { tellMoved } from './operations.ts'

/** Whether an error is about a record, and not about the way to the ERP or the database. */
export function isOfRecord(error: unknown): boolean {
  if (error instanceof ErpError)
    return error.code === 'BAD_ANSWER' || (!error.retryable && !WAITS.includes(error.code))
  const code = error instanceof Error && 'code' in error ? error.code : null
  // Classes 22 and 23 of PostgreSQL: the data cannot be kept (https://www.postgresql.org/docs/current/errcodes-appendix.html).
  return typeof code !== 'string' || /^2[23]...$/.test(code)
}

/** Those that wait for a person already. */
const WAITING = `select external_id as id from operation where connection = ? and object = ? and direction = 'IN'
  and status = 'DEAD' and after is null and external_id in (select jsonb_array_elements_text(?::jsonb))`

/**
 * Writes down, once for each, records that an ERP shows and nobody can read, so that a change is never passed over in
 * silence. Trying the operation again reads the record again.
 */
export async function noteUnread(
  hub: Hub,
  open: OpenConnection,
  kind: Kind,
  failed: { id: Id; error: ErpError }[],
  origin: Origin,
): Promise<void> {
  if (failed.length === 0) return
  const values = [open.id, objectOf(kind), JSON.stringify(failed.map(({ id }) => id))]
  const told = await hub.db.em().transactional(async (em) => {
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`mirror ${open.id} ${kind}`])
    const known = new Set((await rows<{ id: Id }>(em, WAITING, values)).map(({ id }) => id))
    const lines = failed
      .filter(({ id }) => !known.has(id))
      .map(({ id, error }): Line => {
        const problem = toProblem(error, open.id)
        return { operation: newId('op'), action: 'UPDATE', id, before: null, after: null, problem }
      })
    await log(em, open, kind, lines, origin)
    return lines.map(({ operation }) => operation)
  })
  tellMoved(hub.db, told)
}
