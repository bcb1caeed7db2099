import { ErpError } from '../../schema/errors.ts'
import type { OrderInput, Ref, Write } from '../connector.ts'
import { type Call, idNumber } from './client.ts'
import { createdId, foundAs, written, writtenAs } from './document.ts'
import { draftOf } from './body.ts'
import type { Odoo } from './setup.ts'
import { shipToOf } from './shipto.ts'
import { loadedId } from './load.ts'

const MODEL = 'sale.order'
const CREATED = 1
const CONFIRMED = 2
const DRAFTS = ['draft', 'sent']

/**
 * Pushes sales orders: create a quotation, confirm it, read how it stands. Our reference is `origin` (the source
 * document), the customer's own number `client_order_ref`. Neither is unique in Odoo, so `find` comes first. A
 * delivery address that Odoo does not have yet is imported before, under a name that makes it the same next time.
 * https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
 */
export function orderWrite(odoo: Odoo): Write<OrderInput> {
  const find = async (ref: string) => {
    const order = await written(odoo, MODEL, [['origin', '=', ref]])
    if (!order) return null
    const confirmed = !DRAFTS.includes(order.state)
    return foundAs(order, confirmed ? CONFIRMED : CREATED, confirmed)
  }
  const resume = async (found: Ref, step: number): Promise<Ref> => {
    if (step < CONFIRMED) await odoo.write(confirmation(found.id))
    const order = await writtenAs(odoo, MODEL, found.id)
    // A module may answer a wizard instead of confirming; only the state tells.
    if (DRAFTS.includes(order.state)) {
      throw new ErpError('VALIDATION', `Odoo left order ${order.number} unconfirmed; it asks a person first.`)
    }
    return foundAs(order, CONFIRMED, true).ref
  }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    find,
    resume,
    async plan(input, ref) {
      const [draft, shipTo] = await Promise.all([draftOf(odoo, input, ref), shipToOf(odoo, input)])
      const before = shipTo.load ? [shipTo.load] : []
      const create = creation(draft, shipTo.load ? '{{1.id}}' : shipTo.id)
      const confirm = confirmation(`{{${before.length + 1}.id}}`)
      return Promise.all([...before, create, confirm].map(odoo.plan))
    },
    async create(input, ref): Promise<Ref> {
      const known = await find(ref)
      if (known) return resume(known.ref, known.step)
      const [draft, shipTo] = await Promise.all([draftOf(odoo, input, ref), shipToOf(odoo, input)])
      const at = shipTo.load ? loadedId(await odoo.write(shipTo.load)) : shipTo.id
      const created = await odoo.write(creation(draft, at))
      return resume({ id: createdId(created, MODEL) }, CREATED)
    },
    undo: (ref) => cancel(odoo, ref),
  }
}

async function cancel(odoo: Odoo, ref: Ref): Promise<void> {
  if ((await writtenAs(odoo, MODEL, ref.id)).state === 'cancel') return
  const { cancelContext: context } = await odoo.dialect()
  await odoo.write({ model: MODEL, method: 'action_cancel', ids: [ref.id], context })
  const { number, state } = await writtenAs(odoo, MODEL, ref.id)
  if (state === 'cancel') return
  throw new ErpError('VALIDATION', `Odoo left order ${number} in state ${state}.`)
}

function creation(draft: Record<string, unknown>, shipTo: string | null): Call {
  const { order_line: lines, ...head } = draft
  const address = shipTo && { partner_shipping_id: idNumber(shipTo) }
  return { model: MODEL, method: 'create', args: { vals_list: [{ ...head, ...address, order_line: lines }] } }
}

function confirmation(id: string): Call {
  return { model: MODEL, method: 'action_confirm', ids: [id] }
}
