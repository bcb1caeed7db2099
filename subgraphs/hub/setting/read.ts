import type { Kind } from '../../records.ts'
import { type Manager, rows } from '../database.ts'

/** Which way changes of a kind of record go: into the hub, out of it to this ERP, or both. */
export type Direction = 'IN' | 'OUT' | 'BOTH'

/** What an operator says of one kind of record of one connection. */
export interface SyncSetting {
  connection: string
  kind: Kind
  enabled: boolean
  direction: Direction
  /** POLL: every `everyMs`. WEBHOOK: as webhooks tell, with polls as a safety net. HOURLY, DAILY: then, and no webhook. */
  mode: 'WEBHOOK' | 'POLL' | 'HOURLY' | 'DAILY'
  /** Milliseconds between polls; null: the connection's own pace. */
  everyMs: number | null
  /** What a deletion in the ERP does: kept as gone, told to the other ERPs, or shown for a decision. */
  deletions: 'SOFT' | 'PROPAGATE' | 'REVIEW'
}

const COLUMNS = `connection, kind, enabled, direction, mode, every_ms::int as "everyMs", deletions`

/** The settings that differ from the defaults, of these connections. */
export function settingsOf(em: Manager, connections: string[], kind?: Kind): Promise<SyncSetting[]> {
  const sql = `select ${COLUMNS} from sync_setting
    where connection in (select jsonb_array_elements_text(?::jsonb)) and (?::text is null or kind = ?)`
  return rows<SyncSetting>(em, sql, [JSON.stringify(connections), kind ?? null, kind ?? null])
}

/** What counts where an operator said nothing: everything is read, nothing is written without being asked for. */
export function defaultSetting(connection: string, kind: Kind): SyncSetting {
  const rest = { enabled: true, direction: 'IN', mode: 'POLL', everyMs: null, deletions: 'SOFT' } as const
  return { connection, kind, ...rest }
}

/** The setting of one kind of record of one connection. */
export async function settingOf(em: Manager, connection: string, kind: Kind): Promise<SyncSetting> {
  const [own] = await settingsOf(em, [connection], kind)
  return own ?? defaultSetting(connection, kind)
}

/** Whether changes of the ERP are taken over at all. */
export function takesIn({ enabled, direction }: SyncSetting): boolean {
  return enabled && direction !== 'OUT'
}

/** Whether a webhook is followed at once; where an operator chose fixed hours, the next poll finds what it told. */
export function followsHooks(setting: SyncSetting): boolean {
  return takesIn(setting) && (setting.mode === 'WEBHOOK' || setting.mode === 'POLL')
}
