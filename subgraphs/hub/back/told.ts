import { ErpError } from '../../../schema/errors.ts'
import { toProblem } from '../../reader.ts'
import { same } from '../conflict/fields.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'

/** A record of a source that is told something. */
export interface Listener {
  tenant: string
  connection: string
  kind: 'quote' | 'customer'
  native: string
}

const TAKE = `
insert into told (connection, kind, native_id, tenant, busy_until) values (?, ?, ?, ?, now() + interval '1 minute')
on conflict (connection, kind, native_id) do update set busy_until = excluded.busy_until
where told.busy_until is null or told.busy_until < now() returning said`

const KEEP = `update told set said = said || ?::jsonb, problem = null, busy_until = null, told_at = now()
  where connection = ? and kind = ? and native_id = ?`
const LEAVE = `update told set problem = coalesce(?::jsonb, problem), busy_until = null
  where connection = ? and kind = ? and native_id = ?`

/**
 * Tells a source what is new of a record, and only that: what it was told before, and what is null, stays out. Two
 * never tell of one record at the same moment. False: somebody else is at it, ask again. Throws what the source says.
 */
export async function tellNews<N extends object>(
  hub: Hub,
  to: Listener,
  news: N,
  send: (part: N) => Promise<void>,
): Promise<boolean> {
  const key = [to.connection, to.kind, to.native]
  const [held] = await rows<{ said: Record<string, unknown> }>(hub.db.em(), TAKE, [...key, to.tenant])
  if (!held) return false
  // An empty text clears what was said before; where nothing was, there is nothing to clear.
  const fresh = Object.entries(news).filter(
    ([name, value]) => value !== null && !same(held.said[name], value),
  )
  if (fresh.length === 0) {
    await hub.db.em().execute(LEAVE, [null, ...key])
    return true
  }
  const known = Object.fromEntries(fresh)
  try {
    await send(Object.fromEntries(Object.keys(news).map((name) => [name, known[name] ?? null])) as N)
  } catch (error) {
    const problem = error instanceof ErpError ? JSON.stringify(toProblem(error, to.connection)) : null
    await hub.db.em().execute(LEAVE, [problem, ...key])
    throw error
  }
  await hub.db.em().execute(KEEP, [JSON.stringify(known), ...key])
  return true
}
