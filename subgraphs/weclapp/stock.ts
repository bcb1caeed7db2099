import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { isId, mustFit } from './client.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { unitCode } from './words.ts'

const lists = z.array(z.unknown())
const computed = z.object({
  totalStockQuantity: lists,
  reservedStockQuantity: lists,
  pickableStockQuantity: lists,
})
const quantities = z.array(shapes.quantity)
const STOCKED = ['STORABLE', 'LOADING_EQUIPMENT_STORABLE', 'PACKAGING_UNIT']
/** Articles of one call: their ids stand in the address. */
const PART = 200

interface Figures {
  onHand: Big
  reserved: Big
  available: Big
}
interface Article {
  facts: shapes.ArticleFacts
  byWarehouse: Map<string, Figures>
}

/** What weclapp computed for one article, by the id of the warehouse. */
function figures(total: unknown, reserved: unknown, pickable: unknown): Map<string, Figures> {
  const found = new Map<string, Figures>()
  const put = (list: unknown, part: keyof Figures) => {
    for (const { warehouseId, quantity } of shaped(quantities, list, `The ${part} quantity`)) {
      const none = { onHand: new Big(0), reserved: new Big(0), available: new Big(0) }
      const level = found.get(warehouseId) ?? none
      found.set(warehouseId, { ...level, [part]: level[part].plus(quantity) })
    }
  }
  put(total, 'onHand')
  put(reserved, 'reserved')
  put(pickable, 'available')
  return found
}

async function articles({ client }: Connection, ids: string[]): Promise<Map<string, Article | ErpError>> {
  const all = new Map<string, Article | ErpError>()
  for (let at = 0; at < ids.length; at += PART) {
    const part = ids.slice(at, at + PART)
    const answer = await client.list('article', {
      where: [['id', 'in', part]],
      properties: 'id,articleNumber,articleType,unitId,active,availableInSale',
      computed: 'totalStockQuantity,reservedStockQuantity,pickableStockQuantity',
      sort: 'id',
    })
    if (answer.rows.length === 0) continue
    const { totalStockQuantity, reservedStockQuantity, pickableStockQuantity } = shaped(
      computed,
      answer.computed,
      'article',
    )
    // Lists that are not as long as the rows would give an article the stock of its neighbour.
    for (const list of [totalStockQuantity, reservedStockQuantity, pickableStockQuantity])
      mustFit(list.length === answer.rows.length, 'additionalProperties')
    for (const [index, raw] of answer.rows.entries()) {
      const { id } = shaped(shapes.known, raw, 'article')
      mustFit(part.includes(id), 'id')
      const article = rowOf(() => ({
        facts: shaped(shapes.articleFacts, raw, 'article'),
        byWarehouse: figures(
          totalStockQuantity[index],
          reservedStockQuantity[index],
          pickableStockQuantity[index],
        ),
      }))
      all.set(id, article)
    }
  }
  return all
}

/**
 * Stock of a whole batch in one call: weclapp computes it for each article and warehouse, over storage places,
 * batches and reservations. https://www.weclapp.com/api/ (article, additionalProperties)
 */
export async function stock(connection: Connection, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const ids = [...new Set(asks.map(({ item }) => item).filter(isId))]
  if (ids.length === 0) return asks.map(() => null)
  const { setup, config } = connection
  const found = await articles(connection, ids)
  const good = [...found.values()].flatMap((one) => (one instanceof ErpError ? [] : [one]))
  const [units, warehouses] = await Promise.all([
    setup.units.with(good.map(({ facts }) => facts.unitId)),
    setup.warehouses.with(good.flatMap(({ byWarehouse }) => [...byWarehouse.keys()])),
  ])
  return asks.map(({ item, warehouses: wanted }) => {
    const article = found.get(item) ?? null
    if (article === null || article instanceof ErpError) return article
    const nativeUnit = units.get(article.facts.unitId)?.name ?? null
    const unit = unitCode(nativeUnit, config.units)
    if (!STOCKED.includes(article.facts.articleType))
      return { available: null, onHand: null, reserved: null, incoming: null, unit, nativeUnit, levels: [] }
    const levels = [...article.byWarehouse]
      .map(([id, level]) => {
        const place = warehouses.get(id)
        return { warehouse: { code: place?.shortIdentifier ?? id, name: place?.name ?? null }, level }
      })
      .filter(({ warehouse }) => wanted === null || wanted.includes(warehouse.code))
    return { ...summed(levels), unit, nativeUnit }
  })
}

function summed(levels: { warehouse: { code: string; name: string | null }; level: Figures }[]) {
  const total = (part: keyof Figures) =>
    levels.reduce((sum, { level }) => sum.plus(level[part]), new Big(0)).toFixed()
  return {
    available: total('available'),
    onHand: total('onHand'),
    reserved: total('reserved'),
    incoming: null,
    levels: levels.map(({ warehouse, level }) => ({
      warehouse,
      available: level.available.toFixed(),
      onHand: level.onHand.toFixed(),
      reserved: level.reserved.toFixed(),
    })),
  }
}
