import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Answer, type PriceAsk, type PriceReading } from '../connector.ts'
import { exactNumber, plain } from '../json.ts'
import { salesUnit, sellable } from './map.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import type { ItemSetup } from './setup.ts'
import { breaks } from './tiers.ts'
import { unitCode } from './words.ts'

/** Who pays, by which list, on which day: what one call to the server has in common. */
export interface Terms {
  customer: shapes.CustomerRow | null
  list: shapes.PriceListRow
  on: string
}
/** One ask with what the call needs to know of its item. */
interface Line {
  ask: PriceAsk
  item: ItemSetup
  uom: string
  factor: string
  terms: Terms
}

/** A quantity at which the price was asked too, for the tiers. */
interface Step {
  minimum: string
  row: shapes.PricedRow | undefined
}

const answer = z.object({ children: z.array(shapes.priced) })

/** The unit to price in, and how many stock units it is. */
export function unitOf(
  item: ItemSetup,
  wanted: string | null,
  own: Record<string, string>,
): { uom: string; factor: string } | null {
  const names = [salesUnit(item), item.stock_uom, ...item.factors.keys()]
  const uom =
    wanted === null
      ? salesUnit(item)
      : names.find((name) => unitCode(name, own) === wanted || name === wanted)
  if (uom === undefined) return null
  return { uom, factor: uom === item.stock_uom ? '1' : (item.factors.get(uom) ?? '1') }
}

async function termsOf(
  { setup, config }: Connection,
  ask: PriceAsk,
  customers: Map<string, shapes.CustomerRow>,
): Promise<Terms> {
  const customer = ask.customer === null ? null : customers.get(ask.customer)
  if (customer === undefined)
    throw new ErpError('INVALID_CUSTOMER', `ERPNext has no customer "${ask.customer}".`, {
      field: 'customer',
    })
  const [nearest] = await setup.groups(customer?.customer_group ?? null)
  const own = customer?.default_price_list ?? nearest?.default_price_list
  const name =
    own ?? (ask.currency && config.currencyPriceLists[ask.currency]) ?? (await setup.defaultPriceList())
  const list = (await setup.priceLists([name])).get(name)
  if (!list?.enabled)
    throw new ErpError('VALIDATION', `The price list "${name}" is disabled or does not exist.`, {
      field: 'priceList',
    })
  return { customer, list, on: ask.on }
}

async function customersOf(
  { client }: Connection,
  asks: PriceAsk[],
): Promise<Map<string, shapes.CustomerRow>> {
  const names = [...new Set(asks.flatMap(({ customer }) => customer ?? []))]
  if (names.length === 0) return new Map()
  const listing = {
    fields: shapes.fieldsOf(shapes.customer),
    filters: [['name', 'in', names] satisfies [string, string, string[]]],
    limit: 0,
  }
  const found = await client.list('Customer', shapes.customer, listing)
  return new Map(found.map((row) => [row.name, row]))
}

/** What is paid for one unit: margin on top, then the discount, rounded as the site does it. */
function paid(row: shapes.PricedRow, precision: number): { price: string; computed: boolean } {
  const list = new Big(row.price_list_rate ?? 0)
  const margin = new Big(row.margin_rate_or_amount ?? 0)
  const above = margin.eq(0)
    ? list
    : row.margin_type === 'Percentage'
      ? list.times(margin).div(100).plus(list)
      : list.plus(margin)
  const percent = new Big(row.discount_percentage ?? 0)
  const amount = new Big(row.discount_amount ?? 0)
  const price = percent.eq(0) ? above.minus(amount) : above.minus(above.times(percent).div(100))
  if (price.eq(list)) return { price: list.toFixed(), computed: false }
  return { price: price.round(precision, Big.roundHalfEven).toFixed(), computed: true }
}

function wire({ item, uom, factor }: Line, quantity: string, name: string): object {
  const stockQuantity = new Big(quantity).times(factor).toFixed()
  return {
    doctype: 'Sales Order Item',
    name,
    item_code: item.name,
    qty: exactNumber(plain(quantity)),
    stock_qty: exactNumber(stockQuantity),
    uom,
    stock_uom: item.stock_uom,
    conversion_factor: exactNumber(factor),
  }
}

/**
 * One call prices all lines of one customer, pricing rules included. Version 15 calls its argument "args", 16
 * "ctx". A "rate" must never be sent along: with auto-insert on, the server would write a price.
 * https://github.com/frappe/erpnext/blob/version-15/erpnext/stock/get_item_details.py
 */
async function ask(
  { client, setup }: Connection,
  { customer, list, on }: Terms,
  items: object[],
): Promise<shapes.PricedRow[]> {
  const { name: company } = await setup.company()
  const args = {
    doctype: 'Sales Order',
    customer: customer?.name ?? null,
    customer_group: customer?.customer_group ?? null,
    territory: customer?.territory ?? null,
    company,
    currency: list.currency,
    conversion_rate: 1,
    selling_price_list: list.name,
    price_list: list.name,
    price_list_currency: list.currency,
    plc_conversion_rate: 1,
    transaction_date: on,
    ignore_pricing_rule: customer ? 0 : 1,
    items,
  }
  const { children } = await client.ask('erpnext.stock.get_item_details.apply_price_list', answer, {
    args,
    ctx: args,
  })
  if (children.length === items.length) return children
  throw new ErpError('BAD_ANSWER', `ERPNext priced ${children.length} of ${items.length} lines.`, {
    field: 'children',
  })
}

function reading(
  line: Line,
  row: shapes.PricedRow,
  steps: Step[] | null,
  { config }: Connection,
): PriceReading | null {
  if (row.price_list_rate === null) return null
  const { list, customer } = line.terms
  const { price, computed } = paid(row, config.pricePrecision)
  const amount = (value: string) => ({ amount: value, currency: list.currency })
  const asked = steps?.length === 0 ? [{ minimum: '1', row }] : (steps ?? [])
  const tiers = asked.flatMap((step) => {
    if (!step.row || step.row.price_list_rate === null) return []
    return [{ minimumQuantity: step.minimum, unitPrice: amount(paid(step.row, config.pricePrecision).price) }]
  })
  const changed = tiers.filter(
    (tier, at) => at === 0 || tier.unitPrice.amount !== tiers[at - 1]?.unitPrice.amount,
  )
  const percent = row.discount_percentage && computed ? row.discount_percentage : null
  return {
    unitPrice: amount(price),
    listPrice: row.pricing_rule_for === 'Rate' ? null : amount(row.price_list_rate),
    priceQuantity: '1',
    unit: unitCode(line.uom, config.units),
    tiers: changed.length > 0 ? changed : null,
    discounts: percent ? [{ percent }] : null,
    source: !customer
      ? 'list'
      : computed
        ? `computed:pricelist ${list.name} with pricing rules`
        : `pricelist:${list.name}`,
  }
}

async function group(connection: Connection, lines: Line[]): Promise<Answer<PriceReading>[]> {
  const [first] = lines
  if (!first) return []
  const { setup } = connection
  const rules = first.terms.customer ? await setup.rules() : []
  const company = (await setup.company()).name
  const groups = (await setup.groups(first.terms.customer?.customer_group ?? null)).map(({ name }) => name)
  const steps = lines.map((line) =>
    breaks(rules ?? [], { ...line.terms, item: line.item, factor: line.factor, company, groups }),
  )
  const items = lines.flatMap((line, at) =>
    [line.ask.quantity, ...(steps[at] ?? [])].map((quantity, no) => wire(line, quantity, `${at}-${no}`)),
  )
  const priced = await ask(connection, first.terms, items)
  let next = 0
  return lines.map((line, at) => {
    const row = priced[next++]
    const own = (steps[at] ?? []).map((minimum) => ({ minimum, row: priced[next++] }))
    return row ? reading(line, row, rules && own, connection) : null
  })
}

/** Prices one group; when the server stumbles over an item that is gone, the others get their price all the same. */
async function safely(connection: Connection, lines: Line[]): Promise<Answer<PriceReading>[]> {
  try {
    return await group(connection, lines)
  } catch (error) {
    if (!(error instanceof ErpError)) throw error
    if (error.code !== 'VALIDATION' && error.code !== 'NOT_FOUND') return lines.map(() => error)
    const names = lines.map(({ item }) => item.name)
    const known = await connection.setup.items(names, true)
    const left = lines.filter(({ item }) => known.has(item.name))
    if (left.length === lines.length) return lines.map(() => error)
    const again = await group(connection, left)
    const byLine = new Map(left.map((line, at) => [line, again[at] ?? null]))
    return lines.map((line) => byLine.get(line) ?? null)
  }
}

async function lineOf(
  connection: Connection,
  one: PriceAsk,
  items: Map<string, ItemSetup>,
  customers: Map<string, shapes.CustomerRow>,
): Promise<Line | null | ErpError> {
  if (!/^\d+(\.\d+)?$/.test(one.quantity) || new Big(one.quantity).lte(0)) {
    return new ErpError('VALIDATION', `"${one.quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
  }
  const item = items.get(one.item)
  if (!item || !sellable(item, one.on)) return null
  const unit = unitOf(item, one.unit, connection.config.units)
  if (!unit)
    return new ErpError('MAPPING_MISSING', `ERPNext does not sell "${item.name}" in the unit ${one.unit}.`, {
      field: 'unit',
    })
  try {
    return { ask: one, item, ...unit, terms: await termsOf(connection, one, customers) }
  } catch (error) {
    if (error instanceof ErpError) return error
    throw error
  }
}

/**
 * Prices of a whole batch: one call for the customers and one per customer, price list and day. The server
 * computes; what it leaves to its form, the subtraction of the discount, is done here and told as "computed".
 */
export async function prices(connection: Connection, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  if (asks.length === 0) return []
  const [customers, items] = await Promise.all([
    customersOf(connection, asks),
    connection.setup.items([...new Set(asks.map(({ item }) => item))]),
  ])
  const key = (one: PriceAsk) =>
    JSON.stringify([one.item, one.customer, plain(one.quantity), one.unit, one.currency, one.on])
  const distinct = new Map(asks.map((one) => [key(one), one]))
  const answers = new Map<string, Answer<PriceReading>>()
  const lines: Line[] = []
  for (const [text, one] of distinct) {
    const line = await lineOf(connection, one, items, customers)
    if (line === null || line instanceof ErpError) answers.set(text, line)
    else lines.push(line)
  }
  const groups = Map.groupBy(lines, ({ terms }) =>
    JSON.stringify([terms.customer?.name, terms.list.name, terms.on]),
  )
  await Promise.all(
    [...groups.values()].map(async (some) => {
      const found = await safely(connection, some)
      some.forEach((line, at) => answers.set(key(line.ask), found[at] ?? null))
    }),
  )
  return asks.map((one) => answers.get(key(one)) ?? null)
}
