import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { PriceTier } from '../../schema/index.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { plain } from '../json.ts'
import { dayIn } from '../zone.ts'
import { isId, noonOf } from './shapes.ts'
import { type Line, type Priced, priceLines } from './onchange.ts'
import { ownPricelist, pricelistFor } from './pricelist.ts'
import { type Rule, matches, rulesOf } from './rules.ts'
import { listPrices } from './listprice.ts'
import type { Odoo, Pricelist, Unit } from './setup.ts'
import { unitAsked, unitCode } from './units.ts'

/** What all asks of one call to Odoo have in common. */
interface Deal {
  customer: string
  pricelist: Pricelist | null
  on: string
  asks: PriceAsk[]
}

/**
 * Prices of a batch. Odoo keeps its price methods private, so a sales order that is never saved is filled with the
 * items in `sale.order.onchange`, and Odoo prices its lines: two calls for one customer, however many items.
 */
export async function prices(odoo: Odoo, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  const known = asks.filter((ask) => isId(ask.item))
  const [own, listed] = await Promise.all([
    ownPricelist(
      odoo,
      known.map((ask) => ask.customer).filter((customer) => customer !== null),
    ),
    listPrices(
      odoo,
      known.filter((ask) => ask.customer === null).map((ask) => ask.item),
    ),
  ])
  const deals = new Map<string, Deal>()
  const answers = new Map<PriceAsk, Answer<PriceReading>>()
  for (const ask of known) {
    if (ask.customer === null) {
      answers.set(ask, listed.get(ask.item) ?? null)
      continue
    }
    const list = own.get(ask.customer)
    if (list === undefined) {
      const message = `Odoo has no customer ${ask.customer}.`
      answers.set(ask, new ErpError('INVALID_CUSTOMER', message, { field: 'customer' }))
      continue
    }
    const pricelist = await pricelistFor(odoo, list, ask.currency)
    const key = [ask.customer, pricelist?.id, ask.on].join(' ')
    const deal = deals.get(key) ?? { customer: ask.customer, pricelist, on: ask.on, asks: [] }
    deal.asks.push(ask)
    deals.set(key, deal)
  }
  await Promise.all([...deals.values()].map((deal) => settle(odoo, deal, answers)))
  return asks.map((ask) => answers.get(ask) ?? null)
}

async function settle(odoo: Odoo, deal: Deal, answers: Map<PriceAsk, Answer<PriceReading>>) {
  const units = await odoo.setup.units.get()
  const items = [...new Set(deal.asks.map((ask) => ask.item))]
  const rules = deal.pricelist ? await rulesOf(odoo, deal.pricelist.id, items, deal.on) : []
  const lines = new Map<string, Line>()
  const add = (item: string, quantity: string, unit: string | null = null) => {
    const key = lineKey(item, quantity, unit)
    if (!lines.has(key)) lines.set(key, { item, quantity: plain(quantity), unit })
  }
  for (const item of items) for (const quantity of stepsOf(rules, item)) add(item, quantity)
  for (const ask of deal.asks) add(ask.item, ask.quantity)
  const priced = await price(odoo, deal, lines)

  // A few asks may want another unit than the item's own; only now its unit is known.
  const foreign = new Map<string, Line>()
  const wanted = new Map<PriceAsk, string | null | ErpError>()
  for (const ask of deal.asks) {
    const unit = unitFor(odoo, ask, priced.get(lineKey(ask.item, ask.quantity, null)), units)
    wanted.set(ask, unit)
    if (typeof unit === 'string')
      foreign.set(lineKey(ask.item, ask.quantity, unit), { item: ask.item, quantity: ask.quantity, unit })
  }
  const inUnit = foreign.size > 0 ? await price(odoo, deal, foreign) : new Map<string, Priced>()
  for (const ask of deal.asks) {
    const unit = wanted.get(ask) ?? null
    if (unit instanceof ErpError) {
      answers.set(ask, unit)
      continue
    }
    const line = (unit ? inUnit : priced).get(lineKey(ask.item, ask.quantity, unit))
    const steps = stepsOf(rules, ask.item).map((quantity) => ({
      quantity,
      line: priced.get(lineKey(ask.item, quantity, null)),
    }))
    const own = { odoo, deal, units, rules }
    answers.set(ask, line?.sold ? readingOf(line, unit ? null : steps, own) : null)
  }
}

async function price(odoo: Odoo, deal: Deal, lines: Map<string, Line>): Promise<Map<string, Priced>> {
  const today = dayIn(odoo.config.timezone, Date.now())
  const on = deal.on === today ? null : noonOf(deal.on)
  const keys = [...lines.keys()]
  const found = await priceLines(odoo, deal.customer, deal.pricelist, on, [...lines.values()])
  return new Map(found.flatMap((line, index) => (line ? [[keys[index] ?? '', line]] : [])))
}

function lineKey(item: string, quantity: string, unit: string | null): string {
  return `${item} ${plain(quantity)} ${unit ?? ''}`
}

/** The quantities at which the price of an item may change, beginning with one. */
function stepsOf(rules: Rule[], item: string): string[] {
  const minima = rules.filter((rule) => matches(rule, item)).map((rule) => new Big(rule.minimum))
  const steps = [new Big(1), ...minima.filter((minimum) => minimum.gt(0))].sort((a, b) => a.cmp(b))
  return [...new Set(steps.map((step) => step.toFixed()))]
}

/** The unit to ask in: null for the item's own; an error where Odoo cannot convert. */
function unitFor(
  odoo: Odoo,
  ask: PriceAsk,
  line: Priced | undefined,
  units: Unit[],
): string | null | ErpError {
  if (!ask.unit || !line) return null
  const unit = unitAsked(units, line.unit, ask.unit, odoo.config.units)
  if (unit !== undefined) return unit?.id ?? null
  return new ErpError('MAPPING_MISSING', `Odoo does not sell ${ask.sku} in ${ask.unit}.`, { field: 'unit' })
}

function readingOf(
  line: Priced,
  steps: { quantity: string; line: Priced | undefined }[] | null,
  { odoo, deal, units, rules }: { odoo: Odoo; deal: Deal; units: Unit[]; rules: Rule[] },
): PriceReading {
  const unit = units.find((each) => each.id === line.unit)
  const currency = line.currency
  const rule = rules.find((each) => each.id === line.rule)
  const tiers: PriceTier[] = []
  for (const step of steps ?? []) {
    const amount = step.line?.net
    if (amount === undefined || amount === tiers.at(-1)?.unitPrice.amount) continue
    tiers.push({ minimumQuantity: step.quantity, unitPrice: { amount, currency } })
  }
  return {
    unitPrice: { amount: line.net, currency },
    listPrice: line.list,
    priceQuantity: '1',
    unit: unit ? unitCode(unit.name, odoo.config.units) : null,
    tiers: steps ? tiers : null,
    discounts: line.discount === '0' ? [] : [{ percent: line.discount }],
    taxIncluded: line.taxIncluded,
    source: deal.pricelist && line.rule ? `pricelist:${deal.pricelist.name}` : 'list',
    validUntil: rule?.until ?? null,
  }
}
