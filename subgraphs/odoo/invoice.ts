import { ErpError } from '../../schema/errors.ts'
import type { InvoiceInput, Ref, Write } from '../connector.ts'
import { exactNumber } from '../json.ts'
import { type Call, idNumber } from './client.ts'
import { createdId, foundAs, written, writtenAs } from './document.ts'
import { lineBasics, productsOf, refuse } from './body.ts'
import { isId, toHtml } from './shapes.ts'
import type { Domain, Odoo } from './setup.ts'

const MODEL = 'account.move'
const CREATED = 1
const POSTED = 2
const TYPES = { INVOICE: 'out_invoice', CREDIT_NOTE: 'out_refund' }

/**
 * Writes customer invoices and credit notes, which are one model: create a draft, post it. Our reference is `ref`; our number is the payment reference.
 * https://github.com/odoo/odoo/blob/19.0/addons/account/models/account_move.py (move_type)
 */
export function invoiceWrite(odoo: Odoo): Write<InvoiceInput> {
  const find = async (ref: string) => {
    const ours: Domain = [
      ['ref', '=', ref],
      ['move_type', 'in', Object.values(TYPES)],
    ]
    const invoice = await written(odoo, MODEL, ours)
    if (!invoice) return null
    const isDraft = invoice.state === 'draft'
    return foundAs(invoice, isDraft ? CREATED : POSTED, !isDraft)
  }
  const resume = async (found: Ref, step: number): Promise<Ref> => {
    // Posting answers a plain `false` although it has worked, so the state is read.
    if (step < POSTED) await odoo.write(posting(found.id))
    const invoice = await writtenAs(odoo, MODEL, found.id)
    if (invoice.state !== 'draft') return foundAs(invoice, POSTED, true).ref
    throw new ErpError('VALIDATION', `Odoo left invoice ${invoice.id} as a draft.`)
  }
  return {
    proof: 'lookup',
    findLagMs: 0,
    maxPushMs: 120_000,
    find,
    resume,
    plan: async (input, ref) => {
      const calls = [creation(await moveOf(odoo, input, ref)), posting('{{1.id}}')]
      return Promise.all(calls.map(odoo.plan))
    },
    async create(input, ref): Promise<Ref> {
      const known = await find(ref)
      if (known) return resume(known.ref, known.step)
      const created = await odoo.write(creation(await moveOf(odoo, input, ref)))
      return resume({ id: createdId(created, MODEL) }, CREATED)
    },
  }
}

function creation(move: Record<string, unknown>): Call {
  return { model: MODEL, method: 'create', args: { vals_list: [move] } }
}

function posting(key: string): Call {
  return { model: MODEL, method: 'action_post', ids: [key] }
}

async function moveOf(odoo: Odoo, input: InvoiceInput, ref: string): Promise<Record<string, unknown>> {
  const { customer, lines, order, note } = input
  const person = isId(customer) ? await written(odoo, 'res.partner', [['id', '=', Number(customer)]]) : null
  if (!person) refuse('INVALID_CUSTOMER', `Odoo has no customer ${customer}.`, 'customer')
  if (lines.length === 0) refuse('MISSING_REQUIRED_FIELD', 'An invoice needs a line.', 'lines')
  const [products, currency, origin] = await Promise.all([
    productsOf(odoo, lines),
    currencyOf(odoo, input),
    order ? writtenAs(odoo, 'sale.order', order) : null,
  ])
  return {
    move_type: TYPES[input.type ?? 'INVOICE'],
    partner_id: idNumber(customer),
    ref,
    payment_reference: input.number ?? undefined,
    invoice_origin: origin?.number ?? undefined,
    invoice_date: input.issuedOn ?? undefined,
    invoice_date_due: input.dueOn ?? undefined,
    currency_id: idNumber(currency.id),
    narration: note ? toHtml(note) : undefined,
    invoice_line_ids: await Promise.all(
      lines.map(async (line, index) => {
        const { unit, ...basics } = await lineBasics(odoo, line, index, products, currency.name)
        const discount = line.discountPercent && { discount: exactNumber(line.discountPercent) }
        const values = { ...basics, quantity: exactNumber(line.quantity), ...discount }
        return [0, 0, { ...values, ...(unit && { product_uom_id: unit }) }]
      }),
    ),
  }
}

async function currencyOf({ setup }: Odoo, input: InvoiceInput): Promise<{ id: string; name: string }> {
  const first = input.lines.find((line) => line.unitPrice)?.unitPrice?.currency
  const wanted = input.currency ?? first ?? (await setup.company.get()).currency
  const found = await setup.currencies.find((all) => all.find((each) => each.name === wanted))
  if (!found) refuse('MAPPING_MISSING', `Odoo has no currency ${wanted} switched on.`, 'currency')
  return found
}
