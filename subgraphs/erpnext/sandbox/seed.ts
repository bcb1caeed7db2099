import Big from 'big.js'
import type { Demo, DemoCustomer, DemoDocument } from '../../demo.ts'
import { channelOf, customerExtras, productExtras } from '../../extras.ts'
import { countryName } from '../words.ts'
import { customFields } from './custom.ts'
import { GROUPS, frame } from './frame.ts'
import { CATALOG } from './catalog.ts'
import { invoice, payment, proposed } from './invoices.ts'
import { type Row, decimal, table, text } from './meta.ts'
import { order, orderStatus, quotation } from './orders.ts'
import { PARTIES } from './parties.ts'
import { Site } from './site.ts'

const UNITS: Record<string, string> = { H87: 'Nos', KGM: 'Kg', MTR: 'Meter', LTR: 'Litre', HUR: 'Hour' }
const START = Date.parse('2026-10-01T06:00:00Z')

/** "Nordlicht Handel GmbH" is NHG: the suffix of warehouses and accounts. */
function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => word[0]?.toUpperCase() ?? '')
    .join('')
}

function goods(site: Site, demo: Demo): void {
  for (const product of demo.products) {
    const { hazardous, customsTariff } = productExtras(product)
    const uom = UNITS[product.unit] ?? 'Nos'
    site.insert('Item', {
      item_code: product.sku,
      item_name: product.name,
      description: product.description,
      item_group: product.category,
      stock_uom: uom,
      is_stock_item: product.unit === 'HUR' ? '0' : '1',
      standard_rate: product.listPrice,
      valuation_rate: product.cost,
      lead_time_days: String(product.leadDays),
      custom_hazardous: hazardous ? '1' : '0',
      custom_customs_tariff: customsTariff,
      barcodes: [{ barcode: product.barcode, barcode_type: 'EAN' }],
      uoms: [
        { uom, conversion_factor: '1' },
        ...(uom === 'Nos' ? [{ uom: 'Box', conversion_factor: '10' }] : []),
      ],
    })
    const dollars = new Big(product.listPrice).times(demo.usdRate).toFixed(2)
    site.insert('Item Price', {
      item_code: product.sku,
      price_list: 'Standard Selling USD',
      price_list_rate: dollars,
    })
  }
}

/** The demo's figures count its open orders already, so they are put down last. */
function shelves(site: Site, demo: Demo): void {
  for (const row of site.rows('Bin')) site.forget('Bin', text(row, 'name'))
  const warehouseOf = new Map(
    demo.warehouses.map(({ code, name }) => [code, `${name} - ${site.company.abbr}`]),
  )
  for (const product of demo.products) {
    for (const { warehouse, onHand, reserved, incoming } of product.stock) {
      // Nothing there and nothing coming means no row at all.
      if ([onHand, reserved, incoming].every((value) => value === '0')) continue
      const projected = new Big(onHand).plus(incoming).minus(reserved).toFixed()
      site.put('Bin', site.hash(), {
        item_code: product.sku,
        warehouse: warehouseOf.get(warehouse) ?? warehouse,
        actual_qty: onHand,
        reserved_qty: reserved,
        ordered_qty: incoming,
        indented_qty: '0',
        planned_qty: '0',
        reserved_stock: '0',
        projected_qty: projected,
        stock_uom: UNITS[product.unit] ?? 'Nos',
        valuation_rate: product.cost,
        stock_value: new Big(onHand).times(product.cost).toFixed(),
      })
    }
  }
}

function listFor(customer: DemoCustomer): string {
  const base = customer.group === 'wholesale' ? 'Wholesale' : 'Standard Selling'
  return customer.currency === 'USD' ? `${base} USD` : base
}

function people(site: Site, demo: Demo): void {
  for (const customer of demo.customers) {
    const { route, abcClass, customerSince } = customerExtras(customer)
    const row = site.insert('Customer', {
      customer_name: customer.name,
      customer_type: 'Company',
      customer_group: GROUPS[customer.group],
      territory: 'All Territories',
      tax_id: customer.taxId,
      default_currency: customer.currency,
      default_price_list: listFor(customer),
      payment_terms: `${customer.termsDays} Days`,
      email_id: customer.email,
      mobile_no: customer.phone,
      custom_route: route,
      custom_abc_class: abcClass,
      custom_customer_since: customerSince,
      custom_newsletter: '0',
      address_line1: customer.street,
      city: customer.city,
      pincode: customer.postalCode,
      country: countryName(customer.country),
      credit_limits: [
        { company: site.company.name, credit_limit: customer.creditLimit, bypass_credit_limit_check: '1' },
      ],
    })
    site.put('Customer', text(row, 'name'), row)
  }
}

/** Agreed prices: the lowest step is an Item Price, since those know no quantity; the others are Pricing Rules. */
function agreed(site: Site, demo: Demo): void {
  const byNumber = new Map(demo.customers.map((customer) => [customer.number, customer]))
  for (const { customer, group, currency, sku, tiers } of demo.agreements) {
    const person = customer === null ? null : byNumber.get(customer)
    const list = person ? listFor(person) : currency === 'USD' ? 'Wholesale USD' : 'Wholesale'
    const [first, ...steps] = tiers
    if (!first) continue
    site.insert('Item Price', {
      item_code: sku,
      price_list: list,
      price_list_rate: first.price,
      valid_from: '2026-01-01',
      ...(person ? { customer: person.name } : {}),
    })
    for (const { minimum, price } of steps) {
      site.insert('Pricing Rule', {
        title: `${person?.name ?? GROUPS[group ?? 'wholesale']} ${sku} ab ${minimum}`,
        apply_on: 'Item Code',
        items: [{ item_code: sku }],
        selling: '1',
        ...(person
          ? { applicable_for: 'Customer', customer: person.name }
          : { applicable_for: 'Customer Group', customer_group: GROUPS[group ?? 'wholesale'] }),
        for_price_list: list,
        min_qty: minimum,
        rate_or_discount: 'Rate',
        rate: price,
        currency,
        company: site.company.name,
        valid_from: '2026-01-01',
      })
    }
  }
}

function document(site: Site, demo: Demo, sold: DemoDocument): void {
  const { customer, on, state, lines } = sold
  const name = demo.customers.find(({ number }) => number === customer)?.name ?? ''
  const items = lines.map(({ sku, quantity, price }) => ({
    item_code: sku,
    qty: quantity,
    rate: price,
    price_list_rate: price,
    delivery_date: '2026-12-15',
  }))
  const row = site.insert('Sales Order', {
    customer: name,
    transaction_date: on,
    delivery_date: '2026-12-15',
    custom_channel: channelOf(sold),
    ignore_pricing_rule: '1',
    docstatus: '1',
    items,
  })
  if (state === 'cancelled') site.save('Sales Order', text(row, 'name'), { docstatus: '2' })
  if (state === 'delivered' || state === 'invoiced') deliver(row)
  if (state === 'invoiced') bill(site, row)
}

function deliver(row: Row): void {
  row.per_delivered = '100'
  row.delivery_status = 'Fully Delivered'
  for (const part of table(row, 'items')) part.delivered_qty = decimal(part, 'qty')
  row.status = orderStatus(row)
}

/** The invoice for a whole order, of the same day. */
function bill(site: Site, row: Row): void {
  const billed = table(row, 'items').map((part) => ({
    item_code: text(part, 'item_code'),
    qty: decimal(part, 'qty'),
    rate: decimal(part, 'rate'),
    price_list_rate: decimal(part, 'rate'),
    sales_order: text(row, 'name'),
    so_detail: text(part, 'name'),
  }))
  site.insert('Sales Invoice', {
    customer: text(row, 'customer'),
    posting_date: text(row, 'transaction_date'),
    due_date: '2026-12-31',
    ignore_pricing_rule: '1',
    docstatus: '1',
    items: billed,
  })
}

const QUOTED = ['Draft', 'Open', 'Ordered', 'Lost']

function offer(site: Site, demo: Demo, { customer, on, lines }: DemoDocument, status: string): void {
  const name = demo.customers.find(({ number }) => number === customer)?.name ?? ''
  const items = lines.map(({ sku, quantity, price }) => ({
    item_code: sku,
    qty: quantity,
    rate: price,
    price_list_rate: price,
  }))
  const docstatus = status === 'Draft' ? '0' : '1'
  const row = site.insert('Quotation', {
    quotation_to: 'Customer',
    party_name: name,
    transaction_date: on,
    valid_till: '2026-12-31',
    ignore_pricing_rule: '1',
    docstatus,
    items,
  })
  row.status = status
}

/** Half of what is billed has been paid. */
function paid(site: Site): void {
  for (const of of site.rows('Sales Invoice').filter((_, index) => index % 2 === 0)) {
    const { references, ...head } = proposed(site, of)
    const settled = table({ references: references ?? [] }, 'references').map((part) => ({
      reference_doctype: 'Sales Invoice',
      reference_name: text(part, 'reference_name'),
      allocated_amount: decimal(part, 'allocated_amount'),
    }))
    const plain = Object.fromEntries(Object.entries(head).filter(([, value]) => !Array.isArray(value))) as {
      [field: string]: string
    }
    site.insert('Payment Entry', {
      ...plain,
      docstatus: '1',
      reference_no: `Zahlung ${text(of, 'name')}`,
      references: settled,
    })
  }
}

/** Sites as they are laid out, by their demo data: many documents, each checked as a user's would be. */
const laidOut = new Map<string, Site>()

/** A site with the demo company in ERPNext's own words. */
export function siteOf(demo: Demo): Site {
  const data = JSON.stringify(demo)
  const site = laidOut.get(data) ?? layOut(demo)
  laidOut.set(data, site)
  return site.copy()
}

function layOut(demo: Demo): Site {
  const company = { name: demo.company, abbr: initials(demo.company), currency: demo.currency }
  const site = new Site(company, {
    ...CATALOG,
    ...PARTIES,
    'Sales Order': order,
    Quotation: quotation,
    'Sales Invoice': invoice,
    'Payment Entry': payment,
  })
  site.frozen = START
  frame(site, demo)
  for (const row of customFields()) site.put('Custom Field', text(row, 'name'), row)
  goods(site, demo)
  people(site, demo)
  agreed(site, demo)
  for (const one of demo.orders) document(site, demo, one)
  demo.orders.slice(0, QUOTED.length).forEach((one, at) => offer(site, demo, one, QUOTED[at] ?? 'Draft'))
  paid(site)
  shelves(site, demo)
  // Prices hold whenever the demo is started.
  for (const row of [...site.rows('Item Price'), ...site.rows('Pricing Rule')]) row.valid_from = '2020-01-01'
  site.warnings = []
  site.frozen = null
  return site
}
