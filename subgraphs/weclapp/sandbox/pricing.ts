import Big from 'big.js'
import type { Row, Store } from './store.ts'

/** A price inside an article. */
export interface Price {
  id: string
  customerId?: string
  currencyId: string
  salesChannel: string
  price: string
  priceScaleType: string
  priceScaleValue: string
  startDate?: number
  endDate?: number
  reductionAdditions: { type: string; value: string; name?: string }[]
}

const META = { version: '0', createdDate: 0, lastModifiedDate: 0, lastModifiedByUserId: '2001' }

/** The prices of an article. */
export function pricesOf(article: Row): Price[] {
  return (article.articlePrices ?? []) as Price[]
}

/** Every price as a record of its own, as /articlePrice shows it. */
export function priceRows(store: Store, wanted: Set<string> | null): Row[] {
  const articles = wanted
    ? [...wanted].flatMap((id) => store.find('article', id) ?? [])
    : store.all('article')
  return articles.flatMap((article) =>
    pricesOf(article).map((price) => ({ ...META, ...price, articleId: article.id })),
  )
}

function after({ price, reductionAdditions }: Price): Big {
  return reductionAdditions.reduce((left, { type, value }) => {
    const part = type.endsWith('_PERCENT') ? left.times(value).div(100) : new Big(value)
    return type.startsWith('REDUCTION') ? left.minus(part) : left.plus(part)
  }, new Big(price))
}

function forQuantity(rows: Price[], quantity: string): Price | undefined {
  const ascending = rows.toSorted((a, b) => new Big(a.priceScaleValue).cmp(b.priceScaleValue))
  const from = ascending.findLast(
    (one) => one.priceScaleType === 'SCALE_FROM' && new Big(quantity).gte(one.priceScaleValue),
  )
  const to = ascending.find(
    (one) => one.priceScaleType === 'SCALE_TO' && new Big(quantity).lte(one.priceScaleValue),
  )
  return from ?? to
}

/** What an order line of this quantity costs one customer; null where the article has no price for it. */
export function priced(
  article: Row,
  party: Row,
  terms: { currency: unknown; channel: unknown; quantity: string; at: number },
): { unitPrice: string; net: Big; reductions: Price['reductionAdditions'] } | null {
  const fits = pricesOf(article).filter(
    (one) =>
      one.currencyId === terms.currency &&
      one.salesChannel === terms.channel &&
      (one.startDate ?? 0) <= terms.at &&
      (one.endDate ?? Infinity) >= terms.at,
  )
  const own = fits.filter((one) => one.customerId === party.id)
  const general = fits.filter((one) => one.customerId === undefined)
  const row = forQuantity(own, terms.quantity) ?? forQuantity(general, terms.quantity)
  return row ? { unitPrice: row.price, net: after(row), reductions: row.reductionAdditions } : null
}
