import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import { type Capability, capabilitiesOf } from '../../connector.ts'
import { connectorOf } from '../../index.ts'
import type { Kind } from '../../records.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { KINDS, objectOf } from '../kinds.ts'
import { EVERY_MS } from './pace.ts'
import { type SyncSetting, settingOf } from './read.ts'
import type { SyncSettingInput } from './types.ts'

const READS: Record<Kind, Capability> = {
  item: 'items',
  customer: 'customers',
  order: 'orders',
  invoice: 'invoices',
  payment: 'payments',
  quote: 'quotes',
}
const WRITES: Partial<Record<Kind, Capability>> = {
  customer: 'upsertCustomer',
  order: 'pushOrder',
  invoice: 'pushInvoice',
  payment: 'pushPayment',
}

/** A connection as settings see it, also one that rests. */
export interface Settable {
  id: string
  name: string
  state: string
  capabilities: readonly Capability[]
}

/** The connection of the caller; throws NOT_FOUND, for a foreign one too. */
export async function settableOf(hub: Hub, caller: Caller, id: string): Promise<Settable> {
  const sql = 'select system, state from connection where tenant = ? and id = ?'
  const [row] = await rows<{ system: string; state: string }>(hub.db.em(), sql, [caller.tenant, id])
  const connector = row && reaches(caller, id) ? connectorOf(row.system) : undefined
  if (!row || !connector)
    throw new ErpError('NOT_FOUND', 'There is no such connection.', { field: 'connection' })
  const open = hub.directory.find(caller.tenant, id)
  const capabilities = open ? capabilitiesOf(open.erp) : connector.capabilities
  return { id, name: connector.name, state: row.state, capabilities }
}

/** The kinds of record that a connection reads or writes. */
export function kindsOf({ capabilities }: Settable): Kind[] {
  const has = (one: Capability | undefined) => one !== undefined && capabilities.includes(one)
  return KINDS.filter((kind) => has(READS[kind]) || has(WRITES[kind]))
}

const SAVE = `insert into sync_setting (connection, kind, tenant, enabled, direction, mode, every_ms, deletions)
  values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (connection, kind) do update set enabled = excluded.enabled,
  direction = excluded.direction, mode = excluded.mode, every_ms = excluded.every_ms, deletions = excluded.deletions`

/** Changes a setting; a reading under the old one ends, and the next begins at once. Throws what does not fit. */
export async function saveSetting(
  hub: Hub,
  caller: Caller,
  at: Settable,
  kind: Kind,
  input: SyncSettingInput,
): Promise<void> {
  await hub.db.em().transactional(async (em) => {
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`setting ${at.id} ${kind}`])
    const old = await settingOf(em, at.id, kind)
    const given = Object.entries(input).filter(
      ([name, value]) => value !== undefined && (value !== null || name === 'everyMs'),
    )
    const setting: SyncSetting = { ...old, ...Object.fromEntries(given) }
    if (setting.mode !== 'POLL' && input.everyMs === undefined) setting.everyMs = null
    check(at, kind, setting)
    const { enabled, direction, mode, everyMs, deletions } = setting
    await em.execute(SAVE, [at.id, kind, caller.tenant, enabled, direction, mode, everyMs, deletions])
    await wakePolls(em, at.id, kind)
  })
  hub.db.bus.tell('connection', at.id)
}

function check(at: Settable, kind: Kind, setting: SyncSetting): void {
  const object = objectOf(kind)
  const refuse = (told: string, field: string) => {
    throw new ErpError('NOT_SUPPORTED', `${at.name} ${told}.`, { field: `input.${field}` })
  }
  const has = (one: Capability | undefined) => one !== undefined && at.capabilities.includes(one)
  if (!has(READS[kind]) && setting.direction !== 'OUT') refuse(`cannot list ${object}`, 'direction')
  if (!has(WRITES[kind]) && setting.direction !== 'IN') refuse(`takes no ${object}`, 'direction')
  if (setting.mode === 'WEBHOOK' && !has('webhooks')) refuse('sends no webhooks', 'mode')
  const { everyMs, mode } = setting
  if (everyMs === null) return
  const invalid = (told: string) => new ErpError('VALIDATION', told, { field: 'input.everyMs' })
  if (mode !== 'POLL') throw invalid('everyMs is for the mode POLL only.')
  if (everyMs < EVERY_MS.least || everyMs > EVERY_MS.most)
    throw invalid(`everyMs is between ${EVERY_MS.least} and ${EVERY_MS.most}.`)
}

/** Whoever reads now loses its fence, and what is read at all is due at once; inside the caller's transaction. */
export async function wakePolls(em: Manager, connection: string, kind?: Kind): Promise<void> {
  const sql = `update poll set fence = fence + 1, lease_until = null, next_at = now()
    where connection = ? and (?::text is null or kind = ?)`
  await em.execute(sql, [connection, kind ?? null, kind ?? null])
}
