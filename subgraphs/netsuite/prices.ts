import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, PriceAsk, PriceReading } from '../connector.ts'
import { rowOf } from '../shape.ts'
import type { Client } from './client.ts'
import { money, unitOf } from './map.ts'
import { type Agreement, type Break, type Sheet, readAgreements, readSheets } from './pricing.ts'
import type { Currency, PriceLevel, Setup } from './setup.ts'
import { unique } from './sql.ts'

/** The price level every item has. */
const BASE = '1'
const QUANTITY = /^\d{1,28}(\.\d{1,18})?$/

/** What decides one price: the breaks of one level, or one fixed price, and the rule it comes from. */
interface Rule {
  breaks: Break[]
  source: string
}

interface Known {
  agreements: Map<string, Agreement>
  sheets: Map<Id, Sheet | ErpError>
  levels: PriceLevel[]
  currencies: Currency[]
  base: Currency | null
}

/**
 * Prices for any number of asks: one statement for what customers have agreed, one for the price matrix.
 * NetSuite has no price call. We apply its own order: the customer's item price, its level for the item's
 * pricing group, its price level, the base price; then the quantity break. Promotions and scripts change a
 * price only when an order is saved, which is why such a price is marked "computed:…".
 */
export async function prices(
  client: Client,
  setup: Setup,
  asks: PriceAsk[],
): Promise<Answer<PriceReading>[]> {
  const items = unique(asks.map(({ item }) => item))
  const customers = unique(asks.map(({ customer }) => customer).filter((id) => id !== null))
  const [levels, currencies, base] = [
    await setup.levels.get(),
    await setup.currencies.get(),
    await setup.base(),
  ]
  const agreements = await readAgreements(client, customers, items)
  const wanted = unique([
    ...asks.map(({ currency }) => currencies.find(({ code }) => code === currency)?.id),
    ...[...agreements.values()].map(({ currency }) => currency),
    base?.id,
  ]).filter((id) => id !== undefined && id !== null)
  const agreed = [...agreements.values()].flatMap(({ levels: some }) => some)
  const sheets = await readSheets(client, items, unique([BASE, ...agreed]), wanted)
  const known: Known = { agreements, sheets, levels, currencies, base }
  return asks.map((ask) => rowOf(() => priceOf(ask, known, client)))
}

function priceOf(ask: PriceAsk, known: Known, client: Client): PriceReading | ErpError | null {
  if (!QUANTITY.test(ask.quantity)) {
    throw new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
  }
  const agreement = ask.customer === null ? null : known.agreements.get(`${ask.customer} ${ask.item}`)
  if (agreement === undefined && !known.agreements.has(`${ask.customer} `)) {
    throw new ErpError('INVALID_CUSTOMER', `NetSuite has no active customer ${ask.customer}.`, {
      field: 'customer',
    })
  }
  const sheet = known.sheets.get(ask.item)
  if (!sheet || sheet instanceof ErpError) return sheet ?? null
  if (agreement === undefined) {
    throw new ErpError('BAD_ANSWER', `NetSuite left out what customer ${ask.customer} agreed for ${ask.sku}.`)
  }
  const currencies = [
    known.currencies.find(({ code }) => code === ask.currency),
    known.currencies.find(({ id }) => id === agreement?.currency),
    known.base,
  ]
  for (const currency of currencies) {
    const rule = currency && ruleOf(sheet, agreement, currency, known)
    if (rule) return toReading(ask, sheet, rule, currency, client)
  }
  return null
}

function ruleOf(sheet: Sheet, agreement: Agreement | null, currency: Currency, known: Known): Rule | null {
  const list = breaksOf(sheet, BASE, currency, known)
  if (!agreement) return list && { breaks: list, source: 'list' }
  const own = agreement.own.find((one) => one.currency === null || isCurrency(one.currency, currency))
  if (own?.price != null) {
    return { breaks: [{ from: '0', price: own.price }], source: 'computed:customer item price' }
  }
  for (const level of [own?.level, agreement.groupLevel, agreement.level]) {
    const breaks = level ? breaksOf(sheet, level, currency, known) : null
    const name = known.levels.find(({ id }) => id === level)?.name ?? level
    if (breaks) return { breaks, source: `computed:pricelist:${name}` }
  }
  return list && { breaks: list, source: 'computed:list' }
}

/** customeritempricing names currencies by id or, in some accounts, by symbol. */
function isCurrency(native: string, { id, code }: Currency): boolean {
  return native === id || native.toUpperCase() === code
}

/** The breaks of a level; where the matrix has none, the level's percentage of the base price. */
function breaksOf(sheet: Sheet, level: Id, currency: Currency, { levels }: Known): Break[] | null {
  const own = sheet.breaks.get(`${level} ${currency.id}`)
  if (own) return own
  const percent = levels.find(({ id }) => id === level)?.percent
  const base = sheet.breaks.get(`${BASE} ${currency.id}`)
  if (level === BASE || percent == null || !base) return null
  const factor = new Big(percent).plus(100).div(100)
  return base.map(({ from, price }) => ({ from, price: new Big(price).times(factor).toFixed() }))
}

function at(breaks: Break[], quantity: string): string | undefined {
  return (breaks.findLast(({ from }) => new Big(from).lte(quantity)) ?? breaks[0])?.price
}

function toReading(
  ask: PriceAsk,
  sheet: Sheet,
  rule: Rule,
  currency: Currency,
  client: Client,
): PriceReading {
  const list = sheet.breaks.get(`${BASE} ${currency.id}`)
  return {
    unitPrice: money(at(rule.breaks, ask.quantity), currency.code),
    listPrice: list ? money(at(list, ask.quantity), currency.code) : null,
    priceQuantity: '1',
    unit: unitOf(sheet.nativeUnit, client.config),
    tiers: rule.breaks.map(({ from, price }) => ({
      minimumQuantity: from,
      unitPrice: { amount: price, currency: currency.code },
    })),
    taxIncluded: false,
    source: rule.source,
  }
}
