import Big from 'big.js'
import type { Demo } from '../../demo.ts'
import type { SandboxAction } from '../../sandbox.ts'
import type { Tokens } from './access.ts'
import { binOf, move } from './catalog.ts'
import { decimal, table, text } from './meta.ts'
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

/** Does what a person would do in the ERP. */
export function act(site: Site, demo: Demo, tokens: Tokens, action: SandboxAction): void {
  site.user = 'Administrator'
  switch (action.do) {
    case 'addItem':
      site.insert('Item', {
        item_code: action.sku,
        item_name: action.name,
        item_group: 'Products',
        stock_uom: 'Nos',
        standard_rate: action.price,
      })
      break
    case 'addCustomer':
      site.insert('Customer', {
        customer_name: action.name,
        customer_group: 'Commercial',
        territory: 'All Territories',
        email_id: action.email,
      })
      break
    case 'setStock': {
      const place = warehouse(site, demo, action.warehouse)
      const by = new Big(action.onHand).minus(decimal(binOf(site, action.sku, place), 'actual_qty'))
      move(site, action.sku, place, 'actual_qty', by.toFixed())
      break
    }
    case 'setPrice':
      for (const row of site.rows('Item Price')) {
        if (row.item_code === action.sku && row.price_list === 'Standard Selling' && !row.customer) {
          row.price_list_rate = new Big(action.price).toFixed()
          row.modified = site.now()
        }
      }
      break
    case 'setOrderStatus':
      setStatus(site, 'Sales Order', action.id, action.status)
      break
    case 'setQuoteStatus':
      setStatus(site, 'Quotation', action.id, action.status)
      break
    case 'deleteItem':
      for (const doctype of ['Item Price', 'Pricing Rule', 'Bin']) {
        for (const row of site.rows(doctype)) {
          const concerned =
            row.item_code === action.sku || table(row, 'items').some((part) => part.item_code === action.sku)
          if (concerned) site.forget(doctype, text(row, 'name'))
        }
      }
      site.remove('Item', action.sku, true)
      break
    case 'expireTokens':
      tokens.expire()
  }
}
