import Big from 'big.js'
import type { Problem } from '../../../schema/index.ts'
import { type Caller, reaches } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import { firstAnswer } from '../accept.ts'
import type { KnownCustomer } from '../catalogue.ts'
import { seesCustomer } from '../customer.ts'
import { type Manager, rows } from '../database.ts'
import { Complaints } from '../check/complaints.ts'
import { checkInvoiceFor, checkPaymentFor } from '../check/index.ts'
import { checkCurrency, checkItems, checkLines } from '../draft.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { type NewOperation, insertOperation } from '../operations.ts'
import { type Accepted, type Keyed, Refused, acceptOnce, keyed, referenceOf } from '../request.ts'
import type { StoredInvoice, StoredPayment } from '../tables.ts'
import type { PushInvoiceInput, PushPaymentInput } from './inputs.ts'

/** What an operation follows from, where it is not a caller's own wish. */
export interface Following {
  cause?: string | null
  batch?: string | null
}

/**
 * Accepts an invoice: from its commit on it is never lost, and written once. The same key and body get the first
 * answer for ever. Throws Refused with all problems.
 */
export async function acceptInvoice(
  hub: Hub,
  caller: Caller,
  input: PushInvoiceInput,
  key: string,
  following: Following = {},
): Promise<Accepted> {
  const request = keyed('pushInvoice', input, key)
  const first = await firstAnswer(hub, caller, request)
  if (first) return first
  const { customer, stored, warnings } = await draftInvoice(hub, caller, input)
  return acceptOnce(hub, caller, request, async (em) => {
    const ids = idsOf(hub, caller, request, 'inv')
    await em.execute(
      `insert into invoice (id, tenant, connection, reference, operation, customer, sales_order, number, due_on, currency)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?::date, ?)`,
      [
        ...[
          ids.subject,
          caller.tenant,
          input.connection,
          ids.reference,
          ids.id,
          customer,
          input.order ?? null,
        ],
        ...[input.number ?? null, input.dueOn ?? null, input.currency ?? null],
      ],
    )
    const operation = { ...ids, object: 'INVOICE', input: stored, customer, warnings } as const
    return accepted(em, caller, input.connection, operation, following)
  })
}

/** Accepts a payment against invoices, like `acceptInvoice`. */
export async function acceptPayment(
  hub: Hub,
  caller: Caller,
  input: PushPaymentInput,
  key: string,
  following: Following = {},
): Promise<Accepted> {
  const request = keyed('pushPayment', input, key)
  const first = await firstAnswer(hub, caller, request)
  if (first) return first
  const { customer, stored, warnings } = await draftPayment(hub, caller, input)
  return acceptOnce(hub, caller, request, async (em) => {
    const ids = idsOf(hub, caller, request, 'pay')
    const { amount, currency } = input.amount
    await em.execute(
      `insert into payment (id, tenant, connection, reference, operation, customer, paid_on, currency, amount)
        values (?, ?, ?, ?, ?, ?, ?::date, ?, ?)`,
      [
        ...[ids.subject, caller.tenant, input.connection, ids.reference, ids.id, customer],
        ...[input.paidOn, currency, amount],
      ],
    )
    const operation = { ...ids, object: 'PAYMENT', input: stored, customer, warnings } as const
    return accepted(em, caller, input.connection, operation, following)
  })
}

function idsOf(hub: Hub, { tenant }: Caller, request: Keyed, prefix: string) {
  return { id: newId('op'), subject: newId(prefix), reference: referenceOf(hub, tenant, request) }
}

async function accepted(
  em: Manager,
  caller: Caller,
  connection: string,
  operation: Pick<
    NewOperation,
    'id' | 'subject' | 'reference' | 'object' | 'input' | 'customer' | 'warnings'
  >,
  following: Following,
): Promise<Accepted> {
  const { tenant, name: requestedBy } = caller
  const rest = { action: 'CREATE', salesOrder: null, dependsOn: null, ...following } as const
  await insertOperation(em, { ...operation, ...rest, tenant, connection, requestedBy })
  return { operations: [operation.id], order: null, customer: operation.customer }
}

interface Draft<T> {
  customer: string
  stored: T
  warnings: Problem[]
}

/** Resolves an invoice and checks everything about it that is known here. Throws Refused with all problems. */
export async function draftInvoice(
  hub: Hub,
  caller: Caller,
  input: PushInvoiceInput,
): Promise<Draft<StoredInvoice>> {
  const bad = new Complaints()
  const { connection: _connection, lines, type, ...rest } = input
  if (type === 'UNKNOWN') bad.add('VALIDATION', 'A document is an INVOICE or a CREDIT_NOTE.', 'type')
  checkLines(lines, input.currency ?? null, bad, 'asLines')
  checkCurrency(input.currency, 'currency', bad)
  const open = openOf(hub, caller, input.connection, 'invoice', bad)
  const customer = await buyerOf(hub, caller, input.customer, open, bad)
  const products = await hub.catalogue.bySku(
    caller.tenant,
    lines.map(({ sku }) => sku),
  )
  if (open) checkItems(open, lines, products, bad)
  if (input.order) await checkOrder(hub, caller, input, bad)
  if (open) checkInvoiceFor(open, input, bad)
  bad.judge(open?.settings)
  const { errors, warnings } = bad
  if (!open || !customer || errors.length > 0) throw new Refused(errors, [], warnings)
  const known = lines.map((line, index) => ({ ...line, item: products[index]?.natives[open.id] ?? null }))
  const id = customer.row.id
  return {
    customer: id,
    stored: {
      ...rest,
      ...(type === 'CREDIT_NOTE' && { type }),
      customer: id,
      order: input.order ?? null,
      lines: known,
    },
    warnings,
  }
}

/** Resolves a payment and checks everything about it that is known here. Throws Refused with all problems. */
export async function draftPayment(
  hub: Hub,
  caller: Caller,
  input: PushPaymentInput,
): Promise<Draft<StoredPayment>> {
  const bad = new Complaints()
  const { connection: _connection, ...rest } = input
  checkCurrency(input.amount.currency, 'amount.currency', bad)
  if (new Big(input.amount.amount).lte(0)) bad.add('VALIDATION', 'A payment is more than 0.', 'amount.amount')
  const sum = input.allocations.reduce((all, { amount }) => all.plus(amount.amount), new Big(0))
  if (sum.gt(input.amount.amount))
    bad.add('VALIDATION', `The parts are ${sum.toFixed()}, more than the payment.`, 'allocations')
  const open = openOf(hub, caller, input.connection, 'payment', bad)
  const customer = await buyerOf(hub, caller, input.customer, open, bad)
  await checkAllocations(hub, caller, input, bad)
  if (open) checkPaymentFor(open, input, bad)
  bad.judge(open?.settings)
  const { errors, warnings } = bad
  if (!open || !customer || errors.length > 0) throw new Refused(errors, [], warnings)
  return { customer: customer.row.id, stored: { ...rest, customer: customer.row.id }, warnings }
}

function openOf(
  hub: Hub,
  caller: Caller,
  id: string,
  what: 'invoice' | 'payment',
  bad: Complaints,
): OpenConnection | null {
  const open = reaches(caller, id) ? hub.directory.find(caller.tenant, id) : null
  if (!open) bad.add('NOT_FOUND', 'There is no such connection.', 'connection')
  else if (!open.erp[what])
    bad.add('NOT_SUPPORTED', `${open.connector.name} takes no ${what}s.`, 'connection')
  return open?.erp[what] ? open : null
}

async function buyerOf(
  hub: Hub,
  caller: Caller,
  id: string,
  open: OpenConnection | null,
  bad: Complaints,
): Promise<KnownCustomer | null> {
  const [known] = await hub.catalogue.customers(caller.tenant, [id])
  const customer = known && seesCustomer(caller, known) ? known : null
  if (!customer) bad.add('INVALID_CUSTOMER', 'There is no such customer.', 'customer')
  else if (open && !customer.natives[open.id])
    bad.add('INVALID_CUSTOMER', `${open.id} does not know the customer.`, 'customer', { connection: open.id })
  return customer
}

async function checkOrder(
  hub: Hub,
  caller: Caller,
  { order, connection }: PushInvoiceInput,
  bad: Complaints,
): Promise<void> {
  const sql = 'select id from sales_order where tenant = ? and id = ? and connection = ?'
  const found = await rows(hub.db.em(), sql, [caller.tenant, order ?? null, connection])
  if (found.length === 0) bad.add('NOT_FOUND', `${connection} has no such order.`, 'order')
}

async function checkAllocations(
  hub: Hub,
  caller: Caller,
  { allocations, connection, amount }: PushPaymentInput,
  bad: Complaints,
): Promise<void> {
  const sql = `select id from invoice where tenant = ? and connection = ?
    and id in (select jsonb_array_elements_text(?::jsonb))`
  const wanted = JSON.stringify(allocations.map(({ invoice }) => invoice))
  const found = await rows<{ id: string }>(hub.db.em(), sql, [caller.tenant, connection, wanted])
  for (const [index, part] of allocations.entries()) {
    const field = `allocations.${index}`
    if (!found.some(({ id }) => id === part.invoice))
      bad.add('NOT_FOUND', `${connection} has no such invoice.`, `${field}.invoice`)
    if (part.amount.currency !== amount.currency)
      bad.add('VALIDATION', `The payment is in ${amount.currency}.`, `${field}.amount.currency`)
    if (new Big(part.amount.amount).lte(0))
      bad.add('VALIDATION', 'A part is more than 0.', `${field}.amount.amount`)
  }
}
