import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber, plain } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Ask, type Client, filtersOf } from './client.ts'
import type { Config } from './config.ts'
import type { OwnFields } from './custom.ts'
import { isActive } from './map.ts'
import { isKey } from './read.ts'
import { type Settings, type Setup, nativeCurrency } from './setup.ts'
import { ITEM_FIELDS, type NativeItem, PARTNER_FIELDS, item, partner } from './shapes.ts'
import { entryOf } from './units.ts'

const AMOUNT = /^\d{1,18}(\.\d{1,18})?$/
/** Lengths of fields in the database: longer texts are refused, never cut. */
const LONGEST = { NumAtCard: 100, Comments: 254, FreeText: 100 }

/** Refuses before anything is written. */
export function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

function amount(text: string, field: string): Big {
  if (!AMOUNT.test(text)) refuse(field, `"${text.slice(0, 40)}" is no decimal number.`)
  return new Big(text)
}

function percentage(text: string, field: string): Big {
  const percent = amount(text, field)
  return percent.gt(100) ? refuse(field, 'A discount must not be above 100 percent.') : percent
}

function short(text: string, native: keyof typeof LONGEST, field: string): string {
  const most = LONGEST[native]
  if (text.length > most) refuse(field, `SAP Business One keeps at most ${most} signs of it.`)
  return text
}

function checkLine(line: OrderLineInput, field: string, currency: string | null | undefined): void {
  if (amount(line.quantity, `${field}.quantity`).lte(0))
    refuse(`${field}.quantity`, 'A quantity must be above 0.')
  const { unitPrice: price, discountPercent: percent } = line
  if (price) amount(price.amount, `${field}.unitPrice`)
  if (price && currency && price.currency !== currency)
    refuse(`${field}.unitPrice`, `The price is in ${price.currency}, the order in ${currency}.`)
  if (percent != null) percentage(percent, `${field}.discountPercent`)
}

/** What can be checked without asking: lines, numbers, currencies. */
function checkInput({ lines, currency }: OrderInput): void {
  if (lines.length === 0) refuse('lines', 'An order needs a line.', 'MISSING_REQUIRED_FIELD')
  for (const [index, line] of lines.entries()) checkLine(line, `lines.${index}`, currency)
}

function codeOf({ item: id, sku }: OrderLineInput): string {
  return id ?? sku
}

/** The items of the lines, in one call with the customer; both must be there and active. */
export async function lookUp(client: Client, input: OrderInput, settings: Settings): Promise<NativeItem[]> {
  const today = settings.zone.dayAt(Date.now())
  const goods = filtersOf(
    'ItemCode',
    input.lines.map(codeOf).filter((code) => isKey(code, false)),
  )
  const people = isKey(input.customer, false) ? filtersOf('CardCode', [input.customer]) : []
  const customers = people.map((some) => `CardType eq 'cCustomer' and ${some}`)
  const rows = await client.read([
    ...goods.map((filter): Ask => ['Items', { filter, select: ITEM_FIELDS }]),
    ...customers.map((filter): Ask => ['BusinessPartners', { filter, select: PARTNER_FIELDS }]),
  ])
  const buyers = rows
    .slice(goods.length)
    .flat()
    .map((row) => shaped(partner, row, 'A customer'))
  const buyer = buyers.find(({ CardCode }) => CardCode === input.customer)
  if (!buyer) refuse('customer', `There is no customer ${input.customer.slice(0, 40)}.`, 'INVALID_CUSTOMER')
  if (!isActive(buyer, today))
    refuse('customer', `Customer ${buyer.CardCode} is inactive.`, 'INVALID_CUSTOMER')
  const found = rows
    .slice(0, goods.length)
    .flat()
    .map((row) => shaped(item, row, 'An item'))
  return input.lines.map((line, index) => {
    const field = `lines.${index}.sku`
    const good = found.find(({ ItemCode }) => ItemCode === codeOf(line))
    if (!good) refuse(field, `There is no item ${codeOf(line).slice(0, 50)}.`, 'INVALID_ITEM')
    if (!good.SalesItem || !isActive(good, today))
      refuse(field, `Item ${good.ItemCode} is not sold.`, 'INVALID_ITEM')
    return good
  })
}

/** A price comes with its discount, even of 0: else the ERP would add the one that it finds itself. */
async function lineOf(
  line: OrderLineInput,
  native: NativeItem,
  field: string,
  setup: Setup,
): Promise<object> {
  if (line.warehouse) await setup.checkWarehouse(line.warehouse)
  const entry = entryOf(line.unit, native, await setup.get(), `${field}.unit`)
  const { unitPrice: price, discountPercent: percent } = line
  return {
    ItemCode: native.ItemCode,
    Quantity: exactNumber(plain(line.quantity)),
    ...(entry !== null && { UoMEntry: exactNumber(entry) }),
    ...(price && { UnitPrice: exactNumber(plain(price.amount)) }),
    ...((price || percent != null) && { DiscountPercent: exactNumber(plain(percent ?? '0')) }),
    ...(line.warehouse && { WarehouseCode: line.warehouse }),
    ...(line.requestedDelivery && { ShipDate: line.requestedDelivery }),
    ...(line.description && { FreeText: short(line.description, 'FreeText', `${field}.description`) }),
  }
}

function addressOf({ name, lines, postalCode, city, region, country }: Address): object {
  const [street = '', block = '', ...building] = lines
  return {
    ...(name && { ShipToAddress2: name }),
    ShipToStreet: street,
    ShipToBlock: block,
    ShipToBuilding: building.join(', '),
    ...(postalCode && { ShipToZipCode: postalCode }),
    ...(city && { ShipToCity: city }),
    ...(region && { ShipToState: region }),
    ...(country && { ShipToCountry: country }),
  }
}

/** The percentages of the whole order, one after the other; there is no field for an amount. */
function discountOf(input: OrderInput): Big {
  const left = (input.discounts ?? []).reduce((rest, { percent, amount: off }) => {
    if (off && !percent)
      refuse('discounts', 'SAP Business One takes the discount of an order in percent alone.')
    return rest.times(new Big(100).minus(percent ? percentage(percent, 'discounts') : 0)).div(100)
  }, new Big(100))
  return new Big(100).minus(left)
}

function dueOf({ requestedDelivery, lines, orderedOn }: OrderInput, { zone }: Settings): string {
  const latest = lines
    .flatMap((line) => line.requestedDelivery ?? [])
    .toSorted()
    .at(-1)
  return requestedDelivery ?? latest ?? orderedOn ?? zone.dayAt(Date.now())
}

/** Companies with branches know no document without one. */
export function branchOf({ branch }: Config): object {
  return branch === undefined ? {} : { BPL_IDAssignedToInvoice: branch }
}

/** The body of the one request that writes an order with its lines. Throws what it can see to be wrong. */
export async function orderBody(
  client: Client,
  setup: Setup,
  own: OwnFields,
  input: OrderInput,
  ref: string,
): Promise<object> {
  checkInput(input)
  const settings = await setup.get()
  const goods = await lookUp(client, input, settings)
  const { purchaseOrderNumber: number, note, paymentTerms: terms, currency, orderedOn, shipTo } = input
  const { config } = client
  const discount = discountOf(input)
  const DocumentLines = await Promise.all(
    input.lines.map((line, index) => lineOf(line, goods[index] as NativeItem, `lines.${index}`, setup)),
  )
  return {
    CardCode: input.customer,
    [config.orderReference]: ref,
    ...(number && { NumAtCard: short(number, 'NumAtCard', 'purchaseOrderNumber') }),
    ...(orderedOn && { DocDate: orderedOn }),
    ...branchOf(config),
    // Mandatory for orders.
    DocDueDate: dueOf(input, settings),
    ...(currency && { DocCurrency: nativeCurrency(currency, config) }),
    ...(terms && { PaymentGroupCode: exactNumber(await setup.term(config.paymentTerms[terms] ?? terms)) }),
    ...(note && { Comments: short(note, 'Comments', 'note') }),
    ...(discount.gt(0) && { DiscountPercent: exactNumber(discount.toFixed()) }),
    ...(shipTo && { AddressExtension: addressOf(shipTo) }),
    ...(await own.body('order', input.customAttributes)),
    DocumentLines,
  }
}
