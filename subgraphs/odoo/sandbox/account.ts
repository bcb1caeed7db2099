import Big from 'big.js'
import type { Db } from './db.ts'
import { Raise, type Sent, type Stored, round } from './values.ts'

/** Fills in what Odoo computes on invoices and their lines. */
export function computeInvoices(db: Db): void {
  db.afterWrite.set('account.move', (_, move, _sent, created) => {
    if (created) fill(db, move)
    total(db, move)
  })
  db.afterWrite.set('account.move.line', (_, line) => {
    const product = db.find('product.product', line.product_id ?? false)
    line.display_type ||= 'product'
    line.name ||= product ? db.value('product.product', product, 'display_name') : false
    line.product_uom_id ||= product?.uom_id ?? false
    if (line.quantity === '0') line.quantity = '1'
    const rest = new Big(100).minus(String(line.discount)).div(100)
    line.price_subtotal = round(rest.times(String(line.price_unit)).times(String(line.quantity)))
    line.price_total = line.price_subtotal
    total(db, db.get('account.move', line.move_id ?? false))
  })
}

function fill(db: Db, move: Stored): void {
  if (move.partner_id) db.get('res.partner', move.partner_id)
  move.state ||= 'draft'
  move.payment_state ||= 'not_paid'
  move.commercial_partner_id ||= move.partner_id ?? false
  move.currency_id ||= db.all('res.company')[0]?.currency_id ?? false
}

function total(db: Db, move: Stored): void {
  const lines = db.all('account.move.line').filter((line) => line.move_id === move.id)
  const net = lines.reduce((sum, line) => sum.plus(String(line.price_subtotal)), new Big(0)).toFixed()
  move.amount_untaxed = move.amount_total = net
  if (move.payment_state === 'not_paid') move.amount_residual = net
}

/** Posts invoices, which gives them their number; the answer is a plain `false`. */
export function post(db: Db, ids: number[]): false {
  for (const move of ids.map((id) => db.get('account.move', id))) {
    if (move.state !== 'draft') {
      throw new Raise(
        'odoo.exceptions.UserError',
        `The entry ${String(move.name)} (id ${move.id}) must be in draft.`,
      )
    }
    const day = String(move.invoice_date || db.now().slice(0, 10))
    const number = String(db.sequence('invoice')).padStart(5, '0')
    const values = { state: 'posted', name: `INV/${day.slice(0, 4)}/${number}`, invoice_date: day }
    db.write('account.move', move.id, { invoice_date_due: day, ...pick(move, 'invoice_date_due'), ...values })
  }
  return false
}

function pick(row: Stored, field: string): Sent {
  return row[field] ? { [field]: row[field] } : {}
}

/** What the payment wizard does: a payment for the invoices it was opened on. */
export function registerPayment(db: Db, wizard: Stored): Sent {
  const moves = (Array.isArray(wizard.active_ids) ? wizard.active_ids : []).map((id) =>
    db.get('account.move', id),
  )
  const [first] = moves
  if (!first)
    throw new Raise('odoo.exceptions.UserError', 'You can only register payments for posted entries.')
  const due = moves.reduce((sum, move) => sum.plus(String(move.amount_residual)), new Big(0))
  const amount = wizard.amount === '0' ? due : new Big(String(wizard.amount))
  const payment = db.create('account.payment', {
    name: `PBNK1/${db.now().slice(0, 4)}/${String(db.sequence('payment')).padStart(5, '0')}`,
    date: wizard.payment_date || db.now().slice(0, 10),
    amount: amount.toFixed(),
    currency_id: first.currency_id,
    payment_type: 'inbound',
    partner_type: 'customer',
    partner_id: first.partner_id,
    state: db.version < 18 ? 'posted' : 'in_process',
    [db.version < 18 ? 'ref' : 'memo']: wizard.communication || first.name,
    reconciled_invoice_ids: [[6, 0, moves.map((move) => move.id)]],
  })
  settle(db, moves, amount)
  return {
    name: 'Payments',
    type: 'ir.actions.act_window',
    res_model: 'account.payment',
    context: { create: false },
    view_mode: 'form',
    res_id: payment.id,
  }
}

/** An amount pays invoices in their order, as far as it goes. */
function settle(db: Db, moves: Stored[], amount: Big): void {
  let left = amount
  for (const move of moves) {
    const residual = new Big(String(move.amount_residual))
    const taken = left.lt(residual) ? left : residual
    left = left.minus(taken)
    const rest = residual.minus(taken)
    db.put(move, {
      amount_residual: rest.toFixed(),
      payment_state: rest.eq(0) ? 'in_payment' : 'partial',
      write_date: db.now(),
    })
  }
}
