import { ErpError } from '../schema/errors.ts'

/** What a key may do. `admin` implies all. */
export const SCOPES = [
  'read:stock',
  'read:price',
  'read:customer',
  'read:order',
  'write:order',
  'write:customer',
  'write:invoice',
  'read:sync',
  'admin',
] as const
/** One right of a key. */
export type Scope = (typeof SCOPES)[number]

/** Whether a key sees quantities of stock, or only whether there is enough. */
export const STOCK_VIEWS = ['EXACT', 'LEVELS'] as const

/** How a key sees stock: LEVELS shows no quantity. Below `lowBelow`, a decimal in the ERP's unit, stock is low. */
export interface StockView {
  as: (typeof STOCK_VIEWS)[number]
  lowBelow: string
}

/** On whose behalf a request runs. It travels from the gateway to every subgraph. */
export interface Caller {
  tenant: string
  /** The key's name, for the audit; "anonymous" in the loopback demo. */
  name: string
  scopes: Scope[]
  /** Only these connections; null for all. */
  connections: string[] | null
  /** Only this customer's prices and records: the hub's id, and the ERP's own id per connection, or all of them. */
  customer: { id: string; natives: Record<string, string>; every?: Record<string, string[]> } | null
  /** Exact quantities and the usual threshold when left out. */
  stock?: StockView
}

/** Whether the caller has a right. */
export function may(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope) || caller.scopes.includes('admin')
}

/** Throws FORBIDDEN naming the missing right. */
export function demand(caller: Caller, scope: Scope): void {
  if (!may(caller, scope)) throw new ErpError('FORBIDDEN', `The key lacks the scope ${scope}.`)
}

/** Whether the caller may touch a connection at all. */
export function reaches(caller: Caller, connection: string): boolean {
  return caller.connections === null || caller.connections.includes(connection)
}

/** Whether a golden record is known where the caller may look; one that no connection knows yet counts. */
export function reachesAny(caller: Caller, natives: Record<string, string>): boolean {
  if (caller.connections === null) return true
  const known = Object.keys(natives)
  return known.length === 0 || known.some((connection) => reaches(caller, connection))
}
