import type { Ledger } from '../../sandbox.ts'
import type { Db } from './db.ts'
import type { Value } from './values.ts'

const STATES: Record<string, Ledger['orders'][number]['state']> = {
  draft: 'draft',
  sent: 'draft',
  sale: 'booked',
  cancel: 'cancelled',
}

function text(value: Value | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** What stands in the books. */
export function ledger(db: Db): Ledger {
  return {
    orders: db.all('sale.order').map((order) => ({
      id: String(order.id),
      number: String(order.name),
      ref: text(order.origin),
      customer: String(order.partner_id),
      state: STATES[String(order.state)] ?? 'draft',
      total: String(order.amount_total),
    })),
    customers: db
      .all('res.partner')
      .filter((partner) => partner.parent_id === false)
      .map((partner) => ({ id: String(partner.id), name: String(partner.name), email: text(partner.email) })),
  }
}
