import { z } from 'zod'
import type { PriceReading } from '../connector.ts'
import { shaped } from '../shape.ts'
import { decimal, flag, id, isId, namesOf, one } from './shapes.ts'
import type { Odoo } from './setup.ts'
import { unitCode } from './units.ts'

const product = z.object({
  id,
  lst_price: decimal,
  currency_id: one,
  uom_id: one,
  active: flag,
  sale_ok: flag,
})
/** The list prices of items, in the company's currency, in one call; absent for unknown or unsold items. */
export async function listPrices(odoo: Odoo, items: string[]): Promise<Map<string, PriceReading>> {
  const ids = [...new Set(items.filter(isId))]
  if (ids.length === 0) return new Map()
  const rows = await odoo.rows('product.product', namesOf(product), [['id', 'in', ids.map(Number)]])
  const natives = rows.map((row) => shaped(product, row, 'product.product'))
  return new Map(
    natives
      .filter((native) => native.active && native.sale_ok)
      .map((native) => {
        const price = { amount: native.lst_price, currency: native.currency_id?.name ?? '' }
        return [
          native.id,
          {
            unitPrice: price,
            listPrice: price,
            priceQuantity: '1',
            unit: native.uom_id && unitCode(native.uom_id.name, odoo.config.units),
            tiers: [{ minimumQuantity: '1', unitPrice: price }],
            discounts: [],
            source: 'list',
          },
        ]
      }),
  )
}
