import Big from 'big.js'
import { type Json, parseExact } from '../../json.ts'
import { type Row, decimal, table, text, toJson } from './meta.ts'
import { type Case, factorOf, listed, ruled } from './pricing.ts'
import { refuse } from './raised.ts'
import type { Site } from './site.ts'

/** What a method is called with; numbers are text. */
export type Args = { [name: string]: Json }
/** A whitelisted method. */
export type Method = (site: Site, args: Args) => unknown

/** A text among the arguments, '' for none. */
export function words(args: Args, name: string): string {
  const value = args[name]
  return typeof value === 'string' ? value : ''
}

/** An object that may come as JSON text. */
export function object(value: Json | undefined): Args {
  const found = typeof value === 'string' ? parseExact(value) : value
  return found && typeof found === 'object' && !Array.isArray(found) ? found : {}
}

function caseOf(args: Args, row: Args, site: Site): Case {
  const all = { ...args, ...row }
  const item = site.find('Item', words(all, 'item_code'))
  const uom = words(all, 'uom') || text(item, 'sales_uom') || text(item, 'stock_uom')
  const factor = words(all, 'conversion_factor') || factorOf(item, uom)
  const quantity = words(all, 'qty') || '1'
  return {
    item: words(all, 'item_code'),
    customer: words(all, 'customer'),
    list: words(all, 'price_list') || words(all, 'selling_price_list'),
    currency: words(all, 'currency'),
    uom,
    stockUom: words(all, 'stock_uom') || text(item, 'stock_uom'),
    factor,
    quantity,
    stockQuantity: words(all, 'stock_qty') || new Big(quantity).times(factor).toFixed(),
    on: words(all, 'transaction_date') || site.today(),
    company: words(all, 'company'),
    ignoreRules: words(all, 'ignore_pricing_rule') === '1',
    rate: words(row, 'price_list_rate') || undefined,
  }
}

function rows(args: Args): Args[] {
  const items = typeof args.items === 'string' ? parseExact(args.items) : args.items
  return Array.isArray(items) ? items.map(object) : []
}

const LOCAL = { parent: null, parenttype: null, child_docname: null }

function exchanged(rate: string | null, args: Args): Row {
  if (rate === null) return {}
  const value = new Big(rate)
    .times(words(args, 'plc_conversion_rate') || '1')
    .div(words(args, 'conversion_rate') || '1')
  return { price_list_rate: value.toFixed() }
}

/** See the method of that name in the vendor's code. */
export const applyPriceList: Method = (site, given) => {
  // Version 15 knows "args", 16 "ctx"; unknown arguments are dropped.
  const args = object(given.args)
  const list = site.find('Price List', words(args, 'price_list') || words(args, 'selling_price_list'))
  if (list?.enabled !== 1) refuse(`Price List ${words(args, 'price_list')} is disabled or does not exist`)
  const children = rows(args).map((row) => {
    const one = caseOf(args, row, site)
    const rules = ruled(site, one)
    const found = {
      doctype: words(row, 'doctype'),
      name: words(row, 'name') || null,
      ...exchanged(listed(site, one), args),
    }
    return {
      ...toJson(found),
      has_margin: Boolean(rules.margin_type),
      free_item_data: [],
      ...LOCAL,
      ...toJson(rules),
    }
  })
  const parent = {
    price_list_currency: text(list, 'currency'),
    price_list_uom_dependant: list.price_not_uom_dependent === 1 ? 0 : 1,
    plc_conversion_rate: 1,
  }
  return { parent, children }
}

/** See the method of that name in the vendor's code. */
export const applyRule: Method = (site, given) => {
  const args = object(given.args)
  return rows(args).map((row) => {
    const rules = ruled(site, caseOf(args, row, site))
    return {
      doctype: words(row, 'doctype'),
      has_margin: Boolean(rules.margin_type),
      name: words(row, 'name') || null,
      free_item_data: [],
      ...LOCAL,
      ...toJson(rules),
    }
  })
}

/** What is the same for every item of the site. */
const SAME: Row = {
  image: '',
  discount_account: null,
  provisional_expense_account: null,
  has_serial_no: 0,
  has_batch_no: 0,
  batch_no: null,
  min_order_qty: null,
  update_stock: 0,
  delivered_by_supplier: 0,
  is_fixed_asset: 0,
  against_blanket_order: null,
  bom_no: null,
  weight_uom: null,
  grant_commission: 1,
  manufacturer: null,
  manufacturer_part_no: null,
  item_tax_rate: '{}',
  child_docname: null,
}

function accounts(site: Site): Row {
  const suffix = ` - ${site.company.abbr}`
  return {
    income_account: `Sales${suffix}`,
    expense_account: `Cost of Goods Sold${suffix}`,
    cost_center: `Main${suffix}`,
  }
}

/** How much of an item a warehouse has and what that cost; the profit lacks the price, as the vendor's does. */
function onShelf(site: Site, one: Case, warehouse: string): Row {
  const bin = site.rows('Bin').find((row) => row.item_code === one.item && row.warehouse === warehouse)
  const valuation = decimal(bin, 'valuation_rate')
  return {
    valuation_rate: valuation,
    projected_qty: decimal(bin, 'projected_qty'),
    actual_qty: decimal(bin, 'actual_qty'),
    reserved_qty: decimal(bin, 'reserved_qty'),
    gross_profit: new Big(0).minus(valuation).times(one.stockQuantity).toFixed(),
  }
}

/** See the method of that name in the vendor's code. */
export const itemDetails: Method = (site, given) => {
  const args = object(given.args)
  const one = caseOf(args, {}, site)
  const item = site.get('Item', one.item)
  if (!words(args, 'company')) refuse('Please specify Company')
  const warehouse = words(args, 'warehouse') || text(table(item, 'item_defaults')[0], 'default_warehouse')
  const rate = listed(site, one)
  const rules = ruled(site, { ...one, rate: rate ?? undefined })
  const zero = Object.fromEntries(ZEROES.map((field) => [field, '0']))
  const found: Row = {
    item_code: one.item,
    item_name: text(item, 'item_name'),
    description: text(item, 'description'),
    warehouse,
    ...SAME,
    ...accounts(site),
    uom: one.uom,
    stock_uom: one.stockUom,
    qty: one.quantity,
    stock_qty: one.stockQuantity,
    ...zero,
    ...exchanged(rate, args),
    transaction_date: one.on,
    conversion_factor: one.factor,
    item_group: text(item, 'item_group'),
    brand: text(item, 'brand') || null,
    ...(one.customer ? { customer_item_code: null } : {}),
    ...onShelf(site, one, warehouse),
    ...rules,
  }
  return {
    ...toJson(found),
    min_order_qty: '',
    against_blanket_order: null,
    last_purchase_rate: 0,
    has_margin: Boolean(rules.margin_type),
    free_item_data: [],
  }
}

const ZEROES = [
  'price_list_rate',
  'base_price_list_rate',
  'rate',
  'base_rate',
  'amount',
  'base_amount',
  'net_rate',
  'net_amount',
  'discount_percentage',
  'discount_amount',
  'weight_per_unit',
]
