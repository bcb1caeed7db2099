import Big from 'big.js'
import { z } from 'zod'
import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import type { OrderInput, OrderLineInput } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { shaped } from '../shape.ts'
import { customValues } from './map/custom.ts'
import { flag, id, isId, namesOf, noonOf, one, text, toHtml } from './shapes.ts'
import { ownPricelist, pricelistFor } from './pricelist.ts'
import type { Domain, Odoo, Pricelist } from './setup.ts'
import { unitAsked } from './units.ts'

const product = z.object({ id, default_code: text, active: flag, sale_ok: flag, uom_id: one })
type Product = z.output<typeof product>

/** Throws an ErpError that names the field of the input. */
export function refuse(code: ErrorCode, message: string, field: string): never {
  throw new ErpError(code, message, { field })
}

/**
 * An order in Odoo's own words, with everything it refers to looked up. Reads only. Throws INVALID_CUSTOMER,
 * INVALID_ITEM, MAPPING_MISSING, NOT_SUPPORTED or VALIDATION, each with the field of the input.
 */
export async function draftOf(odoo: Odoo, input: OrderInput, ref: string): Promise<Record<string, unknown>> {
  if (!isId(input.customer)) refuse('INVALID_CUSTOMER', `Odoo has no customer ${input.customer}.`, 'customer')
  if (input.lines.length === 0) refuse('MISSING_REQUIRED_FIELD', 'An order needs a line.', 'lines')
  const [own, products, terms, fields] = await Promise.all([
    ownPricelist(odoo, [input.customer]),
    productsOf(odoo, input.lines),
    termsOf(odoo, input.paymentTerms),
    input.customAttributes?.length ? odoo.setup.fields('sale.order') : new Map<string, never>(),
  ])
  const list = own.get(input.customer)
  if (list === undefined) refuse('INVALID_CUSTOMER', `Odoo has no customer ${input.customer}.`, 'customer')
  const { pricelist, currency } = await moneyOf(odoo, input, list)
  const delivery = sameForAll(input, 'requestedDelivery', input.requestedDelivery ?? null)
  const warehouse = sameForAll(input, 'warehouse', null)
  return {
    partner_id: Number(input.customer),
    client_order_ref: input.purchaseOrderNumber ?? undefined,
    origin: ref,
    date_order: input.orderedOn ? noonOf(input.orderedOn) : undefined,
    commitment_date: delivery ? noonOf(delivery) : undefined,
    payment_term_id: terms ?? undefined,
    pricelist_id: pricelist && pricelist !== list ? Number(pricelist.id) : undefined,
    warehouse_id: warehouse ? await warehouseId(odoo, warehouse) : undefined,
    note: input.note ? toHtml(input.note) : undefined,
    ...customValues(input.customAttributes ?? [], fields),
    order_line: [
      ...(await Promise.all(
        input.lines.map(async (_, index) => [0, 0, await lineOf(odoo, input, index, products, currency)]),
      )),
      ...amountsOff(odoo, input, currency).map((line) => [0, 0, line]),
    ],
  }
}

/** The products of the lines, by line; a SKU is found by `default_code`, which several products may share. */
export async function productsOf(odoo: Odoo, lines: OrderLineInput[]): Promise<Product[]> {
  const ids = lines.flatMap((line) => (line.item && isId(line.item) ? [Number(line.item)] : []))
  const skus = lines.flatMap((line) => (line.item ? [] : [line.sku]))
  const domain: Domain = ['|', ['id', 'in', ids], ['default_code', 'in', skus]]
  const rows = await odoo.rows('product.product', namesOf(product), domain)
  const known = rows.map((row) => shaped(product, row, 'product.product'))
  return lines.map((line, index) => {
    const field = `lines.${index}.sku`
    const sold = known.filter((one) => one.active && one.sale_ok)
    const found = sold.filter((one) => (line.item ? one.id === line.item : one.default_code === line.sku))
    const [first] = found
    if (!first) refuse('INVALID_ITEM', `Odoo has no item ${line.sku} that is sold.`, field)
    if (found.length > 1)
      refuse('INVALID_ITEM', `Odoo has ${found.length} items with SKU ${line.sku}.`, field)
    return first
  })
}

/** The id of payment terms by their name here or in Odoo. */
export async function termsOf({ config, setup }: Odoo, wanted: string | null | undefined) {
  if (!wanted) return null
  const name = config.paymentTerms[wanted] ?? wanted
  const term = await setup.paymentTerms.find((all) => all.find((each) => each.name === name))
  if (!term) refuse('MAPPING_MISSING', `Odoo has no payment terms ${name}.`, 'paymentTerms')
  return Number(term.id)
}

async function warehouseId({ config, setup }: Odoo, code: string): Promise<number> {
  const native = config.warehouses[code] ?? code
  const found = await setup.warehouses.find((all) => all.find((each) => each.code === native))
  if (!found) refuse('MAPPING_MISSING', `Odoo has no warehouse ${native}.`, 'lines.0.warehouse')
  return Number(found.id)
}

/** The currency of an order is that of its price list; it cannot be set by itself. */
async function moneyOf(odoo: Odoo, input: OrderInput, own: Pricelist | null) {
  const prices = input.lines.map((line) => line.unitPrice?.currency).filter((each) => each !== undefined)
  const wanted = input.currency ?? prices[0]
  const pricelist = await pricelistFor(odoo, own, wanted)
  const currency = pricelist?.currency ?? (await odoo.setup.company.get()).currency
  if (wanted && wanted !== currency) {
    const message = `Odoo has no price list in ${wanted} for this customer; its own is in ${currency}.`
    refuse('MAPPING_MISSING', message, 'currency')
  }
  return { pricelist, currency }
}

/** What Odoo holds once per order although our lines may name it: all lines have to agree. */
function sameForAll(input: OrderInput, field: 'warehouse' | 'requestedDelivery', whole: string | null) {
  const values = new Set(input.lines.map((line) => line[field] ?? whole))
  if (values.size > 1) {
    const message = `Odoo holds one ${field} for a whole order; the lines name ${values.size}.`
    refuse('NOT_SUPPORTED', message, `lines.${field}`)
  }
  return [...values][0] ?? null
}

async function lineOf(odoo: Odoo, input: OrderInput, index: number, products: Product[], currency: string) {
  const line = input.lines[index] as OrderLineInput
  const { lineUnit } = await odoo.dialect()
  const { unit, product_id, ...rest } = await lineBasics(odoo, line, index, products, currency)
  const discount = discountOf(input, line)
  return {
    product_id,
    product_uom_qty: exactNumber(line.quantity),
    ...(unit && { [lineUnit]: unit }),
    ...rest,
    ...(discount && { discount: exactNumber(discount) }),
  }
}

/** What lines of orders and invoices have in common; `unit` only where it is not the item's own. */
export async function lineBasics(
  odoo: Odoo,
  line: OrderLineInput,
  index: number,
  products: Product[],
  currency: string,
) {
  const native = products[index] as Product
  if (line.unitPrice && line.unitPrice.currency !== currency) {
    const message = `The price is in ${line.unitPrice.currency}, the document in ${currency}.`
    refuse('VALIDATION', message, `lines.${index}.unitPrice.currency`)
  }
  return {
    unit: await unitOf(odoo, line, native, index),
    product_id: Number(native.id),
    ...(line.unitPrice && { price_unit: exactNumber(line.unitPrice.amount) }),
    ...(line.description && { name: line.description }),
  }
}

async function unitOf({ config, setup }: Odoo, line: OrderLineInput, native: Product, index: number) {
  const { unit: code, sku } = line
  if (!code) return null
  const own = native.uom_id?.id ?? null
  const unit = await setup.units.find((all) => unitAsked(all, own, code, config.units))
  if (unit === undefined)
    refuse('MAPPING_MISSING', `Odoo does not sell ${sku} in ${code}.`, `lines.${index}.unit`)
  return unit && Number(unit.id)
}

/**
 * Discounts by amount as lines of their own with a negative price, the way Odoo's own discount wizard books
 * them. Throws MAPPING_MISSING where no product is set for them.
 */
function amountsOff({ config }: Odoo, input: OrderInput, currency: string) {
  return (input.discounts ?? []).flatMap(({ percent, amount, reason }, index) => {
    if (percent || !amount) return []
    const field = `discounts.${index}`
    if (!config.discountProduct) {
      return refuse('MAPPING_MISSING', 'A discount by amount needs the setting discountProduct.', field)
    }
    if (amount.currency !== currency) {
      return refuse('VALIDATION', `The discount is in ${amount.currency}, the order in ${currency}.`, field)
    }
    const off = exactNumber(new Big(amount.amount).neg().toFixed())
    const name = reason || 'Discount'
    return [{ product_id: config.discountProduct, product_uom_qty: 1, price_unit: off, name }]
  })
}

/** Percents of the whole order are worked into every line, for Odoo knows them only there. */
function discountOf(input: OrderInput, line: OrderLineInput): string | null {
  const whole = (input.discounts ?? []).flatMap(({ percent }) => percent ?? [])
  const percents = [...whole, ...(line.discountPercent ? [line.discountPercent] : [])]
  if (percents.length === 0) return null
  const rest = percents.reduce((left, each) => left.times(new Big(100).minus(each)).div(100), new Big(100))
  return new Big(100).minus(rest).toFixed()
}
