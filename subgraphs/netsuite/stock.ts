import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client, Row } from './client.ts'
import type { Config } from './config.ts'
import { id, levelOf, text, unitOf } from './map.ts'
import { chunks, inIds, isId, unique } from './sql.ts'

const keyed = z.object({ id })
const stocked = z.object({ itemtype: z.string(), stockunit: text, location: text, quantityonhand: text })
const KEPT_IN_STOCK = new Set(['InvtPart', 'Assembly'])
const FIGURES = ['available', 'onHand', 'reserved', 'incoming'] as const

type Level = NonNullable<StockReading['levels']>[number]

interface Stock {
  nativeUnit: string | null
  /** Whether NetSuite keeps stock of such an item at all. */
  kept: boolean
  levels: { location: Id; level: Level }[]
}

/** Live stock per location: one statement for up to 500 items. Figures are in the item's stock unit. */
export async function stock(client: Client, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const found = new Map<Id, Stock | ErpError>()
  for (const ids of chunks(unique(asks.map(({ item }) => item).filter(isId)))) {
    const rows = await client.rows(statement(ids, client.config))
    const byItem = Map.groupBy(rows, (row) => shaped(keyed, row, 'The stock of an item').id)
    for (const [item, levels] of byItem) {
      found.set(
        item,
        rowOf(() => toStock(levels)),
      )
    }
  }
  return asks.map((ask) => {
    const known = found.get(ask.item) ?? null
    return known === null || known instanceof Error ? known : toReading(known, ask, client.config)
  })
}

function statement(ids: Id[], config: Config): string {
  const unit = config.without.includes('units') ? '' : 'BUILTIN.DF(i.stockunit) AS stockunit, '
  return (
    `SELECT i.id, i.itemtype, ${unit}ail.location, BUILTIN.DF(ail.location) AS location_name, ` +
    'ail.quantityonhand, ail.quantityavailable, ail.quantitycommitted, ail.quantityonorder ' +
    'FROM item i LEFT JOIN aggregateItemLocation ail ON ail.item = i.id ' +
    `WHERE ${inIds('i.id', ids)} ORDER BY i.id, ail.location`
  )
}

function toStock(rows: Row[]): Stock {
  const natives = rows.map((row) => shaped(stocked, row, 'The stock of an item'))
  const [first] = natives
  return {
    nativeUnit: first?.stockunit ?? null,
    kept: KEPT_IN_STOCK.has(first?.itemtype ?? ''),
    levels: natives.flatMap(({ location, quantityonhand }, index) => {
      if (location) return [{ location, level: levelOf(rows[index] ?? {}) }]
      if (quantityonhand == null) return []
      throw new ErpError('BAD_ANSWER', 'NetSuite tells stock without its location.', { field: 'location' })
    }),
  }
}

function toReading({ nativeUnit, kept, levels }: Stock, ask: StockAsk, config: Config): StockReading {
  const wanted = ask.warehouses?.map((code) => code.trim().toLowerCase())
  const shown = levels
    .filter(({ location, level }) => {
      const names = [location, level.warehouse.code.toLowerCase()]
      return !wanted || names.some((name) => wanted.includes(name))
    })
    .map(({ level }) => level)
  const total = (figure: (typeof FIGURES)[number]) =>
    kept || shown.length > 0
      ? shown.reduce((sum, level) => sum.plus(level[figure] ?? 0), new Big(0)).toFixed()
      : null
  const [available, onHand, reserved, incoming] = FIGURES.map(total)
  const unit = unitOf(nativeUnit, config)
  return { available, onHand, reserved, incoming, unit, nativeUnit, levels: shown }
}
