import type { Demo } from '../../demo.ts'
import type { Site } from './site.ts'

/** The demo's customer groups in the site's words. */
export const GROUPS = { retail: 'Retail', wholesale: 'Wholesale', key: 'Key Accounts' }

function named(site: Site, doctype: string, field: string, names: string[]): void {
  for (const name of names) site.put(doctype, name, { [field]: name, doctype })
}

/** Company, lists of words, warehouses and settings. */
export function frame(site: Site, demo: Demo): void {
  const { name, abbr, currency } = site.company
  site.put('Company', name, { company_name: name, abbr, default_currency: currency, country: 'Germany' })
  named(site, 'Currency', 'currency_name', ['EUR', 'USD', 'GBP', 'CHF'])
  named(site, 'UOM', 'uom_name', ['Nos', 'Unit', 'Box', 'Kg', 'Gram', 'Meter', 'Litre', 'Hour', 'Day'])
  named(site, 'Country', 'country_name', [
    'Germany',
    'Austria',
    'France',
    'United States',
    'Switzerland',
    'United Kingdom',
    'Netherlands',
    'Italy',
    'Spain',
    'Poland',
  ])
  named(site, 'Mode of Payment', 'mode_of_payment', ['Cash', 'Wire Transfer', 'Credit Card'])
  named(site, 'Payment Terms Template', 'template_name', ['14 Days', '30 Days', '60 Days'])
  site.put('Territory', 'All Territories', { territory_name: 'All Territories', is_group: 1 })
  site.put('Item Group', 'All Item Groups', { item_group_name: 'All Item Groups', is_group: 1 })
  for (const group of ['Products', ...new Set(demo.products.map(({ category }) => category))]) {
    site.put('Item Group', group, {
      item_group_name: group,
      parent_item_group: 'All Item Groups',
      is_group: 0,
    })
  }
  site.put('Customer Group', 'All Customer Groups', {
    customer_group_name: 'All Customer Groups',
    is_group: 1,
  })
  for (const group of ['Commercial', 'Individual', ...Object.values(GROUPS)]) {
    site.put('Customer Group', group, {
      customer_group_name: group,
      parent_customer_group: 'All Customer Groups',
      is_group: 0,
    })
  }
  const lists: [string, string][] = [
    ['Standard Selling', currency],
    ['Standard Selling USD', 'USD'],
    ['Wholesale', currency],
    ['Wholesale USD', 'USD'],
  ]
  for (const [list, of] of lists)
    site.insert('Price List', { price_list_name: list, currency: of, selling: '1', enabled: '1' })
  const root = `All Warehouses - ${abbr}`
  const place = (warehouse: string, parent: string | null, group: 0 | 1) =>
    site.put('Warehouse', `${warehouse} - ${abbr}`, {
      warehouse_name: warehouse,
      company: name,
      is_group: group,
      disabled: 0,
      parent_warehouse: parent,
    })
  place('All Warehouses', null, 1)
  for (const warehouse of demo.warehouses) place(warehouse.name, root, 0)
  site.put('Selling Settings', 'Selling Settings', {
    cust_master_name: 'Customer Name',
    customer_group: 'Commercial',
    territory: 'All Territories',
    selling_price_list: 'Standard Selling',
    allow_multiple_sales_orders: 0,
  })
  site.put('Stock Settings', 'Stock Settings', {
    default_warehouse: `${demo.warehouses[0]?.name ?? 'Stores'} - ${abbr}`,
  })
}
