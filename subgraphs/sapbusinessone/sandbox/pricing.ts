import Big from 'big.js'
import { type Row, bigOf, textOf } from '../../exact.ts'
import type { Master } from './master.ts'
import { ROLL } from './seed.ts'
import { clock, rowsIn } from './values.ts'

/** What one unit costs, and which rule said so. */
export interface Priced {
  price: Big
  currency: string
  source: string
}

function special(row: Row, quantity: Big, on: string): Omit<Priced, 'source'> {
  const area = rowsIn(row, 'SpecialPriceDataAreas').find((one) => textOf(one, 'DateFrom').slice(0, 10) <= on)
  if (!area) return { price: bigOf(row, 'Price'), currency: textOf(row, 'Currency') }
  const step = rowsIn(area, 'SpecialPriceQuantityAreas').findLast((one) =>
    bigOf(one, 'Quantity').lte(quantity),
  )
  return { price: bigOf(step ?? area, 'SpecialPrice'), currency: textOf(step ?? area, 'PriceCurrency') }
}

/** The rules in their order: special price of the customer, of everybody with the price list, the list itself. */
export function priceOf(master: Master, item: Row, buyer: Row, line: Row, day: string): Priced {
  const on = day.slice(0, 10) || clock().day
  const times = bigOf(line, 'UoMEntry').eq(ROLL.roll) ? new Big(ROLL.metres) : new Big(1)
  const quantity = bigOf(line, 'Quantity').times(times)
  const list = bigOf(buyer, 'PriceListNum')
  const code = textOf(item, 'ItemCode')
  const own = master.special(`${code} ${textOf(buyer, 'CardCode')}`)
  const shared = master.special(`${code} *${list.toFixed()}`)
  const row = own ?? shared
  if (row) {
    const { price, currency } = special(row, quantity, on)
    const source = own ? 'dpsSpecialPricesForBusinessPartner' : 'dpsPeriodAndVolumeDiscounts'
    return { price: price.times(times), currency, source }
  }
  const listed = rowsIn(item, 'ItemPrices').find((one) => bigOf(one, 'PriceList').eq(list))
  const currency = textOf(listed, 'Currency') || 'EUR'
  return { price: bigOf(listed, 'Price').times(times), currency, source: 'dpsActivePriceList' }
}
