import { z } from 'zod'
import { isSecret } from '../authentic.ts'
import type { Change, Erp, Kind, RawRequest } from '../connector.ts'
import { looseOrNull } from '../json.ts'

const delivery = z.object({
  _model: z.string(),
  _id: z.number().int().positive(),
  state: z.unknown().optional(),
})

const KINDS: Record<string, Kind[]> = {
  'product.product': ['item'],
  'res.partner': ['customer'],
  'sale.order': ['order', 'quote'],
  'account.move': ['invoice'],
  'account.payment': ['payment'],
}

/**
 * Webhooks of Odoo's automation rules. They are not signed, so the address that an operator enters carries the
 * secret (`?secret=…`); a delivery is only a hint, the record itself is read again.
 * https://github.com/odoo/odoo/blob/19.0/odoo/addons/base/models/ir_actions.py
 */
export const hook: NonNullable<Erp['hook']> = {
  verify(raw: RawRequest, secret: string): boolean {
    return isSecret(raw.query.secret, secret)
  },
  read(raw: RawRequest): Change[] {
    const { data } = delivery.safeParse(looseOrNull(raw.body.toString('utf8')))
    if (!data) return []
    const isQuote = data.state === 'draft' || data.state === 'sent'
    const kinds = (KINDS[data._model] ?? []).filter(
      (kind) =>
        data.state === undefined || (kind !== 'order' && kind !== 'quote') || (kind === 'quote') === isQuote,
    )
    return kinds.map((kind) => ({ kind, id: String(data._id), deleted: false, at: null }))
  },
}
