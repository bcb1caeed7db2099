import Big from 'big.js'
import { type Row, decimal, table, text } from './meta.ts'
import { Raised } from './raised.ts'
import type { Site } from './site.ts'

/** What a price is asked for; decimals as text. */
export interface Case {
  item: string
  customer: string
  list: string
  currency: string
  uom: string
  stockUom: string
  factor: string
  quantity: string
  stockQuantity: string
  on: string
  company: string
  ignoreRules: boolean
  /** Known only where the caller sends the list's rate along, as the form does. */
  rate?: string
}

function valid(row: Row, on: string): boolean {
  return (text(row, 'valid_from') || '2000-01-01') <= on && (text(row, 'valid_upto') || '2500-12-31') >= on
}

function pick(rows: Row[]): Row | undefined {
  const key = (row: Row) => [text(row, 'valid_from') || '2000-01-01', text(row, 'uom')].join('\t')
  return rows.toSorted((a, b) => (key(a) < key(b) ? 1 : -1))[0]
}

/** The Item Price that counts: the customer's own, else the list's, else the list's in the stock unit. */
function rateOf(site: Site, one: Case, item: string): string | null {
  const rows = site
    .rows('Item Price')
    .filter((row) => row.item_code === item && row.price_list === one.list && valid(row, one.on))
  const fitting = (customer: string, uom: string) =>
    pick(
      rows.filter(
        (row) => text(row, 'customer') === customer && ['', uom].includes(text(row, 'uom')) && !row.batch_no,
      ),
    )
  const own = one.customer ? fitting(one.customer, one.uom) : undefined
  if (own) {
    const packing = Number(own.packing_unit ?? 0)
    // A quantity that does not fill the packing unit has no price at all; the general one is not tried.
    if (packing > 0 && !new Big(one.quantity).mod(packing).eq(0)) return null
  }
  const row =
    own ?? fitting('', one.uom) ?? (one.uom === one.stockUom ? undefined : fitting('', one.stockUom))
  if (!row) return null
  const same =
    text(row, 'uom') === one.uom || site.find('Price List', one.list)?.price_not_uom_dependent === 1
  return same
    ? decimal(row, 'price_list_rate')
    : new Big(decimal(row, 'price_list_rate')).times(one.factor).toFixed()
}

function parents(site: Site, doctype: string, field: string, name: string): string[] {
  const above = text(site.find(doctype, name), field)
  return name ? [name, ...(above && above !== name ? parents(site, doctype, field, above) : [])] : []
}

function applies(site: Site, rule: Row, one: Case): boolean {
  if (rule.disable === 1 || rule.selling !== 1 || !valid(rule, one.on)) return false
  if (text(rule, 'company') && rule.company !== one.company) return false
  if (text(rule, 'for_price_list') && rule.for_price_list !== one.list) return false
  if (rule.rate_or_discount === 'Rate' && rule.currency !== one.currency) return false
  return coversItem(site, rule, one.item) && isFor(site, rule, one.customer) && isEnough(rule, one)
}

function coversItem(site: Site, rule: Row, code: string): boolean {
  const item = site.find('Item', code)
  const targets: Record<string, boolean> = {
    'Item Code': table(rule, 'items').some(
      (row) => row.item_code === code || row.item_code === item?.variant_of,
    ),
    'Item Group': table(rule, 'item_groups').some((row) =>
      parents(site, 'Item Group', 'parent_item_group', text(item, 'item_group')).includes(
        text(row, 'item_group'),
      ),
    ),
    Brand: table(rule, 'brands').some((row) => row.brand === item?.brand && text(row, 'brand') !== ''),
  }
  return targets[text(rule, 'apply_on')] ?? true
}

function isFor(site: Site, rule: Row, name: string): boolean {
  const customer = site.find('Customer', name)
  const who: Record<string, boolean> = {
    Customer: name !== '' && rule.customer === name,
    'Customer Group': parents(
      site,
      'Customer Group',
      'parent_customer_group',
      text(customer, 'customer_group'),
    ).includes(text(rule, 'customer_group')),
    Territory: parents(site, 'Territory', 'parent_territory', text(customer, 'territory')).includes(
      text(rule, 'territory'),
    ),
  }
  return who[text(rule, 'applicable_for')] ?? true
}

/** A largest quantity of zero is none. */
function isEnough(rule: Row, { stockQuantity }: Case): boolean {
  const quantity = new Big(stockQuantity)
  const most = new Big(decimal(rule, 'max_qty'))
  return quantity.gte(decimal(rule, 'min_qty')) && (most.eq(0) || quantity.lte(most))
}

/** The rule of highest priority; among equal ones the one that begins latest. */
function ruleFor(site: Site, one: Case): Row | undefined {
  if (one.ignoreRules) return undefined
  const found = site.rows('Pricing Rule').filter((rule) => applies(site, rule, one))
  const weight = (rule: Row) => Number(text(rule, 'priority') || 0) * 1e9 + Number(decimal(rule, 'min_qty'))
  return found.toSorted((a, b) => weight(b) - weight(a))[0]
}

/** What the rules say of one line, as apply_pricing_rule words it. */
export function ruled(site: Site, one: Case): Row & { rate?: string } {
  const rule = ruleFor(site, one)
  if (!rule) return {}
  const kind = text(rule, 'rate_or_discount')
  const details: Row = {
    validate_applied_rule: 0,
    price_or_product_discount: 'Price',
    pricing_rule_for: kind,
    margin_type: text(rule, 'margin_type') || null,
    margin_rate_or_amount: decimal(rule, 'margin_rate_or_amount'),
    has_pricing_rule: 1,
    pricing_rules: `[\n "${text(rule, 'name')}"\n]`,
  }
  if (kind === 'Rate')
    return {
      ...details,
      price_list_rate: new Big(decimal(rule, 'rate')).times(one.factor).toFixed(),
      discount_percentage: '0',
    }
  if (kind === 'Discount Amount') return { ...details, discount_amount: decimal(rule, 'discount_amount') }
  const percent = decimal(rule, 'discount_percentage')
  const amount = one.rate ? new Big(one.rate).times(percent).div(100).toFixed() : '0'
  return { ...details, discount_amount: amount, discount_percentage: percent }
}

/** The list's rate of one line, or null where there is none; templates stand in for their variants. */
export function listed(site: Site, one: Case): string | null {
  const item = site.find('Item', one.item)
  // Version 15 stumbles over an unknown item instead of naming it.
  if (!item)
    throw new Raised('AttributeError', "'NoneType' object has no attribute 'name'", {
      status: 500,
      app: true,
    })
  const variant = text(item, 'variant_of')
  return rateOf(site, one, one.item) ?? (variant ? rateOf(site, one, variant) : null)
}

/** Units of an item and how many stock units they are. */
export function factorOf(item: Row | undefined, uom: string): string {
  if (!uom || uom === text(item, 'stock_uom')) return '1'
  const row = table(item, 'uoms').find((one) => one.uom === uom)
  return row ? decimal(row, 'conversion_factor') : '1'
}
