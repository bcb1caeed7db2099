import type { Db } from './db.ts'

/** Fills in what Odoo makes together with products, price list rules and warehouses. */
export function computeProducts(db: Db): void {
  db.afterWrite.set('product.product', (_, product, _sent, created) => {
    if (created) product.product_tmpl_id ||= db.create('product.template', { name: product.name }).id
  })
  db.afterWrite.set('product.pricelist.item', (_, rule) => {
    const product = db.find('product.product', rule.product_id ?? false)
    if (product) rule.product_tmpl_id = product.product_tmpl_id ?? false
  })
  db.afterWrite.set('stock.warehouse', (_, warehouse, _sent, created) => {
    if (!created || warehouse.lot_stock_id) return
    const place = (name: string, usage: string) =>
      db.create('stock.location', { name, complete_name: name, usage, warehouse_id: warehouse.id }).id
    warehouse.view_location_id = place(String(warehouse.code), 'view')
    warehouse.lot_stock_id = place(`${String(warehouse.code)}/Stock`, 'internal')
  })
}
