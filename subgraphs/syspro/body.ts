import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { plain } from '../json.ts'
import { type Element, type Markup, element } from '../xml.ts'
import { addressFields } from './address.ts'
import { type Call, type Client, fields, xmlOf } from './client.ts'
import type { Config } from './config.ts'
import { DELIVER_TO, PURCHASE_ORDER } from './documents.ts'
import { findEach } from './find.ts'
import { ITEM_COLUMNS } from './map.ts'
import { orderNumber } from './reference.ts'
import { bare, key, text } from './shapes.ts'
import type { Stock } from './stock.ts'
import { currencyOf, digits, isUnit, short, termsCode } from './words.ts'

const QUANTITY = /^\d{1,18}(\.\d{1,18})?$/
/** A comment line holds 100 signs, the description of an item 50. */
const COMMENT = 100
const DESCRIPTION = 50
/** SORTOI has three discounts for a line, one after the other. */
const MOST_DISCOUNTS = 3

function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

function amount(value: string, whole: number, part: number, field: string): string {
  if (!QUANTITY.test(value)) refuse(field, `"${value.slice(0, 40)}" is no decimal number.`)
  return digits(plain(value), whole, part, field)
}

/** The percentages of a line: its own, then those of the whole order. */
function percentsOf({ discountPercent }: OrderLineInput, { discounts }: OrderInput, field: string): string[] {
  const all = [discountPercent, ...(discounts ?? []).map(({ percent }) => percent)].flatMap(
    (one) => one ?? [],
  )
  const percents = all.map((one) => amount(one, 3, 2, field)).filter((one) => one !== '0')
  if (percents.some((one) => new Big(one).gt(100))) refuse(field, 'A discount must not be above 100 percent.')
  if (percents.length > MOST_DISCOUNTS) refuse(field, 'SYSPRO takes three discounts of a line at most.')
  return percents
}

/** What can be checked without asking. */
function check(input: OrderInput): void {
  const { lines, currency, discounts, customAttributes } = input
  if (lines.length === 0) refuse('lines', 'An order needs a line.', 'MISSING_REQUIRED_FIELD')
  if (discounts?.some(({ amount: off }) => off))
    refuse('discounts', 'SYSPRO takes discounts of an order by percent only.')
  if (customAttributes?.length) refuse('customAttributes', 'An import of orders has no fields of ours.')
  for (const [index, line] of lines.entries()) {
    const field = `lines.${index}`
    if (new Big(amount(line.quantity, 12, 6, `${field}.quantity`)).lte(0))
      refuse(`${field}.quantity`, 'A quantity must be above 0.')
    if (line.unitPrice) amount(line.unitPrice.amount, 10, 5, `${field}.unitPrice`)
    percentsOf(line, input, `${field}.discountPercent`)
    if (line.unitPrice && currency && line.unitPrice.currency !== currency)
      refuse(`${field}.unitPrice`, `The price is in ${line.unitPrice.currency}, the order in ${currency}.`)
    if (line.requestedDelivery && line.requestedDelivery !== input.requestedDelivery)
      refuse(`${field}.requestedDelivery`, 'SYSPRO takes one day of delivery for the whole order.')
  }
}

/** The currency of the customer, which the order must have: SYSPRO knows no other. */
async function checkCustomer(client: Client, input: OrderInput): Promise<string | null> {
  const rows = await findEach(
    client,
    { table: 'ArCustomer', columns: ['Customer', 'Currency', 'CustomerOnHold'] },
    'Customer',
    [input.customer],
  )
  const row = rows.find((one) => bare(key(one, 'Customer')) === bare(input.customer))
  if (!row) refuse('customer', `There is no customer ${input.customer.slice(0, 40)}.`, 'INVALID_CUSTOMER')
  if (text(row, 'CustomerOnHold') === 'Y')
    refuse('customer', `Customer ${input.customer} is on hold.`, 'INVALID_CUSTOMER')
  const code = text(row, 'Currency')
  const own = currencyOf(code, client.config)
  const wanted = [input.currency, ...input.lines.map(({ unitPrice }) => unitPrice?.currency)].flatMap(
    (one) => one ?? [],
  )
  const other = wanted.find((one) => one !== own)
  if (other) refuse('currency', `Customer ${input.customer} buys in ${own}, not in ${other}.`)
  return code
}

async function goodsOf(client: Client, { lines }: OrderInput): Promise<Element[]> {
  const rows = await findEach(
    client,
    { table: 'InvMaster', columns: ITEM_COLUMNS },
    'StockCode',
    lines.map(({ item, sku }) => item ?? sku),
  )
  const goods = new Map(rows.map((row) => [key(row, 'StockCode'), row]))
  return lines.map(({ item, sku }, index) => {
    const row = goods.get(item ?? sku)
    if (!row) refuse(`lines.${index}.sku`, `There is no stock code ${sku.slice(0, 40)}.`, 'INVALID_ITEM')
    if (text(row, 'StockOnHold') === 'F')
      refuse(`lines.${index}.sku`, `Stock code ${sku} is on hold.`, 'INVALID_ITEM')
    return row
  })
}

function unitFor(line: OrderLineInput, good: Element, config: Config, field: string): string {
  const own = key(good, 'StockUom')
  if (!line.unit) return own
  const found = [own, text(good, 'AlternateUom')].find(
    (code) => code !== null && isUnit(code, line.unit ?? '', config),
  )
  return found ?? refuse(field, `Stock code ${line.sku} has no unit ${line.unit}.`, 'MAPPING_MISSING')
}

async function checkWarehouses(stock: Stock, { lines }: OrderInput): Promise<void> {
  for (const [index, { warehouse }] of lines.entries()) {
    if (!warehouse) continue
    const known = await stock.warehouses.find((all) => all.has(warehouse) || undefined)
    if (!known)
      refuse(
        `lines.${index}.warehouse`,
        `There is no warehouse ${warehouse.slice(0, 40)}.`,
        'MAPPING_MISSING',
      )
  }
}

/** A text in lines of a hundred signs. */
function cut(said: string): string[] {
  return said.split(/\r\n|\r|\n/).flatMap((one) => one.match(/.{1,100}/gsu) ?? [])
}

function commentsOf({ purchaseOrderNumber: po, shipTo, note }: OrderInput): string[] {
  return [
    ...(po ? [short(`${PURCHASE_ORDER}${po}`, COMMENT, 'purchaseOrderNumber')] : []),
    ...(shipTo?.name ? [short(`${DELIVER_TO}${shipTo.name}`, COMMENT, 'shipTo.name')] : []),
    ...cut(note ?? ''),
  ]
}

function stockLine(
  line: OrderLineInput,
  good: Element,
  input: OrderInput,
  config: Config,
  field: string,
): Record<string, string | null | undefined> {
  const uom = unitFor(line, good, config, `${field}.unit`)
  const [one, two, three] = percentsOf(line, input, field)
  const said = line.description && [...line.description].length <= DESCRIPTION ? line.description : null
  return {
    LineActionType: 'A',
    StockCode: key(good, 'StockCode'),
    StockDescription: said,
    Warehouse: line.warehouse,
    OrderQty: plain(line.quantity),
    OrderUom: uom,
    Price: line.unitPrice && plain(line.unitPrice.amount),
    PriceUom: line.unitPrice && uom,
    LineDiscPercent1: one,
    LineDiscPercent2: two,
    LineDiscPercent3: three,
  }
}

/** Goods and comments in one numbering; a long description follows its line as comments. */
function detailsOf(input: OrderInput, goods: Element[], config: Config): Markup[] {
  const rows = input.lines.flatMap((line, index): [string, Record<string, string | null | undefined>][] => {
    const long = line.description && [...line.description].length > DESCRIPTION ? cut(line.description) : []
    return [
      ['StockLine', stockLine(line, goods[index] as Element, input, config, `lines.${index}`)],
      ...long.map(commentLine),
    ]
  })
  return [...rows, ...commentsOf(input).map(commentLine)].flatMap(([name, values], index) =>
    element(name, fields({ CustomerPoLine: String(index + 1).padStart(4, '0'), ...values })),
  )
}

function commentLine(comment: string): [string, Record<string, string>] {
  return ['CommentLine', { LineActionType: 'A', Comment: comment }]
}

function headerOf(input: OrderInput, ref: string, currency: string | null, config: Config): Markup[] {
  const { shipTo, paymentTerms } = input
  return fields({
    CustomerPoNumber: orderNumber(ref),
    OrderActionType: 'A',
    Customer: input.customer,
    OrderDate: input.orderedOn,
    InvoiceTerms: paymentTerms && termsCode(paymentTerms, config),
    Currency: currency,
    ...(shipTo && addressFields(shipTo, 'ShipAddress', config, shipTo.country ?? null, 'shipTo')),
    Email: shipTo?.email && short(shipTo.email, 80, 'shipTo.email'),
    RequestedShipDate: input.requestedDelivery,
  })
}

function parametersOf(input: OrderInput, { allocation, orderType }: Config): Markup[] {
  return fields({
    Process: 'IMPORT',
    StatusInProcess: 'N',
    ValidateOnly: 'N',
    IgnoreWarnings: 'W',
    OrderStatus: '1',
    TypeOfOrder: orderType,
    // Left out, a headless import back-orders every line.
    AllocationAction: allocation,
    AllowNonStockItems: 'N',
    AcceptOrdersIfNoCredit: 'Y',
    AcceptEarlierShipDate: 'Y',
    AlwaysUsePriceEntered: input.lines.some(({ unitPrice }) => unitPrice) ? 'Y' : 'N',
    AllowZeroPrice: 'N',
    AllowDuplicateOrderNumbers: 'N',
    CheckForCustomerPoNumbers: 'Y',
    UseStockDescSupplied: input.lines.some(({ description }) => description) ? 'Y' : 'N',
    WarnIfCustomerOnHold: 'N',
  })
}

/** The one call that imports an order. Throws what it can see to be wrong. */
export async function orderCall(client: Client, stock: Stock, input: OrderInput, ref: string): Promise<Call> {
  check(input)
  const { config } = client
  const currency = await checkCustomer(client, input)
  const goods = await goodsOf(client, input)
  await checkWarehouses(stock, input)
  const order = [
    ...element('OrderHeader', headerOf(input, ref, currency, config)),
    ...element('OrderDetails', detailsOf(input, goods, config)),
  ]
  return {
    path: 'Transaction/Post',
    query: [
      ['BusinessObject', 'SORTOI'],
      [
        'XmlParameters',
        xmlOf('SalesOrders', 'SORTOI.XSD', element('Parameters', parametersOf(input, config))),
      ],
      ['XmlIn', xmlOf('SalesOrders', 'SORTOIDOC.XSD', element('Orders', order))],
    ],
  }
}
