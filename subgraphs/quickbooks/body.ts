import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { InvoiceInput, OrderInput, OrderLineInput } from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import { exactNumber, plain } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Client, type Query, among, isId } from './client.ts'
import { WAREHOUSE } from './figures.ts'
import { unitOf } from './map.ts'
import { documentNumber, privateNote } from './reference.ts'
import type { Settings, Setup } from './setup.ts'
import { type NativeCustomer, type NativeItem, customer, item } from './shapes.ts'

const NUMBER = /^\d{1,18}(\.\d{1,18})?$/
const PIECES = new Set(['H87', 'C62', 'EA'])
/** Most decimals of a unit price that we make ourselves. */
const PRICE_DECIMALS = 7
const LONGEST_FIELD = 31
const LONGEST_NUMBER = 21
const LONGEST_MEMO = 1000

/** What an order and an invoice have in common, and what only an invoice has. */
export interface DocumentInput extends OrderInput {
  dueOn?: string | null
  number?: string | null
  /** Id of the estimate that the document bills. */
  bills?: string | null
}

/** What the lines of a document need to know. */
interface Scene {
  client: Client
  settings: Settings
  buyer: NativeCustomer
  currency: string
}

function refuse(field: string, message: string, code: ErpError['code'] = 'VALIDATION'): never {
  throw new ErpError(code, message, { field })
}

function amount(text: string, field: string): Big {
  if (!NUMBER.test(text)) refuse(field, `"${text.slice(0, 40)}" is no decimal number.`)
  return new Big(text)
}

/** What can be checked without asking. */
function checkInput({ lines, discounts }: DocumentInput): void {
  if (lines.length === 0) refuse('lines', 'A document needs a line.', 'MISSING_REQUIRED_FIELD')
  for (const [index, { quantity, unitPrice, discountPercent, warehouse }] of lines.entries()) {
    const at = `lines.${index}`
    if (amount(quantity, `${at}.quantity`).lte(0)) refuse(`${at}.quantity`, 'A quantity must be above 0.')
    // A reduction may stand as a line below zero; only the whole document must not.
    if (unitPrice) amount(unitPrice.amount.replace(/^-/, ''), `${at}.unitPrice`)
    if (discountPercent != null && amount(discountPercent, `${at}.discountPercent`).gt(100))
      refuse(`${at}.discountPercent`, 'A discount must not be above 100 percent.')
    if (warehouse && warehouse.toUpperCase() !== WAREHOUSE)
      refuse(`${at}.warehouse`, `QuickBooks Online has one warehouse, ${WAREHOUSE}.`, 'MAPPING_MISSING')
  }
  for (const { percent, amount: off } of discounts ?? []) {
    if (percent != null && amount(percent, 'discounts').gt(100)) refuse('discounts', 'Above 100 percent.')
    if (off) amount(off.amount, 'discounts')
  }
}

/** The customer and the items of the lines, in one call. */
async function lookUp(client: Client, input: DocumentInput): Promise<[NativeCustomer, NativeItem[]]> {
  const buyers: Query[] = isId(input.customer) ? among('Customer', 'Id', [input.customer]) : []
  const ids = among(
    'Item',
    'Id',
    input.lines.flatMap((line) => (line.item && isId(line.item) ? [line.item] : [])),
  )
  const skus = among(
    'Item',
    'Sku',
    input.lines.flatMap((line) => (line.item ? [] : [line.sku])),
  )
  const found = await client.query([...buyers, ...ids, ...skus])
  const [row] = buyers.length > 0 ? (found.shift() ?? []) : []
  const buyer = row ? shaped(customer, row, 'A customer') : null
  if (!buyer || buyer.Active === false)
    refuse('customer', `There is no active customer ${input.customer.slice(0, 40)}.`, 'INVALID_CUSTOMER')
  const items = found.flat().map((one) => shaped(item, one, 'An item'))
  return [buyer, input.lines.map((line, index) => itemOf(line, items, `lines.${index}.sku`))]
}

/** SKUs are not unique by themselves: the active item counts, and two of them are refused. */
function itemOf(line: OrderLineInput, items: NativeItem[], field: string): NativeItem {
  const same = items.filter(({ Id, Sku }) => (line.item ? Id === line.item : Sku === line.sku))
  const unique = [...new Map(same.map((one) => [one.Id, one])).values()]
  const [good, other] = unique.filter(({ Active, Type }) => Active !== false && Type !== 'Category')
  if (!good) refuse(field, `There is no active item ${line.sku.slice(0, 100)}.`, 'INVALID_ITEM')
  if (other) refuse(field, `Two active items have the SKU ${line.sku.slice(0, 100)}.`)
  return good
}

function checkUnit(unit: string | null | undefined, good: NativeItem, field: string, client: Client): void {
  const own = unitOf(good.Sku, client.config)
  if (!unit || unit === own || (PIECES.has(unit) && PIECES.has(own ?? 'H87'))) return
  refuse(field, `Item ${good.Sku} is kept in ${own ?? 'pieces'}, not in ${unit}.`, 'MAPPING_MISSING')
}

/** The tax code of a line. In the USA an item says only whether it is taxed (schema Finance.xsd, Item). */
function taxCodeOf({ SalesTaxCodeRef: own, Taxable: taxed }: NativeItem, { client, settings }: Scene) {
  const told = taxed === null || !isUs(settings) ? null : taxed ? 'TAX' : 'NON'
  return own?.value ?? told ?? client.config.taxCode
}

/**
 * A line. Discounts of a line are not reliable in QuickBooks Online, so they are folded into the price and told in
 * the description; `Amount` must be quantity times price.
 */
function lineOf(line: OrderLineInput, good: NativeItem, index: number, scene: Scene): [object, Big] {
  const { client, settings, currency } = scene
  const at = `lines.${index}`
  checkUnit(line.unit, good, `${at}.unit`, client)
  const own = currency === settings.home ? good.UnitPrice : null
  const given = line.unitPrice?.amount ?? own
  if (given === null) refuse(`${at}.unitPrice`, `Item ${good.Sku} has no price in ${currency}.`)
  if (line.unitPrice && line.unitPrice.currency !== currency)
    refuse(`${at}.unitPrice`, `The price is in ${line.unitPrice.currency}, the document in ${currency}.`)
  const percent = new Big(line.discountPercent ?? 0)
  const price = percent.eq(0)
    ? new Big(given)
    : new Big(given).times(new Big(100).minus(percent)).div(100).round(PRICE_DECIMALS)
  const total = price.times(line.quantity).round(2)
  const about = line.description ?? good.Description ?? good.Name
  const tax = taxCodeOf(good, scene)
  const taxed = tax && (isUs(settings) || client.config.taxCalculation !== 'NotApplicable')
  const native = {
    DetailType: 'SalesItemLineDetail',
    Amount: exactNumber(total.toFixed()),
    Description: percent.eq(0) ? about : `${about} (-${percent.toFixed()} %)`,
    SalesItemLineDetail: {
      ItemRef: { value: good.Id },
      Qty: exactNumber(plain(line.quantity)),
      UnitPrice: exactNumber(price.toFixed()),
      ...(taxed && { TaxCodeRef: { value: tax } }),
      ...(line.requestedDelivery && { ServiceDate: line.requestedDelivery }),
    },
  }
  return [native, total]
}

/** A document has one discount line: by percent where that is all, else by the amount that comes together. */
function discountOf(input: DocumentInput, sum: Big, { settings, currency }: Scene): object[] {
  const discounts = (input.discounts ?? []).filter(({ percent, amount: off }) => percent != null || off)
  const [only] = discounts
  if (!only) return []
  if (!settings.discounts) refuse('discounts', 'Discounts are switched off in the company settings.')
  if (discounts.some(({ amount: off }) => off && off.currency !== currency))
    refuse('discounts', `A discount is not in ${currency}.`)
  const left = discounts.reduce(
    (rest, { percent, amount: off }) => rest.minus(off ? off.amount : rest.times(percent ?? 0).div(100)),
    sum,
  )
  if (left.lt(0)) refuse('discounts', 'The discounts are more than the document.')
  const byPercent = discounts.length === 1 && only.percent != null && !only.amount
  const detail = byPercent
    ? { PercentBased: true, DiscountPercent: exactNumber(plain(only.percent ?? '0')) }
    : { PercentBased: false }
  const off = exactNumber(sum.minus(left).round(2).toFixed())
  return [{ DetailType: 'DiscountLineDetail', Amount: off, DiscountLineDetail: detail }]
}

function customFields(input: DocumentInput, client: Client): object[] {
  const { customFields: known } = client.config
  const purchase = known.purchaseOrderNumber ? input.purchaseOrderNumber : null
  const all = [
    ...(purchase ? [{ key: 'purchaseOrderNumber', value: purchase }] : []),
    ...(input.customAttributes ?? []),
  ]
  return all.flatMap(({ key, value }) => {
    const definition = Object.hasOwn(known, key) ? known[key] : undefined
    if (!definition) refuse(key, `No custom field is named for ${key.slice(0, 60)}.`, 'MAPPING_MISSING')
    if ((value ?? '').length > LONGEST_FIELD) refuse(key, `A custom field holds ${LONGEST_FIELD} signs.`)
    return value ? [{ DefinitionId: definition, Type: 'StringType', StringValue: value }] : []
  })
}

/** Addresses hold five lines and no name of their own. */
export function nativeAddress({ name, lines, ...rest }: Address): object {
  const all = [...(name ? [name] : []), ...lines]
  const five = [...all.slice(0, 4), ...(all.length > 4 ? [all.slice(4).join(', ')] : [])]
  return {
    ...Object.fromEntries(five.map((text, index) => [`Line${index + 1}`, text])),
    ...(rest.city && { City: rest.city }),
    ...(rest.region && { CountrySubDivisionCode: rest.region }),
    ...(rest.postalCode && { PostalCode: rest.postalCode }),
    ...(rest.country && { Country: rest.country }),
  }
}

/** In the USA taxes are reckoned by QuickBooks and the document says nothing about them. */
function isUs({ country }: Settings): boolean {
  return country === null || country === 'US'
}

/** The id of a payment term by the name that orders use. */
export async function termId(client: Client, setup: Setup, terms: string): Promise<string> {
  const { paymentTerms } = client.config
  return setup.idOf('terms', (Object.hasOwn(paymentTerms, terms) ? paymentTerms[terms] : null) ?? terms)
}

/** The body of an estimate or invoice. Throws what it can see to be wrong. */
export async function documentBody(
  client: Client,
  setup: Setup,
  input: DocumentInput,
  ref: string,
): Promise<object> {
  checkInput(input)
  const [[buyer, goods], settings] = await Promise.all([lookUp(client, input), setup.get()])
  const currency = buyer.CurrencyRef ?? settings.home
  if (input.currency && input.currency !== currency)
    refuse('currency', `Customer ${buyer.DisplayName} is kept in ${currency}, not in ${input.currency}.`)
  const { note, number, purchaseOrderNumber: purchase, paymentTerms: terms } = input
  if ((number ?? '').length > LONGEST_NUMBER) refuse('number', `A number holds ${LONGEST_NUMBER} signs.`)
  if ((note ?? '').length > LONGEST_MEMO) refuse('note', `A note holds ${LONGEST_MEMO} signs.`)
  const scene = { client, settings, buyer, currency }
  const lines = goods.map((good, index) => lineOf(input.lines[index] as OrderLineInput, good, index, scene))
  const sum = lines.reduce((all, [, one]) => all.plus(one), new Big(0))
  const fields = customFields(input, client)
  const inNote = client.config.customFields.purchaseOrderNumber ? null : purchase
  return {
    CustomerRef: { value: buyer.Id },
    DocNumber: number || documentNumber(ref),
    ...(input.orderedOn && { TxnDate: input.orderedOn }),
    ...(input.dueOn && { DueDate: input.dueOn }),
    ...(input.requestedDelivery && { ShipDate: input.requestedDelivery }),
    ...(terms && { SalesTermRef: { value: await termId(client, setup, terms) } }),
    ...(settings.manyCurrencies && { CurrencyRef: { value: currency } }),
    ...(!isUs(settings) && { GlobalTaxCalculation: client.config.taxCalculation }),
    Line: [...lines.map(([native]) => native), ...discountOf(input, sum, scene)],
    ...(fields.length > 0 && { CustomField: fields }),
    ...(input.shipTo && { ShipAddr: nativeAddress(input.shipTo) }),
    ...(note && { CustomerMemo: { value: note } }),
    PrivateNote: privateNote(ref, { po: inNote }),
    ...(input.bills && { LinkedTxn: [{ TxnId: input.bills, TxnType: 'Estimate' }] }),
  }
}

/** An invoice in the words of an order. */
export function asDocument({ order, issuedOn, type, ...input }: InvoiceInput, bills: boolean): DocumentInput {
  mustBeInvoice({ type }, 'QuickBooks')
  if (order && bills && !isId(order)) refuse('order', `There is no order ${order.slice(0, 40)}.`, 'NOT_FOUND')
  return { ...input, orderedOn: issuedOn, bills: bills ? order : null }
}
