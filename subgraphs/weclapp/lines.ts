import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address, Discount } from '../../schema/index.ts'
import type { OrderLineInput } from '../connector.ts'
import { shaped } from '../shape.ts'
import { isId, mustFit } from './client.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { midnightIn } from '../zone.ts'
import { unitCode } from './words.ts'

const FACTS = 'id,articleNumber,articleType,unitId,active,availableInSale'

/** A decimal as weclapp takes it, as text; VALIDATION with the field for anything else. */
export function decimal(text: string, field: string): Big {
  if (/^-?\d+(\.\d+)?$/.test(text)) return new Big(text)
  throw new ErpError('VALIDATION', `"${text.slice(0, 40)}" is no decimal number.`, { field })
}

/** A text that fits its property; VALIDATION with the field for a longer one, which weclapp would refuse. */
export function short(text: string, most: number, field: string): string {
  if (text.length <= most) return text
  throw new ErpError('VALIDATION', `weclapp keeps at most ${most} letters there.`, { field })
}

/** The articles of the lines, by id where it is known and by number elsewhere. */
async function articlesOf(
  { client }: Connection,
  lines: OrderLineInput[],
): Promise<Map<string, shapes.ArticleFacts>> {
  const ids = [...new Set(lines.flatMap(({ item }) => (item !== null && isId(item) ? [item] : [])))]
  const skus = [...new Set(lines.flatMap(({ item, sku }) => (item === null ? [sku] : [])))]
  const [byId, bySku] = await Promise.all([
    ids.length > 0 ? client.among('article', 'id', ids, { properties: FACTS }) : { rows: [] },
    skus.length > 0 ? client.among('article', 'articleNumber', skus, { properties: FACTS }) : { rows: [] },
  ])
  const facts = (list: unknown[]) => list.map((row) => shaped(shapes.articleFacts, row, 'article'))
  const named = facts(byId.rows)
  mustFit(
    named.every(({ id }) => ids.includes(id)),
    'id',
  )
  return new Map([
    ...named.map((row): [string, shapes.ArticleFacts] => [`id ${row.id}`, row]),
    ...facts(bySku.rows)
      .filter(({ articleNumber }) => skus.includes(articleNumber))
      .map((row): [string, shapes.ArticleFacts] => [`sku ${row.articleNumber}`, row]),
  ])
}

function price({ unitPrice, discountPercent }: OrderLineInput, currency: string | null, at: number): object {
  const field = `lines[${at}]`
  if (unitPrice && currency && unitPrice.currency !== currency)
    throw new ErpError(
      'VALIDATION',
      `A price in ${unitPrice.currency} does not fit an order in ${currency}.`,
      {
        field: `${field}.unitPrice`,
      },
    )
  const percent = discountPercent ? decimal(discountPercent, `${field}.discountPercent`) : null
  if (percent && (percent.lt(0) || percent.gt(100)))
    throw new ErpError('VALIDATION', 'A discount is between 0 and 100 percent.', {
      field: `${field}.discountPercent`,
    })
  return {
    // Without the mark weclapp would put its own price over ours.
    ...(unitPrice
      ? { unitPrice: decimal(unitPrice.amount, `${field}.unitPrice`).toFixed(), manualUnitPrice: true }
      : {}),
    ...(percent ? { discountPercentage: percent.toFixed() } : {}),
  }
}

function sellable<A extends { active: boolean; availableInSale: boolean }>(
  article: A | undefined,
  sku: string,
  field: string,
): A {
  if (article?.active && article.availableInSale) return article
  const why = article ? 'cannot be sold' : 'does not exist'
  throw new ErpError('INVALID_ITEM', `The article "${sku}" ${why}.`, { field: `${field}.sku` })
}

/** The lines of an order in weclapp's words. Throws what can be seen to be wrong, before anything is sent. */
export async function orderItems(
  connection: Connection,
  inputs: OrderLineInput[],
  currency: string | null,
): Promise<object[]> {
  if (inputs.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'An order needs at least one line.', { field: 'lines' })
  const { setup, config } = connection
  const articles = await articlesOf(connection, inputs)
  const units = await setup.units.with([...articles.values()].map(({ unitId }) => unitId))
  return inputs.map((input, at) => {
    const field = `lines[${at}]`
    const found = articles.get(input.item === null ? `sku ${input.sku}` : `id ${input.item}`)
    const article = sellable(found, input.sku, field)
    const unit = unitCode(units.get(article.unitId)?.name, config.units)
    if (input.unit && unit && input.unit !== unit)
      throw new ErpError('MAPPING_MISSING', `weclapp sells "${input.sku}" in ${unit} only.`, {
        field: `${field}.unit`,
      })
    const quantity = decimal(input.quantity, `${field}.quantity`)
    if (quantity.lte(0))
      throw new ErpError('VALIDATION', 'A quantity is above zero.', { field: `${field}.quantity` })
    return {
      articleId: article.id,
      quantity: quantity.toFixed(),
      ...price(input, currency, at),
      ...(input.description ? { title: short(input.description, 1000, `${field}.description`) } : {}),
      ...(input.requestedDelivery
        ? {
            plannedDeliveryDate: midnightIn(
              config.timeZone,
              input.requestedDelivery,
              `${field}.requestedDelivery`,
            ),
          }
        : {}),
    }
  })
}

/** The one warehouse of the order: weclapp has none on its lines. */
export async function warehouseOf({ setup }: Connection, lines: OrderLineInput[]): Promise<string | null> {
  const codes = [...new Set(lines.flatMap(({ warehouse }) => warehouse ?? []))]
  const [code] = codes
  if (code === undefined) return null
  const field = 'lines[0].warehouse'
  if (codes.length > 1)
    throw new ErpError('VALIDATION', 'weclapp takes one warehouse for a whole order.', { field })
  const place = await setup.warehouses.find((row) => (row.shortIdentifier ?? row.id) === code)
  if (!place) throw new ErpError('VALIDATION', `weclapp has no warehouse "${code}".`, { field })
  return place.id
}

/** Discounts of a whole order become one percentage; an amount has no place in weclapp. */
export function headDiscount(discounts: Discount[]): object {
  if (discounts.length === 0) return {}
  const left = discounts.reduce((rest, { percent, amount }) => {
    if (!percent || amount)
      throw new ErpError('VALIDATION', 'weclapp takes percentages off an order, not amounts.', {
        field: 'discounts',
      })
    return rest.times(new Big(100).minus(decimal(percent, 'discounts'))).div(100)
  }, new Big(100))
  return { headerDiscount: new Big(100).minus(left).toFixed() }
}

/** The id of a term of payment by its name, in our words or the tenant's. */
export async function termOf({ setup, config }: Connection, wanted: string): Promise<string> {
  const name = config.paymentTerms[wanted] ?? wanted
  const term = await setup.terms.find((row) => row.name === name)
  if (term) return term.id
  throw new ErpError('MAPPING_MISSING', `weclapp has no term of payment "${name}".`, {
    field: 'paymentTerms',
  })
}

/** An address in weclapp's words. */
export function placeOf(address: Address, name: string): object {
  const [street1, ...more] = address.lines
  return {
    company: address.name ?? name,
    ...(street1 ? { street1 } : {}),
    ...(more.length > 0 ? { street2: more.join(', ') } : {}),
    ...(address.postalCode ? { zipcode: address.postalCode } : {}),
    ...(address.city ? { city: address.city } : {}),
    ...(address.region ? { state: address.region } : {}),
    ...(address.country ? { countryCode: address.country } : {}),
    ...(address.phone ? { phoneNumber: address.phone } : {}),
  }
}
