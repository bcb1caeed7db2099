import type { SandboxAction } from '../../sandbox.ts'
import type { Db } from './db.ts'
import type { Stored } from './values.ts'

function only(rows: Stored[], what: string): Stored {
  const [row] = rows
  if (!row) throw new Error(`The sandbox has no ${what}.`)
  return row
}

function product(db: Db, sku: string): Stored {
  return only(
    db.all('product.product').filter((row) => row.default_code === sku),
    `item ${sku}`,
  )
}

/** A change that a person makes in Odoo. Keys do not expire by themselves, so `expireTokens` changes nothing. */
export function act(db: Db, action: SandboxAction): void {
  db.transaction(() => perform(db, action))
}

function perform(db: Db, action: SandboxAction): void {
  switch (action.do) {
    case 'addItem':
      addItem(db, action)
      break
    case 'addCustomer':
      db.create('res.partner', { name: action.name, email: action.email, is_company: true, customer_rank: 1 })
      break
    case 'setStock':
      setStock(db, action)
      break
    case 'setPrice':
      db.write('product.product', product(db, action.sku).id, { list_price: action.price })
      break
    case 'setOrderStatus':
    case 'setQuoteStatus':
      db.put(db.get('sale.order', Number(action.id)), { state: action.status, write_date: db.now() })
      break
    case 'deleteItem':
      // A used product can only be archived.
      db.write('product.product', product(db, action.sku).id, { active: false })
      break
    case 'expireTokens':
      break
  }
}

function addItem(db: Db, { sku, name, price }: { sku: string; name: string; price: string }): void {
  const stored = db.version < 18 ? { type: 'product' } : { type: 'consu', is_storable: true }
  db.create('product.product', {
    ...stored,
    default_code: sku,
    name,
    list_price: price,
  })
}

function setStock(
  db: Db,
  { sku, warehouse, onHand }: { sku: string; warehouse: string; onHand: string },
): void {
  const { id } = product(db, sku)
  const place = only(
    db.all('stock.warehouse').filter((row) => row.code === warehouse),
    `warehouse ${warehouse}`,
  )
  const quant = db
    .all('stock.quant')
    .find((row) => row.product_id === id && row.location_id === place.lot_stock_id)
  if (quant) db.write('stock.quant', quant.id, { quantity: onHand })
  else db.create('stock.quant', { product_id: id, location_id: place.lot_stock_id, quantity: onHand })
}
