import Big from 'big.js'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, groups } from './client.ts'
import { baseUnit, unitCode } from './map.ts'
import * as shapes from './shapes.ts'

const STOCKED = ['inventory', 'stockableKit']

/** The sum of figures; null where one of them is unknown. */
function sum(figures: (string | null)[]): string | null {
  return figures.reduce<string | null>(
    (total, one) => (total === null || one === null ? null : new Big(total).plus(one).toFixed()),
    '0',
  )
}

function available({ onHand, onHold }: shapes.Level): string | null {
  return onHand === null || onHold === null ? null : new Big(onHand).minus(onHold).toFixed()
}

function reading(
  ask: StockAsk,
  item: shapes.NativeItem,
  levels: shapes.Level[],
  client: Client,
): StockReading {
  const nativeUnit = baseUnit(item, client.config)
  const unit = unitCode(nativeUnit, client.config)
  if (!STOCKED.includes(item.itemType ?? '') && levels.length === 0)
    return { available: null, onHand: null, reserved: null, incoming: null, unit, nativeUnit, levels: [] }
  const wanted = ask.warehouses?.map((code) => code.toLowerCase())
  const rows = levels.filter(({ warehouse }) => wanted?.includes(warehouse.id.toLowerCase()) ?? true)
  return {
    available: sum(rows.map(available)),
    onHand: sum(rows.map(({ onHand }) => onHand)),
    reserved: sum(rows.map(({ onHold }) => onHold)),
    incoming: sum(rows.map(({ onOrder }) => onOrder)),
    unit,
    nativeUnit,
    source: 'computed: on hand less on hold',
    levels: rows.map((row) => ({
      warehouse: { code: row.warehouse.id, name: row.warehouse.name },
      available: available(row),
      onHand: row.onHand,
      reserved: row.onHold,
      incoming: row.onOrder,
    })),
  }
}

/**
 * Stock of a whole batch in two calls: the items and their rows per warehouse, in the base unit. Intacct has no
 * figure for what is available; what sales orders claim stands in "on hold".
 * https://developer.intacct.com/api/inventory-control/item-warehouse-details/
 */
export async function stock(client: Client, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const ids = asks.map(({ item }) => item).filter((id) => id.trim() !== '')
  if (ids.length === 0) return asks.map(() => null)
  const found = new Map<string, shapes.NativeItem>()
  const levels = new Map<string, shapes.Level[]>()
  for (const some of groups(ids)) {
    const [items, rows] = await Promise.all([
      client.all({ object: 'inventory-control/item', fields: shapes.ITEM, filters: [{ $in: { id: some } }] }),
      client.all({
        object: 'inventory-control/item-warehouse-inventory',
        fields: shapes.LEVEL,
        filters: [{ $in: { 'item.id': some } }],
      }),
    ])
    for (const row of items) {
      const native = shaped(shapes.item, row, 'An item')
      found.set(native.id, native)
    }
    for (const row of rows) {
      const native = shaped(shapes.level, row, 'A row of stock')
      levels.set(native.item.id, [...(levels.get(native.item.id) ?? []), native])
    }
  }
  return asks.map((ask) => {
    const item = found.get(ask.item)
    return item ? rowOf(() => reading(ask, item, levels.get(item.id) ?? [], client)) : null
  })
}
