import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Condition, isId, mustFit } from './client.ts'
import { type Names, moneyOf } from './map.ts'
import { type Connection, namesOf } from './read.ts'
import * as shapes from './shapes.ts'
import { type Terms, chosen, netOf, steps } from './tiers.ts'
import { midnightIn } from '../zone.ts'
import { toUtc } from './time.ts'
import { tried } from './trial.ts'
import { unitCode } from './words.ts'

const DAY_MS = 86_399_999

/** Everything that was read for a batch. */
interface Read {
  prices: Map<string, shapes.PriceRow[]>
  broken: Map<string, ErpError>
  facts: Map<string, shapes.ArticleFacts>
  customers: Map<string, shapes.PartyFacts>
  names: Names
  /** Ids of the currencies that were wished for, by their code. */
  wished: Map<string, string | undefined>
}

async function parties({ client }: Connection, ids: string[]): Promise<Map<string, shapes.PartyFacts>> {
  if (ids.length === 0) return new Map()
  const { rows: found } = await client.among('party', 'id', ids, {
    where: [['customer', 'eq', 'true']],
    properties: 'id,customer,customerBlocked,customerSalesChannel,currencyId',
  })
  const all = new Map(found.map((row) => shaped(shapes.partyFacts, row, 'party')).map((row) => [row.id, row]))
  mustFit(
    [...all.keys()].every((id) => ids.includes(id)),
    'id',
  )
  return all
}

/** The general prices of the articles and those of the customers, with the articles themselves beside them. */
async function priceRows({ client }: Connection, items: string[], customers: string[]) {
  const whose: Condition[] = [
    ['customerId', 'null'],
    ...(customers.length > 0 ? [['customerId', 'in', customers] satisfies Condition] : []),
  ]
  const { rows: found, referenced } = await client.among('articlePrice', 'articleId', items, {
    ...(customers.length > 0 ? { anyOf: whose } : { where: whose }),
    include: 'articleId',
  })
  const prices = new Map<string, shapes.PriceRow[]>()
  const broken = new Map<string, ErpError>()
  for (const raw of found) {
    const item = String(raw.articleId)
    mustFit(items.includes(item), 'articleId')
    const row = rowOf(() => shaped(shapes.price, raw, 'articlePrice'))
    if (row instanceof ErpError) broken.set(item, row)
    else prices.set(item, [...(prices.get(item) ?? []), row])
  }
  const whoseAreThese = [...prices.values()].flat().map(({ customerId }) => customerId)
  mustFit(
    whoseAreThese.every((id) => id === null || customers.includes(id)),
    'customerId',
  )
  const articles = referenced('article').map((row) => shaped(shapes.articleFacts, row, 'article'))
  return { prices, broken, facts: new Map(articles.map((row) => [row.id, row])) }
}

async function readAll(connection: Connection, asks: PriceAsk[]): Promise<Read> {
  const items = [...new Set(asks.map(({ item }) => item).filter(isId))]
  const people = [...new Set(asks.flatMap(({ customer }) => (customer && isId(customer) ? [customer] : [])))]
  const codes = [...new Set(asks.flatMap(({ currency }) => currency ?? []))]
  const [found, customers, ...wishes] = await Promise.all([
    items.length > 0
      ? priceRows(connection, items, people)
      : { prices: new Map(), broken: new Map(), facts: new Map() },
    parties(connection, people),
    ...codes.map((code) => connection.setup.currency(code)),
  ])
  const names = await namesOf(connection, {
    units: [...found.facts.values()].map(({ unitId }: shapes.ArticleFacts) => unitId),
    currencies: [...found.prices.values()].flat().map(({ currencyId }: shapes.PriceRow) => currencyId),
  })
  return { ...found, customers, names, wished: new Map(codes.map((code, at) => [code, wishes[at]])) }
}

/** The terms under which the quantity has a price: in the wished currency, else the customer's, else our own. */
function termsOf(
  ask: PriceAsk,
  list: shapes.PriceRow[],
  read: Read,
  { config }: Connection,
): { terms: Terms; row: shapes.PriceRow } | null {
  const party = ask.customer === null ? null : read.customers.get(ask.customer)
  const wish = ask.currency === null ? undefined : read.wished.get(ask.currency)
  const currencies = [wish, party?.currencyId, read.names.ownCurrency].filter((id) => typeof id === 'string')
  const at = midnightIn(config.timeZone, ask.on, 'on')
  const channel = party?.customerSalesChannel ?? config.listChannel
  for (const currency of currencies) {
    const terms = { customer: ask.customer, channel, currency, at }
    const row = chosen(list, terms, new Big(ask.quantity))
    if (row) return { terms, row }
  }
  return null
}

function mustBeQuantity(text: string): void {
  if (!/^\d{1,28}(\.\d{1,18})?$/.test(text))
    throw new ErpError('VALIDATION', `"${text.slice(0, 40)}" is no quantity.`, { field: 'quantity' })
}

function answer(ask: PriceAsk, read: Read, connection: Connection): PriceReading | null {
  const { config } = connection
  mustBeQuantity(ask.quantity)
  if (ask.customer !== null && !read.customers.has(ask.customer))
    throw new ErpError('INVALID_CUSTOMER', `weclapp has no customer "${ask.customer}".`, {
      field: 'customer',
    })
  const broken = read.broken.get(ask.item)
  if (broken) throw broken
  const list = read.prices.get(ask.item) ?? []
  const facts = read.facts.get(ask.item)
  if (list.length > 0 && !facts)
    throw new ErpError('BAD_ANSWER', 'weclapp gave prices without their article.', {
      field: 'referencedEntities',
    })
  const found = facts?.active && facts.availableInSale ? termsOf(ask, list, read, connection) : null
  if (!facts || !found) return null
  const { terms, row } = found
  const money = (amount: string) => moneyOf(amount, terms.currency, read.names)
  const general = chosen(
    list,
    { ...terms, customer: null, channel: config.listChannel },
    new Big(ask.quantity),
  )
  const whose = row.customerId === null ? terms.channel : 'customer'
  return {
    unitPrice: money(netOf(row)),
    listPrice: general && money(netOf(general)),
    priceQuantity: '1',
    unit: unitCode(read.names.units.get(facts.unitId)?.name, config.units),
    tiers:
      steps(list, terms)?.flatMap(({ minimumQuantity, amount }) => {
        const unitPrice = money(amount)
        return unitPrice ? [{ minimumQuantity, unitPrice }] : []
      }) ?? null,
    taxIncluded: terms.channel.startsWith('GROSS'),
    source: ask.customer === null ? 'list' : `computed:articlePrice ${whose}`,
    validUntil: row.endDate === null ? null : toUtc(row.endDate + DAY_MS),
  }
}

/**
 * Prices of a whole batch in two calls: the price rows with their articles, and the customers. weclapp has no price
 * call, so the choice among the rows is ours and `source` says so. Discounts of article categories are not among
 * these rows; where the operator wants them (`exactPrices`), an order that is not stored gives them. https://www.weclapp.com/api/ (articlePrice)
 */
export async function prices(connection: Connection, asks: PriceAsk[]): Promise<Answer<PriceReading>[]> {
  if (asks.length === 0) return []
  const read = await readAll(connection, asks)
  const chosenOnes = asks.map((ask) => rowOf(() => answer(ask, read, connection)))
  return connection.config.exactPrices ? tried(connection, asks, chosenOnes, read) : chosenOnes
}
