import { ErpError } from '../../schema/errors.ts'
import type { CustomerInput, Id, InvoiceInput, Kind, OrderInput, PaymentInput } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import { ownCustomer, ownOrder } from './mapping/outward.ts'
import { ID_NOW } from './match/alias.ts'
import type { Operation } from './operations.ts'
import type { StoredCustomer, StoredInvoice, StoredOrder, StoredPayment } from './tables.ts'

const FIND_NATIVE = `select native_id from external_ref
  where connection = ? and kind = ? and hub_id = ${ID_NOW} and not deleted order by linked_at, native_id limit 1`

/** The ERP's own id of a golden record, read from the database, because a cache may not know it yet; or null. */
export async function nativeOf(hub: Hub, connection: string, kind: Kind, id: string): Promise<Id | null> {
  const [row] = await rows<{ native_id: Id }>(hub.db.em(), FIND_NATIVE, [connection, kind, id, id])
  return row?.native_id ?? null
}

/** What is to be written: an operation, or what would become one. */
type Draft = Pick<Operation, 'tenant' | 'input'>

/** The ERP's own id of the buyer. Throws INVALID_CUSTOMER. */
async function buyerOf(hub: Hub, open: OpenConnection, customer: string): Promise<Id> {
  const native = await nativeOf(hub, open.id, 'customer', customer)
  if (native) return native
  const details = { connection: open.id, field: 'customer' }
  throw new ErpError('INVALID_CUSTOMER', `${open.id} does not know the customer.`, details)
}

/** Lines with the items' own ids in the ERP, as they are known now. */
async function linesOf<T extends { sku: string; item: Id | null }>(
  hub: Hub,
  op: Draft,
  open: OpenConnection,
  lines: T[],
): Promise<T[]> {
  const skus = lines.map((line) => line.sku)
  const known = await hub.catalogue.bySku(op.tenant, skus)
  return lines.map((line, index) => ({ ...line, item: known[index]?.natives[open.id] ?? line.item }))
}

/** An order in the ERP's own ids, as they are known now. Throws INVALID_CUSTOMER. */
export async function orderInput(hub: Hub, op: Draft, open: OpenConnection): Promise<OrderInput> {
  const stored = op.input as StoredOrder
  const customer = await buyerOf(hub, open, stored.customer)
  const native = { ...stored, customer, lines: await linesOf(hub, op, open, stored.lines) }
  return ownOrder(hub, open, native)
}

const NATIVE_ORDER = 'select native_id as id from sales_order where tenant = ? and id = ? and connection = ?'

/** An invoice in the ERP's own ids. An order of another ERP cannot be named in it. Throws INVALID_CUSTOMER. */
export async function invoiceInput(hub: Hub, op: Draft, open: OpenConnection): Promise<InvoiceInput> {
  const stored = op.input as StoredInvoice
  const customer = await buyerOf(hub, open, stored.customer)
  const values = [op.tenant, stored.order, open.id]
  const [order] = stored.order ? await rows<{ id: Id | null }>(hub.db.em(), NATIVE_ORDER, values) : []
  return { ...stored, customer, order: order?.id ?? null, lines: await linesOf(hub, op, open, stored.lines) }
}

const NATIVE_INVOICES = `select id, native_id as native from invoice where tenant = ? and connection = ?
  and id in (select jsonb_array_elements_text(?::jsonb))`

/** A payment in the ERP's own ids. Throws INVALID_CUSTOMER, and NOT_FOUND for an invoice that the ERP does not have. */
export async function paymentInput(hub: Hub, op: Draft, open: OpenConnection): Promise<PaymentInput> {
  const stored = op.input as StoredPayment
  const customer = await buyerOf(hub, open, stored.customer)
  const wanted = JSON.stringify(stored.allocations.map(({ invoice }) => invoice))
  const values = [op.tenant, open.id, wanted]
  const found = await rows<{ id: string; native: Id | null }>(hub.db.em(), NATIVE_INVOICES, values)
  const allocations = stored.allocations.map(({ invoice, amount }, index) => {
    const native = found.find(({ id }) => id === invoice)?.native
    const details = { connection: open.id, field: `allocations.${index}.invoice` }
    if (!native) throw new ErpError('NOT_FOUND', `${open.id} does not have the invoice.`, details)
    return { invoice: native, amount }
  })
  return { ...stored, customer, allocations }
}

/**
 * What a customer operation writes, as the mappings of now say: everything on CREATE, the given fields on UPDATE.
 * Throws MAPPING_MISSING and VALIDATION with the field that cannot be mapped.
 */
export function customerInput(hub: Hub, op: Operation, open: OpenConnection): Promise<CustomerInput> {
  const { customer, isNative, ...input } = op.input as StoredCustomer
  if (isNative) return Promise.resolve(input)
  return ownCustomer(hub, open, input, { isNew: op.action === 'CREATE', customer })
}

/** The record that an operation changes or cancels, by the ERP's own id; null where it never arrived. */
export async function targetOf(hub: Hub, op: Operation): Promise<Id | null> {
  if (op.externalId) return op.externalId
  if (op.object === 'CUSTOMER')
    return op.customer ? nativeOf(hub, op.connection, 'customer', op.customer) : null
  const [table, id] = TARGETS[op.object]?.(op) ?? []
  if (!table || !id) return null
  const sql = `select native_id from ${table} where id = ?`
  const [row] = await rows<{ native_id: Id | null }>(hub.db.em(), sql, [id])
  return row?.native_id ?? null
}

/** The table in which the golden record of a document stands, and its id. */
const TARGETS: Partial<Record<Operation['object'], (op: Operation) => [string, string | null | undefined]>> =
  {
    ORDER: (op) => ['sales_order', op.salesOrder],
    INVOICE: (op) => ['invoice', op.subject],
    PAYMENT: (op) => ['payment', op.subject],
  }
