import { ErpError } from '../../../schema/errors.ts'
import type { Company } from '../../connector.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { endWaiting } from './lifecycle.ts'

interface Known {
  system: string
  tenant: string
  position: number
  company: Company | null
}

/** A connection that is connected anew: what leads there now, and whether a person wants another company. */
export interface Joining {
  id: string
  tenant: string
  system: string
  company: Company | null
  switchCompany: boolean
}

/**
 * Looks whether an id that is known leads to the same company as before. Throws CONFLICT when it does not and nobody
 * said that it shall be switched; a switch forgets which records are which, and keeps the log. Gives its place in order.
 */
export async function readmit(hub: Hub, joining: Joining): Promise<number> {
  const { id, tenant, system, company } = joining
  const sql = 'select system, tenant, position, company from connection where id = ?'
  const [known] = await rows<Known>(hub.db.em(), sql, [id])
  if (known && known.tenant !== tenant) throw new ErpError('CONFLICT', 'This id is taken.', { field: 'id' })
  if (!known) return nextPosition(hub, tenant)
  if (known.system !== system) {
    const told = `${id} is a connection of ${known.system}. Choose another id for ${system}.`
    throw new ErpError('CONFLICT', told, { field: 'system', retryable: false })
  }
  if (!isOther(known.company, company)) return known.position
  if (!joining.switchCompany) throw isAnother(id, known.company?.name ?? '', company?.name ?? '')
  const moved = await hub.db.em().transactional((em) => forget(em, id))
  hub.db.bus.tell('catalogue', id)
  for (const operation of moved) hub.db.bus.tell('event', operation)
  return known.position
}

function isOther(known: Company | null, now: Company | null): boolean {
  return known !== null && now !== null && known.name !== now.name
}

function isAnother(id: string, known: string, now: string): ErpError {
  const told = `${id} was connected to ${JSON.stringify(known)}; this leads to ${JSON.stringify(now)}. Its records and the links between systems belong to the former. Send switchCompany: true to forget those links and read the new company from the beginning, or choose another id.`
  return new ErpError('CONFLICT', told, { field: 'switchCompany', connection: id, retryable: false })
}

async function nextPosition(hub: Hub, tenant: string): Promise<number> {
  const sql = 'select coalesce(max(position) + 1, 0)::int as position from connection where tenant = ?'
  const [row] = await rows<{ position: number }>(hub.db.em(), sql, [tenant])
  return row?.position ?? 0
}

/** Ids of the former company may stand for something else in the new one, so none of them may stay. */
const FORGET = [
  'delete from external_ref where connection = ?',
  'delete from mirror where connection = ?',
  'delete from deletion where connection = ?',
  'delete from inbox where connection = ?',
  'delete from delivery where connection = ?',
  'delete from poll where connection = ?',
  'update sales_order set native_id = null where connection = ?',
  'update invoice set native_id = null where connection = ?',
  'update payment set native_id = null where connection = ?',
  "update quote set native_id = id || ' ' || native_id where connection = ?",
  'update connection set tokens = null where id = ?',
]

async function forget(em: Manager, id: string): Promise<string[]> {
  for (const sql of FORGET) await em.execute(sql, [id])
  return endWaiting(em, id, 'The connection was switched to another company.')
}

/** Keeps which company a connection leads to. */
export async function noteCompany(hub: Hub, id: string, company: Company | null): Promise<void> {
  if (!company) return
  const sql = 'update connection set company = ?::jsonb where id = ?'
  await hub.db.em().execute(sql, [JSON.stringify(company), id])
}
