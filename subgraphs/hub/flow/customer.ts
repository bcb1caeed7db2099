import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { SCOPES } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import { createMissing } from '../accept.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { importIds } from '../intake.ts'
import { nativeOf } from '../native.ts'
import { tellMoved } from '../operations.ts'
import type { OperationStatus } from '../tables.ts'
import type { Flow } from './read.ts'

/** On whose behalf a flow writes. */
export function onBehalf({ tenant, name }: Pick<Flow, 'tenant' | 'name'>): Caller {
  return { tenant, name: `flow: ${name}`, scopes: [...SCOPES], connections: null, customer: null }
}

/** The hub's customer of a source's record; one that is not known yet is read first. Throws INVALID_CUSTOMER. */
export async function buyerOf(hub: Hub, source: OpenConnection, native: string | null): Promise<string> {
  const known = native && (await hub.catalogue.hubId(source.id, 'customer', native))
  if (known) return known
  if (native) await importIds(hub, source, 'customer', [native], { by: 'flow' })
  const found = native && (await hub.catalogue.hubId(source.id, 'customer', native))
  if (found) return found
  throw new ErpError('INVALID_CUSTOMER', 'The record names no customer that can be found.', {
    connection: source.id,
    field: 'customer',
  })
}

/**
 * Whether the target has the customer; where it has not, one is created there, and the flow goes on when that is
 * done. Throws INVALID_CUSTOMER where that failed or is not allowed.
 */
export async function isThere(
  hub: Hub,
  flow: Flow,
  target: OpenConnection,
  customer: string,
  cause: string,
): Promise<boolean> {
  if (await nativeOf(hub, target.id, 'customer', customer)) return true
  const details = { connection: target.id, field: 'customer' }
  if (!flow.options.createCustomer || !target.erp.customer)
    throw new ErpError('INVALID_CUSTOMER', `${target.id} does not know the customer.`, details)
  const sql = `select status from operation where connection = ? and object = 'CUSTOMER' and action = 'CREATE'
    and customer = ? order by created_at desc limit 1`
  const [last] = await rows<{ status: OperationStatus }>(hub.db.em(), sql, [target.id, customer])
  if (last && ['REFUSED', 'DEAD', 'CANCELLED', 'UNCERTAIN'].includes(last.status)) {
    const told = `The customer could not be created in ${target.id}: clear that operation, then try again.`
    throw new ErpError('INVALID_CUSTOMER', told, details)
  }
  const made = await createMissing(hub, onBehalf(flow), target.id, customer, cause)
  if (made) tellMoved(hub.db, [made])
  return false
}
