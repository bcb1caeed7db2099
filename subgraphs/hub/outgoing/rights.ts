import { ErpError } from '../../../schema/errors.ts'
import { type Caller, may } from '../../caller.ts'
import type { EventFilter } from '../events.ts'
import type { Hub } from '../hub.ts'
import { eventFilter } from '../subscriptions.ts'
import type { SyncFilter } from '../sync.ts'

/** With whose rights a subscription reads, as they were when it was made. */
export interface Maker {
  name: string
  scopes: Caller['scopes']
  connections: string[] | null
  customer: string | null
}

/** The rights of a caller, to be kept with what it makes. */
export function makerOf({ name, scopes, connections, customer }: Caller): Maker {
  return { name, scopes, connections, customer: customer?.id ?? null }
}

/** The caller that a maker was. */
export async function callerOf({ catalogue }: Hub, tenant: string, maker: Maker): Promise<Caller> {
  const { customer: id, ...own } = maker
  const [known] = id ? await catalogue.customers(tenant, [id]) : []
  return { tenant, ...own, customer: id ? { id, natives: known?.natives ?? {} } : null }
}

/** What a subscription is told of: what it asks for, within its maker's rights. */
export function scopeOf(tenant: string, maker: Maker, filter: SyncFilter): EventFilter {
  const customer = maker.customer ? { id: maker.customer, natives: {} } : null
  return eventFilter({ tenant, ...maker, customer }, filter)
}

/** Whether a caller may see and change a subscription: it would be told all of it anyway. */
export function seesSubscription(caller: Caller, maker: Maker, filter: SyncFilter): boolean {
  const { connections, customer } = scopeOf(caller.tenant, maker, filter)
  const mine = caller.connections
  if (mine && !connections?.every((id) => mine.includes(id))) return false
  if (caller.customer && caller.customer.id !== customer) return false
  return maker.scopes.every((scope) => may(caller, scope))
}

/** Throws VALIDATION where a filter names a connection that the caller cannot reach, or what only a log has. */
export function checkFilter(caller: Caller, known: string[], filter: SyncFilter): void {
  if (filter.since)
    throw new ErpError('VALIDATION', 'since is of the sync log only.', { field: 'filter.since' })
  const mine = caller.connections
  const unknown = filter.connections?.find((id) => !known.includes(id) || (mine && !mine.includes(id)))
  if (unknown === undefined) return
  const why = `There is no connection ${unknown.slice(0, 60)}.`
  throw new ErpError('VALIDATION', why, { field: 'filter.connections' })
}
