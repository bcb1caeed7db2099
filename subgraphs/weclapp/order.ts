import Big from 'big.js'
import { ownBody } from './custom.ts'
import { ErpError } from '../../schema/errors.ts'
import type { Found, OrderInput, Ref, Write } from '../connector.ts'
import type { HttpRequest } from '../http.ts'
import { shaped } from '../shape.ts'
import type { z } from 'zod'
import { isId, mustFit, shown } from './client.ts'
import { headDiscount, orderItems, placeOf, short, termOf, warehouseOf } from './lines.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { midnightIn } from '../zone.ts'

type Written = z.output<typeof shapes.written>
const CONFIRMED = 'ORDER_CONFIRMATION_PRINTED'
const PROJECT = 'activateProjectView'
const ENTERED = 'ORDER_ENTRY_IN_PROGRESS'

function refOf({ id, version, orderNumber }: Written): Ref {
  return { id, number: orderNumber, version }
}

/** The custom attribute that keeps our reference; without it a lost answer could never be cleared up. */
async function attributeOf({ setup, config }: Connection): Promise<string> {
  const definition = await setup.reference()
  if (definition) return definition.id
  throw new ErpError(
    'MAPPING_MISSING',
    `weclapp has no custom attribute "${config.orderReference}"; add one (text, for sales orders), or name another in orderReference.`,
    { field: 'orderReference' },
  )
}

async function buyer({ client }: Connection, customer: string): Promise<shapes.PartyRow> {
  const field = 'customer'
  const { rows: found } = isId(customer) ? await client.among('party', 'id', [customer]) : { rows: [] }
  const [row] = found.map((one) => shaped(shapes.party, one, 'party'))
  mustFit(!row || row.id === customer, 'id')
  if (!row?.customer)
    throw new ErpError('INVALID_CUSTOMER', `weclapp has no customer "${customer}".`, { field })
  if (row.customerBlocked)
    throw new ErpError('INVALID_CUSTOMER', `The customer "${customer}" is blocked in weclapp.`, { field })
  return row
}

async function orderBody(connection: Connection, input: OrderInput, ref: string): Promise<object> {
  const { setup, config } = connection
  const attribute = await attributeOf(connection)
  const party = await buyer(connection, input.customer)
  const items = await orderItems(connection, input.lines, input.currency ?? null)
  const currency = input.currency ? await setup.currency(input.currency) : null
  if (currency === undefined)
    throw new ErpError('MAPPING_MISSING', `weclapp has no currency "${input.currency}".`, {
      field: 'currency',
    })
  const warehouse = await warehouseOf(connection, input.lines)
  const day = (text: string, field: string) => midnightIn(config.timeZone, text, field)
  const { orderedOn, requestedDelivery, purchaseOrderNumber, note, shipTo, paymentTerms } = input
  return {
    customerId: party.id,
    ...(orderedOn ? { orderDate: day(orderedOn, 'orderedOn') } : {}),
    ...(requestedDelivery ? { plannedDeliveryDate: day(requestedDelivery, 'requestedDelivery') } : {}),
    ...(purchaseOrderNumber
      ? { orderNumberAtCustomer: short(purchaseOrderNumber, 64, 'purchaseOrderNumber') }
      : {}),
    ...(currency ? { recordCurrencyId: currency } : {}),
    ...(paymentTerms ? { termOfPaymentId: await termOf(connection, paymentTerms) } : {}),
    ...(warehouse ? { warehouseId: warehouse } : {}),
    ...headDiscount(input.discounts ?? []),
    ...(note ? { note: short(note, 512, 'note') } : {}),
    ...(shipTo ? { deliveryAddress: placeOf(shipTo, party.company ?? '') } : {}),
    orderItems: items,
    customAttributes: [
      ...(await ownBody(connection, 'order', input.customAttributes ?? [])),
      { attributeDefinitionId: attribute, stringValue: ref },
    ],
  }
}

async function requests(connection: Connection, input: OrderInput, ref: string): Promise<HttpRequest[]> {
  const body = await orderBody(connection, input, ref)
  const { client } = connection
  return [
    client.creating('salesOrder', body),
    ...(input.project ? [client.acting('salesOrder', '{{1.id}}', PROJECT)] : []),
    confirming(connection, '{{1.id}}', `{{${input.project ? 2 : 1}.version}}`),
  ]
}

/** A new order is only an entry; its status makes it binding. */
function confirming({ client }: Connection, id: string, version: string): HttpRequest {
  return client.changing('salesOrder', id, { version, status: CONFIRMED })
}

/** The entered order, as a project where that is wanted; one that is a project already is left alone. */
async function projected({ client }: Connection, order: Written, { project }: OrderInput): Promise<Written> {
  if (!project || order.projectModeActive) return order
  const done = await client.act(client.acting('salesOrder', order.id, PROJECT), shapes.written)
  if (done.projectModeActive) return done
  throw new ErpError('CONFLICT', `Order ${order.id} was sent to be a project and is none.`, {
    retryable: false,
  })
}

async function confirm(connection: Connection, id: string, version: string): Promise<Ref> {
  const done = await connection.client.write(confirming(connection, id, version), shapes.written)
  if (done.status !== ENTERED) return refOf(done)
  throw new ErpError('CONFLICT', `Order ${id} was sent to be confirmed and is not.`, { retryable: false })
}

async function read<T extends z.ZodType<{ id: string }>>(
  { client }: Connection,
  id: string,
  form: T,
): Promise<z.output<T>> {
  const { rows: found } = isId(id) ? await client.among('salesOrder', 'id', [id]) : { rows: [] }
  const [row] = found.map((one) => shaped(form, one, 'salesOrder'))
  mustFit(!row || row.id === id, 'id')
  if (row) return row
  throw new ErpError('NOT_FOUND', `weclapp has no order "${id}".`)
}

/** Orders with our reference; the one with the lowest id where there are several. */
async function find(connection: Connection, ref: string): Promise<Found | null> {
  const attribute = (await connection.setup.reference())?.id
  if (!attribute) return null
  const { rows: found } = await connection.client.list('salesOrder', {
    where: [[`customAttribute${attribute}`, 'eq', ref]],
    sort: 'id',
    size: 10,
  })
  const keptIn = ({ customAttributes }: Written) =>
    customAttributes.find((one) => one.attributeDefinitionId === attribute)?.stringValue
  const orders = found.map((row) => shaped(shapes.written, row, 'salesOrder'))
  // One that differs in more than its letters' size was not filtered at all.
  mustFit(
    orders.every((row) => keptIn(row)?.toLowerCase() === ref.toLowerCase()),
    `customAttribute${attribute}`,
  )
  const row = orders.find((one) => keptIn(one) === ref)
  if (!row) return null
  const done = row.status !== ENTERED
  return { ref: refOf(row), step: done ? 2 : 1, done }
}

/** weclapp's action cancels an order, but only closes one of which parts went out: that is no undoing. */
async function undo(connection: Connection, ref: Ref): Promise<void> {
  const { client } = connection
  const row = await read(connection, ref.id, shapes.order)
  if (row.status === 'CANCELLED') return
  const gone = ({ shippedQuantity, invoicedQuantity }: (typeof row.orderItems)[number]) =>
    [shippedQuantity, invoicedQuantity].some((count) => new Big(count ?? 0).gt(0))
  const refused = (what: string) =>
    new ErpError('CONFLICT', `Order ${row.orderNumber ?? ref.id} ${what}.`, { retryable: false })
  if (row.shipped || row.invoiced || row.orderItems.some(gone))
    throw refused('is partly shipped or invoiced and cannot be cancelled')
  await client.act(client.acting('salesOrder', ref.id, 'cancelOrManuallyClose'), shapes.written)
  if ((await read(connection, ref.id, shapes.order)).status !== 'CANCELLED')
    throw refused('was sent to be cancelled and is not')
}

/**
 * Sales orders: entered with our reference, made a project where that is wanted, then confirmed. https://www.weclapp.com/api/ (salesOrder)
 * weclapp queues calls for up to 30 seconds, so a write may still commit when we have stopped waiting.
 */
export function orderWrite(connection: Connection): Write<OrderInput> {
  return {
    projects: true,
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 240_000,
    plan: async (input, ref) => (await requests(connection, input, ref)).map(shown),
    find: (ref) => find(connection, ref),
    async create(input, ref): Promise<Ref> {
      const [enter] = await requests(connection, input, ref)
      if (!enter) throw new ErpError('INTERNAL', 'There is nothing to send.')
      const entered = await connection.client.write(enter, shapes.written)
      const { id, version } = await projected(connection, entered, input)
      return confirm(connection, id, version)
    },
    async resume(found, step, input): Promise<Ref> {
      if (step >= 2) return found
      const entered = await read(connection, found.id, shapes.written)
      const { id, version } = await projected(connection, entered, input)
      return confirm(connection, id, version)
    },
    undo: (ref) => undo(connection, ref),
  }
}
