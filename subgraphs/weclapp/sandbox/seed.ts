import Big from 'big.js'
import type { Demo, DemoCustomer, DemoProduct } from '../../demo.ts'
import { articleAttributes, customerAttributes, seedDefinitions } from './custom.ts'
import type { Price } from './pricing.ts'
import type { Store } from './store.ts'

const UNITS = { H87: 'Stk.', KGM: 'kg', MTR: 'm', LTR: 'l', HUR: 'Std.' }
const PAST = Date.parse('2025-12-31T23:00:00Z')

/** Ids of set-up data by the demo's own words. */
export interface Ids {
  units: Record<string, string>
  currencies: Record<string, string>
  warehouses: Record<string, string>
}

function named(
  store: Store,
  resource: string,
  names: [string, Record<string, unknown>][],
): Record<string, string> {
  return Object.fromEntries(names.map(([key, properties]) => [key, store.insert(resource, properties).id]))
}

/** Units, currencies, warehouses, terms and the custom attributes. */
export function seedSetup(store: Store, demo: Demo): Ids {
  const units = named(
    store,
    'unit',
    Object.entries(UNITS).map(([code, name]) => [code, { name }]),
  )
  const currencies = named(store, 'currency', [
    ['EUR', { name: 'EUR', currencySymbol: '€' }],
    ['USD', { name: 'USD', currencySymbol: '$' }],
  ])
  const warehouses = named(
    store,
    'warehouse',
    demo.warehouses.map(({ code, name }) => [
      code,
      { name, shortIdentifier: code, active: true, standard: code === 'MAIN', warehouseType: 'STANDARD' },
    ]),
  )
  named(
    store,
    'articleCategory',
    [...new Set(demo.products.map((one) => one.category))].map((name) => [name, { name }]),
  )
  named(
    store,
    'termOfPayment',
    [14, 30, 60].map((days) => [
      String(days),
      { name: `${days} Tage netto`, numberOfDays: days, dueDateOption: 'PERIOD', conditions: [] },
    ]),
  )
  seedDefinitions(store)
  return { units, currencies, warehouses }
}

/** A price as it stands inside an article. */
export function priceOf(store: Store, currencyId: string, price: string, more: Partial<Price> = {}): Price {
  return {
    ...store.meta(),
    currencyId,
    price: new Big(price).toFixed(),
    priceScaleType: 'SCALE_FROM',
    priceScaleValue: '1',
    salesChannel: 'NET1',
    reductionAdditions: [],
    ...more,
  }
}

/** Prices that were agreed: those of a group are a sales channel, those of a customer stand under its id. */
function agreed(
  store: Store,
  ids: Ids,
  demo: Demo,
  product: DemoProduct,
  parties: Map<string, string>,
): Price[] {
  return demo.agreements
    .filter(({ sku }) => sku === product.sku)
    .flatMap(({ customer, currency, tiers }) =>
      tiers.map(({ minimum, price }) => {
        const whose = customer === null ? { salesChannel: 'NET2' } : { customerId: parties.get(customer) }
        // A price that is a fifth higher less 20 percent is the same price, in weclapp's way of a discount.
        const reduced = customer === null && product.sku.startsWith('VALVE')
        const reduction = { ...store.meta(), name: 'Rabatt', type: 'REDUCTION_PERCENT', value: '20' }
        return priceOf(
          store,
          ids.currencies[currency] ?? '',
          reduced ? new Big(price).times('1.25').toFixed() : price,
          {
            ...whose,
            priceScaleValue: minimum,
            ...(reduced ? { reductionAdditions: [reduction] } : {}),
          },
        )
      }),
    )
}

/** The general prices of an article, in both currencies. */
export function listPrices(store: Store, ids: Ids, demo: Demo, price: string): Price[] {
  const dollars = new Big(price).times(demo.usdRate).round(2, Big.roundHalfUp).toFixed()
  return [priceOf(store, ids.currencies.EUR ?? '', price), priceOf(store, ids.currencies.USD ?? '', dollars)]
}

/** An article; booleans are never left out. */
export function articleOf(
  ids: Ids,
  product: Pick<DemoProduct, 'sku' | 'name' | 'unit'>,
): Record<string, unknown> {
  return {
    articleNumber: product.sku,
    name: product.name,
    active: true,
    availableInSale: true,
    articleType: product.unit === 'HUR' ? 'SERVICE' : 'STORABLE',
    taxRateType: 'STANDARD',
    unitId: ids.units[product.unit],
    applyCashDiscount: true,
    batchNumberRequired: false,
    serialNumberRequired: false,
    productionArticle: false,
    tags: [],
    customAttributes: [],
  }
}

/** Stock on two storage places and, where something is reserved, a row of its own for the order line. */
function seedStock(store: Store, ids: Ids, articleId: string, product: DemoProduct): void {
  for (const { warehouse, onHand, reserved } of product.stock) {
    const free = Number(onHand) - Number(reserved)
    const second = Math.floor(free / 3)
    const warehouseId = ids.warehouses[warehouse]
    const put = (quantity: number, storagePlaceId: string, more: object = {}) =>
      quantity > 0 &&
      store.insert('warehouseStock', {
        articleId,
        warehouseId,
        storagePlaceId,
        quantity: String(quantity),
        inboundDate: PAST,
        serialNumbers: [],
        picks: [],
        packagingUnits: [],
        ...more,
      })
    put(free - second, `${warehouseId}01`)
    put(second, `${warehouseId}02`)
    put(Number(reserved), `${warehouseId}01`, { salesOrderItemId: '900001' })
  }
}

/** The one address of a customer, for everything. */
function addressOf(store: Store, { name, street, postalCode, city, country }: DemoCustomer) {
  const flags = { primaryAddress: true, invoiceAddress: true, deliveryAddress: true }
  const place = { street1: street, zipcode: postalCode, city, countryCode: country }
  return { ...store.meta(), company: name, ...place, ...flags }
}

function partyOf(store: Store, ids: Ids, terms: Map<unknown, string>, one: DemoCustomer) {
  const address = addressOf(store, one)
  return {
    partyType: 'ORGANIZATION',
    company: one.name,
    email: one.email,
    phone: one.phone,
    vatIdentificationNumber: one.taxId,
    customer: true,
    supplier: false,
    salesPartner: false,
    competitor: false,
    customerNumber: one.number,
    customerBusinessType: 'B2B',
    customerBlocked: false,
    customerDeliveryBlock: false,
    invoiceBlock: false,
    customerCreditLimit: one.creditLimit,
    customerTermOfPaymentId: terms.get(one.termsDays),
    customerSalesChannel: one.group === 'wholesale' ? 'NET2' : 'NET1',
    currencyId: ids.currencies[one.currency],
    addresses: [address],
    primaryAddressId: address.id,
    contacts: [],
    customAttributes: customerAttributes(store, one),
    tags: [],
  }
}

/** Customers, by their numbers. */
export function seedParties(store: Store, ids: Ids, demo: Demo): Map<string, string> {
  const terms = new Map(store.all('termOfPayment').map((row) => [row.numberOfDays, row.id]))
  return new Map(
    demo.customers.map((one) => [one.number, store.insert('party', partyOf(store, ids, terms, one)).id]),
  )
}

/** Articles with their prices and stock. */
export function seedArticles(store: Store, ids: Ids, demo: Demo, parties: Map<string, string>): void {
  const categories = new Map(store.all('articleCategory').map((row) => [row.name, row.id]))
  for (const product of demo.products) {
    const expired = priceOf(store, ids.currencies.EUR ?? '', '1.00', { endDate: PAST })
    const row = store.insert('article', {
      ...articleOf(ids, product),
      customAttributes: articleAttributes(store, product),
      shortDescription1: product.description,
      ean: product.barcode,
      articleCategoryId: categories.get(product.category),
      averageDeliveryTime: product.leadDays,
      articlePrices: [
        ...(product.sku === 'SHELF-60' ? [expired] : []),
        ...listPrices(store, ids, demo, product.listPrice),
        ...agreed(store, ids, demo, product, parties),
      ],
    })
    seedStock(store, ids, row.id, product)
  }
}
