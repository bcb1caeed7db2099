import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Entry } from './shapes.ts'

/** Which entries of price lists hold: the list, a currency and a day. */
export interface Terms {
  list: string
  currency: string
  on: string
}

/** The kinds of value; how it changes the base price. https://developer.intacct.com/api/order-entry/price-lists/ */
const KINDS: Record<string, (value: Big, base: Big) => Big> = {
  actual: (value) => value,
  percentMarkup: (value, base) => base.plus(base.times(value).div(100)),
  percentDiscount: (value, base) => base.minus(base.times(value).div(100)),
  dollarMarkup: (value, base) => base.plus(value),
  dollarDiscount: (value, base) => base.minus(value),
}

/**
 * The entries of a list that hold for an item, lowest quantity first: those of the item itself, else those of its
 * product line. Of two with the same start of their bands the narrower one counts, then the younger one.
 */
export function holding(entries: Entry[], item: string, productLine: string | null, terms: Terms): Entry[] {
  const now = entries.filter(
    (entry) =>
      entry.priceList.id === terms.list &&
      entry.currency === terms.currency &&
      entry.status !== 'inactive' &&
      (entry.startDate ?? terms.on) <= terms.on &&
      (entry.endDate ?? terms.on) >= terms.on,
  )
  const own = now.filter((entry) => entry.item.id === item)
  const wide = now.filter((entry) => entry.item.id === null && entry.productLine.id === productLine)
  const rows = own.length > 0 ? own : productLine === null ? [] : wide
  const sorted = rows.toSorted((a, b) => compare(a, b))
  return sorted.filter((entry, at) => entry.minimumQuantity !== sorted[at - 1]?.minimumQuantity)
}

function compare(a: Entry, b: Entry): number {
  const from = new Big(a.minimumQuantity).cmp(b.minimumQuantity)
  if (from !== 0) return from
  if (a.maximumQuantity !== b.maximumQuantity) {
    if (a.maximumQuantity === null) return 1
    if (b.maximumQuantity === null) return -1
    return new Big(a.maximumQuantity).cmp(b.maximumQuantity)
  }
  return (b.startDate ?? '').localeCompare(a.startDate ?? '')
}

/** The entry for a quantity; between two bands (24.5 after "1 to 24") the lower one holds, above all none does. */
export function forQuantity(bands: Entry[], quantity: Big): Entry | null {
  const at = bands.findLastIndex((band) => quantity.gte(band.minimumQuantity))
  const band = bands[at]
  if (!band) return null
  const last = at === bands.length - 1
  return last && band.maximumQuantity !== null && quantity.gt(band.maximumQuantity) ? null : band
}

/** The unit price of an entry after a discount in percent; `base` is the item's base price. */
export function priceOf(entry: Entry, base: string | null, discount: string | null): string {
  const kind = Object.hasOwn(KINDS, entry.valueType) ? KINDS[entry.valueType] : undefined
  if (!kind || (base === null && entry.valueType !== 'actual'))
    throw new ErpError('BAD_ANSWER', `A price of the kind "${entry.valueType}" cannot be reckoned.`, {
      field: 'valueType',
    })
  return less(kind(new Big(entry.value), new Big(base ?? 0)), discount)
}

/** An amount less a discount in percent. */
export function less(amount: Big, percent: string | null): string {
  return (percent === null ? amount : amount.minus(amount.times(percent).div(100))).toFixed()
}
