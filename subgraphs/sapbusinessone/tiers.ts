import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { PriceTier } from '../../schema/index.ts'
import { parseExact } from '../json.ts'
import { collectionOf } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { PartAnswer, Part } from './batch.ts'
import { type Ask, type Client, filtersOf } from './client.ts'
import { money } from './map.ts'
import { type Settings, currencyOf } from './setup.ts'
import { code, day, decimal, link, text, yes } from './shapes.ts'

const quantityArea = z.object({
  Quantity: decimal,
  SpecialPrice: decimal,
  PriceCurrency: text,
  UoMEntry: link,
})
const dateArea = z.object({
  DateFrom: day,
  Dateto: day,
  SpecialPrice: decimal,
  PriceCurrency: text,
  SpecialPriceQuantityAreas: z.array(quantityArea),
})
const special = z.object({
  ItemCode: code,
  CardCode: code,
  Price: decimal,
  Currency: text,
  Valid: yes,
  ValidFrom: day,
  ValidTo: day,
  SpecialPriceDataAreas: z.array(dateArea),
})
type Special = z.output<typeof special>

/** Special prices by "item customer". A customer "*2" stands for everybody with price list 2. */
export type Specials = Map<string, Special>

/** Who pays by a price list, as special prices name them. */
export function everybodyOf(list: string): string {
  return `*${list}`
}

function within(on: string, from: string | null, to: string | null): boolean {
  return (from ?? '') <= on && on <= (to ?? '9999')
}

/** The questions for the special prices of these customers and items. */
export function specialParts(client: Client, cards: string[], items: string[]): Part[] {
  const goods = filtersOf('ItemCode', items)
  const asks = filtersOf('CardCode', cards).flatMap((some) =>
    goods.map((these): Ask => ['SpecialPrices', { filter: `${some} and ${these}` }]),
  )
  return asks.map((ask) => client.part(ask))
}

/** Special prices as they were answered. */
export function specialsOf(client: Client, answers: (PartAnswer | ErpError)[]): Specials {
  const rows = answers.flatMap((answer) => {
    if (answer instanceof ErpError) throw answer
    return collectionOf(parseExact(answer.text), client.url('')).rows
  })
  return new Map(
    rows.map((row) => {
      const native = shaped(special, row, 'A special price')
      return [`${native.ItemCode} ${native.CardCode}`, native]
    }),
  )
}

/** What the quantities of a special price cost on a day in a currency, ascending; null where nothing is special. */
export function tiersOf(
  row: Special | undefined,
  on: string,
  currency: string,
  settings: Settings,
): PriceTier[] | null {
  if (!row || !row.Valid || !within(on, row.ValidFrom, row.ValidTo)) return null
  const area = row.SpecialPriceDataAreas.find(({ DateFrom, Dateto }) => within(on, DateFrom, Dateto))
  const base = area ?? { SpecialPrice: row.Price, PriceCurrency: row.Currency, SpecialPriceQuantityAreas: [] }
  const steps = [{ Quantity: '0', ...base }, ...base.SpecialPriceQuantityAreas]
  const own = steps.filter(({ PriceCurrency }) => currencyOf(PriceCurrency, settings.config) === currency)
  return own
    .toSorted((a, b) => new Big(a.Quantity).cmp(b.Quantity))
    .flatMap(({ Quantity: minimumQuantity, SpecialPrice }) => {
      const unitPrice = money(SpecialPrice, currency)
      return unitPrice ? [{ minimumQuantity, unitPrice }] : []
    })
}
