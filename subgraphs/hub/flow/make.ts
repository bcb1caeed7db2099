import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Id, Invoice, Order, Payment } from '../../records.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import type { PushInvoiceInput, PushPaymentInput } from '../paper/inputs.ts'
import { checkTotal, linesFor } from './lines.ts'
import type { Flow } from './read.ts'

/** A record of the source as the mirror holds it. */
export interface SourceRecord<T> {
  source: OpenConnection
  id: Id
  record: Omit<T, 'id'>
}

/** The invoice in the target of a delivered order or of another system's invoice; a credit note stays one by its sign. */
export async function invoiceFrom(
  hub: Hub,
  flow: Flow,
  target: OpenConnection,
  { source, record }: SourceRecord<Order | Invoice>,
  customer: string,
): Promise<PushInvoiceInput> {
  const currency = record.currency ?? record.total?.currency ?? null
  const lines = await linesFor(hub, flow, record.lines ?? [], currency)
  checkTotal(lines, record.net?.amount ?? null, flow.options.tolerance)
  const isInvoice = 'issuedOn' in record || 'dueOn' in record
  const { issuedOn, dueOn } = record as Partial<Invoice>
  return {
    connection: target.id,
    customer,
    number: isInvoice ? (record.number ?? null) : null,
    issuedOn: issuedOn ?? null,
    dueOn: dueOn ?? null,
    currency,
    note: `${source.id} ${record.number ?? ''}`.trim(),
    lines,
  }
}

const COUNTERPARTS = `
select theirs.native_id as native, ours.id from invoice theirs
left join operation made on made.object = 'INVOICE' and made.direction = 'OUT' and made.subject = theirs.id
left join operation cause on cause.id = made.cause
join invoice ours on ours.connection = ? and (
  (cause.object = 'INVOICE' and cause.connection = ours.connection and cause.external_id = ours.native_id)
  or (cause.object = 'ORDER' and cause.connection = ours.connection and cause.sales_order = ours.sales_order)
  or (made.id is null and ours.number = theirs.number))
where theirs.tenant = ? and theirs.connection = ? and theirs.native_id in (select jsonb_array_elements_text(?::jsonb))`

/**
 * The payment in the target of one that another system got: against the target's own invoices, which are those that
 * a flow made the source's from, or that have the same number. Throws NOT_FOUND while the target has no such invoice.
 */
export async function paymentFrom(
  hub: Hub,
  flow: Flow,
  target: OpenConnection,
  { source, record }: SourceRecord<Payment>,
  customer: string,
): Promise<PushPaymentInput> {
  const parts = (record.allocations ?? []).filter(({ amount }) => amount && !new Big(amount.amount).eq(0))
  const natives = JSON.stringify(parts.map(({ invoice }) => invoice))
  const values = [target.id, flow.tenant, source.id, natives]
  const found = await rows<{ native: Id; id: string }>(hub.db.em(), COUNTERPARTS, values)
  const allocations = parts.flatMap(({ invoice, amount }) => {
    const id = found.find(({ native }) => native === invoice)?.id
    return id && amount ? [{ invoice: id, amount }] : []
  })
  const [first] = allocations
  if (!first) {
    const told = `${target.id} has no invoice that this payment settles.`
    throw new ErpError('NOT_FOUND', told, { connection: target.id, field: 'allocations' })
  }
  const sum = allocations.reduce((all, { amount }) => all.plus(amount.amount), new Big(0)).toFixed()
  return {
    connection: target.id,
    customer,
    amount: { amount: sum, currency: first.amount.currency },
    paidOn: record.paidOn ?? new Date().toISOString().slice(0, 10),
    method: null,
    allocations,
  }
}
