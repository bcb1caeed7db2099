import { createHash } from 'node:crypto'
import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import type { OwnValue } from '../custom.ts'
import { shaped } from '../shape.ts'
import { type Markup, element } from '../xml.ts'
import type { Client } from './client.ts'
import { baseUnit, isSold, unitCode } from './map.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })

/** A decimal of an order, as text; VALIDATION with the field for anything else. */
function decimal(text: string, field: string): Big {
  if (/^-?\d{1,28}(\.\d{1,18})?$/.test(text)) return new Big(text)
  throw new ErpError('VALIDATION', `"${text.slice(0, 40)}" is no decimal number.`, { field })
}

/** A day as the object-specific functions of the gateway write it. */
function day(name: string, iso: string | null | undefined, field: string): Markup[] {
  if (!iso) return []
  const [, year = '', month = '', date = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso) ?? []
  if (year === '') throw new ErpError('VALIDATION', `"${iso.slice(0, 40)}" is no day.`, { field })
  return element(name, [...element('year', year), ...element('month', month), ...element('day', date)])
}

/** The share that is left of each price after the discounts of the whole order, which Intacct has no field for. */
function shareLeft({ discounts }: OrderInput): Big {
  return (discounts ?? []).reduce((rest, { percent, amount }) => {
    if (!percent || amount)
      throw new ErpError('VALIDATION', 'Intacct takes percentages off an order here, not amounts.', {
        field: 'discounts',
      })
    return rest.minus(rest.times(percentOf(percent, 'discounts')).div(100))
  }, new Big(1))
}

function percentOf(text: string, field: string): Big {
  const percent = decimal(text, field)
  if (percent.gte(0) && percent.lte(100)) return percent
  throw new ErpError('VALIDATION', 'A discount is between 0 and 100 percent.', { field })
}

/** A price is sent after all discounts: so nobody has to know in which order Intacct takes them off. */
function priceOf(line: OrderLineInput, share: Big, currency: string, at: number): Markup[] {
  const { unitPrice, discountPercent } = line
  const off = discountPercent ? percentOf(discountPercent, `lines[${at}].discountPercent`) : null
  if (!unitPrice) {
    if (!share.eq(1))
      throw new ErpError('VALIDATION', 'A discount of the whole order needs a price in each line.', {
        field: `lines[${at}].unitPrice`,
      })
    return off ? element('discountpercent', off.toFixed()) : []
  }
  if (unitPrice.currency !== currency)
    throw new ErpError(
      'VALIDATION',
      `A price in ${unitPrice.currency} does not fit an order in ${currency}.`,
      {
        field: `lines[${at}].unitPrice`,
      },
    )
  const gross = decimal(unitPrice.amount, `lines[${at}].unitPrice`)
  const net = off ? gross.minus(gross.times(off).div(100)) : gross
  return element('price', net.times(share).toFixed())
}

/** The items of the lines; INVALID_ITEM for one that Intacct does not know or does not sell. */
async function itemsOf(client: Client, lines: OrderLineInput[]): Promise<Map<string, shapes.NativeItem>> {
  const ids = [...new Set(lines.map(({ item, sku }) => item ?? sku))]
  const rows = await client.all({
    object: 'inventory-control/item',
    fields: shapes.ITEM,
    filters: [{ $in: { id: ids } }],
  })
  return new Map(rows.map((row) => shaped(shapes.item, row, 'An item')).map((row) => [row.id, row]))
}

async function warehouseOf(
  line: OrderLineInput,
  item: shapes.NativeItem,
  at: number,
  client: Client,
  setup: Setup,
) {
  const code = line.warehouse ?? (item.itemType === 'inventory' ? client.config.warehouse : null) ?? null
  const field = `lines[${at}].warehouse`
  if (code === null) {
    if (item.itemType !== 'inventory') return null
    throw new ErpError('MISSING_REQUIRED_FIELD', `The item "${item.id}" needs a warehouse.`, { field })
  }
  if (await setup.warehouses.find((all) => all.get(code))) return code
  throw new ErpError('VALIDATION', `Intacct has no warehouse "${code}".`, { field })
}

/**
 * The unit of a line by its name in Intacct, which the gateway asks for: the base unit of the item, or one that the
 * operator named. Whether that stands in the item's group is checked by Intacct, which converts it.
 */
function unitOf(line: OrderLineInput, item: shapes.NativeItem, at: number, client: Client): string {
  const name = baseUnit(item, client.config)
  const code = unitCode(name, client.config)
  if (name !== null && (!line.unit || line.unit === code)) return name
  const [other] = Object.entries(client.config.units).find(([, known]) => known === line.unit) ?? []
  if (other !== undefined) return other
  const what =
    name === null
      ? `The base unit of "${item.id}" is not known`
      : `"${item.id}" is sold in ${name}, and no other unit is named`
  throw new ErpError('MAPPING_MISSING', `${what}; see baseUnits and units of the connection.`, {
    field: `lines[${at}].unit`,
  })
}

/** The lines of an order. Element order matters: https://developer.intacct.com/api/order-entry/order-entry-transactions/ */
export async function lines(
  input: OrderInput,
  currency: string,
  client: Client,
  setup: Setup,
): Promise<Markup[]> {
  if (input.lines.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'An order needs at least one line.', { field: 'lines' })
  const share = shareLeft(input)
  const items = await itemsOf(client, input.lines)
  const all: Markup[] = []
  for (const [at, line] of input.lines.entries()) {
    const item = items.get(line.item ?? line.sku)
    if (!item || !isSold(item))
      throw new ErpError(
        'INVALID_ITEM',
        `The item "${line.sku}" ${item ? 'is not sold' : 'does not exist'}.`,
        {
          field: `lines[${at}].sku`,
        },
      )
    const quantity = decimal(line.quantity, `lines[${at}].quantity`)
    if (quantity.lte(0))
      throw new ErpError('VALIDATION', 'A quantity is above zero.', { field: `lines[${at}].quantity` })
    const content = [
      ...element('itemid', item.id),
      ...element('warehouseid', await warehouseOf(line, item, at, client, setup)),
      ...element('quantity', quantity.toFixed()),
      ...element('unit', unitOf(line, item, at, client)),
      ...priceOf(line, share, currency, at),
      ...element('locationid', client.config.location),
      ...element('memo', line.description || null),
    ]
    all.push(...element('sotransitem', content))
  }
  return element('sotransitems', all)
}

/** One day for the whole order: lines have none of their own in this function. */
function neededOn({ requestedDelivery, lines: all }: OrderInput): string | null {
  const days = new Set(all.map((line) => line.requestedDelivery ?? requestedDelivery ?? null))
  if (days.size > 1)
    throw new ErpError('VALIDATION', 'Intacct takes one day of delivery for a whole order here.', {
      field: 'lines[0].requestedDelivery',
    })
  return [...days][0] ?? null
}

/** Custom fields by their integration names; the gateway writes days the American way. */
function customFields(own: OwnValue[]): Markup[] {
  const fields = own.flatMap(({ field: { name, type }, value }) => {
    const [year, month, date] = (value ?? '').slice(0, 10).split('-')
    const text = type === 'DATE' && value !== null ? `${month}/${date}/${year}` : (value ?? '')
    const pair = [...element('customfieldname', name), ...element('customfieldvalue', text)]
    return element('customfield', pair)
  })
  return fields.length === 0 ? [] : element('customfields', fields)
}

/** What has been looked up for an order before it is written. */
export interface Facts {
  customer: string
  term: string
  currency: string
  shipTo: string | null
  own: OwnValue[]
  lines: Markup[]
}

/** create_sotransaction in the order of its elements, with our reference where `find` looks for it. */
export function orderXml(input: OrderInput, ref: string, facts: Facts, client: Client): Markup[] {
  const { orderDefinition, baseCurrency, exchangeRateType } = client.config
  const { customer, term, currency, shipTo } = facts
  const today = new Date().toISOString().slice(0, 10)
  return element('create_sotransaction', [
    ...element('transactiontype', orderDefinition),
    ...day('datecreated', input.orderedOn ?? today, 'orderedOn'),
    ...element('customerid', customer),
    ...element('referenceno', ref),
    ...element('termname', term),
    ...element('message', input.note || null),
    ...(shipTo === null ? [] : element('shipto', element('contactname', shipTo))),
    ...element('externalid', ref),
    ...element('basecurr', baseCurrency),
    ...element('currency', currency),
    ...(currency === baseCurrency ? [] : element('exchratetype', exchangeRateType)),
    ...customFields(facts.own),
    ...element('state', 'Pending'),
    ...day('needbydate', neededOn(input), 'requestedDelivery'),
    ...element('customerponumber', input.purchaseOrderNumber || null),
    ...facts.lines,
  ])
}

/** The name of the contact for an address: the same address has the same one. */
export function contactName(address: Address, customer: string): string {
  const { name, lines: street, postalCode, city, region, country, phone, email } = address
  const whole = JSON.stringify([name, street, postalCode, city, region, country, phone, email])
  const mark = createHash('sha256').update(whole).digest('hex').slice(0, 12)
  return `${(name ?? customer).slice(0, 80)} ${mark}`
}

/** The function that creates the contact: https://developer.intacct.com/api/company-console/contacts/ */
export function contactXml(address: Address, name: string, customer: string): Markup[] {
  const [first = null, ...more] = address.lines
  const { country } = address
  const code = country?.toUpperCase() ?? null
  const known = code && /^[A-Z]{2}$/.test(code) ? (COUNTRIES.of(code) ?? null) : null
  if (code && known === null)
    throw new ErpError('VALIDATION', `"${code.slice(0, 10)}" is no country.`, { field: 'shipTo.country' })
  const place = [
    ...element('ADDRESS1', first),
    ...element('ADDRESS2', more.join(', ') || null),
    ...element('CITY', address.city),
    ...element('STATE', address.region),
    ...element('ZIP', address.postalCode),
    ...element('COUNTRY', known),
    ...element('COUNTRYCODE', code),
  ]
  const content = [
    ...element('CONTACTNAME', name),
    ...element('PRINTAS', address.name ?? customer),
    ...element('PHONE1', address.phone),
    ...element('EMAIL1', address.email),
    ...element('MAILADDRESS', place),
  ]
  return element('create', element('CONTACT', content))
}
