import Big from 'big.js'
import type { PriceReading } from '../../records.ts'
import type { PushOrderInput } from '../inputs.ts'

/** The net total of an order in a currency, by its own prices, else the ERP's; null where one is not known. */
export function totalOf(
  { lines, discounts }: Pick<PushOrderInput, 'lines' | 'discounts'>,
  prices: (PriceReading | null)[],
  currency: string,
): string | null {
  let total = new Big(0)
  for (const [index, line] of lines.entries()) {
    const reading = prices[index]
    const price = line.unitPrice ?? reading?.unitPrice
    if (!price || price.currency !== currency) return null
    const per = line.unitPrice ? 1 : (reading?.priceQuantity ?? 1)
    const net = new Big(price.amount).div(per).times(line.quantity)
    total = total.plus(less(net, line.discountPercent))
  }
  for (const { percent, amount } of discounts ?? []) {
    if (percent) total = less(total, percent)
    else if (amount?.currency === currency) total = total.minus(amount.amount)
  }
  return total.toFixed()
}

function less(amount: Big, percent: string | null | undefined): Big {
  return percent ? amount.times(new Big(100).minus(percent)).div(100) : amount
}
