import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address, Discount } from '../../schema/index.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { plain } from '../json.ts'
import { jsonDate } from '../odata2.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { OwnFields } from './custom.ts'
import type { Config } from './config.ts'
import { customerOf, itemOf, unitCode, unpadded } from './map.ts'
import { PARTNER } from './read.ts'
import { writeReference } from './reference.ts'
import { key, many, partner, product, text } from './shapes.ts'

const AMOUNT = /^\d{1,18}(\.\d{1,18})?$/
const WAREHOUSE = /^(\w{4})(?:\/(\w{1,4}))?$/
const LENGTHS = { purchaseOrder: 35, itemText: 40, name: 40, street: 60 }

const good = product.extend({ to_ProductUnitsOfMeasure: many(z.object({ AlternativeUnit: text })) })

/** An item of the order with the codes of the units it is sold in, the usual one first. */
interface Good {
  id: string
  units: string[]
}

function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

function amount(value: string, field: string): Big {
  if (!AMOUNT.test(value)) refuse(field, `"${value.slice(0, 40)}" is no decimal number.`)
  return new Big(value)
}

function percentage(value: string | null | undefined, field: string): Big {
  const percent = amount(value ?? '0', field)
  return percent.gt(100) ? refuse(field, 'A discount must not be above 100 percent.') : percent
}

function checkLine(line: OrderLineInput, field: string, currency: string | null | undefined): void {
  if (amount(line.quantity, `${field}.quantity`).lte(0))
    refuse(`${field}.quantity`, 'A quantity must be above 0.')
  const { unitPrice: price } = line
  if (price) amount(price.amount, `${field}.unitPrice`)
  if (price && currency && price.currency !== currency)
    refuse(`${field}.unitPrice`, `The price is in ${price.currency}, the order in ${currency}.`)
  percentage(line.discountPercent, `${field}.discountPercent`)
  if (line.warehouse && !WAREHOUSE.test(line.warehouse))
    refuse(`${field}.warehouse`, `"${line.warehouse.slice(0, 40)}" is no plant such as 1010 or 1010/101A.`)
}

/** What can be checked without asking: lines, numbers, currencies, lengths. */
function checkInput(input: OrderInput, config: Config): void {
  if (input.lines.length === 0) refuse('lines', 'An order needs a line.', 'MISSING_REQUIRED_FIELD')
  for (const [index, line] of input.lines.entries()) checkLine(line, `lines.${index}`, input.currency)
  if ((input.purchaseOrderNumber?.length ?? 0) > LENGTHS.purchaseOrder)
    refuse('purchaseOrderNumber', 'An order number of a customer may have 35 signs.')
  for (const { percent, amount: off } of input.discounts ?? []) {
    percentage(percent, 'discounts')
    if (off) amount(off.amount, 'discounts')
    if (off && input.currency && off.currency !== input.currency)
      refuse('discounts', `The discount is in ${off.currency}, the order in ${input.currency}.`)
    if (off && !config.amountDiscount)
      refuse('discounts', 'No condition type for amounts is set (amountDiscount).', 'MAPPING_MISSING')
  }
}

async function buyer(client: Client, id: string): Promise<string> {
  const number = unpadded(id)
  const possible = number !== '' && number.length <= 10
  const [row] = possible
    ? await client.rowsOf('API_BUSINESS_PARTNER', 'A_BusinessPartner', 'Customer', [number], {
        expand: PARTNER,
      })
    : []
  if (row === undefined) refuse('customer', `There is no customer ${id.slice(0, 40)}.`, 'INVALID_CUSTOMER')
  const native = customerOf(shaped(partner, row, 'A business partner'), client.config)
  if (!native.active)
    refuse('customer', `Customer ${number} is blocked or not in our sales area.`, 'INVALID_CUSTOMER')
  return number
}

async function goods(client: Client, lines: OrderLineInput[]): Promise<Good[]> {
  const ids = lines.map(({ item, sku }) => unpadded(item ?? sku))
  const asked = ids.filter((id) => id !== '' && id.length <= 40)
  const expand = 'to_Description,to_SalesDelivery,to_ProductUnitsOfMeasure'
  const rows = await client.rowsOf('API_PRODUCT_SRV', 'A_Product', 'Product', asked, { expand })
  const found = new Map(
    rows.map((row) => {
      const native = shaped(good, row, 'A product')
      return [unpadded(native.Product), { native, item: itemOf(native, client.config) }]
    }),
  )
  return ids.map((id, index) => {
    const one = found.get(id)
    const field = `lines.${index}.sku`
    if (!one) refuse(field, `There is no item ${id.slice(0, 40)}.`, 'INVALID_ITEM')
    if (!one.item.active) refuse(field, `Item ${id} is not sold in our sales area.`, 'INVALID_ITEM')
    const others = one.native.to_ProductUnitsOfMeasure.map(({ AlternativeUnit: unit }) => unit)
    const units = [one.item.nativeUnit, one.native.BaseUnit, ...others]
    return { id, units: [...new Set(units.filter((unit): unit is string => Boolean(unit)))] }
  })
}

/** The percentage of a line together with those of the whole order: SAP would add them up from the same base. */
function percentOf(line: OrderLineInput, discounts: Discount[]): Big {
  const percents = [line.discountPercent, ...discounts.map(({ percent }) => percent)]
  const left = percents.reduce(
    (rest, percent) => rest.times(new Big(100).minus(percent ?? 0)).div(100),
    new Big(100),
  )
  return new Big(100).minus(left)
}

function textsOf(line: OrderLineInput, config: Config): object {
  const { description } = line
  if (!description) return {}
  const short = { SalesOrderItemText: description.slice(0, LENGTHS.itemText) }
  if (description.length <= LENGTHS.itemText) return short
  return {
    ...short,
    to_Text: [{ Language: config.language, LongTextID: config.itemText, LongText: description }],
  }
}

function lineOf(line: OrderLineInput, one: Good, index: number, input: OrderInput, config: Config): object {
  const wanted = line.unit ? unitCode(line.unit, config, one.units) : one.units[0]
  if (!wanted) refuse(`lines.${index}.unit`, `Item ${one.id} is not sold in ${line.unit}.`, 'MAPPING_MISSING')
  const [, plant, storage] = WAREHOUSE.exec(line.warehouse ?? '') ?? []
  const percent = percentOf(line, input.discounts ?? [])
  const price = line.unitPrice && {
    ConditionType: config.manualPrice,
    ConditionRateValue: plain(line.unitPrice.amount),
    ConditionCurrency: line.unitPrice.currency,
    ConditionQuantity: '1',
    ConditionQuantityUnit: wanted,
  }
  const off = percent.gt(0) && {
    ConditionType: config.percentDiscount,
    ConditionRateValue: percent.times(-1).toFixed(),
  }
  const conditions = [price, off].filter(Boolean)
  return {
    SalesOrderItem: String((index + 1) * 10),
    Material: one.id,
    RequestedQuantity: plain(line.quantity),
    RequestedQuantityUnit: wanted,
    ...(plant && { ProductionPlant: plant }),
    ...(storage && { StorageLocation: storage }),
    ...textsOf(line, config),
    ...(conditions.length > 0 && { to_PricingElement: conditions }),
  }
}

/** The street in the fields of an address; what a name or a street is too long for is refused. */
export function streetOf(
  address: Address,
  first: string,
  second: string,
  third: string,
): Record<string, string> {
  const [street = '', more = '', rest = '', ...others] = address.lines
  const long = street.length > LENGTHS.street || more.length > LENGTHS.name || rest.length > LENGTHS.name
  if (long || others.length > 0) refuse('address', 'An address has three lines, of 60, 40 and 40 signs.')
  return {
    ...(street && { [first]: street }),
    ...(more && { [second]: more }),
    ...(rest && { [third]: rest }),
    ...(address.postalCode && { PostalCode: address.postalCode }),
    ...(address.city && { CityName: address.city }),
    ...(address.region && { Region: address.region }),
    ...(address.country && { Country: address.country }),
  }
}

function shipTo(address: Address, customer: string, config: Config): object {
  if (!config.partnerAddresses)
    refuse('shipTo', 'This release takes no address with an order (partnerAddresses is off).')
  if ((address.name?.length ?? 0) > LENGTHS.name) refuse('shipTo.name', 'A name may have 40 signs.')
  const street = streetOf(address, 'StreetName', 'StreetSuffixName1', 'StreetSuffixName2')
  const name = address.name ? { OrganizationName1: address.name } : {}
  return {
    PartnerFunction: 'SH',
    Customer: customer,
    to_Address: [{ AddressRepresentationCode: '', ...name, ...street }],
  }
}

/** SAP takes one requested date when an order is made; schedule lines of items come into being with it. */
function deliveryOf({ requestedDelivery, lines }: OrderInput): string | null {
  const days = new Set([requestedDelivery, ...lines.map((line) => line.requestedDelivery)].filter(Boolean))
  if (days.size > 1) refuse('requestedDelivery', 'An order is made with one requested date for all lines.')
  return [...days][0] ?? null
}

/** The key of payment terms; those that nobody mapped must be a key themselves. */
export function termsOf(terms: string, { paymentTerms }: Config): string {
  const code = Object.hasOwn(paymentTerms, terms) ? (paymentTerms[terms] ?? '') : terms
  return /^\w{1,4}$/.test(code)
    ? code
    : refuse('paymentTerms', `There is no key for the terms ${terms.slice(0, 40)}.`, 'MAPPING_MISSING')
}

/** The body of the one request that writes an order with its items. Throws what it can see to be wrong. */
export async function orderBody(
  client: Client,
  own: OwnFields,
  input: OrderInput,
  ref: string,
): Promise<object> {
  const { config } = client
  checkInput(input, config)
  const delivery = deliveryOf(input)
  const [customer, items] = await Promise.all([buyer(client, input.customer), goods(client, input.lines)])
  const amounts = (input.discounts ?? []).flatMap(({ amount: off }) => (off ? [off] : []))
  const purchase = input.purchaseOrderNumber
  return {
    SalesOrderType: config.orderType,
    SalesOrganization: config.salesOrganization,
    DistributionChannel: config.distributionChannel,
    OrganizationDivision: config.division,
    SoldToParty: customer,
    [config.referenceField]: writeReference(ref),
    ...(input.currency && { TransactionCurrency: input.currency }),
    ...(purchase && { PurchaseOrderByCustomer: purchase }),
    ...(input.orderedOn && { SalesOrderDate: jsonDate(input.orderedOn) }),
    ...(delivery && { RequestedDeliveryDate: jsonDate(delivery) }),
    ...(input.paymentTerms && { CustomerPaymentTerms: termsOf(input.paymentTerms, config) }),
    ...(await own.body('order', input.customAttributes)),
    ...(input.shipTo && { to_Partner: [shipTo(input.shipTo, customer, config)] }),
    ...(input.note && {
      to_Text: [{ Language: config.language, LongTextID: config.noteText, LongText: input.note }],
    }),
    ...(amounts.length > 0 && {
      to_PricingElement: amounts.map((off) => ({
        ConditionType: config.amountDiscount,
        ConditionRateValue: `-${plain(off.amount)}`,
        ConditionCurrency: off.currency,
      })),
    }),
    to_Item: input.lines.map((line, index) => lineOf(line, items[index] as Good, index, input, config)),
  }
}

/** The header fields that can be changed behind; VALIDATION for anything else. */
export function orderChange(change: Partial<OrderInput>, config: Config): object {
  const {
    purchaseOrderNumber: purchase,
    requestedDelivery: delivery,
    paymentTerms: terms,
    ...others
  } = change
  const left = Object.entries(others).find(([, value]) => value !== undefined)
  if (left) refuse(left[0], `${left[0]} of an order cannot be changed through this connection.`)
  if ((purchase?.length ?? 0) > LENGTHS.purchaseOrder)
    refuse('purchaseOrderNumber', 'An order number of a customer may have 35 signs.')
  return {
    ...(purchase !== undefined && { PurchaseOrderByCustomer: purchase ?? '' }),
    ...(delivery && { RequestedDeliveryDate: jsonDate(delivery) }),
    ...(terms && { CustomerPaymentTerms: termsOf(terms, config) }),
  }
}

/** What a written row is known by. */
export const writtenOrder = z.object({ SalesOrder: key })
