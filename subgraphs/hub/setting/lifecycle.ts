import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { asCall } from '../../http.ts'
import { toProblem } from '../../reader.ts'
import { type Manager, rows } from '../database.ts'
import { openStored } from '../directory.ts'
import type { Hub } from '../hub.ts'
import type { ConnectionState } from '../tables.ts'
import { noteCompany } from './company.ts'
import { wakePolls } from './write.ts'

const LAST_LOOK_MS = 3_000

/** Pauses or goes on: what reads now ends, what is due begins when it may. Tells every process. */
export async function setState(hub: Hub, id: string, state: ConnectionState): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    await em.execute('update connection set state = ? where id = ?', [state, id])
    await wakePolls(em, id)
  })
  await hub.directory.refresh()
  hub.db.bus.tell('connection', id)
}

const END = `
with ended as (
  update operation set status = 'DEAD', outcome = 'ERROR', problem = ?::jsonb, finished_at = now(), fence = fence + 1
  where connection = ? and direction = 'OUT' and status in ('ACCEPTED', 'WAITING') and sent_at is null returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from ended)
select id from ended`

/** What was accepted and never sent ends, so that it cannot reach another company later; it can be retried by hand. */
export async function endWaiting(em: Manager, id: string, why: string): Promise<string[]> {
  const problem = toProblem(new ErpError('UNAVAILABLE', why, { connection: id, retryable: false }), id)
  return (await rows<{ id: string }>(em, END, [JSON.stringify(problem), id])).map((row) => row.id)
}

const CANCEL_IMPORTS = `update sync_import set state = 'CANCELLED', finished_at = now(), updated_at = now()
  where connection = ? and state in ('WAITING', 'RUNNING') returning id`

/** Ends the imports of a connection that are under way, and gives their ids; tell 'import' afterwards. */
export async function cancelImports(em: Manager, id: string): Promise<string[]> {
  return (await rows<{ id: string }>(em, CANCEL_IMPORTS, [id])).map((row) => row.id)
}

/**
 * Stops everything of a connection at once and takes its credentials away; the records, the settings and the log
 * stay, and nothing is changed in the ERP.
 */
export async function disconnect(hub: Hub, { tenant }: Caller, id: string): Promise<void> {
  await setState(hub, id, 'DISCONNECTED')
  await keepCompany(hub, tenant, id)
  const { moved, imports } = await hub.db.em().transactional(async (em) => {
    const empty = hub.safe.close({}, tenant, id)
    const sql = `update connection set secrets = ?, tokens = null, problem = null where id = ? and state = 'DISCONNECTED' returning id`
    // Somebody connected it again meanwhile.
    if ((await rows(em, sql, [empty, id])).length === 0) return { moved: [], imports: [] }
    const imports = await cancelImports(em, id)
    return { moved: await endWaiting(em, id, 'The connection was disconnected.'), imports }
  })
  for (const operation of moved) hub.db.bus.tell('event', operation)
  for (const one of imports) hub.db.bus.tell('import', one)
}

/** Asks once more which company it was, where that is not known, so that a later switch to another one is seen. */
async function keepCompany(hub: Hub, tenant: string, id: string): Promise<void> {
  const sql = 'select id from connection where id = ? and company is null'
  if ((await rows(hub.db.em(), sql, [id])).length === 0) return
  const open = await openStored(hub, tenant, id).catch(() => null)
  if (!open) return
  try {
    const call = { lane: 'live', signal: AbortSignal.timeout(LAST_LOOK_MS) } as const
    await noteCompany(hub, id, await asCall(call, () => open.erp.check()))
  } catch {
    // It cannot be asked any more; then nothing can be compared later.
  } finally {
    await open.end()
  }
}
