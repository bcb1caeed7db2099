import Big from 'big.js'
import { type Row, decimal, defaultsOf, table, text } from './meta.ts'
import { refuse } from './raised.ts'
import type { Behaviour, Site } from './site.ts'

/** The quantities of an item in a warehouse; a row is made when something first happens there. */
export function binOf(site: Site, item: string, warehouse: string): Row {
  const found = site.rows('Bin').find((row) => row.item_code === item && row.warehouse === warehouse)
  if (found) return found
  const uom = text(site.find('Item', item), 'stock_uom')
  return site.put('Bin', site.hash(), { item_code: item, warehouse, stock_uom: uom, ...quantities({}) })
}

function quantities(given: Record<string, string>): Record<string, string> {
  const all = {
    actual_qty: '0',
    reserved_qty: '0',
    ordered_qty: '0',
    indented_qty: '0',
    planned_qty: '0',
    reserved_stock: '0',
    valuation_rate: '0',
    stock_value: '0',
    ...given,
  }
  const projected = new Big(all.actual_qty)
    .plus(all.ordered_qty)
    .plus(all.indented_qty)
    .plus(all.planned_qty)
    .minus(all.reserved_qty)
  return { ...all, projected_qty: projected.toFixed() }
}

/** Changes one quantity of a bin; what is projected follows. */
export function move(site: Site, item: string, warehouse: string, field: string, by: string): Row {
  const bin = binOf(site, item, warehouse)
  const now = Object.fromEntries(
    [
      'actual_qty',
      'reserved_qty',
      'ordered_qty',
      'indented_qty',
      'planned_qty',
      'reserved_stock',
      'valuation_rate',
      'stock_value',
    ].map((one) => [one, decimal(bin, one)]),
  )
  now[field] = new Big(now[field] ?? 0).plus(by).toFixed()
  return Object.assign(bin, quantities(now), { modified: site.now() })
}

function priceOf(site: Site, item: string, uom: string, rate: string): void {
  const list = text(site.find('Selling Settings', 'Selling Settings'), 'selling_price_list')
  site.insert('Item Price', { item_code: item, uom, price_list: list, price_list_rate: rate })
}

const item: Behaviour = {
  links: { item_group: ['Item Group', 'Item Group'], stock_uom: ['UOM', 'Default Unit of Measure'] },
  validate(site, row, old) {
    if (old) return
    if (!text(row, 'item_code')) refuse('Item Code is required', false)
    row.item_name ??= text(row, 'item_code')
    row.description ??= text(row, 'item_name')
    row.valuation_rate ??= '0'
    row.standard_rate ??= '0'
    if (table(row, 'uoms').length === 0) row.uoms = [{ uom: text(row, 'stock_uom'), conversion_factor: '1' }]
    if (table(row, 'item_defaults').length === 0) {
      row.item_defaults = [{ company: site.company.name, default_warehouse: defaultWarehouse(site) }]
    }
  },
  name: (_site, row) => text(row, 'item_code'),
  inserted(site, row) {
    if (new Big(decimal(row, 'standard_rate')).gt(0))
      priceOf(site, text(row, 'name'), text(row, 'stock_uom'), decimal(row, 'standard_rate'))
  },
}

/** The warehouse of items that name none. */
export function defaultWarehouse(site: Site): string {
  return text(site.find('Stock Settings', 'Stock Settings'), 'default_warehouse')
}

const itemPrice: Behaviour = {
  links: {
    item_code: ['Item', 'Item Code'],
    price_list: ['Price List', 'Price List'],
    customer: ['Customer', 'Customer'],
    uom: ['UOM', 'UOM'],
  },
  validate(site, row) {
    const of = site.get('Item', text(row, 'item_code'))
    const list = site.get('Price List', text(row, 'price_list'))
    row.uom ??= text(of, 'stock_uom')
    row.item_name = text(of, 'item_name')
    row.item_description = text(of, 'description')
    row.buying = list.buying ?? 0
    row.selling = list.selling ?? 0
    row.currency = text(list, 'currency')
    row.valid_from ??= site.today()
    if (text(row, 'customer')) row.reference = text(row, 'customer')
  },
  name: (site) => site.hash(),
}

const rule: Behaviour = {
  links: {
    customer: ['Customer', 'Customer'],
    customer_group: ['Customer Group', 'Customer Group'],
    'items.item_code': ['Item', 'Item Code'],
  },
  validate(site, row) {
    row.valid_from ??= site.today()
    for (const field of ['rate', 'discount_amount', 'discount_percentage', 'min_qty']) row[field] ??= '0'
  },
  name: (site, row) => site.series(text(row, 'naming_series')),
}

const stockEntry: Behaviour = {
  links: { 'items.item_code': ['Item', 'Item Code'], 'items.t_warehouse': ['Warehouse', 'Target Warehouse'] },
  validate(site, row) {
    const suffix = ` - ${site.company.abbr}`
    row.purpose = text(row, 'stock_entry_type')
    row.last_scanned_warehouse = null
    row.company = site.company.name
    row.posting_date = site.today()
    row.posting_time = site.now().slice(11)
    row.items = table(row, 'items').map((part) => {
      const of = site.get('Item', text(part, 'item_code'))
      const amount = new Big(decimal(part, 'qty')).times(decimal(part, 'basic_rate')).toFixed()
      return {
        ...defaultsOf('Stock Entry Detail'),
        ...part,
        item_name: text(of, 'item_name'),
        description: text(of, 'description'),
        item_group: text(of, 'item_group'),
        transfer_qty: decimal(part, 'qty'),
        uom: text(of, 'stock_uom'),
        stock_uom: text(of, 'stock_uom'),
        valuation_rate: decimal(part, 'basic_rate'),
        basic_amount: amount,
        amount,
        expense_account: `Stock Adjustment${suffix}`,
        cost_center: `Main${suffix}`,
      }
    })
    const total = table(row, 'items')
      .reduce((sum, part) => sum.plus(decimal(part, 'amount')), new Big(0))
      .toFixed()
    Object.assign(row, { total_incoming_value: total, value_difference: total, total_amount: total })
  },
  name: (site, row) => site.series(text(row, 'naming_series')),
  submitted(site, row) {
    for (const part of table(row, 'items')) {
      const bin = move(
        site,
        text(part, 'item_code'),
        text(part, 't_warehouse'),
        'actual_qty',
        decimal(part, 'qty'),
      )
      bin.valuation_rate = decimal(part, 'basic_rate')
    }
  },
}

/** Items, prices, rules and stock. */
export const CATALOG: Record<string, Behaviour> = {
  Item: item,
  'Pricing Rule': rule,
  'Item Price': itemPrice,
  'Price List': { name: (_site, row) => text(row, 'price_list_name') },
  'Stock Entry': stockEntry,
}
