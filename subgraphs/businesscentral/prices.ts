import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, PriceAsk, PriceReading } from '../connector.ts'
import { shaped, rowOf } from '../shape.ts'
import { type Client, groups } from './client.ts'
import { isSameUnit, unitOf } from './map.ts'
import { type Line, type Shelf, readShelf } from './pricelines.ts'
import { type Query, anyOf, isGuid } from '../odata.ts'
import type { Settings, Setup } from './setup.ts'
import {
  CUSTOMER_FIELDS,
  ITEM_FIELDS,
  type NativeCustomer,
  type NativeItem,
  customer,
  item,
} from './shapes.ts'

const QUANTITY = /^\d{1,28}(\.\d{1,18})?$/

/** A price before and after the best discount. */
interface Best {
  amount: string
  percent: Big
  /** The price list it comes from; null for the price of the item itself. */
  list: string | null
}

interface Known {
  items: Map<Id, NativeItem>
  customers: Map<Id, NativeCustomer>
  shelf: Shelf
  settings: Settings
}

/**
 * Prices in two calls. The API has no price call and no price lists, so they are reckoned from the published page
 * of price list lines by the rules of Business Central (lowest price of what fits, best discount found apart,
 * else the price of the item) and are marked "computed:…".
 */
export async function prices(
  client: Client,
  setup: Setup,
  asks: PriceAsk[],
): Promise<Answer<PriceReading>[]> {
  if (asks.length === 0) return []
  const lines = client.config.prices === 'lines'
  const [items, customers] = await readRows(client, asks)
  const settings = await setup.get()
  const numbers = [...items.values()].map(({ number }) => number)
  const people = [...customers.values()].map(({ number }) => number)
  const shelf = lines ? await readShelf(client, numbers, people) : { lines: [], groups: new Map() }
  const known = { items, customers, shelf, settings }
  return asks.map((ask) => rowOf(() => priceOf(ask, known, lines)))
}

async function readRows(client: Client, asks: PriceAsk[]): Promise<[Known['items'], Known['customers']]> {
  const ids = groups(asks.map((ask) => ask.item.toLowerCase()).filter(isGuid))
  const people = groups(asks.flatMap((ask) => ask.customer?.toLowerCase() ?? []).filter(isGuid))
  if (ids.length + people.length === 0) return [new Map(), new Map()]
  const rows = await client.read([
    ...ids.map((some): [string, Query] => ['items', { filter: anyOf('id', some), select: ITEM_FIELDS }]),
    ...people.map((some): [string, Query] => [
      'customers',
      { filter: anyOf('id', some), select: CUSTOMER_FIELDS },
    ]),
  ])
  const items = rows.slice(0, ids.length).flat()
  const customers = rows.slice(ids.length).flat()
  return [
    new Map(items.map((row) => shaped(item, row, 'An item')).map((row) => [row.id, row])),
    new Map(customers.map((row) => shaped(customer, row, 'A customer')).map((row) => [row.id, row])),
  ]
}

function priceOf(ask: PriceAsk, known: Known, lines: boolean): PriceReading | null {
  if (!QUANTITY.test(ask.quantity)) {
    throw new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
  }
  const buyer = ask.customer === null ? null : known.customers.get(ask.customer.toLowerCase())
  if (buyer === undefined) {
    throw new ErpError('INVALID_CUSTOMER', `Business Central has no customer ${ask.customer}.`, {
      field: 'customer',
    })
  }
  const native = known.items.get(ask.item.toLowerCase())
  if (!native || native.blocked) return null
  checkUnit(ask.unit, native, known.settings)
  const fitting = buyer ? fits(ask, native, buyer, known.shelf) : []
  const { currency: local } = known.settings
  for (const currency of new Set([ask.currency, buyer?.currencyCode, local])) {
    const inCurrency = fitting.filter((line) => (line.currency ?? local) === currency)
    const best = currency && bestOf(inCurrency, ask.quantity, currency === local ? native.unitPrice : null)
    if (!best) continue
    const own = currency === local ? native.unitPrice : null
    return toReading({ native, currency, best, own, inCurrency }, buyer !== null && lines, known.settings)
  }
  return null
}

/** The API tells no units of an item but its base unit, so that quantities in others cannot be reckoned. */
function checkUnit(wanted: string | null, native: NativeItem, settings: Settings): void {
  const { baseUnitOfMeasureCode: base, number } = native
  if (wanted === null || wanted === base || isSameUnit(unitOf(base, settings), wanted)) return
  const message = `The price of item ${number} is known in its base unit ${base} alone.`
  throw new ErpError('MAPPING_MISSING', message, { field: 'unit' })
}

/** The lines that count for this item, customer and day, in the base unit. */
function fits(
  ask: PriceAsk,
  native: NativeItem,
  buyer: NativeCustomer,
  { lines, groups: by }: Shelf,
): Line[] {
  const sources = new Map([
    ['All Customers', null],
    ['Customer', buyer.number],
    ['Customer Price Group', by.get(buyer.number) ?? ''],
  ])
  return lines.filter((line) => {
    const source = sources.get(line.sourceType)
    const unit = line.unit === null || line.unit === native.baseUnitOfMeasureCode
    const inTime = (line.from ?? '') <= ask.on && ask.on <= (line.until ?? '9999')
    const mine = source === null || (source !== undefined && source !== '' && line.sourceNumber === source)
    return line.item === native.number && mine && unit && inTime
  })
}

/** What one unit costs from a quantity on; null where neither a line nor the item says it. */
function bestOf(lines: Line[], quantity: string, own: string | null): Best | null {
  const reached = lines.filter(({ minimum }) => new Big(minimum).lte(quantity))
  const priced = reached.filter(({ price }) => new Big(price).gt(0))
  const [lowest] = priced.toSorted((a, b) => new Big(a.price).cmp(b.price))
  const gross = lowest?.price ?? own
  if (gross === null) return null
  const percent = reached.reduce(
    (most, line) => (new Big(line.discount).gt(most) ? new Big(line.discount) : most),
    new Big(0),
  )
  const amount = new Big(gross).times(new Big(100).minus(percent)).div(100).toFixed()
  return { amount: percent.eq(0) ? gross : amount, percent, list: lowest?.list ?? null }
}

interface Found {
  native: NativeItem
  currency: string
  best: Best
  own: string | null
  inCurrency: Line[]
}

function tiersOf({ inCurrency, own, currency }: Found) {
  const minimums = inCurrency.map(({ minimum }) => minimum)
  const from = [...new Set(own === null ? minimums : ['0', ...minimums])]
  return from
    .toSorted((a, b) => new Big(a).cmp(b))
    .flatMap((minimumQuantity) => {
      const best = bestOf(inCurrency, minimumQuantity, own)
      return best ? [{ minimumQuantity, unitPrice: { amount: best.amount, currency } }] : []
    })
}

function toReading(found: Found, computed: boolean, settings: Settings): PriceReading {
  const { native, currency, best, own } = found
  const source = best.list === null ? 'computed:list' : `computed:pricelist:${best.list}`
  return {
    unitPrice: { amount: best.amount, currency },
    listPrice: own === null ? null : { amount: own, currency },
    priceQuantity: '1',
    unit: unitOf(native.baseUnitOfMeasureCode, settings),
    tiers: computed ? tiersOf(found) : null,
    discounts: best.percent.gt(0) ? [{ percent: best.percent.toFixed() }] : [],
    taxIncluded: native.priceIncludesTax,
    source: computed ? source : 'list',
  }
}
