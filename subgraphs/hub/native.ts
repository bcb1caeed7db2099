import { ErpError } from '../../schema/errors.ts'
import type { CustomerInput, Id, Kind, OrderInput } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import type { Operation } from './operations.ts'
import type { StoredCustomer, StoredOrder } from './tables.ts'

const FIND_NATIVE = `select native_id from external_ref
  where connection = ? and kind = ? and hub_id = ? and not deleted order by seen_at limit 1`

/** The ERP's own id of a golden record, read from the database, because a cache may not know it yet; or null. */
export async function nativeOf(hub: Hub, connection: string, kind: Kind, id: string): Promise<Id | null> {
  const [row] = await rows<{ native_id: Id }>(hub.db.em(), FIND_NATIVE, [connection, kind, id])
  return row?.native_id ?? null
}

/** An order in the ERP's own ids, as they are known now. Throws INVALID_CUSTOMER. */
export async function orderInput(hub: Hub, op: Operation, open: OpenConnection): Promise<OrderInput> {
  const stored = op.input as StoredOrder
  const customer = await nativeOf(hub, open.id, 'customer', stored.customer)
  if (!customer) {
    const details = { connection: open.id, field: 'customer' }
    throw new ErpError('INVALID_CUSTOMER', `${open.id} does not know the customer.`, details)
  }
  const skus = stored.lines.map((line) => line.sku)
  const known = await hub.catalogue.bySku(op.tenant, skus)
  const lines = stored.lines.map((line, index) => ({
    ...line,
    item: known[index]?.natives[open.id] ?? line.item,
  }))
  return { ...stored, customer, lines }
}

/** What a customer operation writes: everything on CREATE, the given fields on UPDATE. */
export function customerInput(op: Operation): CustomerInput {
  const { customer: _hub, ...input } = op.input as StoredCustomer
  return input
}

/** The record that an operation changes or cancels, by the ERP's own id; null where it never arrived. */
export async function targetOf(hub: Hub, op: Operation): Promise<Id | null> {
  if (op.externalId) return op.externalId
  if (op.object === 'CUSTOMER')
    return op.customer ? nativeOf(hub, op.connection, 'customer', op.customer) : null
  const sql = 'select native_id from sales_order where id = ?'
  const [row] = await rows<{ native_id: Id | null }>(hub.db.em(), sql, [op.salesOrder])
  return row?.native_id ?? null
}

/** The kind of record that an object is. */
export function kindOf(object: Operation['object']): 'order' | 'customer' {
  return object === 'ORDER' ? 'order' : 'customer'
}
