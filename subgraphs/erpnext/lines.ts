import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Discount } from '../../schema/index.ts'
import type { OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { sellable } from './map.ts'
import { prices, unitOf } from './prices.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { asHtml } from './words.ts'
import { decimal } from './writes.ts'

/** What a document's lines need to know of its head. */
export interface Head {
  customer: string
  on: string
  currency: string | null
}
/** A line with the item and unit that were found for it. */
interface Checked {
  input: OrderLineInput
  code: string
  uom: string
  quantity: Big
}

/** The customer, if it exists and may buy. */
export async function buyer({ client }: Connection, name: string): Promise<shapes.CustomerRow> {
  const listing = {
    fields: shapes.fieldsOf(shapes.customer),
    filters: [['name', '=', name] satisfies [string, string, string]],
    limit: 1,
  }
  const [row] = await client.list('Customer', shapes.customer, listing)
  if (!row)
    throw new ErpError('INVALID_CUSTOMER', `ERPNext has no customer "${name}".`, { field: 'customer' })
  if (row.disabled)
    throw new ErpError('INVALID_CUSTOMER', `The customer "${name}" is disabled.`, { field: 'customer' })
  if (row.is_frozen)
    throw new ErpError('CREDIT_HOLD', `The customer "${name}" is frozen.`, { field: 'customer' })
  return row
}

/** A document's currency; it must be known before prices are put into it. */
export async function currencyOf(
  { setup }: Connection,
  wanted: string | null | undefined,
  customer: shapes.CustomerRow,
): Promise<string | null> {
  return wanted ?? customer.default_currency ?? (await setup.company()).currency
}

async function checked(
  { setup, config }: Connection,
  inputs: OrderLineInput[],
  on: string,
): Promise<Checked[]> {
  if (inputs.length === 0)
    throw new ErpError('MISSING_REQUIRED_FIELD', 'A document needs at least one line.', { field: 'lines' })
  const codes = inputs.map(({ item, sku }) => item ?? sku)
  const items = await setup.items([...new Set(codes)], true)
  const problems: ErpError[] = []
  const lines = inputs.map((input, at): Checked | null => {
    const code = codes[at] ?? ''
    const refuse = (error: ErpError) => (problems.push(error), null)
    const item = items.get(code)
    if (!item || !sellable(item, on)) {
      const why = item ? 'cannot be sold' : 'does not exist'
      return refuse(new ErpError('INVALID_ITEM', `The item "${code}" ${why}.`, { field: `lines[${at}].sku` }))
    }
    const unit = unitOf(item, input.unit ?? null, config.units)
    if (!unit)
      return refuse(
        new ErpError('MAPPING_MISSING', `"${code}" has no unit ${input.unit}.`, {
          field: `lines[${at}].unit`,
        }),
      )
    const quantity = decimal(input.quantity, `lines[${at}].quantity`)
    if (quantity.lte(0))
      return refuse(
        new ErpError('VALIDATION', `The quantity of "${code}" must be above zero.`, {
          field: `lines[${at}].quantity`,
        }),
      )
    return { input, code, uom: unit.uom, quantity }
  })
  const [first] = problems
  if (!first) return lines.filter((line) => line !== null)
  throw new ErpError(first.code, problems.map(({ message }) => message).join(' '), { field: first.field })
}

/** Rates of lines without a price of their own, from the ERP: beside fixed prices its rules must stay off. */
async function missingRates(
  connection: Connection,
  lines: Checked[],
  head: Head,
): Promise<(string | null)[]> {
  const open = lines.filter(({ input }) => !input.unitPrice)
  if (open.length === 0 || open.length === lines.length) return lines.map(() => null)
  const asks = open.map(({ input, code, quantity }) => ({
    item: code,
    sku: input.sku,
    customer: head.customer,
    quantity: quantity.toFixed(),
    unit: input.unit ?? null,
    currency: head.currency,
    on: head.on,
  }))
  const found = await prices(connection, asks)
  const byLine = new Map(open.map((line, at) => [line, found[at]]))
  return lines.map((line) => {
    const price = byLine.get(line)
    return price && !(price instanceof ErpError) ? (price.unitPrice?.amount ?? null) : null
  })
}

/** The price fields: the list's rate, our discount and what comes out; with all three nothing is recomputed. */
function priceFields(line: Checked, at: number, rate: string | null): object {
  const { unitPrice, discountPercent } = line.input
  const given = unitPrice
    ? decimal(unitPrice.amount, `lines[${at}].unitPrice`)
    : rate === null
      ? null
      : new Big(rate)
  const percent = discountPercent ? decimal(discountPercent, `lines[${at}].discountPercent`) : new Big(0)
  if (percent.lt(0) || percent.gt(100)) {
    throw new ErpError('VALIDATION', 'A discount is between 0 and 100 percent.', {
      field: `lines[${at}].discountPercent`,
    })
  }
  if (!given) return percent.eq(0) ? {} : { discount_percentage: exactNumber(percent.toFixed()) }
  const net = given.minus(given.times(percent).div(100))
  return {
    price_list_rate: exactNumber(given.toFixed()),
    ...(percent.eq(0) ? {} : { discount_percentage: exactNumber(percent.toFixed()) }),
    rate: exactNumber(net.toFixed()),
  }
}

/**
 * The lines of an order or invoice, and whether the ERP must leave their prices alone. Throws what can be seen
 * to be wrong: unknown items, units, warehouses, other currencies.
 */
export async function documentLines(
  connection: Connection,
  inputs: OrderLineInput[],
  head: Head,
): Promise<{ items: object[]; fixed: boolean }> {
  const lines = await checked(connection, inputs, head.on)
  const places = [...new Set(inputs.flatMap(({ warehouse }) => warehouse ?? []))]
  const warehouses =
    places.length > 0 ? await connection.setup.warehouses(places) : new Map<string, unknown>()
  inputs.forEach(({ warehouse, unitPrice }, at) => {
    if (warehouse && !warehouses.has(warehouse)) {
      throw new ErpError('VALIDATION', `The company has no warehouse "${warehouse}".`, {
        field: `lines[${at}].warehouse`,
      })
    }
    if (unitPrice && head.currency && unitPrice.currency !== head.currency) {
      throw new ErpError(
        'VALIDATION',
        `A price in ${unitPrice.currency} does not fit a document in ${head.currency}.`,
        { field: `lines[${at}].unitPrice` },
      )
    }
  })
  const rates = await missingRates(connection, lines, head)
  const items = lines.map((line, at) => ({
    item_code: line.code,
    ...(line.input.description ? { description: asHtml(line.input.description) } : {}),
    qty: exactNumber(line.quantity.toFixed()),
    uom: line.uom,
    ...priceFields(line, at, rates[at] ?? null),
    ...(line.input.warehouse ? { warehouse: line.input.warehouse } : {}),
  }))
  return { items, fixed: inputs.some(({ unitPrice }) => unitPrice) }
}

/** Discounts of a whole document become one: ERPNext has a single percentage or a single amount. */
export function headDiscount(discounts: Discount[]): object {
  if (discounts.length === 0) return {}
  const percents = discounts.flatMap(({ percent }) => percent ?? [])
  const amounts = discounts.flatMap(({ amount }) => amount?.amount ?? [])
  if (percents.length > 0 && amounts.length > 0) {
    throw new ErpError('VALIDATION', 'ERPNext takes a percentage or an amount off a document, not both.', {
      field: 'discounts',
    })
  }
  const left = percents.reduce(
    (rest, percent) => rest.times(new Big(100).minus(decimal(percent, 'discounts'))).div(100),
    new Big(100),
  )
  const sum = amounts.reduce((total, amount) => total.plus(decimal(amount, 'discounts')), new Big(0))
  const off =
    percents.length > 0
      ? { additional_discount_percentage: exactNumber(new Big(100).minus(left).toFixed()) }
      : { discount_amount: exactNumber(sum.toFixed()) }
  return { apply_discount_on: 'Net Total', ...off }
}
