import type { Change, Kind, RawRequest } from '../../connector.ts'
import type { Db } from './db.ts'

const MODELS: Record<Kind, string> = {
  item: 'product.product',
  customer: 'res.partner',
  order: 'sale.order',
  quote: 'sale.order',
  invoice: 'account.move',
  payment: 'account.payment',
}

/** What an automation rule sends: keys in order, no signature, the secret only in the address. */
export function webhook(db: Db): (change: Change, secret: string) => RawRequest {
  return ({ kind, id }, secret) => {
    const model = MODELS[kind]
    const row = db.get(model, Number(id))
    const state = db.model(model).has('state') ? { state: row.state } : {}
    const body = { _action: 'Notify(#412)', _id: row.id, _model: model, ...state }
    return {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      query: { secret },
    }
  }
}
