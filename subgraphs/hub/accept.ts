import { ErpError } from '../../schema/errors.ts'
import type { Caller } from '../caller.ts'
import { type Manager, rows } from './database.ts'
import { type OrderDraft, draftOrder } from './draft.ts'
import type { Hub } from './hub.ts'
import { newId } from './identity.ts'
import type { PushOrderInput } from './inputs.ts'
import { insertOperation } from './operations.ts'
import { type Accepted, type Keyed, Refused, acceptOnce, answerOf, keyed, referenceOf } from './request.ts'
import type { StoredCustomer } from './tables.ts'
import type { KnownCustomer } from './catalogue.ts'
import { type Seen, sees } from './visible.ts'

/**
 * Accepts an order: from its commit on it is never lost, and pushed once. The same key and body get the first
 * answer for ever. Throws Refused with all problems, IDEMPOTENCY_MISMATCH for a key of another request.
 */
export async function acceptOrder(
  hub: Hub,
  caller: Caller,
  input: PushOrderInput,
  key: string,
): Promise<Accepted> {
  const request = keyed('pushOrder', input, key)
  const first = await firstAnswer(hub, caller, request)
  if (first) return first
  const draft = await draftOrder(hub, caller, input)
  return acceptOnce(hub, caller, request, (em) => writeOrder(hub, em, caller, request, draft, input))
}

/** What the key led to before; a caller who may not see it learns only that the key is used. */
export async function firstAnswer(hub: Hub, caller: Caller, request: Keyed): Promise<Accepted | null> {
  const em = hub.db.em()
  const first = await answerOf(em, caller.tenant, request)
  if (!first) return null
  const sql = `select connection, customer from operation
    where id in (select jsonb_array_elements_text(?::jsonb))`
  const found = await rows<Seen>(em, sql, [JSON.stringify(first.operations)])
  if (found.every((row) => sees(caller, row))) return first
  throw new ErpError('IDEMPOTENCY_MISMATCH', 'This idempotency key was used for another request.', {
    field: 'idempotencyKey',
  })
}

async function writeOrder(
  hub: Hub,
  em: Manager,
  caller: Caller,
  request: Keyed,
  { open, customer, isNewThere, stored, warnings }: OrderDraft,
  input: PushOrderInput,
): Promise<Accepted> {
  const { tenant } = caller
  const [id, order, reference] = [newId('op'), newId('ord'), referenceOf(hub, tenant, request)]
  await em.execute(
    `insert into sales_order (id, tenant, connection, reference, customer, quote, operation)
      values (?, ?, ?, ?, ?, ?, ?)`,
    [order, tenant, open.id, reference, customer.row.id, input.quote ?? null, id],
  )
  if (input.quote) await takeQuote(em, tenant, input.quote, order)
  const link = { tenant, connection: open.id, customer: customer.row.id, requestedBy: caller.name }
  const missing = { ...link, id: newId('op'), reference: referenceOf(hub, tenant, request, 'customer') }
  const dependsOn = isNewThere ? await missingCustomer(em, missing, customer) : null
  const what = { object: 'ORDER', action: 'CREATE', input: stored, salesOrder: order } as const
  await insertOperation(em, { ...link, ...what, id, reference, dependsOn, warnings })
  return { operations: dependsOn === missing.id ? [id, dependsOn] : [id], order, customer: customer.row.id }
}

/** A quote becomes one order, whoever asks at the same moment. */
async function takeQuote(em: Manager, tenant: string, quote: string, order: string): Promise<void> {
  const sql =
    'update quote set sales_order = ? where tenant = ? and id = ? and sales_order is null returning id'
  if ((await rows(em, sql, [order, tenant, quote])).length > 0) return
  throw new Refused([new ErpError('DUPLICATE_ORDER', 'The quote already is an order.', { field: 'quote' })])
}

const UNDER_WAY = `select id from operation where connection = ? and object = 'CUSTOMER' and action = 'CREATE'
  and customer = ? and status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN') limit 1`

interface Missing {
  id: string
  tenant: string
  connection: string
  customer: string
  reference: string
  requestedBy: string
  cause?: string
}

/** Creates a golden customer in an ERP that does not know it; null when it is there by now. */
export async function createMissing(
  hub: Hub,
  caller: Caller,
  connection: string,
  customer: string,
  cause: string,
): Promise<string | null> {
  const { tenant, name: requestedBy } = caller
  const [known] = await hub.catalogue.customers(tenant, [customer])
  if (!known) return null
  const request = keyed(
    'createMissing',
    { connection, customer, cause },
    `${connection} ${customer} ${cause}`,
  )
  const reference = referenceOf(hub, tenant, request)
  const op = { id: newId('op'), tenant, connection, customer, requestedBy, cause, reference }
  return hub.db.em().transactional((em) => missingCustomer(em, op, known))
}

/** The operation that creates the customer in the ERP: one that is under way, or a new one; null when it is there. */
async function missingCustomer(em: Manager, op: Missing, { row }: KnownCustomer): Promise<string | null> {
  // Orders of one customer that are accepted at the same moment agree on one creation.
  await em.execute('select id from customer where id = ? for no key update', [op.customer])
  const known = `select native_id from external_ref
    where connection = ? and kind = 'customer' and hub_id = ? and not deleted`
  if ((await rows(em, known, [op.connection, op.customer])).length > 0) return null
  const [other] = await rows<{ id: string }>(em, UNDER_WAY, [op.connection, op.customer])
  if (other) return other.id
  const { name, email, phone, taxId, country, currency, addresses } = row
  // Group and payment terms are words of the ERP they came from; another one would not know them.
  const input: StoredCustomer = {
    customer: op.customer,
    ...{ name, email, phone, taxId, country, currency, addresses },
  }
  await insertOperation(em, {
    ...op,
    object: 'CUSTOMER',
    action: 'CREATE',
    input,
    salesOrder: null,
    dependsOn: null,
  })
  return op.id
}
