import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { PriceRow } from './shapes.ts'

/** Whose price is wanted: ids of customer and currency, the sales channel, and a moment in milliseconds. */
export interface Terms {
  customer: string | null
  channel: string
  currency: string
  at: number
}

/**
 * The price rows that hold for a customer: its own ones where it has any, else the general ones of its channel.
 * The order is ours, because weclapp has no price call: https://www.weclapp.com/api/ (articlePrice)
 */
export function holding(prices: PriceRow[], { customer, channel, currency, at }: Terms): PriceRow[] {
  const now = prices.filter(
    (row) =>
      row.salesChannel === channel &&
      row.currencyId === currency &&
      (row.startDate ?? at) <= at &&
      (row.endDate ?? at) >= at,
  )
  const own = customer === null ? [] : now.filter((row) => row.customerId === customer)
  const rows = own.length > 0 ? own : now.filter((row) => row.customerId === null)
  // One kind of scale at a time; a price "from" goes before a price "up to".
  const from = rows.filter(({ priceScaleType }) => priceScaleType === 'SCALE_FROM')
  const scale = from.length > 0 ? from : rows
  return scale.toSorted((a, b) => new Big(a.priceScaleValue).cmp(b.priceScaleValue))
}

/** The row for a quantity among rows of one scale in ascending order; below the first bound the first one holds. */
export function forQuantity(rows: PriceRow[], quantity: Big): PriceRow | null {
  const [first] = rows
  if (!first) return null
  if (first.priceScaleType === 'SCALE_TO')
    return rows.find((row) => quantity.lte(row.priceScaleValue)) ?? null
  return rows.findLast((row) => quantity.gte(row.priceScaleValue)) ?? first
}

/** The row that decides the price of a quantity; null where there is none. */
export function chosen(prices: PriceRow[], terms: Terms, quantity: Big): PriceRow | null {
  return forQuantity(holding(prices, terms), quantity)
}

/** The unit price of a row after its reductions and additions, one after the other. */
export function netOf({ price, reductionAdditions }: PriceRow): string {
  return reductionAdditions
    .reduce((left, { type, value }) => {
      const amount = /_PERCENT$/.test(type) ? left.times(value).div(100) : new Big(value)
      if (/^REDUCTION_(PERCENT|ABSOLUTE|ABS)$/.test(type)) return left.minus(amount)
      if (/^ADDITION(AL)?_(PERCENT|ABSOLUTE|ABS)$/.test(type)) return left.plus(amount)
      throw new ErpError('BAD_ANSWER', `weclapp has a reduction of the kind "${type}", which is new to us.`, {
        field: 'reductionAdditions.type',
      })
    }, new Big(price))
    .toFixed()
}

/** What is paid from which quantity on; null where weclapp says up to which quantity instead. */
export function steps(rows: PriceRow[]): { minimumQuantity: string; amount: string }[] | null {
  if (rows.some(({ priceScaleType }) => priceScaleType === 'SCALE_TO')) return null
  return rows.map((row) => ({ minimumQuantity: row.priceScaleValue, amount: netOf(row) }))
}
