import type { Answer } from './answer.ts'
import { compare, plain } from './decimal.ts'
import { ErpElement, type Tongue } from './element.ts'
import type { View } from './view.ts'
import type { Words } from './words.ts'

/** `<erp-availability>`: how much of an article is in stock, and whether it is enough. */
export class Availability extends ErpElement {
  readonly kind = 'availability'
  readonly periodMs = 30_000

  view(answer: Answer, { words, format }: Tongue): Omit<View, 'note' | 'asOf'> {
    const { available, incoming, unit, missing, asked } = answer
    const detail: string[] = []
    if (incoming !== null && compare(incoming, '0') > 0)
      detail.push(words.incoming(format.quantity(incoming, unit)))
    if (missing > 0) detail.push(words.missing(missing, asked))
    if (available === null) return { tone: 'off', value: words.stockUnknown, detail }
    const amount = format.quantity(available, unit)
    if (compare(available, '0') <= 0)
      return missing > 0
        ? { tone: 'off', value: words.noneFound, detail }
        : { tone: 'none', value: words.outOfStock, detail }
    const wanted = this.#wanted(unit)
    const isEnough = wanted === null || compare(available, wanted) >= 0
    if (missing > 0) return { tone: isEnough ? 'good' : 'off', value: words.atLeast(amount), detail }
    if (isEnough) return { tone: 'good', value: words.inStock(amount), detail }
    const value = words.onlySome(format.quantity(available, null), format.quantity(wanted, unit))
    return { tone: 'low', value, detail }
  }

  nothing(words: Words): string {
    return words.noStock
  }

  told({ available, incoming, unit, missing, asked }: Answer): Record<string, unknown> {
    return { available, incoming, unit, missing, asked }
  }

  /** The quantity to compare with; null where it is meant in another unit than the stock is told in. */
  #wanted(unit: string | null): string | null {
    const meant = this.getAttribute('unit')?.trim()
    if (this.quantity === null || (meant && meant !== unit)) return null
    return plain(this.quantity)
  }
}
