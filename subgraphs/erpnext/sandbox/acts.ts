import Big from 'big.js'
import type { Demo } from '../../demo.ts'
import type { SandboxAction } from '../../sandbox.ts'
import type { Tokens } from './access.ts'
import { binOf, move } from './catalog.ts'
import { type Row, decimal, table, text } from './meta.ts'
import type { Site } from './site.ts'

function setStatus(site: Site, doctype: string, id: string, status: string): void {
  const row = site.get(doctype, id)
  if (status === 'Cancelled' && row.docstatus === 1) site.save(doctype, id, { docstatus: '2' })
  const delivered: Record<string, string> = { 'To Bill': '100', Completed: '100' }
  row.status = status
  if (delivered[status]) row.per_delivered = delivered[status]
  if (status === 'Completed') row.per_billed = '100'
  row.modified = site.now()
}

function warehouse(site: Site, demo: Demo, code: string): string {
  const wanted = demo.warehouses.find((one) => one.code === code)?.name ?? code
  const found = site
    .rows('Warehouse')
    .find((row) => [text(row, 'name'), text(row, 'warehouse_name')].includes(wanted))
  return text(found, 'name') || code
}

function setStock(site: Site, place: string, sku: string, onHand: string): void {
  const by = new Big(onHand).minus(decimal(binOf(site, sku, place), 'actual_qty'))
  move(site, sku, place, 'actual_qty', by.toFixed())
}

function setPrice(site: Site, sku: string, price: string): void {
  const listed = (row: Row) => row.item_code === sku && row.price_list === 'Standard Selling' && !row.customer
  for (const row of site.rows('Item Price').filter(listed)) {
    row.price_list_rate = new Big(price).toFixed()
    row.modified = site.now()
  }
}

function deleteItem(site: Site, sku: string): void {
  const concerned = (row: Row) =>
    row.item_code === sku || table(row, 'items').some((part) => part.item_code === sku)
  for (const doctype of ['Item Price', 'Pricing Rule', 'Bin']) {
    for (const row of site.rows(doctype).filter(concerned)) site.forget(doctype, text(row, 'name'))
  }
  site.remove('Item', sku, true)
}

/** Does what a person would do in the ERP. */
export function act(site: Site, demo: Demo, tokens: Tokens, action: SandboxAction): void {
  site.user = 'Administrator'
  switch (action.do) {
    case 'addItem': {
      const base = { item_group: 'Products', stock_uom: 'Nos', standard_rate: action.price }
      return void site.insert('Item', { item_code: action.sku, item_name: action.name, ...base })
    }
    case 'addCustomer': {
      const base = { customer_group: 'Commercial', territory: 'All Territories' }
      return void site.insert('Customer', { customer_name: action.name, ...base, email_id: action.email })
    }
    case 'setStock':
      return setStock(site, warehouse(site, demo, action.warehouse), action.sku, action.onHand)
    case 'setPrice':
      return setPrice(site, action.sku, action.price)
    case 'setOrderStatus':
      return setStatus(site, 'Sales Order', action.id, action.status)
    case 'setQuoteStatus':
      return setStatus(site, 'Quotation', action.id, action.status)
    case 'deleteItem':
      return deleteItem(site, action.sku)
    case 'expireTokens':
      return tokens.expire()
  }
}
