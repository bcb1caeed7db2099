import { ErpError } from '../../schema/errors.ts'
import type { Caller } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import { firstAnswer } from './accept.ts'
import { sees } from './visible.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import { insertOperation, refuseDependents } from './operations.ts'
import { type Accepted, Refused, acceptOnce, keyed } from './request.ts'
import type { OperationStatus } from './tables.ts'

interface OrderRow {
  id: string
  connection: string
  customer: string | null
  reference: string | null
  nativeId: string | null
  /** Whether it is older than the last switch to another company. */
  isFormer: boolean | null
  number: string | null
  operation: string | null
}

/** The push of the order, locked. */
interface PushRow {
  id: string
  status: OperationStatus
  isSent: boolean
  wasSent: boolean
  sentAgoMs: number | null
  externalId: string | null
}

const FIND_ORDER = `select id, connection, customer, reference, native_id as "nativeId", number, operation,
  created_at < (select switched_at from connection c where c.id = sales_order.connection) as "isFormer"
  from sales_order where tenant = ? and id = ?`

const LOCK_PUSH = `select id, status, sent_at is not null as "isSent", first_sent_at is not null as "wasSent",
  external_id as "externalId", (extract(epoch from now() - sent_at) * 1000)::float8 as "sentAgoMs"
  from operation where id = ? for update`

/**
 * Accepts the cancellation of an order. A push that has not sent anything is cancelled itself and never sends;
 * otherwise the ERP is asked to cancel. Throws Refused, with the manual step where the ERP cannot.
 */
export async function acceptCancel(
  hub: Hub,
  caller: Caller,
  order: string,
  reason: string | null,
  key: string,
): Promise<Accepted> {
  const request = keyed('cancelOrder', { order, reason }, key)
  const first = await firstAnswer(hub, caller, request)
  if (first) return first
  const [row] = await rows<OrderRow>(hub.db.em(), FIND_ORDER, [caller.tenant, order])
  if (!row || !sees(caller, row)) throw refusal('NOT_FOUND', 'There is no such order.')
  const open = hub.directory.find(caller.tenant, row.connection)
  return acceptOnce(hub, caller, request, async (em) => {
    const [push] = row.operation ? await rows<PushRow>(em, LOCK_PUSH, [row.operation]) : []
    const accepts = { order: row.id, customer: row.customer }
    if (push && !push.wasSent && isOpen(push)) return { ...accepts, operations: await stop(em, push, row) }
    if (row.isFormer && !row.nativeId) throw former(row)
    const undo = open?.erp.order?.undo && open
    if (!undo) throw cannot(open, row)
    return { ...accepts, operations: await undoLater(em, caller, { row, push, reason, open: undo, hub }) }
  })
}

/** Its id may be another document in the company to which the connection leads now. */
function former({ connection }: OrderRow): Refused {
  const told = `The order is in the company to which ${connection} led before it was switched. Cancel it there by hand.`
  return refusal('NOT_SUPPORTED', told, connection)
}

/** Not final, so that it could still send by itself or after a retry by hand. */
function isOpen({ status }: PushRow): boolean {
  return ['ACCEPTED', 'WAITING', 'RUNNING', 'DEAD', 'REFUSED'].includes(status)
}

function refusal(code: 'NOT_FOUND' | 'NOT_SUPPORTED', message: string, connection?: string): Refused {
  return new Refused([new ErpError(code, message, { field: 'order', connection })])
}

function cannot(open: OpenConnection | null, { connection }: OrderRow): Refused {
  const name = open?.connector.name ?? connection
  const manual = open?.connector.manual?.cancelOrder ?? `Cancel the order in ${name} by hand.`
  return refusal('NOT_SUPPORTED', `${name} cannot cancel an order from outside. ${manual}`, connection)
}

const STOP = `
with stopped as (
  update operation set status = 'CANCELLED', outcome = 'WARNING', problem = null, fence = fence + 1, worker = null,
    lease_until = null, finished_at = now() where id = ? returning *)
insert into event (tenant, connection, operation, object, status, outcome)
select tenant, connection, id, object, status, outcome from stopped`

/** A worker that is about to send is refused by the fence: it writes down that it sends before it does. */
async function stop(em: Manager, push: PushRow, row: OrderRow): Promise<string[]> {
  await em.execute(STOP, [push.id])
  await refuseDependents(em, push.id)
  await em.execute("update sales_order set state = 'CANCELLED', updated_at = now() where id = ?", [row.id])
  return [push.id]
}

interface Undo {
  hub: Hub
  row: OrderRow
  push: PushRow | undefined
  reason: string | null
  open: OpenConnection
}

/** An operation that undoes it; it waits behind a push that is under way, and until a lost one can be found. */
async function undoLater(
  em: Manager,
  caller: Caller,
  { hub, row, push, reason, open }: Undo,
): Promise<string[]> {
  const write = open.erp.order
  const quietMs = (hub.settings.maxPushMs ?? write?.maxPushMs ?? 0) + (write?.findLagMs ?? 0)
  const waits = push && push.status !== 'RUNNING' && isOpen(push) && write?.find
  if (waits) await em.execute(STOP, [push.id])
  const id = newId('op')
  await insertOperation(em, {
    id,
    tenant: caller.tenant,
    connection: row.connection,
    object: 'ORDER',
    action: 'CANCEL',
    reference: row.reference ?? id,
    input: { order: row.id, reason },
    salesOrder: row.id,
    customer: row.customer,
    dependsOn: null,
    externalId: row.nativeId ?? push?.externalId,
    externalNumber: row.number,
    requestedBy: caller.name,
    pauseMs: waits ? Math.max(0, quietMs - Number(push.sentAgoMs ?? 0)) : 0,
  })
  return waits ? [id, push.id] : [id]
}
