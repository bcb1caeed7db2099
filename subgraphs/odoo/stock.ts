import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { StockLevel } from '../../schema/index.ts'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import { shaped } from '../shape.ts'
import { decimal, flag, id, isId, namesOf, one, text } from './shapes.ts'
import type { Odoo, Row } from './setup.ts'
import { unitCode } from './units.ts'

const product = z.object({
  id,
  type: text,
  is_storable: flag.optional(),
  uom_id: one,
  incoming_qty: decimal,
})
const sums = z.object({ product_id: one, location_id: one, quantity: decimal, reserved: decimal })

/** What lies where, summed by item and warehouse; an error for an item of which some lies in no known place. */
type Heap = Map<string, Map<string, Pile> | ErpError>
interface Pile {
  onHand: Big
  reserved: Big
}
const NOTHING: Pile = { onHand: new Big(0), reserved: new Big(0) }
interface Place {
  id: string
  code: string
  name: string
}

/**
 * Stock of a batch in two calls: quants grouped by product and location, and the products with what is still to
 * come. Quants count only in internal locations; others are customers, suppliers, transit and losses.
 */
export async function stock(odoo: Odoo, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const ids = [...new Set(asks.map((ask) => ask.item).filter(isId))]
  if (ids.length === 0) return asks.map(() => null)
  const places = await Promise.all(asks.map((ask) => placesOf(odoo, ask.warehouses)))
  const [heap, products] = await Promise.all([quants(odoo, ids), incoming(odoo, asks, places)])
  return asks.map((ask, index) => {
    const found = products.get(keyOf(ask.item, places[index] ?? null))
    const wanted = places[index]
    const piles = heap.get(ask.item) ?? new Map<string, Pile>()
    if (!found || !wanted) return null
    return piles instanceof ErpError ? piles : reading(odoo, found, wanted, piles)
  })
}

/** The warehouses of an ask; null when Odoo knows none of those that are asked for. */
async function placesOf({ setup, config }: Odoo, codes: string[] | null): Promise<Place[] | null> {
  if (codes === null) return setup.warehouses.get()
  const native = codes.map((code) => config.warehouses[code] ?? code)
  const all = (known: Place[]) => native.map((code) => known.find((place) => place.code === code))
  const found =
    (await setup.warehouses.find((known) => {
      const places = all(known)
      return places.includes(undefined) ? undefined : places
    })) ?? all(await setup.warehouses.get())
  const known = found.filter((place) => place !== undefined)
  return known.length > 0 ? known : null
}

async function quants(odoo: Odoo, ids: string[]): Promise<Heap> {
  const heap: Heap = new Map()
  const rows = await grouped(odoo, ids)
  const unknown = (locations: Map<string, string | null>) =>
    rows.every((row) => locations.has(row.location_id?.id ?? '')) ? locations : undefined
  const locations = (await odoo.setup.locations.find(unknown)) ?? (await odoo.setup.locations.get())
  for (const { product_id: product, location_id: location, quantity, reserved } of rows) {
    const warehouse = locations.get(location?.id ?? '')
    const item = heap.get(product?.id ?? '') ?? new Map<string, Pile>()
    if (!product || item instanceof ErpError || warehouse === null) continue
    if (warehouse === undefined) {
      const message = `Odoo has stock in ${location?.name ?? 'a place'}, which is none of its locations.`
      heap.set(product.id, new ErpError('BAD_ANSWER', message, { field: 'location_id' }))
      continue
    }
    const before = item.get(warehouse) ?? NOTHING
    item.set(warehouse, {
      onHand: before.onHand.plus(quantity),
      reserved: before.reserved.plus(reserved),
    })
    heap.set(product.id, item)
  }
  return heap
}

async function grouped(odoo: Odoo, ids: string[]): Promise<z.output<typeof sums>[]> {
  const { group } = await odoo.dialect()
  const domain = [
    ['product_id', 'in', ids.map(Number)],
    ['location_id.usage', '=', 'internal'],
  ]
  const groupby = ['product_id', 'location_id']
  const aggregates = ['quantity:sum', 'reserved_quantity:sum']
  const args =
    group === 'formatted_read_group'
      ? { domain, groupby, aggregates }
      : { domain, fields: aggregates, groupby, lazy: false }
  const answer = await odoo.read({ model: 'stock.quant', method: group, args })
  const rows = shaped(z.array(z.record(z.string(), z.unknown())), answer, `stock.quant.${group}`)
  return rows.map((row) =>
    shaped(
      sums,
      {
        ...row,
        quantity: row['quantity:sum'] ?? row.quantity,
        reserved: row['reserved_quantity:sum'] ?? row.reserved_quantity,
      },
      `stock.quant.${group}`,
    ),
  )
}

function keyOf(item: string, places: Place[] | null): string {
  return [item, ...(places ?? []).map((place) => place.id).sort()].join(' ')
}

/** The products with their incoming quantity: one call for each different set of warehouses in the batch. */
async function incoming(odoo: Odoo, asks: StockAsk[], places: (Place[] | null)[]) {
  const { warehouseKey, hasStorable } = await odoo.dialect()
  const fields = namesOf(product).filter((name) => hasStorable || name !== 'is_storable')
  const sets = new Map<string, { places: Place[]; ids: Set<string>; all: boolean }>()
  asks.forEach((ask, index) => {
    const wanted = places[index]
    if (!wanted || !isId(ask.item)) return
    const key = keyOf('', wanted)
    const set = sets.get(key) ?? { places: wanted, ids: new Set(), all: ask.warehouses === null }
    sets.set(key, set)
    set.ids.add(ask.item)
  })
  const found = new Map<string, z.output<typeof product>>()
  await Promise.all(
    [...sets.values()].map(async ({ places: wanted, ids, all }) => {
      const narrowed = { [warehouseKey]: wanted.map((place) => Number(place.id)) }
      const context = all ? undefined : narrowed
      const domain = [['id', 'in', [...ids].map(Number)]]
      const rows: Row[] = await odoo.rows('product.product', fields, domain, { context })
      for (const row of rows) {
        const native = shaped(product, row, 'product.product')
        found.set(keyOf(native.id, wanted), native)
      }
    }),
  )
  return found
}

function reading(
  { config }: Odoo,
  native: z.output<typeof product>,
  places: Place[],
  piles: Map<string, Pile>,
): StockReading {
  const nativeUnit = native.uom_id?.name ?? null
  const unit = nativeUnit && unitCode(nativeUnit, config.units)
  const stocked = native.is_storable ?? native.type === 'product'
  if (!stocked) return { unit, nativeUnit, levels: [], source: 'not-stocked' }
  const levels = places.map((place): StockLevel => {
    const { onHand, reserved } = piles.get(place.id) ?? NOTHING
    return {
      warehouse: { code: place.code, name: place.name },
      onHand: onHand.toFixed(),
      reserved: reserved.toFixed(),
      available: onHand.minus(reserved).toFixed(),
      incoming: places.length === 1 ? native.incoming_qty : null,
    }
  })
  const sum = (field: 'onHand' | 'reserved' | 'available') =>
    levels.reduce((total, level) => total.plus(level[field] ?? 0), new Big(0)).toFixed()
  return {
    available: sum('available'),
    onHand: sum('onHand'),
    reserved: sum('reserved'),
    incoming: native.incoming_qty,
    unit,
    nativeUnit,
    levels,
  }
}
