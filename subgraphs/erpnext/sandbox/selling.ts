import Big from 'big.js'
import { defaultWarehouse } from './catalog.ts'
import { type Row, decimal, defaultsOf, table, text } from './meta.ts'
import { addressOf } from './parties.ts'
import { type Case, factorOf, listed, ruled } from './pricing.ts'
import { Raised, refuse } from './raised.ts'
import type { Site } from './site.ts'

/** The sum of a field. */
export const sum = (rows: Row[], field: string) =>
  rows.reduce((total, row) => total.plus(decimal(row, field)), new Big(0))
const cents = (value: Big) => value.round(2, Big.roundHalfEven).toFixed()

function missing(doctype: string, fields: string[]): never {
  const earlier = fields.map((field) => `Error: Value missing for ${doctype}: ${field}`)
  throw new Raised('MandatoryError', `[${doctype}, ]: ${fields.join(', ').toLowerCase()}`, { earlier })
}

/** The list that a customer buys by: its own, its group's, the site's. */
export function listOf(site: Site, customer: Row | undefined): string {
  const group = site.find('Customer Group', text(customer, 'customer_group'))
  return (
    text(customer, 'default_price_list') ||
    text(group, 'default_price_list') ||
    text(site.find('Selling Settings', 'Selling Settings'), 'selling_price_list')
  )
}

/** Fills a document's head from its customer. */
export function head(site: Site, row: Row, doctype: string): Row {
  const field = doctype === 'Quotation' ? 'party_name' : 'customer'
  if (!text(row, field)) missing(doctype, ['Customer'])
  const customer = site.get('Customer', text(row, field))
  if (customer.disabled === 1)
    throw new Raised('PartyDisabled', `Customer ${text(customer, 'name')} is disabled`, { app: true })
  if (customer.is_frozen === 1)
    throw new Raised('PartyFrozen', `Customer ${text(customer, 'name')} is frozen`, { app: true })
  row.customer_name = text(customer, 'customer_name')
  row.company ??= site.company.name
  row.selling_price_list ??= listOf(site, customer)
  const list = site.get('Price List', text(row, 'selling_price_list'))
  row.price_list_currency = text(list, 'currency')
  row.currency ??= text(customer, 'default_currency') || site.company.currency
  row.customer_group = text(customer, 'customer_group') || null
  row.territory = text(customer, 'territory') || null
  row.payment_terms_template ??= text(customer, 'payment_terms') || null
  row.shipping_address_name ??= text(addressOf(site, text(customer, 'name'), 'Shipping'), 'name') || null
  return customer
}

function caseOf(row: Row, part: Row, item: Row, on: string): Case {
  const uom = text(part, 'uom') || text(item, 'sales_uom') || text(item, 'stock_uom')
  const factor = factorOf(item, uom)
  return {
    item: text(item, 'name'),
    customer: text(row, 'customer') || text(row, 'party_name'),
    list: text(row, 'selling_price_list'),
    currency: text(row, 'currency'),
    uom,
    stockUom: text(item, 'stock_uom'),
    factor,
    quantity: decimal(part, 'qty'),
    stockQuantity: new Big(decimal(part, 'qty')).times(factor).toFixed(),
    on,
    company: text(row, 'company'),
    ignoreRules: row.ignore_pricing_rule === 1,
  }
}

/** Prices one line: the list's rate unless it was given, the rules unless they are off, a given rate above all. */
function priced(site: Site, part: Row, one: Case): Row {
  const given = decimal(part, 'price_list_rate')
  const list = new Big(given).gt(0) ? given : (listed(site, one) ?? '0')
  const rules = ruled(site, { ...one, rate: list })
  const base = text(rules, 'price_list_rate') || list
  const percent = text(rules, 'discount_percentage') || decimal(part, 'discount_percentage')
  const asked = text(part, 'rate')
  const off = new Big(base).times(percent).div(100)
  const rate =
    asked && new Big(asked).gt(0)
      ? asked
      : cents(
          new Big(base).minus(
            rules.discount_amount && percent === '0' ? decimal(rules, 'discount_amount') : off,
          ),
        )
  const own = asked && new Big(asked).gt(0) && new Big(base).gt(0)
  return {
    price_list_rate: base,
    base_price_list_rate: base,
    discount_percentage: percent,
    discount_amount: own ? new Big(base).minus(asked).toFixed() : cents(new Big(base).minus(rate)),
    rate,
    ...(text(rules, 'pricing_rules') ? { pricing_rules: text(rules, 'pricing_rules') } : { margin_type: '' }),
  }
}

/** The item of a line, if it may be sold. */
function soldItem(site: Site, part: Row): Row {
  const item = site.get('Item', text(part, 'item_code'))
  const code = text(item, 'name')
  if (item.disabled === 1) refuse(`Item ${code} is disabled`)
  if (item.has_variants === 1) refuse(`Item ${code} is a template, please select one of its variants`)
  if (item.is_sales_item === 0) refuse(`Item ${code} is not a sales item`)
  return item
}

function placeOf(site: Site, row: Row, part: Row, item: Row): { warehouse: string; bin: Row | undefined } {
  const own = text(part, 'warehouse') || text(row, 'set_warehouse')
  const warehouse =
    own || text(table(item, 'item_defaults')[0], 'default_warehouse') || defaultWarehouse(site)
  const kept = item.is_stock_item === 1
  const here = (found: Row) => found.item_code === item.name && found.warehouse === warehouse
  return { warehouse, bin: kept ? site.rows('Bin').find(here) : undefined }
}

/** The same figure under the six names that a row has for it. */
function money(rate: string, amount: string): Row {
  const rates = ['rate', 'base_rate', 'net_rate', 'base_net_rate'].map((field) => [field, rate])
  const amounts = ['amount', 'base_amount', 'net_amount', 'base_net_amount'].map((field) => [field, amount])
  return Object.fromEntries([...rates, ...amounts]) as Row
}

function line(site: Site, row: Row, part: Row, on: string, doctype: string): Row {
  const item = soldItem(site, part)
  const one = caseOf(row, part, item, on)
  const price = priced(site, part, one)
  const rate = decimal(price, 'rate')
  const { warehouse, bin } = placeOf(site, row, part, item)
  const suffix = ` - ${site.company.abbr}`
  const shared: Row = {
    ...defaultsOf(`${doctype} Item`),
    ...part,
    item_name: text(item, 'item_name'),
    description: text(part, 'description') || text(item, 'description'),
    item_group: text(item, 'item_group'),
    stock_uom: one.stockUom,
    uom: one.uom,
    conversion_factor: one.factor,
    stock_qty: one.stockQuantity,
    ...price,
    ...money(rate, cents(new Big(one.quantity).times(rate))),
    stock_uom_rate: new Big(rate).div(one.factor).toFixed(),
    warehouse,
    actual_qty: decimal(bin, 'actual_qty'),
    cost_center: `Main${suffix}`,
  }
  if (doctype === 'Quotation') return shared
  if (doctype === 'Sales Order')
    return { ...shared, ...ordered(row, part, item, bin, { rate, stock: one.stockQuantity, on }) }
  return { ...shared, income_account: `Sales${suffix}`, expense_account: `Cost of Goods Sold${suffix}` }
}

/** What only a row of an order has. */
function ordered(
  row: Row,
  part: Row,
  item: Row,
  bin: Row | undefined,
  known: { rate: string; stock: string; on: string },
): Row {
  const valuation = decimal(bin, 'valuation_rate')
  return {
    is_stock_item: item.is_stock_item ?? 0,
    delivery_date: text(part, 'delivery_date') || text(row, 'delivery_date'),
    valuation_rate: valuation,
    gross_profit: new Big(known.rate).minus(valuation).times(known.stock).toFixed(),
    projected_qty: decimal(bin, 'projected_qty'),
    transaction_date: known.on,
  }
}

function usedRules(items: Row[]): Row[] {
  return items.flatMap((part) => {
    const rules = text(part, 'pricing_rules')
    if (!rules) return []
    const [rule] = JSON.parse(rules) as string[]
    const used = {
      pricing_rule: rule ?? '',
      item_code: text(part, 'item_code'),
      child_docname: text(part, 'name'),
    }
    return [{ ...defaultsOf('Pricing Rule Detail'), ...used }]
  })
}

/** Adds a document up. */
export function totals(row: Row, due: string): void {
  const items = table(row, 'items')
  const total = cents(sum(items, 'amount'))
  const percent = decimal(row, 'additional_discount_percentage')
  const share = cents(new Big(total).times(percent).div(100))
  const off = new Big(percent).gt(0) ? share : decimal(row, 'discount_amount')
  const net = new Big(total).minus(off).toFixed()
  const tax = sum(table(row, 'taxes'), 'tax_amount').toFixed()
  const grand = new Big(net).plus(tax).toFixed()
  const both = (field: string, value: string) => [field, `base_${field}`].map((name) => [name, value])
  const words = `${text(row, 'currency')} ${grand} only.`
  const figures = {
    total,
    net_total: net,
    total_taxes_and_charges: tax,
    grand_total: grand,
    rounded_total: grand,
    in_words: words,
  }
  const open = both('payment_amount', grand).concat(both('outstanding', grand))
  Object.assign(
    row,
    Object.fromEntries(Object.entries(figures).flatMap(([field, value]) => both(field, value))),
    {
      total_qty: sum(items, 'qty').toFixed(),
      discount_amount: off,
      last_scanned_warehouse: null,
      amount_eligible_for_commission: net,
      pricing_rules: usedRules(items),
      payment_schedule: [{ ...defaultsOf('Payment Schedule'), due_date: due, ...Object.fromEntries(open) }],
    },
  )
}

/** Prices and completes the lines. */
export function lines(site: Site, row: Row, on: string, doctype: string): void {
  const found = table(row, 'items')
  // Version 15 divides by the missing total instead of naming the missing lines.
  if (found.length === 0)
    throw new Raised('TypeError', "unsupported operand type(s) for *: 'NoneType' and 'float'", {
      status: 500,
      app: true,
    })
  row.items = found.map((part) => ({ name: site.hash(), ...line(site, row, part, on, doctype) }))
}
