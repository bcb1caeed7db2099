import Big from 'big.js'
import { z } from 'zod'
import type { Found, PaymentInput, Ref, Write } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Call, idNumber } from './client.ts'
import { createdId, foundAs, written, writtenAs } from './document.ts'
import { refuse } from './body.ts'
import { id, isId, one } from './shapes.ts'
import type { Odoo } from './setup.ts'

const WIZARD = 'account.payment.register'
const MODEL = 'account.payment'
const OPENED = 1
const PAID = 2

const invoice = z.object({ id, currency_id: one })
const action = z.object({ res_id: id })

/**
 * Books a payment on one invoice, with the wizard that people use too: fill it in, let it make the payment. The
 * memo of both carries our reference, so a half-done one is found in the wizard, where Odoo keeps it for a while.
 */
export function paymentWrite(odoo: Odoo): Write<PaymentInput> {
  const find = async (ref: string): Promise<Found | null> => {
    const { memo } = await odoo.dialect()
    const payment = await written(odoo, MODEL, [[memo, '=', ref]])
    if (payment) return foundAs(payment, PAID, true)
    const [wizard] = await odoo.rows(WIZARD, ['communication'], [['communication', '=', ref]], { limit: 1 })
    return wizard
      ? { ref: { id: shaped(z.object({ id }), wizard, WIZARD).id }, step: OPENED, done: false }
      : null
  }
  const finish = async (wizard: string): Promise<Ref> => {
    const made = await odoo.write(creation(wizard))
    const key = shaped(action, made, `The answer of ${WIZARD}.action_create_payments`).res_id
    return foundAs(await writtenAs(odoo, MODEL, key), PAID, true).ref
  }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    find,
    resume: (found, step) => (step < PAID ? finish(found.id) : Promise.resolve(found)),
    plan: async (input, ref) => {
      const calls = [await wizardOf(odoo, input, ref), creation('{{1.id}}')]
      return Promise.all(calls.map(odoo.plan))
    },
    async create(input, ref): Promise<Ref> {
      const known = await find(ref)
      if (known) return known.done ? known.ref : finish(known.ref.id)
      const wizard = await odoo.write(await wizardOf(odoo, input, ref))
      return finish(createdId(wizard, WIZARD))
    },
  }
}

function creation(wizard: string): Call {
  return { model: WIZARD, method: 'action_create_payments', ids: [wizard] }
}

async function wizardOf(odoo: Odoo, input: PaymentInput, ref: string): Promise<Call> {
  const { allocations, amount, paidOn } = input
  const [part] = allocations
  if (!part || allocations.length > 1 || !new Big(part.amount.amount).eq(amount.amount)) {
    const message = 'Odoo books a payment on one invoice at a time, with its whole amount.'
    refuse('NOT_SUPPORTED', message, 'allocations')
  }
  const domain = [['id', '=', isId(part.invoice) ? Number(part.invoice) : 0]]
  const [row] = await odoo.rows('account.move', ['currency_id'], domain)
  if (!row) refuse('VALIDATION', `Odoo has no invoice ${part.invoice}.`, 'allocations.0.invoice')
  const { currency_id: currency } = shaped(invoice, row, 'account.move')
  if (currency?.name !== amount.currency) {
    refuse('VALIDATION', `The invoice is in ${currency?.name}, not ${amount.currency}.`, 'amount.currency')
  }
  const values = { amount: exactNumber(amount.amount), payment_date: paidOn, communication: ref }
  const context = { active_model: 'account.move', active_ids: [idNumber(part.invoice)] }
  return { model: WIZARD, method: 'create', args: { vals_list: [values] }, context }
}
