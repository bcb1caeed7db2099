import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Discount } from '../../schema/index.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { shaped } from '../shape.ts'
import { isGuid } from './client.ts'
import { dayOf } from '../zone.ts'
import type { Config } from './config.ts'
import { countryName, noteLine } from './map.ts'
import type { Connection } from './setup.ts'
import { type ContactRow, type ItemRow, contact, item } from './shapes.ts'
import { dueOn, termOf } from './terms.ts'
import { today } from './read.ts'

/** What orders and invoices have in common when they are written. */
export type DocumentInput = Omit<OrderInput, 'orderedOn'> & { date?: string | null; dueOn?: string | null }

/** A document as it goes out, without its type, status and number. */
export interface Body {
  Contact: { ContactID: string }
  Reference: string
  Date: string
  DueDate: string
  CurrencyCode: string
  LineItems: object[]
}

const MAX_TRACKING = 2

function wrong(field: string, message: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** The customer of a document; one that was merged into another is followed. */
async function customerOf(connection: Connection, id: string, merged = false): Promise<ContactRow> {
  const [row] = isGuid(id) ? await connection.contacts([id]) : []
  const found = row === undefined ? null : shaped(contact, row, 'A contact')
  const other = found?.MergedToContactID
  if (found && other && !merged) return customerOf(connection, other, true)
  if (found && (found.ContactStatus ?? 'ACTIVE') === 'ACTIVE') return found
  const why = found ? 'is archived' : 'is unknown'
  throw new ErpError('INVALID_CUSTOMER', `The contact ${id.slice(0, 40)} ${why}.`, { field: 'customer' })
}

async function itemsOf(connection: Connection, lines: OrderLineInput[]): Promise<ItemRow[]> {
  const known = lines.flatMap((line) => (line.item === null ? [] : [line.item]))
  const bare = lines.flatMap((line) => (line.item === null ? [line.sku] : []))
  const rows = (await connection.items(known, bare)).map((row) => shaped(item, row, 'An item'))
  return lines.map((line, index) => {
    const found = rows.find(({ ItemID, Code }) =>
      line.item === null ? Code === line.sku : ItemID.toLowerCase() === line.item.toLowerCase(),
    )
    const field = `lines.${index}.sku`
    if (!found)
      throw new ErpError('INVALID_ITEM', `There is no item ${line.sku.slice(0, 40)} in Xero.`, { field })
    if (found.IsSold === false) throw new ErpError('INVALID_ITEM', `${found.Code} is not sold.`, { field })
    return found
  })
}

/** The one currency of a document; two in one document are refused. */
function currencyIn({ currency, lines, discounts }: DocumentInput, own: string): string {
  const said = [
    currency,
    ...lines.map(({ unitPrice }) => unitPrice?.currency),
    ...(discounts ?? []).map(({ amount }) => amount?.currency),
  ].filter((one) => one != null)
  const [first = own, ...others] = [...new Set(said)]
  if (others.length > 0) throw wrong('currency', 'A document of Xero has one currency.')
  return first
}

function percentOf(text: string | null | undefined, field: string): Big | null {
  if (text == null) return null
  if (/^\d+(\.\d+)?$/.test(text) && new Big(text).lte(100)) return new Big(text)
  throw wrong(field, `"${text.slice(0, 40)}" is no percentage.`)
}

/** Discounts in percent, one after the other, as the one rate that a line of Xero has; undefined without any. */
function rateOf(line: OrderLineInput, field: string, whole: Discount[]): object | undefined {
  const own = percentOf(line.discountPercent, `${field}.discountPercent`)
  const percents = whole.flatMap(({ percent }) => percentOf(percent, 'discounts') ?? [])
  const all = [...(own ? [own] : []), ...percents]
  if (all.length === 0) return undefined
  const left = all.reduce((rest, percent) => rest.times(new Big(100).minus(percent)).div(100), new Big(100))
  return exactNumber(new Big(100).minus(left).toFixed())
}

function checkLine(line: OrderLineInput, field: string, units: string[]): void {
  const { warehouse, unit, quantity, unitPrice } = line
  if (!/^\d+(\.\d+)?$/.test(quantity) || !new Big(quantity).gt(0))
    throw wrong(`${field}.quantity`, `"${quantity.slice(0, 40)}" is no quantity.`)
  if (unitPrice && !/^-?\d+(\.\d+)?$/.test(unitPrice.amount))
    throw wrong(`${field}.unitPrice`, `"${unitPrice.amount.slice(0, 40)}" is no amount.`)
  if (warehouse && warehouse !== 'DEFAULT') throw wrong(`${field}.warehouse`, 'Xero has no warehouses.')
  if (unit && !units.includes(unit)) {
    throw new ErpError('MAPPING_MISSING', `Lines may not say the unit ${unit.slice(0, 10)}.`, {
      field: `${field}.unit`,
    })
  }
}

function trackingOf({ customAttributes }: DocumentInput, { tracking }: Config): object[] {
  const given = (customAttributes ?? []).filter(({ value }) => value != null)
  if (given.length > MAX_TRACKING)
    throw wrong('customAttributes', 'A line has at most two tracking categories.')
  return given.map(({ key, value }) => {
    if (tracking.includes(key)) return { Name: key, Option: value }
    throw wrong('customAttributes', `${key.slice(0, 40)} is no tracking category of this connection.`)
  })
}

function lineOf(line: OrderLineInput, row: ItemRow, rate: object | undefined, config: Config): object {
  const text = line.description || row.Description || row.Name || row.Code
  const on = line.requestedDelivery ? `\nDelivery date: ${line.requestedDelivery}` : ''
  const account = row.SalesDetails?.AccountCode ? undefined : config.salesAccount
  return {
    ItemCode: row.Code,
    Description: `${text}${on}`,
    Quantity: exactNumber(line.quantity),
    ...(line.unitPrice && { UnitAmount: exactNumber(line.unitPrice.amount) }),
    ...(rate && { DiscountRate: rate }),
    ...(account && { AccountCode: account }),
  }
}

/** A discount of the whole document: Xero has none, so it stands as a line below zero. */
function reductions({ discounts }: DocumentInput, { salesAccount }: Config): object[] {
  return (discounts ?? []).flatMap(({ amount, reason }) => {
    if (!amount) return []
    if (!/^\d+(\.\d+)?$/.test(amount.amount))
      throw wrong('discounts', `"${amount.amount.slice(0, 40)}" is no amount.`)
    return [
      {
        Description: reason || 'Discount',
        Quantity: exactNumber('1'),
        UnitAmount: exactNumber(`-${amount.amount}`),
        ...(salesAccount && { AccountCode: salesAccount }),
      },
    ]
  })
}

/** Texts for which Xero has no field, each as a line without an amount, so that the person who goes on sees it. */
function noteLines({ purchaseOrderNumber, requestedDelivery, shipTo, note }: DocumentInput): object[] {
  const place = shipTo && [
    shipTo.name,
    ...shipTo.lines,
    [shipTo.postalCode, shipTo.city].filter(Boolean).join(' '),
    shipTo.region,
    countryName(shipTo.country),
    shipTo.phone,
    shipTo.email,
  ]
  return [
    ...(purchaseOrderNumber ? [noteLine('purchaseOrderNumber', purchaseOrderNumber)] : []),
    ...(requestedDelivery
      ? [noteLine('requestedDelivery', dayOf(requestedDelivery, 'requestedDelivery'))]
      : []),
    ...(place ? [noteLine('shipTo', place.filter(Boolean).join(', '))] : []),
    ...(note ? [noteLine('note', note)] : []),
  ]
}

/** Checks everything that can be seen before Xero is asked, and what only Xero knows; then makes the document. */
export async function bodyOf(connection: Connection, input: DocumentInput, ref: string): Promise<Body> {
  const { config } = connection.client
  if (input.lines.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A document needs lines.', { field: 'lines' })
  for (const [index, line] of input.lines.entries()) checkLine(line, `lines.${index}`, config.units)
  const rates = input.lines.map((line, index) => rateOf(line, `lines.${index}`, input.discounts ?? []))
  const tracking = trackingOf(input, config)
  const date = dayOf(input.date ?? today(config), 'date')
  const term = input.paymentTerms ? termOf(input.paymentTerms, config) : null
  const [customer, rows, { currency: own }] = await Promise.all([
    customerOf(connection, input.customer),
    itemsOf(connection, input.lines),
    connection.organisation.get(),
  ])
  const currency = currencyIn(input, own)
  await connection.checkCurrency(currency)
  const bare = input.lines.findIndex(({ unitPrice }) => !unitPrice)
  // Xero would take the price of the item as it stands, in whatever currency the document is.
  if (currency !== own && bare >= 0) {
    const field = `lines.${bare}.unitPrice`
    throw new ErpError('MISSING_REQUIRED_FIELD', `A document in ${currency} needs prices.`, { field })
  }
  const goods = input.lines.map((line, index) => lineOf(line, rows[index] as ItemRow, rates[index], config))
  const lines = [...goods, ...reductions(input, config)]
  const { Day, Type } = customer.PaymentTerms?.Sales ?? {}
  const usual = Day && Type ? { Day, Type } : { Day: String(config.dueDays), Type: 'DAYSAFTERBILLDATE' }
  return {
    Contact: { ContactID: customer.ContactID },
    Reference: ref,
    Date: date,
    DueDate: input.dueOn ? dayOf(input.dueOn, 'dueOn') : dueOn(date, term ?? usual),
    CurrencyCode: currency,
    LineItems: [
      ...lines.map((one) => (tracking.length > 0 ? { ...one, Tracking: tracking } : one)),
      ...noteLines(input),
    ],
  }
}
