import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Money } from '../../schema/index.ts'
import { exactNumber, type Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { decimal, flag, id, one } from './shapes.ts'
import type { Odoo, Pricelist } from './setup.ts'

/** A line to be priced; `unit` is the id of another unit than the item's own. */
export interface Line {
  item: string
  quantity: string
  unit: string | null
}

/** What Odoo says about a line. */
export interface Priced {
  /** For one unit, less the line's discount. */
  net: string
  discount: string
  currency: string
  list: Money | null
  taxIncluded: boolean
  /** The price list rule that was applied, and the unit of the price, by id. */
  rule: string | null
  unit: string | null
  sold: boolean
}

const ref = z.union([id, z.literal(false)]).transform((value) => value || null)
const line = z.object({
  product_id: z.object({ lst_price: decimal, active: flag, sale_ok: flag }),
  product_uom_qty: decimal,
  unit: ref,
  price_unit: decimal,
  discount: decimal,
  price_subtotal: decimal,
  price_total: decimal,
  pricelist_item_id: ref,
})
const answer = z.object({
  value: z.object({
    order_line: z.array(z.tuple([z.string(), z.string(), z.record(z.string(), z.unknown())])).default([]),
  }),
})
const exists = z.object({ id, product_tmpl_id: one.optional() })

/**
 * Prices lines through an order that is never saved. The price list must be named and the list of changed fields
 * must be empty; without both, Odoo answers list prices. Null for a line whose item Odoo does not know.
 */
export async function priceLines(
  odoo: Odoo,
  customer: string,
  pricelist: Pricelist | null,
  at: string | null,
  lines: Line[],
): Promise<(Priced | null)[]> {
  try {
    return await ask(odoo, customer, pricelist, at, lines)
  } catch (error) {
    if (!(error instanceof ErpError) || error.code !== 'INVALID_ITEM') throw error
    // One unknown item spoils the whole order, so the known ones are asked again without it.
    const ids = [...new Set(lines.map((each) => Number(each.item)))]
    const rows = await odoo.rows('product.product', ['id'], [['id', 'in', ids]])
    const known = new Set(rows.map((row) => shaped(exists, row, 'product.product').id))
    const good = lines.filter((each) => known.has(each.item))
    const priced = good.length > 0 ? await ask(odoo, customer, pricelist, at, good) : []
    return lines.map((each) => priced[good.indexOf(each)] ?? null)
  }
}

/** What is asked of each line; the field of its unit has another name in older versions. */
const LINE_FIELDS = {
  product_id: { fields: { lst_price: {}, active: {}, sale_ok: {} } },
  product_uom_qty: {},
  price_unit: {},
  discount: {},
  price_subtotal: {},
  price_total: {},
  pricelist_item_id: {},
}

async function ask(
  odoo: Odoo,
  customer: string,
  pricelist: Pricelist | null,
  at: string | null,
  lines: Line[],
): Promise<Priced[]> {
  const { lineUnit } = await odoo.dialect()
  const commands = lines.map(({ item, quantity, unit }, index) => [
    0,
    `v${index + 1}`,
    {
      product_id: Number(item),
      product_uom_qty: exactNumber(quantity),
      ...(unit && { [lineUnit]: Number(unit) }),
    },
  ])
  const values = {
    partner_id: Number(customer),
    ...(pricelist && { pricelist_id: Number(pricelist.id) }),
    ...(at && { date_order: at }),
    order_line: commands,
  }
  const fields = { ...LINE_FIELDS, [lineUnit]: {} }
  const fieldsSpec = { order_line: { fields } }
  const found = await odoo.read({
    model: 'sale.order',
    method: 'onchange',
    ids: [],
    args: { values, field_names: [], fields_spec: fieldsSpec },
  })
  return pricedLines(odoo, found, lineUnit, pricelist, lines.length)
}

async function pricedLines(
  odoo: Odoo,
  found: Json,
  lineUnit: string,
  pricelist: Pricelist | null,
  length: number,
): Promise<Priced[]> {
  const { value } = shaped(answer, found, 'sale.order.onchange')
  const company = (await odoo.setup.company.get()).currency
  const byName = new Map(value.order_line.map(([, name, fields]) => [name, fields]))
  return Array.from({ length }, (_, index) => {
    const fields = byName.get(`v${index + 1}`)
    const native = shaped(line, { ...fields, unit: fields?.[lineUnit] }, 'sale.order.onchange')
    return toPriced(native, pricelist?.currency ?? company, company)
  })
}

function toPriced(native: z.output<typeof line>, currency: string, company: string): Priced {
  const net = new Big(native.price_unit).times(new Big(100).minus(native.discount)).div(100)
  const gross = net.times(native.product_uom_qty)
  const distance = (amount: string) => gross.minus(amount).abs()
  return {
    net: net.toFixed(),
    discount: native.discount,
    currency,
    list: { amount: native.product_id.lst_price, currency: company },
    taxIncluded: distance(native.price_total).lt(distance(native.price_subtotal)),
    rule: native.pricelist_item_id,
    unit: native.unit,
    sold: native.product_id.active && native.product_id.sale_ok,
  }
}
