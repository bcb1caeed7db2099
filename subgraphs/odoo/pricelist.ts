import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { shaped } from '../shape.ts'
import { id, isId, namesOf, one } from './shapes.ts'
import type { Odoo, Pricelist } from './setup.ts'

const partner = z.object({ id, property_product_pricelist: one })

/** How long the price list of a customer is believed, in milliseconds. */
const BRIEFLY_MS = 60_000
const MAX_CUSTOMERS = 10_000

/** Which price list a customer has, per database: kept briefly, because every price needs it first. */
const remembered = new WeakMap<Odoo['setup'], LRUCache<string, { list: Pricelist | null }>>()

/**
 * The price lists of customers; null for "list prices", absent for a customer that Odoo does not know. With the
 * price list feature off, as in a fresh database, every customer has none.
 */
export async function ownPricelist(odoo: Odoo, customers: string[]): Promise<Map<string, Pricelist | null>> {
  const cache = remembered.get(odoo.setup) ?? new LRUCache({ max: MAX_CUSTOMERS, ttl: BRIEFLY_MS })
  remembered.set(odoo.setup, cache)
  const asked = [...new Set(customers.filter(isId))]
  const lists = new Map<string, Pricelist | null>()
  const missing: string[] = []
  for (const customer of asked) {
    const known = cache.get(customer)
    if (known) lists.set(customer, known.list)
    else missing.push(customer)
  }
  if (missing.length === 0) return lists
  const domain = [['id', 'in', missing.map(Number)]]
  const rows = await odoo.rows('res.partner', namesOf(partner), domain)
  for (const row of rows) {
    const native = shaped(partner, row, 'res.partner')
    const mine = native.property_product_pricelist?.id
    const find = (all: Pricelist[]) => all.find((list) => list.id === mine)
    const list = mine ? ((await odoo.setup.pricelists.find(find)) ?? null) : null
    cache.set(native.id, { list })
    lists.set(native.id, list)
  }
  return lists
}

/** The customer's own list, or the operator's list for a currency that the customer's own does not have. */
export async function pricelistFor(
  { config, setup }: Odoo,
  own: Pricelist | null,
  currency: string | null | undefined,
): Promise<Pricelist | null> {
  const ownCurrency = own?.currency ?? (await setup.company.get()).currency
  const name = currency && currency !== ownCurrency ? config.pricelists[currency] : undefined
  if (!name) return own
  const find = (all: Pricelist[]) => all.find((list) => list.name === name && list.currency === currency)
  return (await setup.pricelists.find(find)) ?? own
}
