import Big from 'big.js'
import { z } from 'zod'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { unitOf, unpadded } from './map.ts'
import { decimal, key, many, text } from './shapes.ts'

const material = z.object({
  Material: key,
  MaterialBaseUnit: text,
  to_MatlStkInAcctMod: many(
    z.object({
      Plant: key,
      StorageLocation: z.string(),
      InventoryStockType: z.string(),
      InventorySpecialStockType: z.string(),
      MatlWrhsStkQtyInMatlBaseUnit: decimal,
    }),
  ),
})
const known = z.object({ Product: key, BaseUnit: text })
/** Stock that anybody may be sold: neither in inspection nor blocked, returned or in transfer. */
const UNRESTRICTED = '01'
const MAX_LENGTH = 40

type Material = z.output<typeof material>

function reading(
  unit: string | null,
  rows: Material['to_MatlStkInAcctMod'],
  ask: StockAsk,
  client: Client,
): StockReading {
  const places = new Map<string, Big>()
  for (const row of rows) {
    if (row.InventoryStockType !== UNRESTRICTED || row.InventorySpecialStockType !== '') continue
    const place = row.StorageLocation ? `${row.Plant}/${row.StorageLocation}` : row.Plant
    if (ask.warehouses && !ask.warehouses.includes(place) && !ask.warehouses.includes(row.Plant)) continue
    places.set(place, (places.get(place) ?? new Big(0)).plus(row.MatlWrhsStkQtyInMatlBaseUnit))
  }
  const levels = [...places].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const total = levels.reduce((sum, [, quantity]) => sum.plus(quantity), new Big(0)).toFixed()
  return {
    available: total,
    onHand: total,
    unit: unitOf(unit, client.config),
    nativeUnit: unit,
    levels: levels.map(([code, quantity]) => ({
      warehouse: { code },
      available: quantity.toFixed(),
      onHand: quantity.toFixed(),
    })),
    source: 'unrestricted-use stock',
  }
}

/**
 * Physical stock by plant and storage location; SAP reserves nothing in it. Rows stand only where stock is, so an
 * item without any is looked up to tell "none" from "unknown": at most two calls.
 */
export async function stock(client: Client, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const ids = [...new Set(asks.map(({ item }) => unpadded(item)))].filter(
    (id) => id && id.length <= MAX_LENGTH,
  )
  if (ids.length === 0) return asks.map(() => null)
  const expand = 'to_MatlStkInAcctMod'
  const rows = await client.rowsOf('API_MATERIAL_STOCK_SRV', 'A_MaterialStock', 'Material', ids, { expand })
  const keyed = z.object({ Material: key })
  const found = new Map(
    rows.map((row) => [
      unpadded(shaped(keyed, row, 'A stock').Material),
      rowOf(() => shaped(material, row, 'A stock')),
    ]),
  )
  const missing = ids.filter((id) => !found.has(id))
  const select = ['Product', 'BaseUnit']
  const others = await client.rowsOf('API_PRODUCT_SRV', 'A_Product', 'Product', missing, { select })
  const empty = new Map(
    others.map((row) => {
      const { Product: id, BaseUnit: unit } = shaped(known, row, 'A product')
      return [unpadded(id), unit]
    }),
  )
  return asks.map((ask): Answer<StockReading> => {
    const id = unpadded(ask.item)
    const native = found.get(id)
    if (native instanceof Error) return native
    if (native) return reading(native.MaterialBaseUnit, native.to_MatlStkInAcctMod, ask, client)
    return empty.has(id) ? reading(empty.get(id) ?? null, [], ask, client) : null
  })
}
