import { createHash } from 'node:crypto'
import { Loaders } from '../../loaders.ts'
import type { Caller } from '../../caller.ts'
import { customerByReference } from '../customer.ts'
import type { EventRow } from '../events.ts'
import type { Hub, HubContext } from '../hub.ts'
import { orderByReference } from '../order.ts'
import { type SyncOperation, toOperation } from '../sync.ts'
import { OperationTable } from '../tables.ts'
import { sees } from '../visible.ts'

/** The event of a message: what happened to which operation. */
export type Happened = Pick<EventRow, 'at' | 'operation' | 'status'> & {
  transaction: string
  sequence: string
}

/** The id of the message that tells a subscription of an event: the same however often it is sent. */
export function messageId(subscription: string, { transaction, sequence }: Happened): string {
  const text = `${subscription}\n${transaction}\n${sequence}`
  return `msg_${createHash('sha256').update(text).digest('base64url').slice(0, 32)}`
}

/** The type of the message that tells of a state of an operation. */
export function typeOf(status: string): string {
  return `sync.operation.${status.toLowerCase()}`
}

/** The body of a message, as the maker of the subscription would see it now; null where it sees nothing. */
export async function bodyOf(hub: Hub, maker: Caller, event: Happened): Promise<string | null> {
  const { tenant } = maker
  const row = await hub.db.em().findOne(OperationTable, { id: event.operation, tenant })
  if (!row || !sees(maker, row)) return null
  const { directory, seal } = hub
  const context = { hub, directory, seal, caller: maker, loaders: new Loaders(), requestId: event.operation }
  const data = await shown(toOperation(row, event.status), context)
  return JSON.stringify({ type: typeOf(event.status), timestamp: event.at, data })
}

async function shown(operation: SyncOperation, context: HubContext): Promise<object> {
  const { orderId, customerId, causeId: _cause, subject: _subject, ...own } = operation
  const [order, customer] = [
    orderId ? await orNull(orderByReference({ id: orderId }, context)) : null,
    customerId ? await orNull(customerByReference({ id: customerId }, context)) : null,
  ]
  return {
    ...own,
    order: order && { id: order.id, number: order.number ?? null, state: order.state ?? null },
    customer: customer && { id: customer.id, name: customer.name },
  }
}

/** What the maker has no right to see is not shown. */
async function orNull<T>(asked: Promise<T | null>): Promise<T | null> {
  return asked.catch(() => null)
}
