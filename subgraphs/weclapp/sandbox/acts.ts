import type { Demo } from '../../demo.ts'
import type { SandboxAction } from '../../sandbox.ts'
import { type Price, pricesOf } from './pricing.ts'
import { type Ids, articleOf, listPrices, priceOf } from './seed.ts'
import { createParty } from './parties.ts'
import type { Row, Store } from './store.ts'

/** What a person in the ERP could do behind the connector's back. */
export function perform(store: Store, ids: Ids, demo: Demo, action: SandboxAction): void {
  const article = (sku: string): Row => {
    const row = store.all('article').find(({ articleNumber }) => articleNumber === sku)
    if (!row) throw new Error(`The sandbox has no article ${sku}.`)
    return row
  }
  switch (action.do) {
    case 'addItem':
      store.insert('article', {
        ...articleOf(ids, { ...action, unit: 'H87' }),
        articlePrices: listPrices(store, ids, demo, action.price),
      })
      return
    case 'addCustomer':
      createParty(store, {
        company: action.name,
        email: action.email,
        customer: true,
        currencyId: ids.currencies.EUR,
      })
      return
    case 'setStock':
      return setStock(store, ids, article(action.sku), action)
    case 'setPrice':
      return setPrice(store, ids, article(action.sku), action.price)
    case 'setOrderStatus':
      store.change('salesOrder', store.get('salesOrder', action.id), { status: action.status })
      return
    case 'setQuoteStatus':
      store.change('quotation', store.get('quotation', action.id), { status: action.status })
      return
    case 'deleteItem':
      store.remove('article', article(action.sku).id)
      return
    case 'expireTokens':
    // weclapp's tokens have no end.
  }
}

/** Another list price in euros; what was agreed stays. */
function setPrice(store: Store, ids: Ids, article: Row, price: string): void {
  const isList = (one: Price) =>
    one.customerId === undefined && one.salesChannel === 'NET1' && one.currencyId === ids.currencies.EUR
  const others = pricesOf(article).filter((one) => !isList(one))
  const list = priceOf(store, ids.currencies.EUR ?? '', price)
  store.change('article', article, { articlePrices: [list, ...others] })
}

function setStock(
  store: Store,
  ids: Ids,
  article: Row,
  { warehouse, onHand }: { warehouse: string; onHand: string },
): void {
  const warehouseId = ids.warehouses[warehouse]
  for (const row of store.all('warehouseStock'))
    if (row.articleId === article.id && row.warehouseId === warehouseId)
      store.remove('warehouseStock', row.id)
  store.insert('warehouseStock', {
    articleId: article.id,
    warehouseId,
    storagePlaceId: `${warehouseId}01`,
    quantity: onHand,
    inboundDate: store.now(),
    serialNumbers: [],
    picks: [],
    packagingUnits: [],
  })
}
