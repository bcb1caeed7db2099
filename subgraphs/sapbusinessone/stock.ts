import Big from 'big.js'
import { z } from 'zod'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { rowsById } from './read.ts'
import { type Settings, type Setup, unitOf } from './setup.ts'
import { code, decimal, text, yes } from './shapes.ts'

const place = z.object({ WarehouseCode: code, InStock: decimal, Committed: decimal, Ordered: decimal })
const item = z.object({
  ItemCode: code,
  InventoryUOM: text,
  InventoryItem: yes,
  ItemWarehouseInfoCollection: z.array(place),
})
const source = { set: 'Items', key: 'ItemCode', entry: false, select: Object.keys(item.shape) }

type Native = z.output<typeof item>

/** Stock per warehouse of all items in one call, in the inventory unit. Available is on hand without what is committed. */
export async function stock(client: Client, setup: Setup, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  if (asks.length === 0) return []
  const rows = await rowsById(
    client,
    source,
    asks.map((ask) => ask.item),
  )
  if (rows.size === 0) return asks.map(() => null)
  const settings = await setup.get()
  return asks.map((ask) => {
    const row = rows.get(ask.item)
    return row === undefined ? null : rowOf(() => readingOf(ask, shaped(item, row, 'An item'), settings))
  })
}

function readingOf({ warehouses }: StockAsk, native: Native, settings: Settings): StockReading {
  const { InventoryUOM: nativeUnit } = native
  const common = { unit: unitOf(nativeUnit, settings), nativeUnit }
  const none = { available: null, onHand: null, reserved: null, incoming: null, levels: [] }
  if (!native.InventoryItem) return { ...common, ...none }
  const levels = native.ItemWarehouseInfoCollection.filter(
    ({ WarehouseCode }) => warehouses?.includes(WarehouseCode) ?? true,
  ).map(({ WarehouseCode, InStock, Committed, Ordered }) => ({
    warehouse: { code: WarehouseCode, name: settings.warehouses.get(WarehouseCode) ?? null },
    available: new Big(InStock).minus(Committed).toFixed(),
    onHand: InStock,
    reserved: Committed,
    incoming: Ordered,
  }))
  const sum = (part: 'available' | 'onHand' | 'reserved' | 'incoming') =>
    levels.reduce((total, level) => total.plus(level[part]), new Big(0)).toFixed()
  return {
    ...common,
    available: sum('available'),
    onHand: sum('onHand'),
    reserved: sum('reserved'),
    incoming: sum('incoming'),
    levels,
  }
}
