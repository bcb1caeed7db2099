import Big from 'big.js'
import type { Db } from './db.ts'
import type { Sent, Stored } from './values.ts'

/** What is on its way, by "product warehouse": in from suppliers, out to customers. */
export interface Flow {
  incoming: Map<string, string>
  outgoing: Map<string, string>
  /** What each confirmed order has reserved: order -> quant -> quantity. */
  held: Map<number, Map<number, string>>
}

/** A flow with nothing on its way. */
export function emptyFlow(): Flow {
  return { incoming: new Map(), outgoing: new Map(), held: new Map() }
}

/** The warehouses that the context narrows to. The key of another version is ignored and gives all of them. */
function narrowed(db: Db, context: Sent): number[] {
  const key = db.version < 18 ? 'warehouse' : 'warehouse_id'
  const wanted = context[key]
  if (typeof wanted === 'number') return [wanted]
  if (Array.isArray(wanted)) return wanted as number[]
  return db.all('stock.warehouse').map((row) => row.id)
}

function sum(values: (string | undefined)[]): string {
  return values.reduce((total, value) => total.plus(value ?? '0'), new Big(0)).toFixed()
}

function quantsOf(db: Db, product: Stored, context: Sent): Stored[] {
  const warehouses = narrowed(db, context)
  const location = typeof context.location === 'number' ? context.location : null
  return db.all('stock.quant').filter((quant) => {
    const place = db.find('stock.location', quant.location_id ?? false)
    if (quant.product_id !== product.id || place?.usage !== 'internal') return false
    return location ? place.id === location : warehouses.includes(Number(place.warehouse_id))
  })
}

/** Makes the quantities of a product depend on the context, as Odoo computes them. */
export function computeStock(db: Db, flow: Flow): void {
  const amount = (field: string) => (_: Db, product: Stored, context: Sent) =>
    sum(quantsOf(db, product, context).map((quant) => String(quant[field])))
  const onWay = (which: Map<string, string>) => (_: Db, product: Stored, context: Sent) =>
    sum(narrowed(db, context).map((warehouse) => which.get(`${product.id} ${warehouse}`)))
  const onHand = amount('quantity')
  const reserved = amount('reserved_quantity')
  const incoming = onWay(flow.incoming)
  const outgoing = onWay(flow.outgoing)
  const set = (field: string, compute: typeof onHand) => db.computed.set(`product.product.${field}`, compute)
  set('qty_available', onHand)
  set('incoming_qty', incoming)
  set('outgoing_qty', outgoing)
  set('free_qty', (_, row, context) =>
    new Big(onHand(db, row, context)).minus(reserved(db, row, context)).toFixed(),
  )
  set('virtual_available', (_, row, context) =>
    new Big(onHand(db, row, context))
      .plus(incoming(db, row, context))
      .minus(outgoing(db, row, context))
      .toFixed(),
  )
}

/** Reserves what is free for a confirmed order, line by line; what is missing is only planned. */
export function reserve(db: Db, flow: Flow, order: Stored): void {
  const held = new Map<number, string>()
  const warehouse = db.find('stock.warehouse', order.warehouse_id ?? false)
  for (const line of db.all('sale.order.line').filter((each) => each.order_id === order.id)) {
    const product = db.find('product.product', line.product_id ?? false)
    if (!product || !warehouse || !isStored(db, product)) continue
    const key = `${product.id} ${warehouse.id}`
    flow.outgoing.set(key, sum([flow.outgoing.get(key), String(line.product_uom_qty)]))
    const quant = db
      .all('stock.quant')
      .find((each) => each.product_id === product.id && each.location_id === warehouse.lot_stock_id)
    if (!quant) continue
    const free = new Big(String(quant.quantity)).minus(String(quant.reserved_quantity))
    const wanted = new Big(String(line.product_uom_qty))
    const taken = free.lt(wanted) ? (free.gt(0) ? free : new Big(0)) : wanted
    db.put(quant, { reserved_quantity: sum([String(quant.reserved_quantity), taken.toFixed()]) })
    held.set(quant.id, sum([held.get(quant.id), taken.toFixed()]))
  }
  flow.held.set(order.id, held)
}

/** Gives back what an order had reserved. */
export function release(db: Db, flow: Flow, order: Stored): void {
  for (const [id, taken] of flow.held.get(order.id) ?? []) {
    const quant = db.get('stock.quant', id)
    db.put(quant, { reserved_quantity: new Big(String(quant.reserved_quantity)).minus(taken).toFixed() })
  }
  if (flow.held.delete(order.id)) {
    for (const line of db.all('sale.order.line').filter((each) => each.order_id === order.id)) {
      const key = `${String(line.product_id)} ${String(order.warehouse_id)}`
      const left = new Big(flow.outgoing.get(key) ?? '0').minus(String(line.product_uom_qty))
      flow.outgoing.set(key, left.lt(0) ? '0' : left.toFixed())
    }
  }
}

/** Whether stock is kept of a product; up to 17 that is a type. */
export function isStored(db: Db, product: Stored): boolean {
  return db.version < 18 ? product.type === 'product' : product.is_storable === true
}
