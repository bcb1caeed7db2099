import { ErpError } from '../../schema/errors.ts'
import type { Id, Invoice, Kind, Order, Payment, Records, Ref } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { type Call, asCall } from '../http.ts'
import { type Field, namedIn } from './conflict/fields.ts'
import { type Manager, rows } from './database.ts'
import { keepOwn } from './echo.ts'
import type { Hub } from './hub.ts'
import { invoiceFigures, paymentFigures } from './papers.ts'
import { kindOf, readOf } from './kinds.ts'
import type { Operation } from './operations.ts'
import { idNow } from './match/alias.ts'
import { forgetOrphan, lockCustomers } from './twins.ts'

const READ_BACK_MS = 5_000

/** The record as the ERP holds it, for the before and after of the log; null where it cannot be read. */
export async function recordOf(
  open: OpenConnection,
  object: Operation['object'],
  id: Id,
  call: Call,
): Promise<Records[Kind] | null> {
  const read = readOf(open.erp, kindOf(object))
  if (!read) return null
  const timeout = AbortSignal.timeout(READ_BACK_MS)
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout
  const [record] = await asCall({ ...call, signal }, () => read.byId([id])).catch(() => [null])
  return record instanceof ErpError ? null : (record ?? null)
}

const BOOK_REF = `
insert into external_ref (connection, kind, native_id, tenant, hub_id, number) values (?, ?, ?, ?, ?, ?)
on conflict (connection, kind, native_id) do update set hub_id = excluded.hub_id, seen_at = now(), deleted = false,
  number = coalesce(excluded.number, external_ref.number)`

/**
 * Writes down what the ERP has now: whose record it is, its number, its state; inside the caller's transaction.
 * An empty id says that there was nothing to cancel.
 */
export async function bookDone(
  hub: Hub,
  em: Manager,
  op: Operation,
  ref: Ref,
  after: Records[Kind] | null,
): Promise<void> {
  if (!ref.id) {
    const sql = "update sales_order set state = 'CANCELLED', updated_at = now() where id = ?"
    await em.execute(sql, [op.salesOrder])
    return
  }
  const { connection, tenant } = op
  await keepOwn(hub, em, { connection, tenant, kind: kindOf(op.object), id: ref.id }, after, writtenBy(op))
  const number = ref.number ?? (after && 'number' in after ? after.number : null) ?? null
  if (op.object === 'CUSTOMER') {
    if (!op.customer) return
    await lockCustomers(em, op.tenant)
    const customer = await idNow(em, op.customer)
    await forgetOrphan(em, { ...op, customer }, ref.id)
    await em.execute(BOOK_REF, [op.connection, 'customer', ref.id, op.tenant, customer, number])
    return
  }
  if (op.object === 'INVOICE') return bookInvoice(em, op, ref.id, number, after as Invoice | null)
  if (op.object === 'PAYMENT') return bookPayment(em, op, ref.id, number, after as Payment | null)
  if (!op.salesOrder) return
  await em.execute(BOOK_REF, [op.connection, 'order', ref.id, op.tenant, op.salesOrder, number])
  await bookOrder(em, op, ref.id, number, after as Order | null)
}

/** The fields that a change of a customer wrote; null where the whole record is ours now. */
function writtenBy({ object, action, input }: Operation): Field[] | null {
  return object === 'CUSTOMER' && action === 'UPDATE' && !('isNative' in input) ? namedIn(input) : null
}

async function bookOrder(
  em: Manager,
  op: Operation,
  native: Id,
  number: string | null,
  after: Order | null,
): Promise<void> {
  // A poll may have met the new order before its push was booked: the pushed one is the golden record.
  const twin = 'delete from sales_order where connection = ? and native_id = ? and id <> ?'
  await em.execute(twin, [op.connection, native, op.salesOrder])
  const state = after?.state ?? (op.action === 'CANCEL' ? 'CANCELLED' : 'OPEN')
  const sql = `update sales_order set native_id = ?, number = coalesce(?, number), state = ?, updated_at = now()
    where id = ? returning id`
  await rows(em, sql, [native, number, state, op.salesOrder])
}

async function bookInvoice(
  em: Manager,
  op: Operation,
  native: Id,
  number: string | null,
  after: Invoice | null,
): Promise<void> {
  const twin = 'delete from invoice where connection = ? and native_id = ? and id <> ?'
  await em.execute(twin, [op.connection, native, op.subject])
  const state = after?.state ?? (op.action === 'CANCEL' ? 'VOID' : 'OPEN')
  const sql = `update invoice set native_id = ?, number = coalesce(?, number), state = ?, type = coalesce(?, type),
    payment = coalesce(?, payment), due_on = coalesce(?::date, due_on), currency = coalesce(?, currency),
    total = coalesce(?, total), balance = coalesce(?, balance), dunning_level = coalesce(?::int, dunning_level),
    updated_at = now() where id = ? returning id`
  await rows(em, sql, [native, number, state, ...invoiceFigures(after), op.subject])
}

async function bookPayment(
  em: Manager,
  op: Operation,
  native: Id,
  number: string | null,
  after: Payment | null,
): Promise<void> {
  const twin = 'delete from payment where connection = ? and native_id = ? and id <> ?'
  await em.execute(twin, [op.connection, native, op.subject])
  const sql = `update payment set native_id = ?, number = coalesce(?, number), paid_on = coalesce(?::date, paid_on),
    currency = coalesce(?, currency), amount = coalesce(?, amount), allocations = coalesce(?::jsonb, allocations),
    updated_at = now() where id = ? returning id`
  await rows(em, sql, [native, number, ...paymentFigures(after), op.subject])
}

/** Tells every node to forget what it cached of a record, and of who buys what. */
export function told(hub: Hub, connection: string, kind: Kind, op: Operation, id?: Id): void {
  if (id) hub.db.bus.tell('changed', `${connection}\n${kind}\n${id}`)
  if (kind === 'customer') hub.db.bus.tell('catalogue', op.id)
}
