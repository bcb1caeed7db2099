import Big from 'big.js'
import type { Demo, DemoDocument } from '../../demo.ts'
import { channelOf } from '../../extras.ts'
import { post, registerPayment } from './account.ts'
import type { Db } from './db.ts'
import type { Stored } from './values.ts'

/** The id of something that was planted, by kind and the demo's own key. */
type IdOf = (kind: 'customer' | 'product', key: string) => number

/** Plants the orders of the demo with their invoices and payments, and a few quotations. */
export function plantDocuments(db: Db, demo: Demo, idOf: IdOf): void {
  for (const document of demo.orders) plantOrder(db, document, idOf)
  for (const [index, { sku }] of demo.products.slice(0, 4).entries()) {
    plantQuote(db, index, idOf('customer', demo.customers[index * 7]?.number ?? ''), idOf('product', sku))
  }
}

function plantOrder(db: Db, document: DemoDocument, idOf: IdOf): void {
  const { customer, on, state, lines } = document
  const order = db.create('sale.order', {
    partner_id: idOf('customer', customer),
    date_order: `${on} 09:00:00`,
    x_channel: channelOf(document),
    x_priority: 'normal',
    order_line: lines.map(({ sku, quantity, price }) => [
      0,
      0,
      { product_id: idOf('product', sku), product_uom_qty: quantity, price_unit: price },
    ]),
  })
  const delivered = state === 'delivered' || state === 'invoiced'
  for (const line of linesOf(db, order)) {
    const quantity = line.product_uom_qty ?? '0'
    const invoiced = state === 'invoiced' ? quantity : '0'
    db.put(line, { qty_delivered: delivered ? quantity : '0', qty_invoiced: invoiced })
  }
  db.put(order, {
    state: state === 'cancelled' ? 'cancel' : 'sale',
    delivery_status: state === 'cancelled' ? false : delivered ? 'full' : 'pending',
    invoice_status: state === 'delivered' ? 'to invoice' : state === 'invoiced' ? 'invoiced' : 'no',
  })
  if (state === 'invoiced') plantInvoice(db, order, on)
}

function linesOf(db: Db, order: Stored): Stored[] {
  return db.all('sale.order.line').filter((line) => line.order_id === order.id)
}

/** Every second invoice is half paid. */
function plantInvoice(db: Db, order: Stored, on: string): void {
  const due = new Date(Date.parse(on) + 30 * 24 * 3600_000)
  const move = db.create('account.move', {
    move_type: 'out_invoice',
    partner_id: order.partner_id,
    invoice_origin: order.name,
    invoice_date: on,
    invoice_date_due: due.toISOString().slice(0, 10),
    currency_id: order.currency_id,
    invoice_line_ids: linesOf(db, order).map((line) => [
      0,
      0,
      { product_id: line.product_id, quantity: line.product_uom_qty, price_unit: line.price_unit },
    ]),
  })
  post(db, [move.id])
  db.put(order, { invoice_ids: [move.id] })
  if (order.id % 2) return
  const half = new Big(String(move.amount_total)).div(2).round(2).toFixed()
  const wizard = db.create('account.payment.register', {
    amount: half,
    payment_date: on,
    communication: move.name,
  })
  registerPayment(db, { ...wizard, active_ids: [move.id] })
}

/** A quotation that nobody has confirmed yet; every second one was sent. */
function plantQuote(db: Db, index: number, customer: number, product: number): void {
  db.create('sale.order', {
    partner_id: customer,
    state: index % 2 ? 'sent' : 'draft',
    date_order: '2026-11-18 10:00:00',
    validity_date: '2099-12-31',
    order_line: [[0, 0, { product_id: product, product_uom_qty: String(index + 1) }]],
  })
}
