import type { Answered } from '../schema/index.ts'
import { stockSeen } from './availability.ts'
import { type Caller, may, reaches } from './caller.ts'
import type { Connector } from './connector.ts'
import type { OpenConnection } from './connections.ts'
import { type EntityKind, SCOPE_OF } from './entities.ts'
import { type PriceTerms, type StockTerms, parseRecordId } from './ids.ts'
import type { Fresh } from './reader.ts'
import type { LiveKind } from './records.ts'
import type { SubgraphContext } from './subgraph.ts'

type Resolved = Partial<Answered> & { id: string; connection: string }

/** An answer whose ERP part is empty: the caller lacks the right, which is not the ERP's word. */
function forbidden(id: string, connection: string, scope: string): Resolved {
  const problem = {
    code: 'FORBIDDEN' as const,
    message: `The key lacks the scope ${scope}.`,
    resolution: 'Use an API key that has the scope named in the message.',
    connection,
  }
  return { id, connection, status: 'UNAVAILABLE', problem }
}

function envelope(id: string, connection: string, fresh: Fresh<object>): Resolved {
  const { status, asOf, ageMs, problem, value } = fresh
  return { ...value, id, connection, status, asOf, ageMs, problem }
}

/**
 * Resolves a reference of one connector. A reference can be written by hand, so tenant, connection, scope and
 * customer are checked again; a foreign id answers exactly like an unknown one: null.
 */
export async function resolveEntity(
  connector: Connector,
  kind: EntityKind,
  id: string,
  context: SubgraphContext,
): Promise<Resolved | null> {
  const connection = id.slice(0, id.indexOf('/'))
  const open = context.directory.find(context.caller.tenant, connection)
  if (!open || open.connector !== connector || !reaches(context.caller, connection)) return null
  if (!may(context.caller, SCOPE_OF[kind])) return forbidden(id, connection, SCOPE_OF[kind])
  if (kind === 'stock') return stock(open, id, context)
  if (kind === 'price') return price(open, id, context)
  return record(open, kind, id, context)
}

async function stock(
  open: OpenConnection,
  id: string,
  { seal, loaders, caller }: SubgraphContext,
): Promise<Resolved | null> {
  const parts = seal.open<StockTerms>(id)
  if (!parts) return null
  const { item, sku, terms } = parts
  const fresh = await loaders.stock(open, { item, sku, warehouses: terms.warehouses }, terms)
  // The only way on which stock leaves a connector's subgraph: totals and every selection are made of this.
  return envelope(id, open.id, { ...fresh, value: stockSeen(fresh.value, caller.stock) })
}

async function price(
  open: OpenConnection,
  id: string,
  { seal, loaders, caller }: SubgraphContext,
): Promise<Resolved | null> {
  const parts = seal.open<PriceTerms>(id)
  if (!parts || parts.terms.connection !== open.id) return null
  const { item, sku, terms } = parts
  if (caller.customer && terms.buyer !== caller.customer.id) return null
  const { customer, quantity, unit, currency, on } = terms
  return envelope(
    id,
    open.id,
    await loaders.price(open, { item, sku, customer, quantity, unit, currency, on }, terms),
  )
}

async function record(
  open: OpenConnection,
  kind: LiveKind | 'credit',
  id: string,
  context: SubgraphContext,
): Promise<Resolved | null> {
  const parts = parseRecordId(id)
  if (!parts || parts.kind !== kind) return null
  const { caller, loaders } = context
  if (kind === 'credit') {
    if (!owns(caller, open.id, parts.native)) return null
    return envelope(id, open.id, await loaders.credit(open, parts.native))
  }
  const fresh = await loaders.record(open, kind, parts.native)
  const buyer =
    kind === 'customer'
      ? parts.native
      : fresh.value && 'customer' in fresh.value
        ? fresh.value.customer
        : null
  if (kind !== 'item' && !owns(caller, open.id, buyer ?? null)) return null
  return envelope(id, open.id, fresh)
}

function owns(caller: Caller, connection: string, native: string | null): boolean {
  if (caller.customer === null) return true
  const { natives, every } = caller.customer
  return (
    native !== null && (natives[connection] === native || (every?.[connection]?.includes(native) ?? false))
  )
}
