import Big from 'big.js'
import type { Terms } from './prices.ts'
import type * as rows from './shapes.ts'
import type { ItemSetup } from './setup.ts'

/** A pricing rule with the one item, group or brand it is for. */
interface Rule {
  rule: rows.RuleRow
  target: string | null
}
interface Case extends Terms {
  item: ItemSetup
  company: string
  /** The customer's group and those above it. */
  groups: string[]
  /** Stock units in one unit asked for. */
  factor: string
}

function concerns({ rule, target }: Rule, { item, customer, list, on, company, groups }: Case): boolean {
  if (rule.price_or_product_discount === 'Product') return false
  if ((rule.valid_from ?? '') > on || (rule.valid_upto ?? '9999-12-31') < on) return false
  if (rule.company && rule.company !== company) return false
  if (rule.for_price_list && rule.for_price_list !== list.name) return false
  if (rule.apply_on === 'Item Code' && target !== item.name) return false
  const who: Record<string, boolean> = {
    Customer: rule.customer === customer?.name,
    'Customer Group': groups.includes(rule.customer_group ?? ''),
  }
  return who[rule.applicable_for ?? ''] ?? true
}

/**
 * The quantities, in the unit asked for, at which a pricing rule may begin or end for this item and customer:
 * ascending and starting at 1. They only say where to ask; each price is the server's own. Empty where no rule
 * knows a quantity, and then one price holds for all. https://docs.frappe.io/erpnext/pricing-rule
 */
export function breaks(rules: Rule[], one: Case): string[] {
  const found = rules.filter((rule) => concerns(rule, one))
  const stock = found.flatMap(({ rule: { min_qty: from, max_qty: to } }) => [
    ...(new Big(from).gt(1) ? [new Big(from)] : []),
    ...(new Big(to).gt(0) ? [new Big(to).plus(1)] : []),
  ])
  const own = stock
    .map((quantity) => quantity.div(one.factor).toFixed())
    .filter((quantity) => new Big(quantity).gt(1))
  if (own.length === 0) return []
  return ['1', ...[...new Set(own)].sort((a, b) => new Big(a).cmp(b))]
}
