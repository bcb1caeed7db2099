import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import { LOW_STOCK_BELOW } from '../../availability.ts'
import { type Caller, SCOPES, type Scope, type StockView, reachesAny } from '../../caller.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import type { CreateKeyInput } from './types.ts'

/** What a key may do and see. */
export interface Grant {
  scopes: Scope[]
  connections: string[] | null
  customer: string | null
  stock: StockView
}

/** Whether a key gives no more than its maker has, who is an admin. A threshold of its own would let it count. */
export function isWithin(maker: Caller, { connections, customer, stock }: Omit<Grant, 'scopes'>): boolean {
  const mine = maker.connections
  if (mine && !connections?.every((id) => mine.includes(id))) return false
  if (maker.customer && maker.customer.id !== customer) return false
  if (maker.stock?.as !== 'LEVELS') return true
  return stock.as === 'LEVELS' && new Big(stock.lowBelow).eq(maker.stock.lowBelow)
}

/** What an input asks for, filled up with what its maker has. Throws VALIDATION or FORBIDDEN naming the field. */
export async function grantOf(hub: Hub, maker: Caller, input: CreateKeyInput): Promise<Grant> {
  const scopes = [...new Set(input.scopes)].map(scopeOf)
  if (scopes.length === 0) throw wrong('scopes', 'A key needs at least one scope.')
  const connections = input.connections ? [...new Set(input.connections)] : maker.connections
  const customer = input.customer ?? maker.customer?.id ?? null
  await checkConnections(hub, maker, input.connections ?? [])
  if (input.connections?.length === 0) throw wrong('connections', 'A key needs at least one connection.')
  if (input.customer) await checkCustomer(hub, maker, input.customer)
  const lowBelow = input.lowStockBelow ?? maker.stock?.lowBelow ?? LOW_STOCK_BELOW
  if (new Big(lowBelow).lt(0)) throw wrong('lowStockBelow', 'The threshold must not be negative.')
  const grant = {
    ...{ scopes, connections, customer },
    stock: { as: input.stockAs ?? maker.stock?.as ?? ('EXACT' as const), lowBelow },
  }
  if (isWithin(maker, grant)) return grant
  throw new ErpError('FORBIDDEN', 'A key cannot give more than the key that makes it has.', {
    field: maker.customer && customer !== maker.customer.id ? 'customer' : 'stockAs',
  })
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((one) => one === text)
  if (scope) return scope
  throw wrong('scopes', `There is no scope ${text.slice(0, 40)}; there are ${SCOPES.join(', ')}.`)
}

/** A connection that the maker cannot reach looks like one that is not there. */
async function checkConnections(hub: Hub, maker: Caller, asked: string[]): Promise<void> {
  const sql = 'select id from connection where tenant = ?'
  const found = await rows<{ id: string }>(hub.db.em(), sql, [maker.tenant])
  const known = new Set(found.map(({ id }) => id).filter((id) => maker.connections?.includes(id) ?? true))
  const unknown = asked.find((id) => !known.has(id))
  if (unknown) throw wrong('connections', `There is no connection ${unknown.slice(0, 60)}.`)
}

async function checkCustomer(hub: Hub, maker: Caller, id: string): Promise<void> {
  const [known] = await hub.catalogue.customers(maker.tenant, [id])
  if (!known || !reachesAny(maker, known.natives)) throw wrong('customer', 'There is no such customer.')
}

function wrong(field: string, why: string): ErpError {
  return new ErpError('VALIDATION', why, { field })
}
