import Big from 'big.js'
import { netOf, type Record_, Refusal, type Store } from './store.ts'

/** The parameters of a call; texts from the query, or data from a body. */
export type Params = Record<string, unknown>

/** A decimal number. */
export const NUMBER = /^-?\d+(\.\d+)?$/

/** A parameter as text; null where it is empty. */
export function text(params: Params, name: string): string | null {
  const value = params[name]
  return value === undefined || value === null || value === '' ? null : String(value)
}

/** Refuses members that Nordwerk does not know. */
export function only(params: Params, known: string, path = ''): void {
  const names = known.split(' ')
  for (const name of Object.keys(params))
    if (!names.includes(name))
      throw new Refusal(422, 'INVALID', `Field ${path}${name} is not known`, `${path}${name}`)
}

/** The customer; refused where it is unknown or blocked. */
export function customerOf(store: Store, id: unknown, path: string): Record_ {
  const row = store.customers.rows.get(Number(id))
  if (!row || String(row.id) !== String(id))
    throw new Refusal(422, 'CUST_UNKNOWN', `Customer ${String(id).slice(0, 60)} unknown`, path)
  if (row.lock === 'X') throw new Refusal(422, 'CUST_BLOCKED', `Customer ${row.id} is blocked`, path)
  return row
}

interface Price {
  net: string
  list: string | null
  scale: { from: string; net: string }[]
  gross: string
}

/** The price of one article: the customer's agreement, then that of its class, then the list. */
export function priceOf(store: Store, owner: Record_ | null, no: string, qty: string, cur: string): Price {
  const euros = store.listPrices.get(no) ?? '0'
  const gross = cur === 'EUR' ? euros : new Big(euros).times(store.demo.usdRate).toFixed(2)
  const agreed =
    owner &&
    store.demo.agreements.find(
      ({ sku, currency, customer, group }) =>
        sku === no && currency === cur && (customer === null ? group === owner.class : customer === owner.no),
    )
  const tier = agreed?.tiers.findLast(({ minimum }) => new Big(minimum).lte(qty))
  const scale = agreed?.tiers.map(({ minimum, price }) => ({ from: minimum, net: price })) ?? [
    { from: '0', net: gross },
  ]
  return {
    net: tier?.price ?? gross,
    list: tier && agreed?.group ? agreed.group.toUpperCase() : null,
    scale,
    gross,
  }
}

/** The currency of a document: the wanted one, the customer's, the house's. */
export function currencyOf(store: Store, wanted: unknown, owner: Record_ | null, path: string): string {
  const cur = wanted ?? (owner?.limit as { cur: string } | undefined)?.cur ?? store.demo.currency
  if (cur !== 'EUR' && cur !== 'USD')
    throw new Refusal(422, 'INVALID', `Currency ${String(cur)} is not used here`, path)
  return cur
}

function articleOf(store: Store, { article: no }: Params, at: string): Record_ {
  const article = store.article(String(no))
  if (article) return article
  throw new Refusal(422, 'ART_UNKNOWN', `Article ${String(no).slice(0, 60)} unknown`, `${at}article`)
}

/** A line of an order or invoice, priced where it names no price. */
export function line(store: Store, owner: Record_, cur: string, one: Params, index: number) {
  const at = `pos[${index}].`
  only(one, 'article text qty uom price disc wh wishDate', at)
  const article = articleOf(store, one, at)
  const bad = (name: string): never => {
    throw new Refusal(
      422,
      'INVALID',
      `${name} ${String(one[name]).slice(0, 60)} is not valid`,
      `${at}${name}`,
    )
  }
  const qty = String(one.qty)
  if (!NUMBER.test(qty)) bad('qty')
  if (one.uom !== undefined && one.uom !== article.uom) bad('uom')
  if (one.wh !== undefined && !store.demo.warehouses.some(({ code }) => code === one.wh)) bad('wh')
  const price = String(one.price ?? priceOf(store, owner, String(article.no), qty, cur).net)
  const disc = String(one.disc ?? '0')
  if (!NUMBER.test(price)) bad('price')
  if (!NUMBER.test(disc)) bad('disc')
  const name = one.text ?? (article.text as { de: string }).de
  return {
    no: index + 1,
    article: article.no,
    text: name,
    qty,
    uom: article.uom,
    price,
    disc,
    net: netOf(qty, price, disc),
    wh: one.wh ?? 'MAIN',
    wishDate: one.wishDate,
    shipped: '0',
    invoiced: '0',
  }
}
