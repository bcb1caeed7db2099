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

/** The rows of one scale in ascending order; a price "from" goes before a price "up to". */
function scaleOf(rows: PriceRow[]): PriceRow[] {
  const from = rows.filter(({ priceScaleType }) => priceScaleType === 'SCALE_FROM')
  const scale = from.length > 0 ? from : rows
  return scale.toSorted((a, b) => new Big(a.priceScaleValue).cmp(b.priceScaleValue))
}

/** The scales that hold for a customer at that moment: the one of its own first, then the general one of its channel. */
function scales(prices: PriceRow[], { customer, channel, currency, at }: Terms): PriceRow[][] {
  const now = prices.filter(
    (row) =>
      row.salesChannel === channel &&
      row.currencyId === currency &&
      (row.startDate ?? at) <= at &&
      (row.endDate ?? at) >= at,
  )
  const own = customer === null ? [] : now.filter((row) => row.customerId === customer)
  return [own, now.filter((row) => row.customerId === null)].map(scaleOf)
}

/** The row for a quantity among rows of one scale. A price from 1 is also the one of half a piece. */
function forQuantity(rows: PriceRow[], quantity: Big): PriceRow | null {
  const [first] = rows
  if (!first) return null
  if (first.priceScaleType === 'SCALE_TO')
    return rows.find((row) => quantity.lte(row.priceScaleValue)) ?? null
  return (
    rows.findLast(({ priceScaleValue: from }) => quantity.gte(from)) ??
    (new Big(first.priceScaleValue).lte(1) ? first : null)
  )
}

/**
 * The row that decides the price of a quantity; null where there is none. A customer whose own prices begin at a
 * larger quantity pays the general one below it, and never the price of the larger quantity. The order is ours,
 * because weclapp has no price call: https://www.weclapp.com/api/ (articlePrice)
 */
export function chosen(prices: PriceRow[], terms: Terms, quantity: Big): PriceRow | null {
  for (const scale of scales(prices, terms)) {
    const row = forQuantity(scale, quantity)
    if (row) return row
  }
  return null
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
export function steps(
  prices: PriceRow[],
  terms: Terms,
): { minimumQuantity: string; amount: string }[] | null {
  const rows = scales(prices, terms).flat()
  if (rows.some(({ priceScaleType }) => priceScaleType === 'SCALE_TO')) return null
  return rows
    .filter((row) => chosen(prices, terms, new Big(row.priceScaleValue)) === row)
    .toSorted((a, b) => new Big(a.priceScaleValue).cmp(b.priceScaleValue))
    .map((row) => ({ minimumQuantity: row.priceScaleValue, amount: netOf(row) }))
}
