import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { midnightIn } from '../zone.ts'
import { type Names, moneyOf } from './map.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'

/** Places to which a sum is divided by its quantity. */
const PLACES = 10

/** What was read before: currencies by their ids, and the ids of wished ones by their codes. */
interface Beside {
  names: Names
  wished: Map<string, string | undefined>
}

/** What one piece costs: as it stands, or the sum of the line where something is taken off it. */
function pieceOf(line: shapes.TriedLine, isGross: boolean): string {
  const whole = line.reductionAdditionItems.length === 0 && new Big(line.discountPercentage ?? 0).eq(0)
  if (whole) return line.unitPrice
  const sum = new Big(isGross ? line.grossAmount : line.netAmount)
  return sum.div(line.quantity).round(PLACES, Big.roundHalfUp).toFixed()
}

/** Prices of one customer, in one currency and for one day, by a single order that is not stored. */
async function tryOrder(
  { client, config }: Connection,
  asks: PriceAsk[],
  { names, wished }: Beside,
): Promise<Partial<PriceReading>[]> {
  const [first] = asks
  const currency = first?.currency ? wished.get(first.currency) : undefined
  const day = midnightIn(config.timeZone, first?.on ?? '', 'on')
  const order = await client.write(
    client.trying('salesOrder', {
      customerId: first?.customer,
      orderDate: day,
      pricingDate: day,
      ...(currency ? { recordCurrencyId: currency } : {}),
      orderItems: asks.map(({ item, quantity }) => ({
        articleId: item,
        quantity: new Big(quantity).toFixed(),
      })),
    }),
    shapes.tried,
  )
  const isGross = order.salesChannel.startsWith('GROSS')
  return asks.map(({ item }, at) => {
    const line = order.orderItems[at]
    if (line?.articleId !== item)
      throw new ErpError('BAD_ANSWER', 'weclapp priced other lines than were asked for.', {
        field: 'orderItems',
      })
    const unitPrice = moneyOf(pieceOf(line, isGross), order.recordCurrencyId, names)
    return { unitPrice, tiers: null, taxIncluded: isGross, source: 'dryRun:salesOrder', validUntil: null }
  })
}

/**
 * The prices of customers as weclapp itself makes them, discounts of categories and of customers among them: in place
 * of those that we chose. One call for each customer. https://www.weclapp.com/api/ (dryRun)
 */
export async function tried(
  connection: Connection,
  asks: PriceAsk[],
  chosen: Answer<PriceReading>[],
  beside: Beside,
): Promise<Answer<PriceReading>[]> {
  const answers = [...chosen]
  const places = asks.flatMap(({ customer }, at) => {
    const known = chosen[at]
    return customer === null || !known || known instanceof ErpError ? [] : [{ at, known }]
  })
  const groups = Map.groupBy(places, ({ at }) => {
    const { customer, currency, on } = asks[at] ?? {}
    return `${customer} ${currency} ${on}`
  })
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const own = group.flatMap(({ at }) => asks[at] ?? [])
      const found = await tryOrder(connection, own, beside).catch((error: unknown): ErpError => {
        if (error instanceof ErpError) return error
        throw error
      })
      for (const [index, { at, known }] of group.entries())
        answers[at] = found instanceof ErpError ? found : { ...known, ...found[index] }
    }),
  )
  return answers
}
