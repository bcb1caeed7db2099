import Big from 'big.js'
import type { Db } from './db.ts'
import type { Stored, Value } from './values.ts'

/** What is priced: a product, a quantity in the product's own unit, and the time of the order. */
export interface Wanted {
  product: Stored
  quantity: string
  at: string
}

const TEXT_ORDER = ['0_product_variant', '1_product', '2_product_category', '3_global']

/**
 * The price of a product by a price list, and the rule that made it. Rules are tried in the text order of
 * `applied_on`, the highest minimum first; the first that fits wins; without one the list price is converted.
 * https://github.com/odoo/odoo/blob/19.0/addons/product/models/product_pricelist.py
 */
export function priceBy(
  db: Db,
  pricelist: Stored | undefined,
  wanted: Wanted,
): { price: Big; rule: Stored | null } {
  const { product } = wanted
  const own = db.all('res.company')[0]?.currency_id ?? false
  if (!pricelist) return { price: listPrice(product), rule: null }
  const currency = pricelist.currency_id ?? false
  const rule = rulesOf(db, pricelist.id).find((each) => fits(db, each, wanted)) ?? null
  if (!rule) return { price: converted(db, listPrice(product), own, currency), rule }
  if (rule.compute_price === 'fixed') return { price: new Big(String(rule.fixed_price)), rule }
  const base = basePrice(db, rule, wanted, own, currency)
  if (rule.compute_price === 'percentage') return { price: less(base, rule.percent_price ?? '0'), rule }
  return { price: byFormula(rule, base), rule }
}

function rulesOf(db: Db, pricelist: number): Stored[] {
  const rank = (rule: Stored) => TEXT_ORDER.indexOf(String(rule.applied_on))
  return db
    .all('product.pricelist.item')
    .filter((rule) => rule.pricelist_id === pricelist)
    .sort(
      (a, b) =>
        rank(a) - rank(b) || new Big(String(b.min_quantity)).cmp(String(a.min_quantity)) || b.id - a.id,
    )
}

function fits(db: Db, rule: Stored, { product, quantity, at }: Wanted): boolean {
  if (new Big(String(rule.min_quantity)).gt(quantity) && rule.min_quantity !== '0') return false
  if (rule.date_start && String(rule.date_start) > at) return false
  if (rule.date_end && String(rule.date_end) < at) return false
  if (rule.applied_on === '0_product_variant') return rule.product_id === product.id
  if (rule.applied_on === '1_product') return rule.product_tmpl_id === product.product_tmpl_id
  if (rule.applied_on === '2_product_category')
    return ancestors(db, product.categ_id ?? false).includes(rule.categ_id ?? 0)
  return true
}

function ancestors(db: Db, category: Value): Value[] {
  const row = db.find('product.category', category)
  return row ? [row.id, ...ancestors(db, row.parent_id ?? false)] : []
}

function basePrice(db: Db, rule: Stored, wanted: Wanted, own: Value, currency: Value): Big {
  if (rule.base === 'standard_price')
    return converted(db, new Big(String(wanted.product.standard_price)), own, currency)
  const other =
    rule.base === 'pricelist' ? db.find('product.pricelist', rule.base_pricelist_id ?? false) : undefined
  if (!other) return converted(db, listPrice(wanted.product), own, currency)
  return converted(db, priceBy(db, other, wanted).price, other.currency_id ?? false, currency)
}

function byFormula(rule: Stored, base: Big): Big {
  const discount =
    rule.base === 'standard_price' ? `-${String(rule.price_markup)}` : String(rule.price_discount)
  let price = less(base, discount.replace('--', ''))
  const step = new Big(String(rule.price_round))
  if (step.gt(0)) price = price.div(step).round(0, Big.roundHalfUp).times(step)
  price = price.plus(String(rule.price_surcharge))
  const lowest = base.plus(String(rule.price_min_margin))
  const highest = base.plus(String(rule.price_max_margin))
  if (rule.price_min_margin !== '0' && price.lt(lowest)) price = lowest
  return rule.price_max_margin !== '0' && price.gt(highest) ? highest : price
}

function less(base: Big, percent: Value): Big {
  return base.times(new Big(100).minus(String(percent))).div(100)
}

/** Converts by the rates of the day, which stand for one unit of the company's currency. Never rounded. */
function converted(db: Db, price: Big, from: Value, to: Value): Big {
  const rate = (currency: Value) => String(db.get('res.currency', currency).rate)
  return from === to ? price : price.div(rate(from)).times(rate(to))
}

function listPrice(product: Stored): Big {
  return new Big(String(product.list_price))
}
