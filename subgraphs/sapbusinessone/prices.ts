import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { plain } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Ask, type Client, filtersOf } from './client.ts'
import { contextOf, isKey } from './read.ts'
import { isActive, listPriceOf, salesUnit } from './map.ts'
import { type Quoted, itemPrices, previews } from './quoted.ts'
import { type Settings, type Setup, currencyOf, nativeCurrency, unitOf } from './setup.ts'
import { ITEM_FIELDS, type NativeItem, type NativePartner, PARTNER_FIELDS, item, partner } from './shapes.ts'
import { type Specials, everybodyOf, specialParts, specialsOf, tiersOf } from './tiers.ts'
import { entryOf } from './units.ts'

const QUANTITY = /^\d{1,28}(\.\d{1,18})?$/
/** The currency of a partner who buys in all of them. */
const ALL = '##'

/** A question that the ERP can answer: who buys what, how much of it, when and in which currency. */
export interface Wanted {
  native: NativeItem
  buyer: NativePartner
  quantity: string
  /** The entry of another unit than the one it is sold in. */
  entry: string | null
  /** As the company calls it. */
  currency: string
  on: string
}

interface Known {
  items: Map<string, NativeItem>
  buyers: Map<string, NativePartner>
  settings: Settings
  today: string
}

/**
 * Prices in two calls: who and what there is, then one order for each customer that the ERP reckons without booking
 * it (OrdersService_Preview), together with the special prices for the tiers. Without a customer, the list price.
 */
export async function prices(
  client: Client,
  setup: Setup,
  asks: PriceAsk[],
): Promise<Answer<PriceReading>[]> {
  if (asks.length === 0) return []
  const known = await readKnown(client, setup, asks)
  const wanted = asks.map((ask) => rowOf(() => wantedOf(ask, known)))
  const asked = wanted.filter(
    (one): one is Wanted => one !== null && !(one instanceof ErpError) && 'buyer' in one,
  )
  const [specials, quoted] = await ask(client, known.settings, asked)
  return wanted.map((one) => {
    if (one === null || one instanceof ErpError || !('buyer' in one)) return one
    const answer = quoted.get(one) ?? null
    if (answer === null || answer instanceof ErpError) return answer
    return rowOf(() => readingOf(one, answer, specials, known.settings))
  })
}

async function readKnown(client: Client, setup: Setup, asks: PriceAsk[]): Promise<Known> {
  const goods = filtersOf(
    'ItemCode',
    asks.map((one) => one.item).filter((id) => isKey(id, false)),
  )
  const people = filtersOf(
    'CardCode',
    asks.flatMap(({ customer }) => customer ?? []).filter((id) => isKey(id, false)),
  )
  const questions: Ask[] = [
    ...goods.map((filter): Ask => ['Items', { filter, select: ITEM_FIELDS }]),
    ...people.map((filter): Ask => ['BusinessPartners', { filter, select: PARTNER_FIELDS }]),
  ]
  const rows = questions.length > 0 ? await client.read(questions) : []
  const items = rows
    .slice(0, goods.length)
    .flat()
    .map((row) => shaped(item, row, 'An item'))
  const buyers = rows
    .slice(goods.length)
    .flat()
    .map((row) => shaped(partner, row, 'A customer'))
  return {
    items: new Map(items.map((row) => [row.ItemCode, row])),
    buyers: new Map(buyers.map((row) => [row.CardCode, row])),
    ...(await contextOf(setup)),
  }
}

/** What is to be asked; a list price needs no asking. Null where nobody sells it. */
function wantedOf(ask: PriceAsk, { items, buyers, settings, today }: Known): Wanted | PriceReading | null {
  if (!QUANTITY.test(ask.quantity)) {
    throw new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
  }
  const buyer = ask.customer === null ? null : buyers.get(ask.customer)
  if (buyer === undefined) {
    throw new ErpError('INVALID_CUSTOMER', `There is no customer ${ask.customer?.slice(0, 40)}.`, {
      field: 'customer',
    })
  }
  const native = items.get(ask.item)
  if (!native?.SalesItem || !isActive(native, today)) return null
  if (buyer === null) return listReading(native, settings)
  const entry = entryOf(ask.unit, native, settings, 'unit')
  const local = nativeCurrency(settings.currency, settings.config)
  const free = buyer.Currency === ALL && ask.currency ? nativeCurrency(ask.currency, settings.config) : local
  const currency = buyer.Currency === null || buyer.Currency === ALL ? free : buyer.Currency
  return { native, buyer, quantity: plain(ask.quantity), entry, currency, on: ask.on }
}

function listReading(native: NativeItem, settings: Settings): PriceReading | null {
  const list = String(settings.config.priceList)
  const price = listPriceOf(native, list, settings)
  if (price === null) return null
  return {
    unitPrice: price,
    listPrice: price,
    priceQuantity: '1',
    unit: unitOf(salesUnit(native, settings), settings),
    tiers: null,
    discounts: [],
    taxIncluded: settings.priceLists.get(list)?.gross ?? null,
    source: 'list',
  }
}

async function ask(
  client: Client,
  settings: Settings,
  wanted: Wanted[],
): Promise<[Specials, Map<Wanted, Quoted | ErpError>]> {
  if (wanted.length === 0) return [new Map(), new Map()]
  const cards = wanted.flatMap(({ buyer }) => [buyer.CardCode, everybodyOf(buyer.PriceListNum ?? '')])
  const questions = specialParts(
    client,
    cards,
    wanted.map(({ native }) => native.ItemCode),
  )
  const quote = client.config.prices === 'preview' ? previews : itemPrices
  const [first, quoted] = await quote(client, settings, wanted, questions)
  return [specialsOf(client, first), quoted]
}

function sourceOf({ buyer }: Wanted, { rule, list }: Quoted, settings: Settings): string {
  const number = list ?? buyer.PriceListNum ?? ''
  if (rule === null || /SpecialPrices|BlanketAgreement|Manual/.test(rule)) return 'customer'
  return `pricelist:${settings.priceLists.get(number)?.name ?? number}`
}

function readingOf(wanted: Wanted, quoted: Quoted, specials: Specials, settings: Settings): PriceReading {
  const { native, buyer, quantity, entry, on } = wanted
  const currency = currencyOf(quoted.currency ?? wanted.currency, settings.config)
  if (currency === null) {
    const message = `The currency "${quoted.currency?.slice(0, 20)}" is no code of ISO 4217; map it in currencies.`
    throw new ErpError('MAPPING_MISSING', message, { field: 'currencies' })
  }
  const keys = [buyer.CardCode, everybodyOf(buyer.PriceListNum ?? '')].map(
    (card) => `${native.ItemCode} ${card}`,
  )
  const row = keys.map((key) => specials.get(key)).find((one) => one !== undefined)
  const tiers = entry === null ? tiersOf(row, on, currency, settings) : null
  const reached = tiers?.findLast(({ minimumQuantity }) => new Big(minimumQuantity).lte(quantity))
  const unit = entry === null ? salesUnit(native, settings) : (settings.units.get(entry) ?? null)
  return {
    unitPrice: { amount: quoted.price, currency },
    listPrice: listPriceOf(native, String(settings.config.priceList), settings),
    priceQuantity: '1',
    unit: unitOf(unit, settings),
    // Other rules of the company may beat the special price; then its steps are not what the customer pays.
    tiers: reached && new Big(reached.unitPrice.amount).eq(quoted.price) ? tiers : null,
    discounts: new Big(quoted.percent).eq(0) ? [] : [{ percent: quoted.percent }],
    taxIncluded: quoted.gross,
    source: sourceOf(wanted, quoted, settings),
  }
}
