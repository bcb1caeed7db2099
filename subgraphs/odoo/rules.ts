import { z } from 'zod'
import { shaped } from '../shape.ts'
import { decimal, id, namesOf, noonOf, one, text, time } from './shapes.ts'
import type { Domain, Odoo } from './setup.ts'

const schema = z.object({
  id,
  applied_on: text,
  product_id: one,
  min_quantity: decimal,
  date_end: time,
  base: text,
  base_pricelist_id: one,
})

/** A rule of a price list, as far as it tells at which quantity a price may change, and until when. */
export interface Rule {
  id: string
  /** The item it is for; null where it is for more than one. */
  item: string | null
  minimum: string
  until: string | null
}

/** Whether a rule may touch an item. One for a template or a category counts for all: a step too many is harmless. */
export function matches(rule: Rule, item: string): boolean {
  return rule.item === null || rule.item === item
}

/** The rules that touch the items on a day: one call, and one more for each level of lists built upon lists. */
export async function rulesOf(odoo: Odoo, pricelist: string, items: string[], on: string): Promise<Rule[]> {
  const rules: Rule[] = []
  const seen = new Set<string>()
  for (let lists = [pricelist]; lists.length > 0;) {
    lists.forEach((list) => seen.add(list))
    const rows = await odoo.rows('product.pricelist.item', namesOf(schema), domainOf(lists, items, on))
    const natives = rows.map((row) => shaped(schema, row, 'product.pricelist.item'))
    for (const native of natives) {
      const item = native.applied_on === '0_product_variant' ? (native.product_id?.id ?? null) : null
      rules.push({ id: native.id, item, minimum: native.min_quantity, until: native.date_end })
    }
    const bases = natives.map((native) =>
      native.base === 'pricelist' ? native.base_pricelist_id?.id : undefined,
    )
    lists = [...new Set(bases)].filter((list) => list !== undefined && !seen.has(list)) as string[]
  }
  return rules
}

function domainOf(lists: string[], items: string[], on: string): Domain {
  const ids = items.map(Number)
  return [
    ['pricelist_id', 'in', lists.map(Number)],
    '|',
    ['date_start', '=', false],
    ['date_start', '<=', noonOf(on)],
    '|',
    ['date_end', '=', false],
    ['date_end', '>=', noonOf(on)],
    '|',
    '|',
    ['product_id', 'in', ids],
    '&',
    ['product_id', '=', false],
    ['product_tmpl_id.product_variant_ids', 'in', ids],
    ['applied_on', 'in', ['2_product_category', '3_global']],
  ]
}
