import type { Answer } from './answer.ts'
import { compare, plain } from './decimal.ts'
import { ErpElement, type Tongue } from './element.ts'
import type { View } from './view.ts'
import type { Words } from './words.ts'

/** `<erp-price>`: what a customer pays for an article, at the quantity. */
export class Price extends ErpElement {
  readonly kind = 'price'
  readonly periodMs = 120_000

  view(answer: Answer, { words, format }: Tongue): Omit<View, 'note' | 'asOf'> {
    const { unitPrice, listPrice, priceQuantity, taxIncluded, unit } = answer
    if (!unitPrice) return { tone: 'off', value: words.priceUnknown, detail: [] }
    const isPerMany = priceQuantity !== null && plain(priceQuantity) !== '1'
    const detail: string[] = []
    if (isPerMany) detail.push(words.per(format.quantity(priceQuantity, unit)))
    else if (unit) detail.push(words.per(format.unit(unit)))
    if (this.quantity !== null && plain(this.quantity) !== '1') {
      const meant = this.getAttribute('unit')?.trim() || unit
      detail.push(words.quantity(format.quantity(this.quantity, meant)))
    }
    if (taxIncluded !== null) detail.push(taxIncluded ? words.withTax : words.plusTax)
    const isReduced =
      listPrice?.currency === unitPrice.currency && compare(listPrice.amount, unitPrice.amount) > 0
    const instead = isReduced ? { words: words.insteadOf, amount: format.money(listPrice) } : null
    return { tone: 'plain', value: format.money(unitPrice), instead, detail }
  }

  nothing(words: Words): string {
    return words.noPrice
  }

  told({ unitPrice, listPrice, priceQuantity, taxIncluded, unit }: Answer): Record<string, unknown> {
    return { unitPrice, listPrice, priceQuantity, taxIncluded, unit, quantity: this.quantity ?? '1' }
  }
}
