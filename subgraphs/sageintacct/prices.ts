import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client, Filter, Query } from './client.ts'
import { baseUnit, isSold, money, unitCode } from './map.ts'
import type { Schedule, Setup } from './setup.ts'
import * as shapes from './shapes.ts'
import { forQuantity, holding, less, priceOf } from './tiers.ts'

/** Everything that was read for a batch. */
interface Facts {
  items: Map<string, shapes.NativeItem>
  customers: Map<string, shapes.NativeCustomer>
  schedules: Map<string, Schedule>
  entries: Map<string, (shapes.Entry | ErpError)[]>
}

const PRICED = ['key', 'id', 'status', 'currency', 'discountPercent', 'priceList.id', 'priceSchedule.id']

async function masters(client: Client, asks: PriceAsk[]): Promise<Pick<Facts, 'items' | 'customers'>> {
  const filled = (ids: (string | null)[]) => [...new Set(ids)].filter((id) => id !== null && id.trim() !== '')
  const named = (ids: string[]): Filter[] => [{ $in: { id: ids } }]
  const people = filled(asks.map(({ customer }) => customer)) as string[]
  const wanted = filled(asks.map(({ item }) => item)) as string[]
  if (wanted.length === 0) return { items: new Map(), customers: new Map() }
  const queries: Query[] = [
    { object: 'inventory-control/item', fields: shapes.ITEM, filters: named(wanted) },
    { object: 'accounts-receivable/customer', fields: PRICED, filters: named(people) },
  ]
  const [items = [], customers = []] =
    people.length > 0 ? await client.together(queries) : [await client.all(queries[0] as Query), []]
  return {
    items: new Map(items.map((row) => shaped(shapes.item, row, 'An item')).map((row) => [row.id, row])),
    customers: new Map(
      customers.map((row) => shaped(shapes.customer, row, 'A customer')).map((row) => [row.id, row]),
    ),
  }
}

/** The price list of a customer and its discount: by schedule, else by its own list, else the common one. */
function listOf(customer: shapes.NativeCustomer | null, schedules: Map<string, Schedule>, client: Client) {
  const schedule = schedules.get(customer?.priceSchedule.id ?? '')
  const common = client.config.priceList ?? null
  const discount = customer?.discountPercent ?? null
  if (schedule && schedule.status !== 'inactive')
    return { list: schedule.priceList.id ?? common, discount: schedule.discountPercent ?? discount }
  return { list: customer?.priceList.id ?? common, discount }
}

async function entriesOf(client: Client, facts: Omit<Facts, 'entries'>): Promise<Facts['entries']> {
  const whose = [null, ...facts.customers.values()]
  const lists = [...new Set(whose.map((customer) => listOf(customer, facts.schedules, client).list))]
  const wanted = lists.filter((list) => list !== null)
  const items = [...facts.items.values()]
  if (wanted.length === 0 || items.length === 0) return new Map()
  const lines = [...new Set(items.flatMap(({ productLine }) => productLine.id ?? []))]
  const rows = await client.all({
    object: 'order-entry/price-list-entry',
    fields: shapes.ENTRY,
    filters: [
      { $in: { 'priceList.id': wanted } },
      { $in: { 'item.id': items.map(({ id }) => id) } },
      ...(lines.length > 0 ? [{ $in: { 'productLine.id': lines } }] : []),
    ],
    expression: lines.length > 0 ? '1 and (2 or 3)' : '1 and 2',
  })
  const found: Facts['entries'] = new Map()
  for (const row of rows) {
    const entry = rowOf(() => shaped(shapes.entry, row, 'An entry of a price list'))
    const key = entry instanceof ErpError ? null : (entry.item.id ?? `line ${entry.productLine.id}`)
    // An entry that cannot be read might be the one that holds, for any item.
    for (const place of key === null ? [...items.map(({ id }) => id)] : [key])
      found.set(place, [...(found.get(place) ?? []), entry])
  }
  return found
}

function answer(ask: PriceAsk, facts: Facts, client: Client): PriceReading | null {
  if (!/^\d{1,28}(\.\d{1,18})?$/.test(ask.quantity))
    throw new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
  const customer = ask.customer === null ? null : (facts.customers.get(ask.customer) ?? null)
  if (ask.customer !== null && customer === null)
    throw new ErpError('INVALID_CUSTOMER', `Intacct has no customer "${ask.customer}".`, {
      field: 'customer',
    })
  const item = facts.items.get(ask.item)
  if (!item || !isSold(item)) return null
  const { config } = client
  const { list, discount } = listOf(customer, facts.schedules, client)
  const unit = unitCode(baseUnit(item, config), config)
  const common = { priceQuantity: '1', unit, taxIncluded: false, discounts: discountsOf(discount) }
  const listPrice = money(item.basePrice, config.baseCurrency)
  const rows = [item.id, `line ${item.productLine.id}`].flatMap((key) => facts.entries.get(key) ?? [])
  for (const currency of new Set([
    ask.currency ?? customer?.currency,
    customer?.currency,
    config.baseCurrency,
  ])) {
    if (!currency) continue
    const found = list === null ? null : priceIn(ask, item, rows, { list, currency, on: ask.on }, discount)
    if (found) {
      const source = customer === null ? 'list' : `computed:price list ${list}`
      return { ...common, ...found, listPrice, source }
    }
    if (currency === config.baseCurrency) break
  }
  if (item.basePrice === null) return null
  const amount = less(new Big(item.basePrice), discount)
  const unitPrice = money(amount, config.baseCurrency)
  const source = customer === null ? 'list' : 'computed:base price'
  return { ...common, unitPrice, listPrice, tiers: [], source, validUntil: null }
}

function discountsOf(percent: string | null) {
  return percent === null || new Big(percent).eq(0) ? [] : [{ percent }]
}

function priceIn(
  ask: PriceAsk,
  item: shapes.NativeItem,
  rows: (shapes.Entry | ErpError)[],
  terms: { list: string; currency: string; on: string },
  discount: string | null,
) {
  const broken = rows.find((row) => row instanceof ErpError)
  if (broken) throw broken
  const entries = rows.flatMap((row) => (row instanceof ErpError ? [] : [row]))
  const bands = holding(entries, item.id, item.productLine.id, terms)
  const band = forQuantity(bands, new Big(ask.quantity))
  if (!band) return null
  const amount = (entry: shapes.Entry) => ({
    amount: priceOf(entry, item.basePrice, discount),
    currency: terms.currency,
  })
  return {
    unitPrice: amount(band),
    tiers: bands.map((entry) => ({ minimumQuantity: entry.minimumQuantity, unitPrice: amount(entry) })),
    validUntil: band.endDate === null ? null : `${band.endDate}T23:59:59.999Z`,
  }
}

/**
 * Prices of a whole batch in two calls: items and customers together, then the entries of their price lists.
 * Intacct has no call that reckons a price, so the choice is ours and `source` says so.
 * https://developer.intacct.com/api/order-entry/price-lists/
 */
export async function prices(
  client: Client,
  setup: Setup,
  asks: PriceAsk[],
): Promise<Answer<PriceReading>[]> {
  if (asks.length === 0) return []
  const found = await masters(client, asks)
  // A company without schedules may not know the object at all.
  const isScheduled = [...found.customers.values()].some(({ priceSchedule }) => priceSchedule.id !== null)
  const schedules = isScheduled ? await setup.schedules.get() : new Map<string, Schedule>()
  const some = { ...found, schedules }
  const facts: Facts = { ...some, entries: await entriesOf(client, some) }
  return asks.map((ask) => rowOf(() => answer(ask, facts, client)))
}
