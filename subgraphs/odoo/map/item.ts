import { z } from 'zod'
import Big from 'big.js'
import type { ItemType } from '../../../schema/index.ts'
import type { Item } from '../../connector.ts'
import { shaped } from '../../shape.ts'
import { decimal, flag, id, namesOf, one, text, time } from '../shapes.ts'
import type { Fields, Row } from '../setup.ts'
import { unitCode } from '../units.ts'
import { customOf } from './custom.ts'

const schema = z.object({
  id,
  default_code: text,
  barcode: text,
  name: text,
  type: text,
  active: flag,
  sale_ok: flag,
  uom_id: one,
  lst_price: decimal,
  currency_id: one,
  categ_id: one,
  description_sale: text,
  sale_delay: decimal.optional(),
  write_date: time,
})

/** What is read of `product.product`; the SKU is `default_code`, which Odoo does not keep unique. */
export const ITEM_FIELDS = namesOf(schema)

const TYPES: Record<string, ItemType> = { consu: 'GOODS', product: 'GOODS', service: 'SERVICE', combo: 'KIT' }

/** A product as an item. `units` are the operator's own unit codes. */
export function toItem(row: Row, units: Record<string, string>, fields: Fields): Item {
  const product = shaped(schema, row, 'product.product')
  const unit = product.uom_id?.name ?? null
  return {
    id: product.id,
    sku: product.default_code,
    name: product.name,
    description: product.description_sale,
    type: TYPES[product.type ?? ''] ?? 'UNKNOWN',
    unit: unit && unitCode(unit, units),
    nativeUnit: unit,
    active: product.active && product.sale_ok,
    barcode: product.barcode,
    categories: product.categ_id ? product.categ_id.name.split(' / ') : [],
    leadTimeDays: product.sale_delay === undefined ? null : new Big(product.sale_delay).round().toNumber(),
    listPrice: product.currency_id && { amount: product.lst_price, currency: product.currency_id.name },
    customAttributes: customOf(row, fields),
    updatedAt: product.write_date,
  }
}
