import { LRUCache } from 'lru-cache'
import type { Id } from '../records.ts'
import { type Database, rows } from './database.ts'
import { CustomerTable, ProductTable, ReferenceTable } from './tables.ts'
import type { InferEntity } from '@mikro-orm/core'

/** A golden record with the ERPs' own ids, by connection: the first, and all where an ERP has it several times. */
export interface Known<T> {
  row: T
  natives: Record<string, Id>
  every: Record<string, Id[]>
}
/** A product with where it is known. */
export type KnownProduct = Known<InferEntity<typeof ProductTable>>
/** A customer with where it is known. */
export type KnownCustomer = Known<InferEntity<typeof CustomerTable>>

const ALIASES = `select id, customer from customer_alias where tenant = ?
  and id in (select jsonb_array_elements_text(?::jsonb))`

function known(every: Record<string, Id[]> = {}): Omit<Known<never>, 'row'> {
  const natives: Record<string, Id> = {}
  for (const [connection, [first]] of Object.entries(every)) if (first) natives[connection] = first
  return { natives, every }
}

const MAX = 50_000
const TTL_MS = 60_000

/**
 * The identity map in memory: products by SKU and id, customers by id. Filled on demand, emptied over the bus
 * when the import changes something, so a look-up on the read path costs no query.
 */
export class Catalogue {
  readonly #db: Database
  readonly #products = new LRUCache<string, KnownProduct>({ max: MAX, ttl: TTL_MS })
  readonly #customers = new LRUCache<string, KnownCustomer>({ max: MAX, ttl: TTL_MS })
  readonly #stop: () => void

  constructor(db: Database) {
    this.#db = db
    this.#stop = db.bus.on('catalogue', () => this.clear())
  }

  /** Products by SKU, in the same order; null where there is none. */
  async bySku(tenant: string, skus: string[]): Promise<(KnownProduct | null)[]> {
    const missing = [...new Set(skus)].filter((sku) => !this.#products.has(`${tenant}\n${sku}`))
    if (missing.length > 0) {
      const found = await this.#db.em().find(ProductTable, { tenant, sku: { $in: missing } })
      await this.#keepProducts(found)
    }
    return skus.map((sku) => this.#products.get(`${tenant}\n${sku}`) ?? null)
  }

  /** Products by the hub's id. */
  async byId(tenant: string, ids: string[]): Promise<(KnownProduct | null)[]> {
    const found = await this.#db.em().find(ProductTable, { tenant, id: { $in: ids } })
    const known = new Map((await this.#keepProducts(found)).map((product) => [product.row.id, product]))
    return ids.map((id) => known.get(id) ?? null)
  }

  /** Makes read rows known and gives them with where they are known. */
  async #keepProducts(found: InferEntity<typeof ProductTable>[]): Promise<KnownProduct[]> {
    const natives = await this.#natives(
      'item',
      found.map((row) => row.id),
    )
    return found.map((row) => {
      const product = { row, ...known(natives.get(row.id)) }
      this.#products.set(`${row.tenant}\n${row.sku}`, product)
      return product
    })
  }

  /** A page of product rows, already read, as known products. */
  keep(found: InferEntity<typeof ProductTable>[]): Promise<KnownProduct[]> {
    return this.#keepProducts(found)
  }

  /** Customers by the hub's id or an old id of a merged one, in the same order; null where there is none. */
  async customers(tenant: string, ids: string[]): Promise<(KnownCustomer | null)[]> {
    const missing = [...new Set(ids)].filter((id) => !this.#customers.has(`${tenant}\n${id}`))
    if (missing.length > 0) {
      const aliases = await rows<{ id: string; customer: string }>(this.#db.em(), ALIASES, [
        tenant,
        JSON.stringify(missing),
      ])
      const ids = [...new Set([...missing, ...aliases.map(({ customer }) => customer)])]
      const found = await this.#db.em().find(CustomerTable, { tenant, id: { $in: ids } })
      const natives = await this.#natives(
        'customer',
        found.map((row) => row.id),
      )
      for (const row of found)
        this.#customers.set(`${tenant}\n${row.id}`, { row, ...known(natives.get(row.id)) })
      for (const { id, customer } of aliases) {
        const now = this.#customers.get(`${tenant}\n${customer}`)
        if (now) this.#customers.set(`${tenant}\n${id}`, now)
      }
    }
    return ids.map((id) => this.#customers.get(`${tenant}\n${id}`) ?? null)
  }

  /** The hub's id for an ERP's own record, or null. */
  async hubId(connection: string, kind: string, native: Id): Promise<string | null> {
    const sql = 'select hub_id from external_ref where connection = ? and kind = ? and native_id = ?'
    const [row] = await rows<{ hub_id: string }>(this.#db.em(), sql, [connection, kind, native])
    return row?.hub_id ?? null
  }

  clear(): void {
    // Emptying takes as long as there is room, also where nothing is kept; every write asks for it.
    for (const cache of [this.#products, this.#customers]) if (cache.size > 0) cache.clear()
  }

  close(): void {
    this.#stop()
  }

  async #natives(kind: string, ids: string[]): Promise<Map<string, Record<string, Id[]>>> {
    const byHub = new Map<string, Record<string, Id[]>>()
    if (ids.length === 0) return byHub
    const found = await this.#db
      .em()
      .find(
        ReferenceTable,
        { kind, hubId: { $in: ids }, deleted: false },
        { orderBy: { linkedAt: 'asc', nativeId: 'asc' } },
      )
    for (const ref of found) {
      const natives = byHub.get(ref.hubId) ?? {}
      ;(natives[ref.connection] ??= []).push(ref.nativeId)
      byHub.set(ref.hubId, natives)
    }
    return byHub
  }
}
