import Big from 'big.js'
import type { Demo, DemoAgreement } from '../../demo.ts'
import type { PriceRow } from './rows.ts'
import type { State } from './state.ts'

/** The level that every item has. */
export const BASE = 1
/** The level that stands for a price of its own. */
export const CUSTOM = -1
const WHOLESALE = 2

/** A price in US dollars, to the cent. */
export function inDollars(price: string, rate: string): string {
  return new Big(price).times(rate).round(2).toFixed()
}

/**
 * The demo company's prices in NetSuite's words: list prices on the base level, wholesale on a level of its own
 * with quantity breaks, contracts with breaks as a level per customer that the customer's item pricing names,
 * and single prices as custom item prices. Every second wholesale customer has its level by pricing group.
 */
export function seedPrices(state: State, demo: Demo): void {
  state.levels = [
    { id: BASE, name: 'Base Price', percent: null },
    { id: WHOLESALE, name: 'Wholesale', percent: null },
    { id: 3, name: 'Staff', percent: '-15' },
  ]
  const ids = new Map(state.items.map(({ itemid, id }) => [itemid, id]))
  for (const { sku, listPrice } of demo.products) setBase(state, ids.get(sku) ?? 0, listPrice)
  for (const agreement of demo.agreements) addAgreement(state, agreement, ids.get(agreement.sku) ?? 0)
  const wholesale = demo.customers.filter(({ group }) => group === 'wholesale')
  for (const [index, { number }] of wholesale.entries()) {
    const customer = state.customers.find(({ entityid }) => entityid === number)
    if (!customer) continue
    if (index % 2 === 0) customer.pricelevel = WHOLESALE
    else
      state.groupPricing.push(
        ...state.groups.map(({ id }) => ({ customer: customer.id, group: id, level: WHOLESALE })),
      )
  }
}

/** Sets the base price of an item in both currencies. */
export function setBase(state: State, item: number, price: string): void {
  state.prices = state.prices.filter((row) => row.item !== item || row.level !== BASE)
  state.prices.push(
    { item, level: BASE, currency: 1, quantity: '0', price },
    { item, level: BASE, currency: 2, quantity: '0', price: inDollars(price, state.usdRate) },
  )
}

function addAgreement(state: State, agreement: DemoAgreement, item: number): void {
  const currency = agreement.currency === 'USD' ? 2 : 1
  const customer = state.customers.find(({ entityid }) => entityid === agreement.customer)
  const [first] = agreement.tiers
  if (customer && agreement.tiers.length === 1) {
    const price = first?.price ?? null
    state.itemPricing.push({ customer: customer.id, item, level: CUSTOM, price, currency })
    return
  }
  const level = customer ? contractLevel(state, agreement.customer ?? '') : WHOLESALE
  state.prices.push(
    ...agreement.tiers.map(({ minimum, price }, index): PriceRow => {
      // The first column of the matrix is for any quantity.
      return { item, level, currency, quantity: index === 0 ? '0' : minimum, price }
    }),
  )
  if (customer)
    state.itemPricing.push({ customer: customer.id, item, level, price: first?.price ?? null, currency })
}

function contractLevel(state: State, number: string): number {
  const name = `Contract ${number}`
  const known = state.levels.find((level) => level.name === name)
  if (known) return known.id
  const id = state.levels.length + 1
  state.levels.push({ id, name, percent: null })
  return id
}

/** What NetSuite would put on a line: item pricing, group pricing, price level, base; then the quantity break. */
export function priceFor(
  state: State,
  customer: number,
  item: number,
  quantity: string,
  currency: number,
): { level: number; price: string } {
  const own = state.itemPricing.find(
    (row) => row.customer === customer && row.item === item && row.currency === currency,
  )
  if (own?.level === CUSTOM && own.price !== null) return { level: CUSTOM, price: own.price }
  const group = state.item(item)?.pricinggroup
  const byGroup = state.groupPricing.find((row) => row.customer === customer && row.group === group)
  for (const level of [own?.level, byGroup?.level, state.customer(customer)?.pricelevel, BASE]) {
    const price = level == null ? null : levelPrice(state, level, item, quantity, currency)
    if (level != null && price !== null) return { level, price }
  }
  return { level: CUSTOM, price: '0' }
}

/** The price of a level for a quantity; by percentage of the base price where the matrix has none. */
export function levelPrice(
  state: State,
  level: number,
  item: number,
  quantity: string,
  currency: number,
): string | null {
  const found = state.prices
    .filter((row) => row.item === item && row.level === level && row.currency === currency)
    .toSorted((a, b) => new Big(a.quantity).cmp(b.quantity))
    .findLast((row) => new Big(row.quantity).lte(quantity))
  if (found) return found.price
  const percent = state.levels.find(({ id }) => id === level)?.percent
  const base = percent == null ? null : levelPrice(state, BASE, item, quantity, currency)
  return base === null
    ? null
    : new Big(base)
        .times(new Big(percent ?? 0).plus(100))
        .div(100)
        .toFixed()
}
