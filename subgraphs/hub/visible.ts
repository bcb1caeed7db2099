import { type Caller, reaches } from '../caller.ts'
import { customerIdNow } from './customer.ts'
import type { HubContext } from './hub.ts'

/** What decides who may see an operation or a document. */
export interface Seen {
  connection: string
  customer?: string | null
}

/** Whether a caller may see something: that of its connections, and with a key of one customer that customer's. */
export function sees(caller: Caller, { connection, customer }: Seen): boolean {
  return reaches(caller, connection) && (!caller.customer || caller.customer.id === customer)
}

/** What documents can be asked for by. */
export interface Asked {
  connection?: string | null
  customer?: string | null
  number?: string | null
  state?: string | null
}

/** One condition of a query for documents; all of them must hold. */
export interface Condition {
  tenant?: string
  connection?: string | { $in: string[] }
  customer?: string
  number?: string
  state?: string
}

/** What a query for documents must keep to: what the caller may see, and of that what is asked for. */
export async function conditionsOf({ hub, caller }: HubContext, asked: Asked | null): Promise<Condition[]> {
  const { tenant } = caller
  const all: Condition[] = [{ tenant }]
  if (caller.connections) all.push({ connection: { $in: caller.connections } })
  if (caller.customer) all.push({ customer: caller.customer.id })
  const { connection, customer, number, state } = asked ?? {}
  if (connection) all.push({ connection })
  if (number) all.push({ number })
  if (state) all.push({ state })
  if (customer) all.push({ customer: await customerIdNow(hub, tenant, customer) })
  return all
}
