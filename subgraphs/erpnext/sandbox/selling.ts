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

function line(site: Site, row: Row, part: Row, on: string, doctype: string): Row {
  const item = site.get('Item', text(part, 'item_code'))
  const code = text(item, 'name')
  if (item.disabled === 1) refuse(`Item ${code} is disabled`)
  if (item.has_variants === 1) refuse(`Item ${code} is a template, please select one of its variants`)
  if (item.is_sales_item === 0) refuse(`Item ${code} is not a sales item`)
  const one = caseOf(row, part, item, on)
  const price = priced(site, part, one)
  const amount = cents(new Big(one.quantity).times(decimal(price, 'rate')))
  const warehouse =
    text(part, 'warehouse') ||
    text(row, 'set_warehouse') ||
    text(table(item, 'item_defaults')[0], 'default_warehouse') ||
    defaultWarehouse(site)
  const bin =
    item.is_stock_item === 1
      ? site.rows('Bin').find((found) => found.item_code === code && found.warehouse === warehouse)
      : undefined
  const valuation = decimal(bin, 'valuation_rate')
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
    amount,
    base_rate: decimal(price, 'rate'),
    base_amount: amount,
    stock_uom_rate: new Big(decimal(price, 'rate')).div(one.factor).toFixed(),
    net_rate: decimal(price, 'rate'),
    net_amount: amount,
    base_net_rate: decimal(price, 'rate'),
    base_net_amount: amount,
    warehouse,
    actual_qty: decimal(bin, 'actual_qty'),
    cost_center: `Main${suffix}`,
  }
  if (doctype === 'Sales Invoice')
    return { ...shared, income_account: `Sales${suffix}`, expense_account: `Cost of Goods Sold${suffix}` }
  if (doctype === 'Quotation') return shared
  const profit = new Big(decimal(price, 'rate')).minus(valuation).times(one.stockQuantity).toFixed()
  return {
    ...shared,
    is_stock_item: item.is_stock_item ?? 0,
    delivery_date: text(part, 'delivery_date') || text(row, 'delivery_date'),
    valuation_rate: valuation,
    gross_profit: profit,
    projected_qty: decimal(bin, 'projected_qty'),
    transaction_date: on,
  }
}

/** Adds a document up. */
export function totals(row: Row, due: string): void {
  const items = table(row, 'items')
  const total = cents(sum(items, 'amount'))
  const percent = decimal(row, 'additional_discount_percentage')
  const off = new Big(percent).gt(0)
    ? cents(new Big(total).times(percent).div(100))
    : decimal(row, 'discount_amount')
  const net = new Big(total).minus(off).toFixed()
  const tax = sum(table(row, 'taxes'), 'tax_amount').toFixed()
  const grand = new Big(net).plus(tax).toFixed()
  const words = `${text(row, 'currency')} ${grand} only.`
  Object.assign(row, {
    total_qty: sum(items, 'qty').toFixed(),
    total,
    base_total: total,
    net_total: net,
    base_net_total: net,
    discount_amount: off,
    total_taxes_and_charges: tax,
    base_total_taxes_and_charges: tax,
    grand_total: grand,
    base_grand_total: grand,
    rounded_total: grand,
    base_rounded_total: grand,
    in_words: words,
    base_in_words: words,
    last_scanned_warehouse: null,
    amount_eligible_for_commission: net,
  })
  row.pricing_rules = items.flatMap((part) => {
    const rules = text(part, 'pricing_rules')
    if (!rules) return []
    return [
      {
        ...defaultsOf('Pricing Rule Detail'),
        pricing_rule: String((JSON.parse(rules) as string[])[0]),
        item_code: text(part, 'item_code'),
        child_docname: text(part, 'name'),
      },
    ]
  })
  row.payment_schedule = [
    {
      ...defaultsOf('Payment Schedule'),
      due_date: due,
      payment_amount: grand,
      outstanding: grand,
      base_payment_amount: grand,
      base_outstanding: grand,
    },
  ]
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
