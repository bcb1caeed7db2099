import Big from 'big.js'
import type { Db } from './db.ts'
import { priceBy } from './pricing.ts'
import { Raise, type Sent, type Stored, round } from './values.ts'
import { type Flow, release, reserve } from './warehouse.ts'

/** Fills in what Odoo computes on orders and their lines. */
export function computeSales(db: Db): void {
  db.afterWrite.set('sale.order', (_, order, sent, created) => {
    if (created) fillOrder(db, order, sent)
    if ('partner_id' in sent && order.partner_id) db.get('res.partner', order.partner_id)
    total(db, order)
  })
  db.afterWrite.set('sale.order.line', (_, line, sent) => {
    const order = db.get('sale.order', line.order_id ?? false)
    if (line.display_type === false) fillLine(db, order, line, sent)
    total(db, order)
  })
}

function fillOrder(db: Db, order: Stored, sent: Sent): void {
  order.name = order.name || `S${String(db.sequence('sale.order')).padStart(5, '0')}`
  order.state = order.state || 'draft'
  order.invoice_status = order.invoice_status || 'no'
  order.company_id ||= db.all('res.company')[0]?.id ?? false
  order.date_order ||= db.now().slice(0, 19)
  order.warehouse_id ||= db.all('stock.warehouse')[0]?.id ?? false
  if (!order.partner_id) {
    // Odoo names the missing customer first, although the addresses are compulsory too.
    order.partner_invoice_id = order.partner_shipping_id = 0
  } else {
    const partner = db.get('res.partner', order.partner_id)
    const delivery = db
      .all('res.partner')
      .find((row) => row.parent_id === partner.id && row.type === 'delivery')
    order.partner_invoice_id ||= partner.id
    order.partner_shipping_id ||= delivery?.id ?? partner.id
    order.payment_term_id ||= partner.property_payment_term_id ?? false
    if (!('pricelist_id' in sent))
      order.pricelist_id = db.value('res.partner', partner, 'property_product_pricelist')
  }
  order.currency_id = currencyOf(db, order)
}

function currencyOf(db: Db, order: Stored) {
  const pricelist = db.find('product.pricelist', order.pricelist_id ?? false)
  return pricelist?.currency_id ?? db.all('res.company')[0]?.currency_id ?? false
}

function fillLine(db: Db, order: Stored, line: Stored, sent: Sent): void {
  const unitField = db.version < 19 ? 'product_uom' : 'product_uom_id'
  if (!line.product_id) {
    if (line.name) return
    throw new Raise(
      'odoo.exceptions.ValidationError',
      'Some order lines are missing a product, you need to correct them before going further.',
    )
  }
  const product = db.get('product.product', line.product_id)
  if (!('product_uom_qty' in sent) && line.product_uom_qty === '0') line.product_uom_qty = '1'
  line[unitField] ||= product.uom_id ?? false
  line.name ||= [db.value('product.product', product, 'display_name'), product.description_sale]
    .filter(Boolean)
    .join('\n')
  if ('price_unit' in sent) line.manual_price = true
  if (!line.manual_price) {
    const at = String(order.date_order)
    const pricelist = db.find('product.pricelist', order.pricelist_id ?? false)
    const factor = unitFactor(db, Number(line[unitField])).div(unitFactor(db, Number(product.uom_id)))
    const quantity = factor.times(String(line.product_uom_qty)).toFixed()
    const { price, rule } = priceBy(db, pricelist, { product, quantity, at })
    line.price_unit = price.times(factor).toFixed()
    line.pricelist_item_id = rule?.id ?? false
  }
  const rest = new Big(100).minus(String(line.discount)).div(100)
  line.price_subtotal = round(rest.times(String(line.price_unit)).times(String(line.product_uom_qty)))
  line.price_total = line.price_subtotal
}

/** How many of the smallest unit of its family a unit is. */
function unitFactor(db: Db, unit: number): Big {
  return new Big(String(db.find('uom.uom', unit)?.factor || '1'))
}

function total(db: Db, order: Stored): void {
  const lines = db.all('sale.order.line').filter((line) => line.order_id === order.id)
  const net = lines.reduce((sum, line) => sum.plus(String(line.price_subtotal)), new Big(0)).toFixed()
  order.amount_untaxed = net
  order.amount_total = net
}

/** Confirms quotations: a second time is an error. */
export function confirm(db: Db, flow: Flow, ids: number[]): true {
  for (const order of ids.map((id) => db.get('sale.order', id))) {
    if (order.state !== 'draft' && order.state !== 'sent') {
      throw new Raise('odoo.exceptions.UserError', 'Some orders are not in a state requiring confirmation.')
    }
    db.write('sale.order', order.id, { state: 'sale', delivery_status: 'pending' })
    db.create('stock.picking', {
      name: `WH/OUT/${String(db.sequence('picking')).padStart(5, '0')}`,
      sale_id: order.id,
      state: 'assigned',
    })
    reserve(db, flow, order)
  }
  return true
}

/** Cancels orders. Up to 18 it only answers a wizard, unless the context switches the warning off. */
export function cancel(db: Db, flow: Flow, ids: number[], context: Sent): unknown {
  const orders = ids.map((id) => db.get('sale.order', id))
  if (orders.some((order) => order.locked)) {
    throw new Raise('odoo.exceptions.UserError', 'You cannot cancel a locked order. Please unlock it first.')
  }
  if (db.version < 19 && !context.disable_cancel_warning && orders.some((order) => order.state !== 'draft')) {
    return {
      name: 'Cancel Sales Order',
      view_mode: 'form',
      res_model: 'sale.order.cancel',
      view_id: 812,
      type: 'ir.actions.act_window',
      context: { default_order_id: ids[0] },
      target: 'new',
    }
  }
  for (const order of orders) {
    release(db, flow, order)
    db.write('sale.order', order.id, { state: 'cancel', invoice_status: 'no' })
  }
  return true
}

/** Deletes orders, which Odoo allows in draft and cancel only. */
export function unlinkOrders(db: Db, ids: number[]): true {
  for (const id of ids) {
    if (!['draft', 'cancel'].includes(String(db.get('sale.order', id).state))) {
      throw new Raise(
        'odoo.exceptions.UserError',
        'You can not delete a sent quotation or a confirmed sales order. You must first cancel it.',
      )
    }
    for (const line of db.all('sale.order.line'))
      if (line.order_id === id) db.delete('sale.order.line', line.id)
    db.delete('sale.order', id)
  }
  return true
}
