import Big from 'big.js'
import { LRUCache } from 'lru-cache'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { rowOf } from '../shape.ts'
import type { Element } from '../xml.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'
import { anyOf, findEach } from './find.ts'
import { ITEM_COLUMNS } from './map.ts'
import { day, decimal, key, text } from './shapes.ts'
import { currencyOf, unitOf } from './words.ts'

const QUANTITY = /^\d{1,18}(\.\d{1,18})?$/
/** How long a customer's price code and contracts are believed, in milliseconds. */
const TERMS_MS = 60_000

/** The columns of InvPrice. */
export const PRICE_COLUMNS = ['StockCode', 'PriceCode', 'SellingPrice', 'PriceBasis']

/** The columns of SorContractPrice, as the operator named them. */
export function contractColumnsOf({ contractColumns }: Config): string[] {
  const { owner, type, name, price, currency, from, until } = contractColumns
  return [owner, type, 'StockCode', name, price, currency, from, until]
}

/** What decides a customer's prices. */
interface Terms {
  priceCode: string | null
  contracts: Element[]
}

/** Contract prices and price codes of customers, kept for a minute. */
export class PriceBook {
  readonly #client: Client
  readonly #terms = new LRUCache<string, Terms>({ max: 1_000, ttl: TERMS_MS })

  constructor(client: Client) {
    this.#client = client
  }

  /**
   * Prices from the tables, because no business object gives the price of one customer, item and quantity:
   * contract, else the customer's price code, else the list price code. Quantity breaks and price groups are not
   * in these tables (help.syspro.com, sales pricing); `source` says so.
   */
  async prices(asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
    if (asks.length === 0) return []
    const terms = await this.#termsOf(asks.flatMap(({ customer }) => customer ?? []))
    const rows = await findEach(
      this.#client,
      { table: 'InvMaster', columns: ITEM_COLUMNS },
      'StockCode',
      asks.map(({ item }) => item),
    )
    const goods = new Map(rows.map((row) => [key(row, 'StockCode'), row]))
    const codes = [...terms.values()].flatMap(({ priceCode }) => priceCode ?? [])
    const prices = await pricesOf(this.#client, rows, codes)
    return asks.map((ask) => rowOf(() => this.#priceOf(ask, goods.get(ask.item), terms, prices)))
  }

  #priceOf(
    ask: PriceAsk,
    good: Element | undefined,
    known: Map<string, Terms>,
    prices: Map<string, Element>,
  ): PriceReading | null {
    if (!QUANTITY.test(ask.quantity))
      throw new ErpError('VALIDATION', `"${ask.quantity.slice(0, 40)}" is no quantity.`, {
        field: 'quantity',
      })
    const terms = ask.customer === null ? null : known.get(ask.customer)
    if (terms === undefined)
      throw new ErpError('INVALID_CUSTOMER', `There is no customer ${ask.customer?.slice(0, 40)}.`, {
        field: 'customer',
      })
    if (!good) return null
    const { config } = this.#client
    const listed = prices.get(priceKey(ask.item, text(good, 'ListPriceCode')))
    const list = listed ? { amount: decimal(listed, 'SellingPrice'), currency: config.currency } : null
    const contract = terms && this.#contractOf(terms, ask)
    if (contract) return this.#contractPrice(contract, good, list)
    const own = terms?.priceCode ? prices.get(priceKey(ask.item, terms.priceCode)) : undefined
    const row = own ?? listed
    if (!row) return null
    const code = key(row, 'PriceCode')
    return {
      unitPrice: { amount: decimal(row, 'SellingPrice'), currency: config.currency },
      listPrice: list,
      priceQuantity: '1',
      unit: unitOf(text(good, text(row, 'PriceBasis') === 'A' ? 'AlternateUom' : 'StockUom'), config),
      taxIncluded: false,
      source: terms === null ? 'list' : `computed:price code ${code}, without quantity breaks`,
    }
  }

  #contractPrice(contract: Element, good: Element, listPrice: PriceReading['listPrice']): PriceReading {
    const { config } = this.#client
    const { price, currency, name } = config.contractColumns
    return {
      unitPrice: {
        amount: decimal(contract, price),
        currency: currencyOf(text(contract, currency), config),
      },
      listPrice,
      priceQuantity: '1',
      unit: unitOf(text(good, 'StockUom'), config),
      taxIncluded: false,
      source: `computed:contract ${text(contract, name) ?? ''}, without quantity breaks`,
    }
  }

  #contractOf({ contracts }: Terms, { item, on }: PriceAsk): Element | undefined {
    const { from, until } = this.#client.config.contractColumns
    return contracts.find((row) => {
      if (text(row, 'StockCode') !== item) return false
      const [first, last] = [day(row, from), day(row, until)]
      return (first === null || first <= on) && (last === null || last >= on)
    })
  }

  async #termsOf(customers: string[]): Promise<Map<string, Terms>> {
    const wanted = [...new Set(customers)]
    const missing = wanted.filter((customer) => !this.#terms.has(customer))
    if (missing.length > 0) await this.#load(missing)
    return new Map(
      wanted.flatMap((customer): [string, Terms][] => {
        const terms = this.#terms.get(customer)
        return terms ? [[customer, terms]] : []
      }),
    )
  }

  async #load(customers: string[]): Promise<void> {
    const rows = await findEach(
      this.#client,
      { table: 'ArCustomer', columns: ['Customer', 'PriceCode'] },
      'Customer',
      customers,
    )
    const found = rows.map((row) => key(row, 'Customer'))
    const { contracts, contractColumns } = this.#client.config
    const { owner, type } = contractColumns
    const columns = contractColumnsOf(this.#client.config)
    const all =
      contracts && found.length > 0
        ? await findEach(
            this.#client,
            { table: 'SorContractPrice', columns, where: [anyOf(type, ['C'])] },
            owner,
            found,
          )
        : []
    for (const row of rows) {
      const customer = key(row, 'Customer')
      this.#terms.set(customer, {
        priceCode: text(row, 'PriceCode'),
        contracts: all.filter((one) => text(one, owner) === customer),
      })
    }
  }
}

function priceKey(item: string, code: string | null): string {
  return `${item}\n${code ?? ''}`
}

/** The prices of these rows of InvMaster for their own list price codes and for `codes`. */
async function pricesOf(client: Client, goods: Element[], codes: string[]): Promise<Map<string, Element>> {
  const wanted = new Set([...codes, ...goods.flatMap((row) => text(row, 'ListPriceCode') ?? [])])
  if (wanted.size === 0) return new Map()
  const rows = await findEach(
    client,
    {
      table: 'InvPrice',
      columns: PRICE_COLUMNS,
      where: [anyOf('PriceCode', wanted)],
    },
    'StockCode',
    goods.map((row) => key(row, 'StockCode')),
  )
  return new Map(rows.map((row) => [priceKey(key(row, 'StockCode'), key(row, 'PriceCode')), row]))
}

/** The list price of a row of InvMaster, in the local currency; null where its list price code has none. */
export async function listPrices(client: Client, goods: Element[]): Promise<(row: Element) => string | null> {
  const prices = await pricesOf(client, goods, [])
  return (row) => {
    const found = prices.get(priceKey(key(row, 'StockCode'), text(row, 'ListPriceCode')))
    return found ? new Big(decimal(found, 'SellingPrice')).toFixed() : null
  }
}
