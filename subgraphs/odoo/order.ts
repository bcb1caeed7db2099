import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Found, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Call } from './client.ts'
import { draftOf } from './draft.ts'
import { orderUrl } from './map/order.ts'
import { id, text } from './native.ts'
import type { Domain, Odoo } from './setup.ts'

const order = z.object({ id, name: text, state: text, write_date: text })
type Native = z.output<typeof order>

const CREATED = 1
const CONFIRMED = 2
const DRAFTS = ['draft', 'sent']

/**
 * Pushes sales orders: create a quotation, confirm it, read how it stands. Our reference is `origin` (the source
 * document), the customer's own number `client_order_ref`. Neither is unique in Odoo, so `find` comes first.
 * https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
 */
export function orderWrite(odoo: Odoo): Write<OrderInput> {
  const find = async (ref: string): Promise<Found | null> => {
    const [native] = await read(odoo, [['origin', '=', ref]])
    if (!native) return null
    const step = DRAFTS.includes(native.state ?? '') ? CREATED : CONFIRMED
    return { ref: refOf(odoo, native), step, done: step === CONFIRMED }
  }
  const resume = async (found: Ref, step: number): Promise<Ref> => {
    if (step < CONFIRMED) await odoo.write(confirmation(found.id))
    const native = await one(odoo, found.id)
    // A module may answer a wizard instead of confirming; only the state tells.
    if (DRAFTS.includes(native.state ?? '')) {
      throw new ErpError('CONFLICT', `Odoo left order ${native.name} unconfirmed.`, { retryable: false })
    }
    return refOf(odoo, native)
  }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    find,
    resume,
    async plan(input, ref): Promise<WireRequest[]> {
      const create = await odoo.plan(creation(await draftOf(odoo, input, ref)))
      const confirm = await odoo.plan(confirmation('0'))
      return [create, { ...confirm, body: confirm.body?.replace('[0]', '[{{1.id}}]') ?? null }]
    },
    async create(input, ref): Promise<Ref> {
      const known = await find(ref)
      if (known) return resume(known.ref, known.step)
      const created = await odoo.write(creation(await draftOf(odoo, input, ref)))
      const [orderId] = shaped(z.tuple([id]), created, 'The answer of sale.order.create')
      return resume({ id: orderId }, CREATED)
    },
    async undo(ref): Promise<void> {
      if ((await one(odoo, ref.id)).state === 'cancel') return
      const { cancelContext: context } = await odoo.dialect()
      await odoo.write({ model: 'sale.order', method: 'action_cancel', ids: [ref.id], context })
      const { name, state } = await one(odoo, ref.id)
      if (state === 'cancel') return
      throw new ErpError('CONFLICT', `Odoo left order ${name} in state ${state}.`, { retryable: false })
    },
  }
}

function creation(draft: Record<string, unknown>): Call {
  return { model: 'sale.order', method: 'create', args: { vals_list: [draft] } }
}

function confirmation(orderId: string): Call {
  return { model: 'sale.order', method: 'action_confirm', ids: [orderId] }
}

async function read(odoo: Odoo, domain: Domain): Promise<Native[]> {
  const rows = await odoo.rows('sale.order', ['name', 'state', 'write_date'], domain, { limit: 1 })
  return rows.map((row) => shaped(order, row, 'sale.order'))
}

async function one(odoo: Odoo, orderId: string): Promise<Native> {
  const [native] = await read(odoo, [['id', '=', Number(orderId)]])
  if (native) return native
  throw new ErpError('NOT_FOUND', `Odoo has no order ${orderId}.`)
}

function refOf({ config }: Odoo, native: Native): Ref {
  return {
    id: native.id,
    number: native.name,
    url: orderUrl(config, native.id),
    version: native.write_date,
  }
}
