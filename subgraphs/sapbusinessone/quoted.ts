import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { exactNumber, parseExact } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Part, PartAnswer } from './batch.ts'
import { branchOf } from './body.ts'
import type { Client } from './client.ts'
import type { Config } from './config.ts'
import type { Wanted } from './prices.ts'
import type { Settings } from './setup.ts'
import { decimal, link, text } from './shapes.ts'

/** What the ERP says that a unit costs, after the discount of the line. */
export interface Quoted {
  price: string
  currency: string | null
  percent: string
  gross: boolean | null
  /** Which rule won, as the ERP calls it; null where it does not tell. */
  rule: string | null
  list: string | null
}

type Answers = [first: (PartAnswer | ErpError)[], quoted: Map<Wanted, Quoted | ErpError>]

const line = z.object({
  ItemCode: text,
  TreeType: z.string().nullish(),
  Price: decimal,
  Currency: text,
  DiscountPercent: decimal,
  PriceSource: z.string().nullish(),
  ListNum: link.optional(),
})
const preview = z.object({ DocumentLines: z.array(line) })
const itemPrice = z.object({ Price: decimal, Currency: text, Discount: decimal })

/** Several of one customer, day and currency: they fit into one order. */
function together(wanted: Wanted[]): Wanted[][] {
  const groups = new Map<string, Wanted[]>()
  for (const one of wanted) {
    const key = JSON.stringify([one.buyer.CardCode, one.currency, one.on])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

function lineKey({ native, quantity, entry }: Wanted): string {
  return JSON.stringify([native.ItemCode, quantity, entry])
}

/** One line for each item, quantity and unit. */
function linesOf(group: Wanted[]): Wanted[] {
  return [...new Map(group.map((one) => [lineKey(one), one])).values()]
}

function previewBody(group: Wanted[], config: Config): object {
  const [{ buyer, currency, on } = group[0] as Wanted] = group
  const DocumentLines = linesOf(group).map(({ native, quantity, entry }) => ({
    ItemCode: native.ItemCode,
    Quantity: exactNumber(quantity),
    ...(entry !== null && { UoMEntry: exactNumber(entry) }),
  }))
  const head = { CardCode: buyer.CardCode, DocDate: on, DocDueDate: on, DocCurrency: currency }
  return { Document: { ...head, ...branchOf(config), DocumentLines } }
}

/** The lines of a preview in the order in which they were asked; parts of a kit stand behind it and are left out. */
function readPreview(group: Wanted[], text: string): Map<string, Quoted> {
  const { DocumentLines } = shaped(preview, parseExact(text), 'The preview of an order')
  const rows = DocumentLines.filter(({ TreeType }) => TreeType !== 'iIngredient')
  return new Map(
    linesOf(group).map((one, index) => {
      const row = rows[index]
      if (row?.ItemCode !== one.native.ItemCode)
        throw new ErpError('BAD_ANSWER', 'The preview of an order has other lines.', {
          field: 'DocumentLines',
        })
      const { Price: price, Currency: currency, DiscountPercent: percent, PriceSource, ListNum } = row
      return [
        lineKey(one),
        { price, currency, percent, gross: false, rule: PriceSource ?? null, list: ListNum ?? null },
      ]
    }),
  )
}

/**
 * One preview of an order for each customer, day and currency, behind the parts of `first` in the same call. An
 * order that is refused whole is asked again line by line, so that one line spoils no other.
 */
export async function previews(
  client: Client,
  _: Settings,
  wanted: Wanted[],
  first: Part[],
): Promise<Answers> {
  const groups = together(wanted)
  const parts = groups.map((group) =>
    client.action('OrdersService_Preview', previewBody(group, client.config)),
  )
  const answers = await client.batch([...first, ...parts])
  const quoted = new Map<Wanted, Quoted | ErpError>()
  const refused: Wanted[] = []
  for (const [index, group] of groups.entries()) {
    const answer = answers[first.length + index]
    if (answer instanceof ErpError && linesOf(group).length > 1) refused.push(...linesOf(group))
    const rows = rowOf(() => (answer instanceof ErpError ? answer : readPreview(group, answer?.text ?? '')))
    for (const one of group)
      quoted.set(one, rows instanceof ErpError ? rows : (rows.get(lineKey(one)) as Quoted))
  }
  if (refused.length > 0) await oneByOne(client, refused, quoted)
  return [answers.slice(0, first.length), quoted]
}

async function oneByOne(
  client: Client,
  refused: Wanted[],
  quoted: Map<Wanted, Quoted | ErpError>,
): Promise<void> {
  const parts = refused.map((one) =>
    client.action('OrdersService_Preview', previewBody([one], client.config)),
  )
  const answers = await client.batch(parts)
  for (const [index, one] of refused.entries()) {
    const answer = answers[index]
    const row = rowOf(() => (answer instanceof ErpError ? answer : readPreview([one], answer?.text ?? '')))
    const found = row instanceof ErpError ? row : (row.get(lineKey(one)) as Quoted)
    const same = (other: Wanted) =>
      other.buyer.CardCode === one.buyer.CardCode && other.on === one.on && other.currency === one.currency
    for (const other of quoted.keys())
      if (same(other) && lineKey(other) === lineKey(one)) quoted.set(other, found)
  }
}

/** One CompanyService_GetItemPrice for each item and quantity, all in one call behind the parts of `first`. */
export async function itemPrices(
  client: Client,
  settings: Settings,
  wanted: Wanted[],
  first: Part[],
): Promise<Answers> {
  const apart = together(wanted).flatMap(linesOf)
  const parts = apart.map(({ native, buyer, quantity, entry, currency, on }) => {
    const stocked = new Big(quantity).times(native.SalesItemsPerUnit).toFixed()
    const ItemPriceParams = {
      ItemCode: native.ItemCode,
      CardCode: buyer.CardCode,
      Date: on,
      UoMEntry: exactNumber(entry ?? native.DefaultSalesUoMEntry ?? '-1'),
      UoMQuantity: exactNumber(quantity),
      ...(entry === null && { InventoryQuantity: exactNumber(stocked) }),
      Currency: currency,
    }
    return client.action('CompanyService_GetItemPrice', { ItemPriceParams })
  })
  const answers = await client.batch([...first, ...parts])
  const keyOf = (one: Wanted) => JSON.stringify([one.buyer.CardCode, one.currency, one.on, lineKey(one)])
  const found = new Map(
    apart.map((one, index) => {
      const answer = answers[first.length + index]
      return [
        keyOf(one),
        rowOf(() => (answer instanceof ErpError ? answer : readPrice(one, answer, settings))),
      ]
    }),
  )
  return [
    answers.slice(0, first.length),
    new Map(wanted.map((one) => [one, found.get(keyOf(one)) as Quoted | ErpError])),
  ]
}

function readPrice(
  { buyer }: Wanted,
  answer: PartAnswer | undefined,
  { config, priceLists }: Settings,
): Quoted {
  const {
    Price,
    Currency: currency,
    Discount: percent,
  } = shaped(itemPrice, parseExact(answer?.text ?? ''), 'A price')
  const left = new Big(100).minus(percent)
  const price = config.itemPriceDiscount === 'apart' ? new Big(Price).times(left).div(100).toFixed() : Price
  const gross = priceLists.get(buyer.PriceListNum ?? '')?.gross ?? null
  return { price, currency, percent, gross, rule: null, list: null }
}
