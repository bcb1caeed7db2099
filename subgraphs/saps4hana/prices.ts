import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import type { Json } from '../json.ts'
import type { PartAnswer } from '../odata.ts'
import { entityOf, jsonDate } from '../odata2.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { errorOf } from './errors.ts'
import { effective, money, priceOf, unitCode, unitOf, unpadded } from './map.ts'
import { type PriceRecord, priceRecords, rateOf, tiersOf } from './records.ts'
import { condition, currency, decimal, key, many, text } from './shapes.ts'

const SERVICE = 'API_SALES_ORDER_SIMULATION_SRV'
const QUANTITY = /^\d{1,15}(\.\d{1,18})?$/
/** Quantities of documents have three decimals. */
const DECIMALS = 3
const SMALLEST = '0.001'
const header = z.object({
  TransactionCurrency: currency,
  CustomerPriceGroup: text,
  to_Item: many(z.unknown()),
})
const simulated = z.object({
  SalesOrderItem: key,
  Material: key,
  RequestedQuantity: decimal,
  RequestedQuantityUnit: text,
  NetAmount: decimal,
  to_PricingElement: many(condition),
})
/** One bad item refuses the whole simulation with one of these; then each is asked for itself. */
const OF_ONE_ITEM = new Set(['INVALID_ITEM', 'VALIDATION', 'MISSING_REQUIRED_FIELD', 'NOT_FOUND'])

/** Questions that one simulated order can answer: the same customer, currency and day, each item once. */
interface Order {
  customer: string
  currency: string | null
  on: string
  asks: PriceAsk[]
}

function quantityOf({ quantity }: PriceAsk): Big {
  if (QUANTITY.test(quantity) && new Big(quantity).gt(0)) return new Big(quantity)
  throw new ErpError('VALIDATION', `"${quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
}

/** An item that stands twice in an order might reach a step of the scale together, so it stands in two. */
function ordersOf(asks: PriceAsk[]): Order[] {
  const found = new Map<string, Order>()
  for (const ask of asks) {
    const { customer, currency: code, on } = ask
    for (let nth = 0; customer !== null; nth += 1) {
      const name = JSON.stringify([customer, code, on, nth])
      const order = found.get(name) ?? { customer, currency: code, on, asks: [] }
      if (order.asks.some(({ item }) => unpadded(item) === unpadded(ask.item))) continue
      order.asks.push(ask)
      found.set(name, order)
      break
    }
  }
  return [...found.values()]
}

/** Rounded down: a step begins at three decimals at most, so the quantity stays on its side of each. */
function sent(ask: PriceAsk, client: Client) {
  const quantity = quantityOf(ask).round(DECIMALS, Big.roundDown)
  const unit = ask.unit ? unitCode(ask.unit, client.config) : undefined
  if (ask.unit && !unit)
    throw new ErpError('MAPPING_MISSING', `There is no unit for ${ask.unit}.`, { field: 'unit' })
  return {
    Material: unpadded(ask.item),
    RequestedQuantity: quantity.gt(0) ? quantity.toFixed() : SMALLEST,
    ...(unit && { RequestedQuantityUnit: unit }),
  }
}

/** Only navigations that stand in the request come back filled. */
function bodyOf(order: Order, client: Client): object {
  const { config } = client
  return {
    SalesOrderType: config.orderType,
    SalesOrganization: config.salesOrganization,
    DistributionChannel: config.distributionChannel,
    OrganizationDivision: config.division,
    SoldToParty: unpadded(order.customer),
    ...(order.currency && { TransactionCurrency: order.currency }),
    PricingDate: jsonDate(order.on),
    to_Item: order.asks.map((ask, index) => ({
      SalesOrderItem: String((index + 1) * 10),
      ...sent(ask, client),
      to_PricingElement: [],
    })),
  }
}

function readingOf(
  row: unknown,
  group: string | null,
  code: string | null,
  records: PriceRecord[],
  client: Client,
) {
  const native = shaped(simulated, row, 'A simulated item')
  const parts = effective(native.to_PricingElement)
  const price = priceOf(parts, code)
  // A missing price is no error of SAP: the item is incomplete and costs nothing.
  if (code === null || (new Big(native.NetAmount).eq(0) && !parts.some((one) => one.ConditionClass === 'B')))
    return null
  const exact = price !== null && parts.length === 1
  const quantity = new Big(native.RequestedQuantity)
  const each = quantity.gt(0) ? new Big(native.NetAmount).div(quantity).round(6).toFixed() : null
  const own = records.filter(
    (one) => unpadded(one.material) === unpadded(native.Material) && one.currency === code,
  )
  const list = own.find((one) => one.list)
  const fits = (one: PriceRecord) => exact && one.per === price.per && rateOf(one, quantity) === price.rate
  const source =
    own.find((one) => one.customer !== null && fits(one)) ??
    own.find((one) => one.priceGroup !== null && one.priceGroup === group && fits(one)) ??
    (list && fits(list) ? list : undefined)
  const listRate = list && list.per === (exact ? price.per : '1') ? rateOf(list, quantity) : undefined
  const reading: PriceReading = {
    unitPrice: money(exact ? price.rate : each, code),
    listPrice: money(listRate, code),
    priceQuantity: exact ? price.per : '1',
    unit: unitOf((exact ? price.unit : null) ?? native.RequestedQuantityUnit, client.config),
    tiers: source ? tiersOf(source) : null,
    taxIncluded: false,
    source: 'customer',
  }
  return reading
}

function answersOf(order: Order, body: Json, records: PriceRecord[], client: Client): Answer<PriceReading>[] {
  const {
    to_Item: rows,
    TransactionCurrency: code,
    CustomerPriceGroup: group,
  } = shaped(header, entityOf(body), 'A simulated order')
  const mine = records.filter(
    ({ customer }) => customer === null || unpadded(customer) === unpadded(order.customer),
  )
  const keyed = z.object({ SalesOrderItem: key })
  const found = new Map(
    rows.map((row) => [unpadded(shaped(keyed, row, 'A simulated item').SalesOrderItem), row]),
  )
  return order.asks.map((_, index) => {
    const row = found.get(String((index + 1) * 10))
    return row === undefined ? null : rowOf(() => readingOf(row, group, code, mine, client))
  })
}

async function simulate(client: Client, orders: Order[]): Promise<(PartAnswer | ErpError)[]> {
  const [only] = orders
  if (!only) return []
  const write = (order: Order) =>
    client.request('POST', SERVICE, 'A_SalesOrderSimulation', bodyOf(order, client))
  if (orders.length === 1) {
    try {
      const { status, headers, json } = await client.write(SERVICE, write(only), true)
      return [{ status, headers, body: json() }]
    } catch (error) {
      if (error instanceof ErpError && (OF_ONE_ITEM.has(error.code) || error.code === 'INVALID_CUSTOMER'))
        return [error]
      throw error
    }
  }
  const parts = orders.map((order) => {
    const { method, headers, body } = write(order)
    return [{ method, url: 'A_SalesOrderSimulation', headers: inner(headers), body }]
  })
  const answers = await client.batch(SERVICE, parts, true)
  return answers.map(([answer]) => (answer && answer.status < 300 ? answer : errorOf(answer ?? NOTHING)))
}

const NOTHING: PartAnswer = { status: 500, headers: {}, body: null }

function inner({ accept = '', 'content-type': type = '' }: Record<string, string>): Record<string, string> {
  return { Accept: accept, 'Content-Type': type }
}

/** The prices of customers, as an order of today would have them; one call, two where an item is bad. */
async function customerPrices(client: Client, asks: PriceAsk[], records: Promise<PriceRecord[]>) {
  const told = new Map<PriceAsk, Answer<PriceReading>>()
  const orders = ordersOf(asks)
  const [answers, known] = await Promise.all([simulate(client, orders), records])
  const again: Order[] = []
  const keep = (order: Order, answer: PartAnswer | ErpError): void => {
    const error = answer instanceof ErpError ? (answer.code === 'INVALID_ITEM' ? null : answer) : undefined
    const rows = answer instanceof ErpError ? [] : answersOf(order, answer.body, known, client)
    for (const [index, ask] of order.asks.entries())
      told.set(ask, error === undefined ? (rows[index] ?? null) : error)
  }
  for (const [index, order] of orders.entries()) {
    const answer = answers[index] as PartAnswer | ErpError
    if (answer instanceof ErpError && order.asks.length > 1 && OF_ONE_ITEM.has(answer.code))
      again.push(...order.asks.map((ask) => ({ ...order, asks: [ask] })))
    else keep(order, answer)
  }
  const second = await simulate(client, again)
  for (const [index, order] of again.entries()) keep(order, second[index] as PartAnswer | ErpError)
  return told
}

/** The list price has the currency of its record; another one is a matter of documents. */
function listPrice(ask: PriceAsk, records: PriceRecord[], client: Client): Answer<PriceReading> {
  const all = records.filter((one) => one.list && unpadded(one.material) === unpadded(ask.item))
  const record = all.find((one) => one.currency === ask.currency) ?? all[0]
  const rate = record && rateOf(record, quantityOf(ask))
  if (!record || rate === undefined) return null
  return {
    unitPrice: { amount: rate, currency: record.currency },
    listPrice: { amount: rate, currency: record.currency },
    priceQuantity: record.per,
    unit: unitOf(record.unit, client.config),
    tiers: tiersOf(record),
    taxIncluded: false,
    source: 'list',
  }
}

/** Prices of one day, by what was asked; price records and simulated orders are read side by side. */
async function pricesOn(
  client: Client,
  on: string,
  asks: PriceAsk[],
): Promise<[PriceAsk, Answer<PriceReading>][]> {
  const materials = asks.map(({ item }) => unpadded(item))
  const customers = asks.flatMap(({ customer }) => (customer?.length ? [unpadded(customer)] : []))
  const records = priceRecords(client, materials, customers, on)
  records.catch(() => undefined)
  const ofCustomers = asks.filter(({ customer }) => customer !== null)
  const own = await customerPrices(client, ofCustomers, records)
  const known = await records
  const listed = asks.filter(({ customer }) => customer === null)
  return [
    ...own,
    ...listed.map((ask): [PriceAsk, Answer<PriceReading>] => [
      ask,
      rowOf(() => listPrice(ask, known, client)),
    ]),
  ]
}

/** Prices: list prices from the price records, those of customers from simulated orders; two calls in all. */
export async function prices(client: Client, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  const checked = asks.map((ask) => ({
    ask,
    refused: rowOf(() => void sent(ask, client)),
    possible: ask.item !== '' && ask.item.length <= 40 && (ask.customer?.length ?? 1) <= 10,
  }))
  const good = checked.flatMap(({ ask, refused, possible }) =>
    refused instanceof ErpError || !possible ? [] : [ask],
  )
  const byDay = Map.groupBy(good, ({ on }) => on)
  const told = new Map<PriceAsk, Answer<PriceReading>>()
  for (const [on, some] of byDay)
    for (const [ask, answer] of await pricesOn(client, on, some)) told.set(ask, answer)
  return checked.map(({ ask, refused, possible }) => {
    if (refused instanceof ErpError) return refused
    if (possible) return told.get(ask) ?? null
    return ask.customer !== null && ask.customer.length > 10
      ? new ErpError('INVALID_CUSTOMER', `There is no customer ${ask.customer.slice(0, 40)}.`)
      : null
  })
}
