import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber, plain } from '../json.ts'
import { type Query, anyOf, isGuid, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import { type Client, groups } from './client.ts'
import { PURCHASE_ORDER } from './documents.ts'
import { isSameUnit } from './map.ts'
import { documentNumber } from './reference.ts'
import type { Settings, Setup } from './setup.ts'
import { CUSTOMER_FIELDS, ITEM_FIELDS, type NativeItem, customer, item } from './shapes.ts'

const QUANTITY = /^\d{1,18}(\.\d{1,18})?$/
/** Descriptions hold 100 signs. */
const LONGEST = 100

function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

function amount(text: string, field: string): Big {
  if (!QUANTITY.test(text)) refuse(field, `"${text.slice(0, 40)}" is no decimal number.`)
  return new Big(text)
}

function checkLine(line: OrderLineInput, field: string, currency: string | null | undefined): void {
  if (amount(line.quantity, `${field}.quantity`).lte(0))
    refuse(`${field}.quantity`, 'A quantity must be above 0.')
  const { unitPrice: price, discountPercent: percent } = line
  if (price) amount(price.amount, `${field}.unitPrice`)
  if (price && currency && price.currency !== currency)
    refuse(`${field}.unitPrice`, `The price is in ${price.currency}, the order in ${currency}.`)
  if (percent != null && amount(percent, `${field}.discountPercent`).gt(100))
    refuse(`${field}.discountPercent`, 'A discount must not be above 100 percent.')
  if ((line.description ?? '').length > LONGEST)
    refuse(`${field}.description`, 'A description of a line may have 100 signs.')
}

/** What can be checked without asking: lines, numbers, currencies. */
function checkInput({ lines, currency }: OrderInput): void {
  if (lines.length === 0) refuse('lines', 'An order needs a line.', 'MISSING_REQUIRED_FIELD')
  for (const [index, line] of lines.entries()) checkLine(line, `lines.${index}`, currency)
}

/** The customer's number and the items of the lines, in one call. */
async function lookUp(client: Client, input: OrderInput): Promise<{ buyer: string; goods: NativeItem[] }> {
  const ids = groups(input.lines.flatMap(({ item: id }) => (id && isGuid(id) ? [id.toLowerCase()] : [])))
  const skus = groups(input.lines.flatMap(({ item: id, sku }) => (id ? [] : [sku])))
  const known = isGuid(input.customer)
  const rows = await client.read([
    ...ids.map((some): [string, Query] => ['items', { filter: anyOf('id', some), select: ITEM_FIELDS }]),
    ...skus.map((some): [string, Query] => [
      'items',
      { filter: anyOf('number', some.map(literal)), select: ITEM_FIELDS },
    ]),
    ...(known
      ? [['customers', { filter: `id eq ${input.customer}`, select: CUSTOMER_FIELDS }] as [string, Query]]
      : []),
  ])
  const [row] = known ? (rows.pop() ?? []) : []
  const buyer = row === undefined ? null : shaped(customer, row, 'A customer')
  if (!buyer) refuse('customer', `There is no customer ${input.customer.slice(0, 40)}.`, 'INVALID_CUSTOMER')
  if (buyer.blocked === 'All')
    refuse('customer', `Customer ${buyer.number} is blocked for everything.`, 'INVALID_CUSTOMER')
  const found = rows.flat().map((one) => shaped(item, one, 'An item'))
  const goods = input.lines.map((line, index) => goodOf(line, found, `lines.${index}.sku`))
  return { buyer: buyer.number, goods }
}

function goodOf(line: OrderLineInput, found: NativeItem[], field: string): NativeItem {
  const good = found.find(({ id, number }) =>
    line.item ? id === line.item.toLowerCase() : number === line.sku.toUpperCase(),
  )
  if (!good) refuse(field, `There is no item ${line.sku}.`, 'INVALID_ITEM')
  if (good.blocked) refuse(field, `Item ${line.sku} is blocked.`, 'INVALID_ITEM')
  return good
}

function unitCode(wanted: string, good: NativeItem, { units }: Settings, field: string): string {
  const base = good.baseUnitOfMeasureCode
  const same = (code: string) => isSameUnit(units.get(code) ?? code, wanted)
  const found = base && (base === wanted || same(base)) ? base : [...units.keys()].find(same)
  return found ?? refuse(field, `There is no unit of measure for ${wanted}.`, 'MAPPING_MISSING')
}

/** The percentage of a line together with those of the whole order. */
function percentOf(line: OrderLineInput, input: OrderInput): Big {
  const percents = [line.discountPercent, ...(input.discounts ?? []).map(({ percent }) => percent)]
  const left = percents.reduce(
    (rest, percent) => rest.times(new Big(100).minus(percent ?? 0)).div(100),
    new Big(100),
  )
  return new Big(100).minus(left)
}

function commentsOf(input: OrderInput): string[] {
  const { purchaseOrderNumber: order, note, customAttributes } = input
  if (order && order.length > LONGEST - PURCHASE_ORDER.length)
    refuse('purchaseOrderNumber', 'An order number of a customer may have 96 signs.')
  const rest = [note, ...(customAttributes ?? []).map(({ key, value }) => `${key}: ${value ?? ''}`)]
  const texts = rest.flatMap((text) => (text ? text.split(/\r\n|\r|\n/) : []))
  const cut = (text: string) => text.match(/.{1,100}/gsu)?.flatMap(fit) ?? ['']
  return [...(order ? [`${PURCHASE_ORDER}${order}`] : []), ...texts.flatMap(cut)]
}

/** A hundred signs of the pattern may be two hundred of the database. */
function fit(text: string): string[] {
  if (text.length <= LONGEST) return [text]
  const half = [...text].slice(0, LONGEST / 2).join('')
  return [half, text.slice(half.length)]
}

/**
 * Lines in the order in which Business Central checks them: a unit or a quantity that comes later would reset
 * the price (APIV2SalesOrderLines.Page.al).
 */
async function lineOf(line: OrderLineInput, good: NativeItem, input: OrderInput, setup: Setup) {
  const field = `lines.${input.lines.indexOf(line)}.unit`
  const percent = percentOf(line, input)
  return {
    lineType: 'Item',
    lineObjectNumber: good.number,
    ...(line.description && { description: line.description }),
    ...(line.warehouse && { locationId: (await setup.location(line.warehouse)).id }),
    ...(line.unit && { unitOfMeasureCode: unitCode(line.unit, good, await setup.get(), field) }),
    quantity: exactNumber(plain(line.quantity)),
    ...(line.unitPrice && { unitPrice: exactNumber(plain(line.unitPrice.amount)) }),
    ...(percent.gt(0) && { discountPercent: exactNumber(percent.toFixed()) }),
    ...(line.requestedDelivery && { shipmentDate: line.requestedDelivery }),
  }
}

function shipToOf(address: Address): object {
  const [first = '', ...rest] = address.lines
  return {
    ...(address.name && { shipToName: address.name }),
    shipToAddressLine1: first,
    shipToAddressLine2: rest.join(', '),
    ...(address.city && { shipToCity: address.city }),
    ...(address.postalCode && { shipToPostCode: address.postalCode }),
    ...(address.region && { shipToState: address.region }),
    ...(address.country && { shipToCountry: address.country }),
  }
}

/** The body of the one request that writes an order with its lines. Throws what it can see to be wrong. */
export async function orderBody(
  client: Client,
  setup: Setup,
  input: OrderInput,
  ref: string,
): Promise<object> {
  checkInput(input)
  const { buyer, goods } = await lookUp(client, input)
  if (input.currency) await setup.checkCurrency(input.currency)
  for (const { percent, amount: off } of input.discounts ?? []) {
    if (percent != null && amount(percent, 'discounts').gt(100)) refuse('discounts', 'Above 100 percent.')
    if (off) amount(off.amount, 'discounts')
  }
  const off = (input.discounts ?? []).reduce((sum, one) => sum.plus(one.amount?.amount ?? 0), new Big(0))
  const terms = input.paymentTerms
  const lines = await Promise.all(
    input.lines.map((line, index) => lineOf(line, goods[index] as NativeItem, input, setup)),
  )
  const comments = commentsOf(input).map((description) => ({ lineType: 'Comment', description }))
  return {
    externalDocumentNumber: documentNumber(ref),
    ...(input.orderedOn && { orderDate: input.orderedOn }),
    customerNumber: buyer,
    ...(input.currency && { currencyCode: input.currency }),
    ...(terms && { paymentTermsId: (await setup.term(client.config.paymentTerms[terms] ?? terms)).id }),
    ...(input.shipTo && shipToOf(input.shipTo)),
    ...(input.requestedDelivery && { requestedDeliveryDate: input.requestedDelivery }),
    ...(off.gt(0) && { discountAmount: exactNumber(off.toFixed()) }),
    salesOrderLines: [...lines, ...comments],
  }
}
