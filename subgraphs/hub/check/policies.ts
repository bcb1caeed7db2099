import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import { type ConnectionPolicy, connectionPolicy } from '../../policy.ts'
import { rows } from '../database.ts'
import { settingsOf } from '../directory.ts'
import type { Hub } from '../hub.ts'
import { ConnectionTable } from '../tables.ts'

/** Refuses what is no policy of a connection, naming the field; other settings are left alone. */
export function checkPolicy(settings: Record<string, unknown>): void {
  const names = Object.keys(connectionPolicy.shape)
  const own = Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)))
  const parsed = connectionPolicy.safeParse(own)
  if (parsed.success) return
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'settings'
  throw new ErpError('VALIDATION', `${field}: ${issue?.message ?? 'is not valid'}.`, { field })
}

/** What counts at a connection now, from the config file and from here. Throws NOT_FOUND. */
export async function policyAt(hub: Hub, caller: Caller, connection: string): Promise<ConnectionPolicy> {
  const row = await hub.db.em().findOne(ConnectionTable, { id: connection, tenant: caller.tenant })
  if (!row || !reaches(caller, connection))
    throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: 'connection' })
  return settingsOf(row)
}

/** Changes what was set here, at once in every process, without a restart. Throws NOT_FOUND, VALIDATION. */
export async function changePolicy(
  hub: Hub,
  caller: Caller,
  connection: string,
  change: (own: ConnectionPolicy) => ConnectionPolicy,
): Promise<void> {
  await policyAt(hub, caller, connection)
  await hub.db.em().transactional(async (em) => {
    const sql = 'select policy from connection where id = ? and tenant = ? for update'
    const [row] = await rows<{ policy: ConnectionPolicy | null }>(em, sql, [connection, caller.tenant])
    const next = change(row?.policy ?? {})
    checkPolicy(next)
    await em.execute('update connection set policy = ?::jsonb where id = ?', [
      JSON.stringify(next),
      connection,
    ])
  })
  await hub.directory.refresh()
  hub.db.bus.tell('connection', connection)
}
