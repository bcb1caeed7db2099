import type { Demo } from '../../demo.ts'
import type { Site } from './site.ts'

/** The demo's customer groups in the site's words. */
export const GROUPS = { retail: 'Retail', wholesale: 'Wholesale', key: 'Key Accounts' }

function named(site: Site, doctype: string, field: string, names: string[]): void {
  for (const name of names) site.put(doctype, name, { [field]: name, doctype })
}

const COUNTRIES =
  'Germany,Austria,France,United States,Switzerland,United Kingdom,Netherlands,Italy,Spain,Poland'

function tree(site: Site, doctype: string, field: string, root: string, names: string[]): void {
  site.put(doctype, root, { [`${field}_name`]: root, is_group: 1 })
  for (const name of names) {
    site.put(doctype, name, { [`${field}_name`]: name, [`parent_${field}`]: root, is_group: 0 })
  }
}

function vocabulary(site: Site, demo: Demo): void {
  named(site, 'Currency', 'currency_name', ['EUR', 'USD', 'GBP', 'CHF'])
  named(site, 'UOM', 'uom_name', 'Nos,Unit,Box,Kg,Gram,Meter,Litre,Hour,Day'.split(','))
  named(site, 'Country', 'country_name', COUNTRIES.split(','))
  named(site, 'Mode of Payment', 'mode_of_payment', ['Cash', 'Wire Transfer', 'Credit Card'])
  named(site, 'Payment Terms Template', 'template_name', ['14 Days', '30 Days', '60 Days'])
  const categories = ['Products', ...new Set(demo.products.map(({ category }) => category))]
  tree(site, 'Item Group', 'item_group', 'All Item Groups', categories)
  tree(site, 'Customer Group', 'customer_group', 'All Customer Groups', [
    'Commercial',
    'Individual',
    ...Object.values(GROUPS),
  ])
  tree(site, 'Territory', 'territory', 'All Territories', [])
}

function places(site: Site, demo: Demo): void {
  const { name: company, abbr } = site.company
  const place = (warehouse: string, parent: string | null, group: 0 | 1) => {
    const row = { warehouse_name: warehouse, company, is_group: group, disabled: 0, parent_warehouse: parent }
    site.put('Warehouse', `${warehouse} - ${abbr}`, row)
  }
  place('All Warehouses', null, 1)
  for (const { name } of demo.warehouses) place(name, `All Warehouses - ${abbr}`, 0)
  site.put('Stock Settings', 'Stock Settings', {
    default_warehouse: `${demo.warehouses[0]?.name ?? 'Stores'} - ${abbr}`,
  })
}

/** Company, lists of words, price lists, warehouses and settings. */
export function frame(site: Site, demo: Demo): void {
  const { name, abbr, currency } = site.company
  site.put('Company', name, { company_name: name, abbr, default_currency: currency, country: 'Germany' })
  vocabulary(site, demo)
  for (const list of ['Standard Selling', 'Wholesale']) {
    site.insert('Price List', { price_list_name: list, currency, selling: '1', enabled: '1' })
    site.insert('Price List', { price_list_name: `${list} USD`, currency: 'USD', selling: '1', enabled: '1' })
  }
  places(site, demo)
  site.put('Selling Settings', 'Selling Settings', {
    cust_master_name: 'Customer Name',
    customer_group: 'Commercial',
    territory: 'All Territories',
    selling_price_list: 'Standard Selling',
    allow_multiple_sales_orders: 0,
  })
}
