import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { StockLevel } from '../../schema/index.ts'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import type { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import { rowOf } from '../shape.ts'
import { type Row } from './answer.ts'
import { type Client } from './client.ts'
import type { Operation } from './loaded.ts'
import { type Words, good } from './map.ts'
import { decimal, word } from './shapes.ts'
import { rowsByKey } from './read.ts'
import { unitIn } from './words.ts'

const figure = decimal.nullish().transform((value) => value ?? null)
const shape = z.looseObject({
  warehouseCode: word,
  warehouseName: word.nullish(),
  onHand: figure,
  reserved: figure,
  available: figure,
  onOrder: figure,
  unit: word.nullish(),
})
type Level = z.output<typeof shape>

/** Stock of the whole batch; all warehouses are asked at once, and each question gets its own. */
export async function stock(
  client: Client,
  operation: Operation,
  names: Kept<Map<string, string>> | null,
  words: Words,
  asks: StockAsk[],
): Promise<Answer<StockReading>[]> {
  if (asks.length === 0) return []
  const byIds = operation.plan.batch?.over === 'ids'
  const keyOf = (ask: StockAsk): string => (byIds ? ask.item : ask.sku)
  const [first] = asks
  const same = asks.every(
    ({ warehouses }) => JSON.stringify(warehouses) === JSON.stringify(first?.warehouses),
  )
  const input = same && first?.warehouses ? { warehouseCodes: first.warehouses } : {}
  const wanted = asks.map((ask) => ({ key: keyOf(ask), ask: keyOf(ask) })).filter(({ key }) => key !== '')
  const found = await rowsByKey(client, operation, wanted, input, (row) => row.$key ?? row.sku, true)
  const known = (await names?.get()) ?? new Map<string, string>()
  return asks.map((ask) => {
    const rows = found.get(keyOf(ask))
    if (!rows || rows instanceof ErpError) return rows ?? null
    return rows.length === 0 ? null : rowOf(() => reading(rows, ask, known, words))
  })
}

function reading(rows: Row[], ask: StockAsk, names: Map<string, string>, words: Words): StockReading {
  const all = rows.map((row) => shaped(shape, good(row), 'The stock'))
  const mine = all.filter(({ warehouseCode }) => ask.warehouses?.includes(warehouseCode) ?? true)
  const unit = all.find((level) => level.unit)?.unit ?? null
  const levels = mine.map((level): StockLevel => ({
    warehouse: {
      code: level.warehouseCode,
      name: level.warehouseName ?? names.get(level.warehouseCode) ?? null,
    },
    available: freeOf(level),
    onHand: level.onHand,
    reserved: level.reserved,
    incoming: level.onOrder,
  }))
  return {
    available: total(levels, 'available'),
    onHand: total(levels, 'onHand'),
    reserved: total(levels, 'reserved'),
    incoming: total(levels, 'incoming'),
    unit: unitIn(words.units, unit),
    nativeUnit: unit,
    levels,
  }
}

function freeOf({ available, onHand, reserved }: Level): string | null {
  if (available !== null || onHand === null || reserved === null) return available
  return new Big(onHand).minus(reserved).toFixed()
}

/** The sum; null where one warehouse does not say its part. */
function total(levels: StockLevel[], part: 'available' | 'onHand' | 'reserved' | 'incoming'): string | null {
  if (levels.length === 0) return null
  let sum = new Big(0)
  for (const level of levels) {
    const said = level[part]
    if (said === null || said === undefined) return null
    sum = sum.plus(said)
  }
  return sum.toFixed()
}
