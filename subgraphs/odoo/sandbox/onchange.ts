import type { Db } from './db.ts'
import { shown } from './read.ts'
import type { Sent, Stored } from './values.ts'
import { Raise } from './values.ts'

type Spec = Record<string, { fields?: Spec }>

/**
 * `sale.order.onchange` on a record that is never saved. With an empty list of changed fields it answers every
 * field of the specification, lines as commands; with names it answers only what changed.
 * https://github.com/odoo/odoo/blob/19.0/addons/web/models/models.py
 */
export function onchange(
  db: Db,
  model: string,
  values: Sent,
  names: string[],
  spec: Spec,
  context: Sent,
): Sent {
  const first = names.length === 0
  const { order_line: commands, ...head } = values
  const rows = lineCommands(commands)
  const order = draft(db, model, head)
  // Odoo has the price list at hand only when it is named, or computed by a change of the customer alone.
  if (rows.length > 0 && !('pricelist_id' in head)) order.pricelist_id = false
  const lines = rows.map(([id, line]): [string, Stored] => [
    id,
    db.create('sale.order.line', { ...line, order_id: order.id }),
  ])
  if (!('pricelist_id' in head)) {
    const partner = db.find('res.partner', order.partner_id ?? false)
    if (partner) order.pricelist_id = db.value('res.partner', partner, 'property_product_pricelist')
  }
  const value: Sent = {}
  for (const [name, { fields }] of Object.entries(spec)) {
    if (name === 'order_line') continue
    // The currency of the company is what an empty order has too, so it has not changed.
    const changed = !(name in head) && (name !== 'currency_id' || order.currency_id !== ownCurrency(db))
    if (first || changed) value[name] = read(db, 'sale.order', order, name, fields, context)
  }
  if (first && spec.order_line && 'order_line' in values) {
    const inner = spec.order_line.fields ?? {}
    value.order_line = lines.map(([id, line]) => [0, id, record(db, 'sale.order.line', line, inner, context)])
  }
  return { value }
}

/** `sale.order.line.onchange`, where the order is given as values inside. */
export function onchangeLine(db: Db, values: Sent, names: string[], spec: Spec, context: Sent): Sent {
  const { order_id: head, ...own } = values
  const order = draft(db, 'sale.order', (head ?? {}) as Sent)
  const line = db.create('sale.order.line', { ...own, order_id: order.id })
  const all = record(db, 'sale.order.line', line, spec, context)
  const changed = Object.entries(all).filter(
    ([name, value]) => names.length === 0 || (!(name in own) && filled(value)),
  )
  return { value: Object.fromEntries(changed) }
}

function ownCurrency(db: Db) {
  return db.all('res.company')[0]?.currency_id
}

function filled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== false && JSON.stringify(value) !== '0.0'
}

function draft(db: Db, model: string, head: Sent): Stored {
  if (model !== 'sale.order') throw new Raise('builtins.NotImplementedError', `onchange of ${model}`)
  return db.create('sale.order', { name: 'New', ...head })
}

function lineCommands(commands: unknown): [string, Sent][] {
  if (!Array.isArray(commands)) return []
  return (commands as [number, string, Sent][]).map(([, id, line]) => [id, line])
}

function record(db: Db, model: string, row: Stored, spec: Spec, context: Sent): Sent {
  return Object.fromEntries(
    Object.entries(spec).map(([name, { fields }]) => [name, read(db, model, row, name, fields, context)]),
  )
}

function read(
  db: Db,
  model: string,
  row: Stored,
  name: string,
  inner: Spec | undefined,
  context: Sent,
): unknown {
  const field = db.model(model).get(name)
  if (!field) throw new Raise('builtins.ValueError', `Invalid field '${name}' on '${model}'`)
  const value = shown(db, model, row, name, context, false)
  if (field.type !== 'many2one' || typeof value !== 'number' || !inner) return value
  const target = db.get(field.relation ?? '', value)
  return { id: target.id, ...record(db, field.relation ?? '', target, inner, context) }
}
