import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, type Row, among, isId } from './client.ts'
import { money, unitOf } from './map.ts'
import { isCategory, rowsById } from './read.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

/** QuickBooks Online keeps one figure for the whole company. */
export const WAREHOUSE = 'DEFAULT'
const QUANTITY = /^\d{1,28}(\.\d{1,18})?$/

/** Stock on hand, one figure for the company; what is reserved or ordered is not told for sure. */
export async function stock(client: Client, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const rows = await rowsById(
    client,
    'Item',
    asks.map(({ item }) => item),
  )
  return asks.map((ask) => {
    const row = rows.get(ask.item)
    return row && !isCategory(row) ? rowOf(() => reading(ask, row, client)) : null
  })
}

function reading({ warehouses }: StockAsk, row: Row, { config }: Client): StockReading {
  const native = shaped(shapes.item, row, 'An item')
  const kept = native.Type === 'Inventory' && native.TrackQtyOnHand !== false
  const asked = warehouses === null || warehouses.some((code) => code.trim().toUpperCase() === WAREHOUSE)
  const onHand = kept && asked ? native.QtyOnHand : null
  const figures = { available: onHand, onHand, reserved: null, incoming: null }
  return {
    ...figures,
    unit: unitOf(native.Sku, config),
    levels: kept && asked ? [{ warehouse: { code: WAREHOUSE, name: null }, ...figures }] : [],
    source: 'single-warehouse',
  }
}

/**
 * List prices in the home currency. The API has no price of a customer: price levels are a matter of the desktop
 * product, and price rules are not applied to what comes through the API (schema Finance.xsd, PriceLevel).
 */
export async function prices(
  client: Client,
  setup: Setup,
  asks: PriceAsk[],
): Promise<Answer<PriceReading>[]> {
  if (asks.length === 0) return []
  const goods = among('Item', 'Id', asks.map(({ item }) => item).filter(isId))
  const people = among('Customer', 'Id', asks.flatMap(({ customer }) => customer ?? []).filter(isId))
  const found = await client.query([...goods, ...people])
  const byId = (rows: Row[][]) => new Map(rows.flat().map((row) => [row.Id, row]))
  const [items, buyers] = [byId(found.slice(0, goods.length)), byId(found.slice(goods.length))]
  const { home } = await setup.get()
  return asks.map((ask) => {
    const [row, buyer] = [items.get(ask.item), ask.customer === null ? null : buyers.get(ask.customer)]
    return rowOf(() => priceOf(ask, row, buyer, { home, config: client.config }))
  })
}

function priceOf(
  { quantity, customer }: PriceAsk,
  row: Row | undefined,
  buyer: Row | null | undefined,
  { home, config }: { home: string; config: Client['config'] },
): PriceReading | null {
  if (!QUANTITY.test(quantity))
    throw new ErpError('VALIDATION', `"${quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
  if (buyer === undefined)
    throw new ErpError('INVALID_CUSTOMER', `There is no customer ${customer?.slice(0, 40)}.`, {
      field: 'customer',
    })
  if (!row || isCategory(row)) return null
  const native = shaped(shapes.item, row, 'An item')
  const price = money(native.UnitPrice, home)
  if (native.Active === false || price === null) return null
  return {
    unitPrice: price,
    listPrice: price,
    priceQuantity: '1',
    unit: unitOf(native.Sku, config),
    tiers: null,
    discounts: [],
    taxIncluded: native.SalesTaxIncluded,
    source: 'list',
  }
}
