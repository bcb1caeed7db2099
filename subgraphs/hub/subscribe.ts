import type { OpenConnection } from '../connections.ts'
import type { Hub } from './hub.ts'

/** A subscription is prolonged when this share of its time is over. */
const SHARE = 0.5
const SHORTEST_MS = 60_000
const LONGEST_MS = 24 * 3_600_000

/** Where the webhooks of a connection arrive. */
export function hookAddress(hub: Hub, connection: string): string {
  return `${hub.publicUrl}/webhooks/${encodeURIComponent(connection)}`
}

/**
 * Every connection whose ERP sends webhooks only when asked has a row for it, due at once when the address is
 * another than last time. Nothing is asked for while nobody said that vendors reach us (PUBLIC_URL).
 */
export async function planHooks(hub: Hub): Promise<void> {
  if (!hub.isPublic) return
  const wanted = hub.directory
    .every()
    .filter(({ erp, webhookSecret }) => erp.hook?.subscribe && webhookSecret)
    .map(({ id }) => ({ connection: id, address: hookAddress(hub, id) }))
  if (wanted.length === 0) return
  const sql = `insert into poll (connection, kind, cursor)
    select connection, 'hook', address from jsonb_to_recordset(?::jsonb) as w(connection text, address text)
    where exists (select from connection c where c.id = w.connection)
    on conflict (connection, kind) do update set cursor = excluded.cursor, next_at = now()
    where poll.cursor is distinct from excluded.cursor`
  await hub.db.em().execute(sql, [JSON.stringify(wanted)])
}

/** Makes the ERP send its webhooks to us, or go on doing so. Gives the milliseconds until it must be asked again. */
export async function askForHooks(hub: Hub, { id, erp, webhookSecret }: OpenConnection): Promise<number> {
  if (!erp.hook?.subscribe || !webhookSecret) return LONGEST_MS
  const until = await erp.hook.subscribe(hookAddress(hub, id), webhookSecret)
  const left = (Date.parse(until) - Date.now()) * SHARE
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, left))
}
