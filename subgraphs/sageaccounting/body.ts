import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { dayOf } from '../zone.ts'
import type { Config } from './config.ts'
import type { Connection, Held } from './connection.ts'
import { WAREHOUSE } from './figures.ts'
import { currencyOf, fromAddress, isActive, isCustomer, isSellable, priceFor } from './map.ts'
import { writeNotes } from './notes.ts'
import { today } from './read.ts'
import type { ContactRow, ItemRow } from './shapes.ts'

/** What orders and invoices have in common when they are written. */
export type PaperInput = Omit<OrderInput, 'orderedOn'> & { date?: string | null; dueOn?: string | null }

/** A document as it goes out, without what only one kind of document has. */
export interface Body {
  head: Record<string, unknown>
  lines: object[]
  date: string
  /** Days after `date` on which it is due. */
  days: number
}

interface Sold {
  row: ItemRow
  isService: boolean
}

const DAY_MS = 86_400_000
const DECIMAL = /^\d+(\.\d+)?$/

function wrong(field: string, message: string): ErpError {
  return new ErpError('VALIDATION', message, { field })
}

/** The day so many days later. */
export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The days that a payment term names; MAPPING_MISSING where neither the operator nor its words tell them. */
export function termDays(text: string, { paymentTerms }: Config): number {
  const days = Object.hasOwn(paymentTerms, text) ? paymentTerms[text] : undefined
  const told = /^(\d{1,3}) days$/.exec(text)?.[1]
  if (days !== undefined || told !== undefined) return days ?? Number(told)
  throw new ErpError('MAPPING_MISSING', `There is no payment term "${text.slice(0, 40)}" in the map.`, {
    field: 'paymentTerms',
  })
}

/** The contact of a document; INVALID_CUSTOMER where it is unknown, deleted, or only a supplier. */
async function customerOf(connection: Connection, id: string): Promise<ContactRow> {
  const row = (await connection.contacts([id])).get(id)
  if (row instanceof ErpError) throw row
  if (row && isCustomer(row) && isActive(row)) return row
  const why = row ? 'takes no orders' : 'is unknown'
  throw new ErpError('INVALID_CUSTOMER', `The contact ${id.slice(0, 40)} ${why}.`, { field: 'customer' })
}

async function soldIn(connection: Connection, lines: OrderLineInput[]): Promise<Sold[]> {
  const ids = lines.flatMap(({ item }) => item ?? [])
  const codes = lines.flatMap(({ item, sku }) => (item === null ? [sku] : []))
  const [byId, byCode] = await Promise.all([
    connection.items(ids),
    codes.length > 0 ? connection.itemsByCode(codes) : new Map<string, Held>(),
  ])
  return lines.map(({ item, sku }, index) => {
    const held = item === null ? byCode.get(sku) : byId.get(item)
    if (held?.row instanceof ErpError) throw held.row
    if (held && isSellable(held.row)) return { row: held.row, isService: held.resource === 'services' }
    const why = held ? 'is not active' : 'does not exist'
    throw new ErpError('INVALID_ITEM', `The item ${sku.slice(0, 40)} ${why}.`, {
      field: `lines.${index}.sku`,
    })
  })
}

function checkLine({ quantity, unit, unitPrice, warehouse }: OrderLineInput, field: string, config: Config) {
  if (!DECIMAL.test(quantity) || !new Big(quantity).gt(0))
    throw wrong(`${field}.quantity`, `"${quantity.slice(0, 40)}" is no quantity.`)
  if (unitPrice && !DECIMAL.test(unitPrice.amount))
    throw wrong(`${field}.unitPrice`, `"${unitPrice.amount.slice(0, 40)}" is no amount.`)
  if (warehouse && warehouse !== WAREHOUSE) throw wrong(`${field}.warehouse`, 'Sage has no warehouses.')
  if (unit && !config.units.includes(unit))
    throw new ErpError('MAPPING_MISSING', `Lines may not say the unit ${unit.slice(0, 10)}.`, {
      field: `${field}.unit`,
    })
}

/** Percentages one after the other as one; null without any. Amounts off a document are refused. */
function percentOf(line: OrderLineInput, field: string, { discounts }: PaperInput): Big | null {
  const all = [
    ...(line.discountPercent ? [{ text: line.discountPercent, at: `${field}.discountPercent` }] : []),
    ...(discounts ?? []).map(({ percent }) => ({ text: percent, at: 'discounts' })),
  ]
  if (all.length === 0) return null
  const left = all.reduce((rest, { text, at }) => {
    if (!text) throw wrong(at, 'Sage takes no amount off a whole document; give a percentage.')
    if (!DECIMAL.test(text) || new Big(text).gt(100))
      throw wrong(at, `"${text.slice(0, 40)}" is no percentage.`)
    return rest.times(new Big(100).minus(text)).div(100)
  }, new Big(100))
  return new Big(100).minus(left)
}

/** The one currency of a document: as said, else the customer's; two in one document are refused. */
async function currencyIn(connection: Connection, input: PaperInput, contact: ContactRow) {
  const said = [input.currency, ...input.lines.map(({ unitPrice }) => unitPrice?.currency)]
  const [first, ...others] = [...new Set(said.filter((one) => one != null))]
  if (others.length > 0) throw wrong('currency', 'A document of Sage has one currency.')
  const { currency: own, many } = await connection.settings.get()
  const currency = first ?? currencyOf(contact.currency) ?? own
  if (currency !== own && !many) throw wrong('currency', `The business uses ${own} only.`)
  const bare = input.lines.findIndex(({ unitPrice }) => !unitPrice)
  if (currency !== own && bare >= 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', `A document in ${currency} needs prices.`, {
      field: `lines.${bare}.unitPrice`,
    })
  return currency
}

/** The tax of a line, to the cent: Sage does not reckon it itself, and without one it would be none. */
function taxOf(amount: Big, percent: string, included: boolean): string {
  const rate = new Big(percent)
  const tax = included ? amount.minus(amount.times(100).div(rate.plus(100))) : amount.times(rate).div(100)
  return tax.toFixed(2)
}

async function lineOf(
  connection: Connection,
  input: PaperInput,
  index: number,
  { row, isService }: Sold,
  contact: ContactRow,
): Promise<object> {
  const { config } = connection.client
  const [line, field] = [input.lines[index] as OrderLineInput, `lines.${index}`]
  const usual = line.unitPrice ? null : priceFor(row, contact.product_sales_price_type?.id ?? null)
  const price = line.unitPrice?.amount ?? usual?.amount
  const account = row.sales_ledger_account ?? contact.default_sales_ledger_account
  const ledger = account?.id ?? config.ledgerAccountId
  const missing = price === undefined ? 'price' : ledger === undefined ? 'ledger account' : null
  if (price === undefined || ledger === undefined)
    throw new ErpError('MISSING_REQUIRED_FIELD', `The item ${line.sku.slice(0, 40)} has no ${missing}.`, {
      field: price === undefined ? `${field}.unitPrice` : 'ledgerAccountId',
    })
  const tax = (row.sales_tax_rate ?? contact.default_sales_tax_rate)?.id ?? config.taxRateId
  const percent = tax === undefined ? undefined : await connection.taxPercent(tax)
  const off = percentOf(line, field, input)
  const whole = new Big(price).times(line.quantity)
  const amount = whole.minus(whole.times(off ?? 0).div(100)).round(2)
  const included = usual?.taxIncluded === true
  const on = line.requestedDelivery
  const text = line.description || row.description || line.sku
  return {
    description: on && on !== input.requestedDelivery ? `${text}\nDelivery date: ${dayOf(on, field)}` : text,
    [isService ? 'service_id' : 'product_id']: row.id,
    ledger_account_id: ledger,
    quantity: exactNumber(line.quantity),
    unit_price: exactNumber(price),
    ...(included && { unit_price_includes_tax: true }),
    ...(off && { discount_percentage: exactNumber(off.toFixed()) }),
    ...(tax !== undefined && { tax_rate_id: tax }),
    ...(percent !== undefined && { tax_amount: exactNumber(taxOf(amount, percent, included)) }),
  }
}

/** Checks everything that can be seen before Sage is asked, and what only Sage knows; then makes the document. */
export async function bodyOf(connection: Connection, input: PaperInput, ref: string): Promise<Body> {
  const { config } = connection.client
  const { purchaseOrderNumber, requestedDelivery, paymentTerms, note, shipTo } = input
  if (input.lines.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A document needs lines.', { field: 'lines' })
  for (const [index, line] of input.lines.entries()) checkLine(line, `lines.${index}`, config)
  if (input.customAttributes?.length) throw wrong('customAttributes', 'Sage has no custom fields.')
  if (requestedDelivery) dayOf(requestedDelivery, 'requestedDelivery')
  const days = paymentTerms ? termDays(paymentTerms, config) : null
  const date = dayOf(input.date ?? today(config), 'date')
  const told = [shipTo?.phone, shipTo?.email].filter(Boolean).join(', ')
  const notes = writeNotes({
    purchaseOrderNumber,
    requestedDelivery,
    paymentTerms,
    note: [note, told && `Contact at delivery: ${told}`].filter(Boolean).join('\n\n'),
  })
  const [contact, sold] = await Promise.all([
    customerOf(connection, input.customer),
    soldIn(connection, input.lines),
  ])
  const currency = await currencyIn(connection, input, contact)
  const lines: object[] = []
  for (const [index, one] of sold.entries()) lines.push(await lineOf(connection, input, index, one, contact))
  const head = {
    contact_id: contact.id,
    date,
    reference: ref,
    currency_id: currency,
    ...(notes && { notes }),
    ...(shipTo && { delivery_address: fromAddress(shipTo, false) }),
  }
  return { head, lines, date, days: days ?? (Number(contact.credit_days ?? config.dueDays) || 0) }
}
