import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address, Discount } from '../../schema/index.ts'
import type { InvoiceInput, OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import type { Config, Term } from './config.ts'
import { type Connection, articlesOf, contactOf, valueOf } from './masters.ts'
import type { ArticleRow, ContactRow } from './shapes.ts'
import { daysAgo, daysBetween, midnight } from './time.ts'
import { markOf, orderedUnder, unitCode } from './words.ts'

/** VALIDATION that names the field. */
export function invalid(message: string, field: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** A decimal as a JSON number, digit by digit; VALIDATION with the field for anything else, and below zero. */
export function exact(text: string, field: string): object {
  if (!/^\d+(\.\d+)?$/.test(text)) throw invalid(`"${text.slice(0, 40)}" is no decimal number.`, field)
  return exactNumber(new Big(text).toFixed())
}

/** A text that fits its field; VALIDATION with the field for a longer one, which Lexware would refuse. */
export function short(text: string, most: number, field: string): string {
  if (text.length <= most) return text
  throw invalid(`Lexware keeps at most ${most} letters there.`, field)
}

/** Lexware keeps euros alone: https://developers.lexware.io/docs/ (order confirmations) */
export function mustBeEuro(currency: string | null | undefined, field: string): void {
  if (currency && currency !== 'EUR') throw invalid(`Lexware knows euros only, not ${currency}.`, field)
}

/** The article of a line; INVALID_ITEM where it does not exist or is archived. */
function sellable(article: ArticleRow | null, sku: string, field: string): ArticleRow {
  if (article && !article.archived) return article
  const what = article ? 'is archived' : 'does not exist'
  throw new ErpError('INVALID_ITEM', `The article "${sku.slice(0, 60)}" ${what}.`, { field: `${field}.sku` })
}

/** The price of a line and its rate of tax: its own, or else the article's. */
function priceOf(input: OrderLineInput, price: ArticleRow['price'], field: string, taxType: string) {
  mustBeEuro(input.unitPrice?.currency, `${field}.unitPrice`)
  const net = input.unitPrice?.amount ?? price.netPrice
  const rate = taxType === 'net' ? price.taxRate : '0'
  if (net !== null && rate !== null) return { net, rate }
  throw new ErpError('MISSING_REQUIRED_FIELD', `The article "${input.sku}" has no price or tax rate.`, {
    field: `${field}.unitPrice`,
  })
}

/** The article of a line with its price and rate of tax. Throws what can be seen to be wrong before anything is sent. */
export function valued(
  input: OrderLineInput,
  found: ArticleRow | null,
  field: string,
  taxType: string,
  config: Config,
) {
  const article = sellable(found, input.sku, field)
  const { unitName, price } = article
  const unit = unitCode(unitName, config.units)
  if (input.unit && input.unit !== unit)
    throw new ErpError('MAPPING_MISSING', `Lexware sells "${input.sku}" in ${unitName ?? 'no unit'} only.`, {
      field: `${field}.unit`,
    })
  if (input.warehouse) throw invalid('Lexware has no warehouses.', `${field}.warehouse`)
  const percent = input.discountPercent
  if (percent && Number(percent) > 100)
    throw invalid('A discount is at most 100 percent.', `${field}.discountPercent`)
  return { article, ...priceOf(input, price, field, taxType) }
}

function lineOf(
  input: OrderLineInput,
  found: ArticleRow | null,
  field: string,
  taxType: string,
  config: Config,
) {
  const { article, net, rate } = valued(input, found, field, taxType, config)
  const { unitName } = article
  if (/^0*(\.0*)?$/.test(input.quantity)) throw invalid('A quantity is above zero.', `${field}.quantity`)
  const percent = input.discountPercent
  return {
    type: article.type === 'SERVICE' ? 'service' : 'material',
    id: article.id,
    name: (article.title ?? input.sku).slice(0, 255),
    ...(input.description ? { description: short(input.description, 2000, `${field}.description`) } : {}),
    quantity: exact(input.quantity, `${field}.quantity`),
    ...(unitName ? { unitName } : {}),
    unitPrice: {
      currency: 'EUR',
      netAmount: exact(net, `${field}.unitPrice`),
      taxRatePercentage: exact(rate, `${field}.unitPrice`),
    },
    ...(percent ? { discountPercentage: exact(percent, `${field}.discountPercent`) } : {}),
  }
}

/** Discounts of a whole document: one percentage, or one amount; Lexware takes no more. */
function totalOf(discounts: Discount[]): object {
  const amounts = discounts.flatMap(({ amount }) => amount ?? [])
  const percents = discounts.flatMap(({ percent }) => percent ?? [])
  if (amounts.length + percents.length !== discounts.length || (amounts.length > 0 && percents.length > 0))
    throw invalid('Lexware takes either percentages or amounts off a document.', 'discounts')
  for (const { currency } of amounts) mustBeEuro(currency, 'discounts')
  for (const text of [...percents, ...amounts.map(({ amount }) => amount)]) exact(text, 'discounts')
  const left = percents.reduce(
    (rest, percent) => rest.times(new Big(100).minus(percent)).div(100),
    new Big(100),
  )
  const sum = amounts.reduce((all, { amount }) => all.plus(amount), new Big(0))
  if (left.lt(0)) throw invalid('A discount is at most 100 percent.', 'discounts')
  return {
    currency: 'EUR',
    ...(percents.length > 0
      ? { totalDiscountPercentage: exact(new Big(100).minus(left).toFixed(), 'discounts') }
      : {}),
    ...(amounts.length > 0 ? { totalDiscountAbsolute: exact(sum.toFixed(), 'discounts') } : {}),
  }
}

function termOf({ label, days, discountPercent, discountDays }: Term): object {
  return {
    paymentTermLabel: label,
    paymentTermDuration: days,
    ...(discountPercent && discountDays
      ? {
          paymentDiscountConditions: {
            discountPercentage: exact(discountPercent, 'paymentTerms'),
            discountRange: discountDays,
          },
        }
      : {}),
  }
}

function namedTerm({ paymentTerms }: Config, name: string): object {
  const term = Object.hasOwn(paymentTerms, name) ? paymentTerms[name] : undefined
  if (term) return { paymentConditions: termOf(term) }
  throw new ErpError('MAPPING_MISSING', `No payment term is mapped for "${name.slice(0, 40)}".`, {
    field: 'paymentTerms',
  })
}

/** Where it goes to, as text: a document has one address, and that is the customer's. */
function deliveryTo({ name, lines, postalCode, city, country }: Address): string {
  const parts = [name, ...lines, [postalCode, city].filter(Boolean).join(' '), country].filter(Boolean)
  return short(`Lieferung an: ${parts.join(', ')}`, 255, 'shipTo')
}

/** What both kinds of pushed documents say alike. */
type Common = Pick<OrderInput, 'customer' | 'lines' | 'currency' | 'note'>

/** The customer of a document; INVALID_CUSTOMER where it does not exist or is archived. */
async function buyerOf(connection: Connection, id: string): Promise<ContactRow> {
  const buyer = await contactOf(connection, id)
  if (buyer && !buyer.archived) return buyer
  const what = buyer ? 'is archived' : 'does not exist'
  throw new ErpError('INVALID_CUSTOMER', `The customer "${id.slice(0, 60)}" ${what}.`, { field: 'customer' })
}

/** Customer and articles of a document, and the tax type of the customer's country. */
export async function partiesOf(connection: Connection, input: Common) {
  if (input.lines.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A document needs at least one line.', { field: 'lines' })
  if (input.lines.length > 300) throw invalid('Lexware takes at most 300 lines.', 'lines')
  mustBeEuro(input.currency, 'currency')
  const [buyer, articles] = await Promise.all([
    buyerOf(connection, input.customer),
    articlesOf(connection, input.lines),
  ])
  const { config } = connection
  const country = buyer.addresses.billing[0]?.countryCode ?? ''
  const taxType = (Object.hasOwn(config.taxTypes, country) && config.taxTypes[country]) || config.taxType
  return { buyer, articles: articles.map(valueOf), taxType }
}

/** A note of a user with our reference below it. */
export function remarkOf(note: string | null | undefined, ref: string): string {
  return short([note, markOf(ref)].filter(Boolean).join('\n\n'), 2000, 'note')
}

/** Customer, lines, taxes, and our reference below the note. */
async function common(connection: Connection, input: Common, discounts: Discount[], ref: string) {
  const { buyer, articles, taxType } = await partiesOf(connection, input)
  return {
    address: { contactId: buyer.id },
    lineItems: input.lines.map((line, at) =>
      lineOf(line, articles[at] ?? null, `lines[${at}]`, taxType, connection.config),
    ),
    totalPrice: totalOf(discounts),
    taxConditions: { taxType },
    remark: remarkOf(input.note, ref),
  }
}

function shippingOn(day: string | null | undefined): object {
  if (!day) return { shippingType: 'none' }
  return { shippingDate: midnight(day, 'requestedDelivery'), shippingType: 'delivery' }
}

/** An order as an order confirmation: https://developers.lexware.io/docs/ (order confirmations) */
export async function orderBody(connection: Connection, input: OrderInput, ref: string): Promise<object> {
  const { requestedDelivery, purchaseOrderNumber, shipTo, paymentTerms } = input
  if (input.customAttributes?.length) throw invalid('Lexware has no custom fields.', 'customAttributes')
  for (const [at, line] of input.lines.entries())
    if (line.requestedDelivery && line.requestedDelivery !== requestedDelivery)
      throw invalid('Lexware has one day of delivery for all lines.', `lines[${at}].requestedDelivery`)
  const { remark, ...rest } = await common(connection, input, input.discounts ?? [], ref)
  return {
    voucherDate: midnight(input.orderedOn ?? daysAgo(0), 'orderedOn'),
    ...rest,
    ...(paymentTerms ? namedTerm(connection.config, paymentTerms) : {}),
    shippingConditions: shippingOn(requestedDelivery),
    title: 'Auftragsbestätigung',
    ...(purchaseOrderNumber
      ? { introduction: short(orderedUnder(purchaseOrderNumber), 2000, 'purchaseOrderNumber') }
      : {}),
    remark,
    ...(shipTo ? { deliveryTerms: deliveryTo(shipTo) } : {}),
  }
}

/** An invoice that Lexware writes and numbers. https://developers.lexware.io/docs/ (invoices) */
export async function invoiceBody(connection: Connection, input: InvoiceInput, ref: string): Promise<object> {
  const { issuedOn, dueOn } = input
  const day = issuedOn ?? daysAgo(0)
  const voucherDate = midnight(day, 'issuedOn')
  const days = dueOn ? daysBetween(day, midnight(dueOn, 'dueOn').slice(0, 10)) : 0
  if (days < 0) throw invalid('An invoice is not due before it is issued.', 'dueOn')
  return {
    voucherDate,
    ...(await common(connection, input, [], ref)),
    ...(dueOn ? { paymentConditions: termOf({ label: `${days} Tage netto`, days }) } : {}),
    shippingConditions: shippingOn(null),
  }
}
