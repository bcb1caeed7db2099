import { ErpError } from '../../schema/errors.ts'
import { toProblem } from '../reader.ts'
import type { Database } from './database.ts'

/**
 * Marks a connection whose sign-in the ERP no longer takes, so that a person sees it at the connection itself and
 * not only where a read failed. Other errors leave it as it is.
 */
export async function noteRefusal(db: Database, connection: string, error: unknown): Promise<void> {
  const refused = error instanceof ErpError && ['NEEDS_AUTH', 'AUTHENTICATION_FAILED'].includes(error.code)
  if (!refused) return
  const sql = `update connection set state = 'NEEDS_AUTH', problem = ?::jsonb
    where id = ? and state = 'ACTIVE' returning id`
  const marked = await db
    .em()
    .execute<object[]>(sql, [JSON.stringify(toProblem(error, connection)), connection])
  if (marked.length > 0) db.bus.tell('connection', connection)
}

/** Takes the mark away once the ERP lets us in again. */
export async function noteWelcome(db: Database, connection: string): Promise<void> {
  const sql = `update connection set state = 'ACTIVE', problem = null
    where id = ? and state = 'NEEDS_AUTH' returning id`
  const cleared = await db.em().execute<object[]>(sql, [connection])
  if (cleared.length > 0) db.bus.tell('connection', connection)
}
