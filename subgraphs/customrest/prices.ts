import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, PriceAsk, PriceReading } from '../connector.ts'
import { plain } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Row } from './answer.ts'
import { type Client } from './client.ts'
import type { Operation } from './loaded.ts'
import { good } from './map.ts'
import { decimal, word } from './shapes.ts'
import { rowsByKey } from './read.ts'

const optional = decimal.nullish().transform((value) => value ?? null)
const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d/)
  .nullish()
const quoteShape = z.looseObject({
  sku: word,
  quantity: decimal,
  unitPrice: decimal,
  currencyCode: z.string().regex(/^[A-Z]{3}$/),
  taxIncluded: z.boolean().nullish(),
  listPrice: optional,
  priceBaseQuantity: optional,
  tiers: z.array(z.looseObject({ minimumQuantity: decimal, unitPrice: decimal })).nullish(),
  discountPercentage: optional,
  priceListCode: word.nullish(),
  validThrough: day,
})

interface Line {
  sku: string
  itemId: string
  quantity: string
  unit: string | null
}

/** Lines are told apart by item and quantity; "10.0" and "10" are the same. */
function keyOf(sku: unknown, quantity: unknown): string {
  return `${String(sku)} ${plain(String(quantity))}`
}

function groupsOf(asks: PriceAsk[]): Map<string, PriceAsk[]> {
  const groups = new Map<string, PriceAsk[]>()
  for (const ask of asks) {
    const name = JSON.stringify([ask.customer, ask.currency, ask.on])
    groups.set(name, [...(groups.get(name) ?? []), ask])
  }
  return groups
}

function isQuantity(quantity: string): boolean {
  return /^\d{1,28}(\.\d{1,18})?$/.test(quantity)
}

/** Prices that the ERP reckons itself: one call per customer, currency and day. */
export async function quoted(
  client: Client,
  operation: Operation,
  asks: PriceAsk[],
): Promise<Answer<PriceReading>[]> {
  const answers = new Map<PriceAsk, Answer<PriceReading>>()
  const group = async (mine: PriceAsk[]): Promise<void> => {
    const [{ customer, currency, on }] = mine as [PriceAsk]
    const lines = new Map<string, Line>()
    for (const { sku, item, quantity, unit } of mine.filter(
      (ask) => isQuantity(ask.quantity) && ask.sku !== '',
    ))
      lines.set(keyOf(sku, quantity), { sku, itemId: item, quantity: plain(quantity), unit })
    const input = { customerId: customer ?? undefined, currencyCode: currency ?? undefined, at: on }
    const wanted = [...lines].map(([key, ask]) => ({ key, ask }))
    const found = await rowsByKey(client, operation, wanted, input, (row) => keyOf(row.sku, row.quantity))
    for (const ask of mine) answers.set(ask, answer(found.get(keyOf(ask.sku, ask.quantity)), ask))
  }
  await Promise.all([...groupsOf(asks).values()].map(group))
  return asks.map((ask) => answers.get(ask) ?? null)
}

function answer(rows: Row[] | ErpError | undefined, ask: PriceAsk): Answer<PriceReading> {
  if (!isQuantity(ask.quantity))
    return new ErpError('VALIDATION', 'The quantity is no decimal number.', { field: 'quantity' })
  if (!rows || rows instanceof ErpError) return rows ?? null
  const [row] = rows
  return row ? rowOf(() => reading(row, ask)) : null
}

function reading(row: Row, { customer, unit }: PriceAsk): PriceReading {
  const one = shaped(quoteShape, good(row), 'The price')
  const money = (amount: string) => ({ amount, currency: one.currencyCode })
  const tiers = one.tiers?.toSorted((a, b) => new Big(a.minimumQuantity).cmp(b.minimumQuantity))
  const agreed = one.priceListCode ? `pricelist:${one.priceListCode}` : 'customer'
  const general =
    customer === null ||
    (!one.priceListCode && one.listPrice !== null && plain(one.listPrice) === plain(one.unitPrice))
  return {
    unitPrice: money(one.unitPrice),
    listPrice: one.listPrice === null ? null : money(one.listPrice),
    priceQuantity: one.priceBaseQuantity ?? '1',
    unit,
    tiers:
      tiers?.map((tier) => ({ minimumQuantity: tier.minimumQuantity, unitPrice: money(tier.unitPrice) })) ??
      null,
    discounts: one.discountPercentage === null ? null : [{ percent: one.discountPercentage }],
    taxIncluded: one.taxIncluded ?? null,
    source: general ? 'list' : agreed,
    validUntil: one.validThrough ? `${one.validThrough.slice(0, 10)}T23:59:59.000Z` : null,
  }
}

const listShape = z.looseObject({
  sku: word,
  unitPrice: decimal,
  currencyCode: z.string().regex(/^[A-Z]{3}$/),
  customerId: word.nullish(),
  minimumQuantity: decimal.nullish().transform((value) => value ?? '0'),
  validFrom: day,
  validThrough: day,
  taxIncluded: z.boolean().nullish(),
})

/**
 * Prices from stored rows where the ERP reckons none: the customer's before the general ones; marked as computed by
 * us. `house` is the currency that counts where nobody names one.
 */
export async function listed(
  client: Client,
  operation: Operation,
  asks: PriceAsk[],
  house: string | null,
): Promise<Answer<PriceReading>[]> {
  const customers = [...new Set(asks.flatMap(({ customer }) => customer ?? []))]
  const wanted = asks.map(({ sku }) => ({ key: sku, ask: sku })).filter(({ key }) => key !== '')
  const found = await rowsByKey(
    client,
    operation,
    wanted,
    { customerIds: customers },
    (row) => row.$key ?? row.sku,
    true,
  )
  return asks.map((ask) => {
    if (!isQuantity(ask.quantity)) return answer(undefined, ask)
    const rows = found.get(ask.sku)
    return !rows || rows instanceof ErpError ? (rows ?? null) : rowOf(() => chosen(rows, ask, house))
  })
}

type Stored = z.output<typeof listShape>

/** The largest step that the quantity reaches: the customer's own before the general ones. */
function stepFor(own: Stored[], general: Stored[], quantity: string): Stored | undefined {
  const reached = ({ minimumQuantity }: Stored): boolean => new Big(minimumQuantity).lte(quantity)
  return own.findLast(reached) ?? general.findLast(reached)
}

/** The rows of one currency: the asked one, else that of the house where there are any, else that of the first row. */
function inOneCurrency(rows: Stored[], asked: string | null, house: string | null): Stored[] {
  const known = rows.some(({ currencyCode }) => currencyCode === house) ? house : rows[0]?.currencyCode
  const wanted = asked ?? known
  return rows.filter(({ currencyCode }) => currencyCode === wanted)
}

function chosen(rows: Row[], ask: PriceAsk, house: string | null): PriceReading | null {
  const valid = rows
    .map((row) => shaped(listShape, good(row), 'The price'))
    .filter((one) => !one.customerId || one.customerId === ask.customer)
    .filter((one) => (one.validFrom ?? '').slice(0, 10) <= ask.on && ask.on <= (one.validThrough ?? '9999'))
    .toSorted((a, b) => new Big(a.minimumQuantity).cmp(b.minimumQuantity))
  const all = inOneCurrency(valid, ask.currency, house)
  const own = all.filter(({ customerId }) => customerId)
  const general = all.filter(({ customerId }) => !customerId)
  const one = stepFor(own, general, ask.quantity)
  if (!one) return null
  const money = (amount: string) => ({ amount, currency: one.currencyCode })
  const tiers = all.filter((step) => stepFor(own, general, step.minimumQuantity) === step)
  return {
    unitPrice: money(one.unitPrice),
    priceQuantity: '1',
    unit: ask.unit,
    tiers: tiers.map((tier) => ({ minimumQuantity: tier.minimumQuantity, unitPrice: money(tier.unitPrice) })),
    taxIncluded: one.taxIncluded ?? null,
    source: ask.customer === null ? 'list' : 'computed:prices.list',
    validUntil: one.validThrough ? `${one.validThrough.slice(0, 10)}T23:59:59.000Z` : null,
  }
}
