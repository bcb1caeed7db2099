import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Discount } from '../../schema/index.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import type { Client } from './client.ts'
import type { OwnFields } from './custom.ts'
import {
  checkCustomer,
  checkQuantity,
  decimalOf,
  itemIds,
  locationOf,
  nativeAddress,
  termOf,
} from './lookup.ts'
import type { Setup } from './setup.ts'

/** The price level that stands for a price of our own. */
const CUSTOM = { id: '-1' }

/**
 * The header and lines of an order in the words of the record API. What is left out stays untouched, so the
 * same function makes a new order and a change. Throws every problem that can be seen before sending.
 */
export async function orderFields(
  client: Client,
  setup: Setup,
  own: OwnFields,
  input: Partial<OrderInput>,
): Promise<object> {
  if (input.customer !== undefined) await checkCustomer(client, input.customer)
  const currency = currencyOf(input)
  return {
    ...(input.customer !== undefined && { entity: { id: input.customer } }),
    ...(input.orderedOn && { tranDate: input.orderedOn }),
    ...(input.purchaseOrderNumber && { otherRefNum: input.purchaseOrderNumber }),
    ...(input.note && { memo: input.note }),
    ...(currency && { currency: { id: (await setup.currency(currency)).id } }),
    ...(input.paymentTerms && { terms: await termOf(client, setup, input.paymentTerms) }),
    ...(input.requestedDelivery && { shipDate: input.requestedDelivery }),
    ...(input.shipTo && { shippingAddress: nativeAddress(input.shipTo) }),
    ...discountFields(client, input.discounts ?? [], currency),
    ...(await own.body('order', input.customAttributes)),
    ...(input.lines && { item: { items: await lineFields(client, setup, input.lines, currency) } }),
  }
}

/** The currency of the order: as asked, else as its prices say; all of them must agree. */
function currencyOf({ currency, lines }: Partial<OrderInput>): string | null {
  const code = currency ?? lines?.find(({ unitPrice }) => unitPrice)?.unitPrice?.currency ?? null
  const odd = lines?.findIndex(({ unitPrice }) => unitPrice && unitPrice.currency !== code) ?? -1
  if (odd < 0) return code
  throw new ErpError('VALIDATION', `All prices of an order must be in one currency, here ${code}.`, {
    field: `lines.${odd}.unitPrice`,
  })
}

async function lineFields(
  client: Client,
  setup: Setup,
  lines: OrderLineInput[],
  currency: string | null,
): Promise<object[]> {
  if (lines.length === 0) {
    throw new ErpError('MISSING_REQUIRED_FIELD', 'An order needs at least one line.', { field: 'lines' })
  }
  for (const [index, { quantity }] of lines.entries()) checkQuantity(quantity, index)
  const items = await itemIds(client, lines)
  return Promise.all(
    lines.map(async (line, index) => ({
      ...client.config.lineDefaults,
      item: { id: items[index] },
      quantity: exactNumber(line.quantity),
      ...priceFields(line, index, currency),
      ...(line.description && { description: line.description }),
      ...(line.requestedDelivery && { expectedShipDate: line.requestedDelivery }),
      ...(line.warehouse && {
        location: await locationOf(setup, line.warehouse, `lines.${index}.warehouse`),
      }),
    })),
  )
}

/**
 * Without a price NetSuite prices the line by the customer. A price of our own needs the level Custom. There
 * is no discount on a line, so it is taken off the price.
 */
function priceFields({ unitPrice, discountPercent }: OrderLineInput, index: number, currency: string | null) {
  const percent = decimalOf(discountPercent ?? '0', `lines.${index}.discountPercent`)
  if (!unitPrice) {
    if (percent.eq(0)) return {}
    throw new ErpError('VALIDATION', 'NetSuite keeps no discount on a line: give the unit price as well.', {
      field: `lines.${index}.discountPercent`,
    })
  }
  if (percent.lt(0) || percent.gt(100) || currency === null) {
    throw new ErpError('VALIDATION', `A discount of ${percent.toFixed()} percent cannot be given.`, {
      field: `lines.${index}.discountPercent`,
    })
  }
  const rate = decimalOf(unitPrice.amount, `lines.${index}.unitPrice`)
    .times(new Big(100).minus(percent))
    .div(100)
  return { price: CUSTOM, rate: exactNumber(rate.toFixed()) }
}

/** The one discount of the whole order that NetSuite keeps: a discount item with a percentage or an amount. */
function discountFields({ config }: Client, discounts: Discount[], currency: string | null): object {
  if (discounts.length === 0) return {}
  const refuse = (code: 'MAPPING_MISSING' | 'VALIDATION', why: string): never => {
    throw new ErpError(code, why, { field: 'discounts' })
  }
  if (!config.discountItem) refuse('MAPPING_MISSING', 'No discountItem is set for this connection.')
  const [first] = discounts
  const amounts = discounts.map(({ amount }) => amount).filter((amount) => amount != null)
  if (first?.percent != null && discounts.length === 1) {
    const percent = decimalOf(first.percent, 'discounts').times(-1).toFixed()
    return { discountItem: { id: config.discountItem }, discountRate: `${percent}%` }
  }
  if (amounts.length < discounts.length) refuse('VALIDATION', 'NetSuite keeps one discount of an order.')
  if (currency !== null && amounts.some((amount) => amount.currency !== currency)) {
    refuse('VALIDATION', `A discount must be in the currency of the order, here ${currency}.`)
  }
  const total = amounts
    .reduce((sum, { amount }) => sum.plus(decimalOf(amount, 'discounts')), new Big(0))
    .times(-1)
  return { discountItem: { id: config.discountItem }, discountRate: exactNumber(total.toFixed()) }
}
