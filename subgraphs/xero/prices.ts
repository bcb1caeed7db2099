import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading, StockAsk, StockReading } from '../connector.ts'
import { plain } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { isGuid } from './client.ts'
import { money } from './map.ts'
import { idOf } from './read.ts'
import type { Connection } from './setup.ts'
import * as shapes from './shapes.ts'

/** Xero has one figure for the whole organisation and no warehouses. */
const WAREHOUSE = 'DEFAULT'

async function itemsOf(connection: Connection, asks: { item: string }[]) {
  const rows = await connection.figures(asks.map(({ item }) => item))
  return new Map(
    rows.map((row) => [idOf(row, 'ItemID').toLowerCase(), rowOf(() => shaped(shapes.item, row, 'An item'))]),
  )
}

/** Stock of a whole batch in one call; unknown, not zero, for what is not tracked. */
export async function stock(connection: Connection, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  if (!asks.some(({ item }) => isGuid(item))) return asks.map(() => null)
  const found = await itemsOf(connection, asks)
  return asks.map(({ item, warehouses }) => {
    const row = found.get(item.toLowerCase()) ?? null
    if (row === null || row instanceof ErpError) return row
    const quantity = row.IsTrackedAsInventory && row.QuantityOnHand != null ? plain(row.QuantityOnHand) : null
    const asked = warehouses === null || warehouses.includes(WAREHOUSE)
    const onHand = asked ? quantity : null
    const level = { warehouse: { code: WAREHOUSE, name: null }, available: onHand, onHand }
    return {
      available: onHand,
      onHand,
      reserved: null,
      incoming: null,
      unit: null,
      nativeUnit: null,
      levels: onHand === null ? [] : [level],
      source: 'single-warehouse',
    }
  })
}

/** The discounts of contacts, in percent; null where the discount is left to the organisation. */
async function discounts(connection: Connection, asks: PriceAsk[]) {
  const ids = asks.flatMap(({ customer }) => (customer === null ? [] : [customer]))
  const rows = ids.length > 0 ? await connection.contacts(ids) : []
  const applies = connection.client.config.contactDiscount
  return new Map<string, Answer<string>>(
    rows.map((row) => [
      idOf(row, 'ContactID').toLowerCase(),
      rowOf(() => {
        const { Discount } = shaped(shapes.contact, row, 'A contact')
        return applies && Discount != null ? Discount : '0'
      }),
    ]),
  )
}

/**
 * Prices of a whole batch: the sales price of the item, in the currency of the organisation. Xero has no prices of
 * customers; where the operator wishes so, the discount of the contact is taken off, and the source says it.
 */
export async function prices(connection: Connection, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  if (!asks.some(({ item }) => isGuid(item))) return asks.map(() => null)
  const [found, percents, { currency }] = await Promise.all([
    itemsOf(connection, asks),
    discounts(connection, asks),
    connection.organisation.get(),
  ])
  return asks.map((ask) => {
    const percent = ask.customer === null ? '0' : (percents.get(ask.customer.toLowerCase()) ?? null)
    const row = found.get(ask.item.toLowerCase()) ?? null
    if (row === null || row instanceof ErpError) return row
    // An unknown customer has no price.
    if (percent === null || percent instanceof ErpError) return percent
    if (!/^\d+(\.\d+)?$/.test(ask.quantity))
      return new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, {
        field: 'quantity',
      })
    return priceOf(row, percent, currency, connection.client.config.pricesIncludeTax)
  })
}

function priceOf(
  row: shapes.ItemRow,
  percent: string,
  currency: string,
  taxIncluded: boolean,
): PriceReading | null {
  const list = row.SalesDetails?.UnitPrice
  if (list == null || row.IsSold === false) return null
  const less = new Big(percent)
  const amount = less.eq(0) ? list : new Big(list).times(new Big(100).minus(less)).div(100).toFixed()
  return {
    unitPrice: money(amount, currency),
    listPrice: money(list, currency),
    priceQuantity: '1',
    unit: null,
    tiers: null,
    discounts: less.eq(0) ? [] : [{ reason: null, percent: plain(percent) }],
    taxIncluded,
    source: less.eq(0) ? 'list' : 'computed:list price less the discount of the contact',
    validUntil: null,
  }
}
