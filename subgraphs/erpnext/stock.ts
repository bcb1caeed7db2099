import Big from 'big.js'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { unitCode } from './words.ts'

type Warehouses = Awaited<ReturnType<Connection['setup']['warehouses']>>

/** The leaf warehouses that a code stands for: a group has stock only in its leaves. */
function leaves(code: string, all: Warehouses): string[] {
  const row = all.get(code)
  if (!row) return []
  if (!row.is_group) return [code]
  return [...all.values()]
    .filter(({ parent_warehouse: parent }) => parent === code)
    .flatMap(({ name }) => leaves(name, all))
}

function sum(values: string[]): string {
  return values.reduce((total, value) => total.plus(value), new Big(0)).toFixed()
}

/** What is on its way: ordered from suppliers and planned in production. */
function level(row: shapes.BinRow, name: string | null) {
  return {
    warehouse: { code: row.warehouse, name },
    onHand: row.actual_qty,
    reserved: row.reserved_qty,
    available: new Big(row.actual_qty).minus(row.reserved_qty).toFixed(),
    incoming: new Big(row.ordered_qty).plus(row.planned_qty).toFixed(),
  }
}

/** A service, or a set that is put together on the way out: there is no figure, not even zero. */
const NOT_KEPT = { available: null, onHand: null, reserved: null, incoming: null, levels: [] }

function summed(levels: ReturnType<typeof level>[]) {
  const total = (part: 'available' | 'onHand' | 'reserved' | 'incoming') =>
    sum(levels.map((one) => one[part]))
  return {
    available: total('available'),
    onHand: total('onHand'),
    reserved: total('reserved'),
    incoming: total('incoming'),
    levels,
  }
}

/**
 * Stock of a whole batch: one call for the quantities (DocType Bin, one row per item and warehouse, none where
 * there never was any) and one that tells which items exist. https://docs.frappe.io/erpnext/stock
 */
export async function stock(
  { client, setup, config }: Connection,
  asks: StockAsk[],
): Promise<Answer<StockReading>[]> {
  if (asks.length === 0) return []
  const items = [...new Set(asks.map(({ item }) => item))]
  const codes = [...new Set(asks.flatMap(({ warehouses }) => warehouses ?? []))]
  const all = await setup.warehouses(codes)
  const everywhere = asks.some(({ warehouses }) => warehouses === null)
  const places = (everywhere ? [...all.keys()] : codes).flatMap((code) => leaves(code, all))
  const [bins, known] = await Promise.all([
    client.list('Bin', shapes.bin, {
      fields: shapes.fieldsOf(shapes.bin),
      filters: [
        ['item_code', 'in', items],
        ['warehouse', 'in', [...new Set(places)]],
      ],
      order: 'warehouse asc',
      limit: 0,
    }),
    client.list('Item', shapes.itemFacts, {
      fields: shapes.fieldsOf(shapes.itemFacts),
      filters: [['name', 'in', items]],
      limit: 0,
    }),
  ])
  const facts = new Map(known.map((row) => [row.name, row]))
  const byItem = Map.groupBy(bins, (row) => row.item_code)
  return asks.map(({ item, warehouses }) => {
    const row = facts.get(item)
    if (!row) return null
    const unit = { unit: unitCode(row.stock_uom, config.units), nativeUnit: row.stock_uom }
    if (!row.is_stock_item) return { ...NOT_KEPT, ...unit }
    const wanted = warehouses && new Set(warehouses.flatMap((code) => leaves(code, all)))
    const own = (byItem.get(item) ?? []).filter(({ warehouse }) => !wanted || wanted.has(warehouse))
    const levels = own.map((one) => level(one, all.get(one.warehouse)?.warehouse_name ?? null))
    return { ...summed(levels), ...unit }
  })
}
