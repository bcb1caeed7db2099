import { ErpError } from '../../../schema/errors.ts'
import type { Company } from '../../connector.ts'
import { toProblem } from '../../reader.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import type { ConnectionState } from '../tables.ts'
import { cancelImports, endWaiting, setState } from './lifecycle.ts'
import { FORGET, LEAVE_UNCERTAIN } from './former.ts'

interface Known {
  system: string
  tenant: string
  position: number
  state: ConnectionState
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
  const sql = 'select system, tenant, position, state, company from connection where id = ?'
  const [known] = await rows<Known>(hub.db.em(), sql, [id])
  if (known && known.tenant !== tenant) throw new ErpError('CONFLICT', 'This id is taken.', { field: 'id' })
  if (!known) return nextPosition(hub, tenant)
  if (known.system !== system) {
    const told = `${id} is a connection of ${known.system}. Choose another id for ${system}.`
    throw new ErpError('CONFLICT', told, { field: 'system', retryable: false })
  }
  // Where the former company was never told, a person's word is all there is.
  const isMeant = joining.switchCompany && known.company === null
  if (!isOther(known.company, company) && !isMeant) return known.position
  if (!joining.switchCompany) throw isAnother(id, known.company?.name ?? '', company?.name ?? '')
  // Whatever still reads the former company ends before its records are forgotten.
  if (known.state !== 'PAUSED') await setState(hub, id, 'DISCONNECTED')
  const { moved, imports } = await hub.db.em().transactional((em) => forget(em, id))
  hub.db.bus.tell('catalogue', id)
  for (const operation of moved) hub.db.bus.tell('event', operation)
  for (const one of imports) hub.db.bus.tell('import', one)
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

async function forget(em: Manager, id: string): Promise<{ moved: string[]; imports: string[] }> {
  const why = 'The connection was switched to another company.'
  const imports = await cancelImports(em, id)
  const uncertain = await rows<{ id: string }>(em, LEAVE_UNCERTAIN, [uncertainIn(id), id])
  const ended = await endWaiting(em, id, why)
  for (const sql of FORGET) await em.execute(sql, [id])
  return { moved: [...uncertain.map((row) => row.id), ...ended], imports }
}

function uncertainIn(id: string): string {
  const told = 'It is not known whether the company to which the connection led before has the document.'
  return JSON.stringify(toProblem(new ErpError('UNCERTAIN', told, { connection: id }), id))
}

/** Keeps which company a connection leads to. */
export async function noteCompany(hub: Hub, id: string, company: Company | null): Promise<void> {
  if (!company) return
  const sql = 'update connection set company = ?::jsonb where id = ?'
  await hub.db.em().execute(sql, [JSON.stringify(company), id])
}
