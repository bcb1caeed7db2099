import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Found, OrderInput, Ref, Write } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Markup, element, textAt } from '../xml.ts'
import type { Client } from './client.ts'
import type { OwnFields } from './custom.ts'
import { type Gateway, type Work, functionOf } from './gateway.ts'
import { isoCurrency } from './map.ts'
import { type Facts, contactName, contactXml, lines, orderXml } from './body.ts'
import { contacts } from './read.ts'
import type { Setup } from './setup.ts'
import * as shapes from './shapes.ts'

const FOUND = ['key', 'id', 'documentNumber', 'referenceNumber', 'state', 'audit.modifiedDateTime']
const found = z.object({
  key: shapes.key,
  id: z.string().min(1),
  documentNumber: z.string().nullish(),
  referenceNumber: z.string().nullish(),
  state: z.string().min(1),
})
type Row = z.output<typeof found>

/** The server cuts a call off after about 15 minutes; until then an order that we gave up on may still be written. */
const MAX_PUSH_MS = 15 * 60_000

/**
 * Sales orders. The contact of an address that is new and the order are written in one transaction; control ids
 * are made from our reference, so the gateway refuses to do the same twice.
 * https://developer.intacct.com/api/order-entry/order-entry-transactions/
 */
export class Orders implements Write<OrderInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 0
  readonly maxPushMs = MAX_PUSH_MS
  readonly #client: Client
  readonly #gateway: Gateway
  readonly #setup: Setup
  readonly #own: OwnFields

  constructor(client: Client, gateway: Gateway, setup: Setup, own: OwnFields) {
    this.#own = own
    this.#client = client
    this.#gateway = gateway
    this.#setup = setup
  }

  async plan(input: OrderInput, ref: string) {
    return [await this.#gateway.shown(await this.#work(input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const rows = await this.#rows({ referenceNumber: ref })
    const row = rows.find(({ referenceNumber }) => referenceNumber === ref)
    if (!row) return null
    const done = row.state !== 'draft'
    return { ref: refOf(row), step: done ? 2 : 1, done }
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    const work = await this.#work(input, ref)
    try {
      return await this.#send(work, ref)
    } catch (error) {
      const code = error instanceof ErpError ? error.code : null
      // The control id was used before: what it wrote is what is wanted.
      const before = code === 'DUPLICATE_ORDER' ? await this.find(ref) : null
      if (before?.done) return before.ref
      // Another order made the same contact meanwhile, and this transaction was rolled back.
      const twin = code === 'VALIDATION' && work.functions.length > 1 ? await this.#work(input, ref) : null
      if (twin && twin.functions.length < work.functions.length) return this.#send(twin, ref)
      throw error
    }
  }

  /** Submits a draft: there is no other word for confirming. */
  async resume(ref: Ref, step: number): Promise<Ref> {
    if (step >= 2) return ref
    const [row] = await this.#rows({ key: ref.id })
    if (!row) throw new ErpError('NOT_FOUND', `Intacct has no order "${ref.id}".`)
    await this.#change(row, 'update_sotransaction', element('state', 'Pending'))
    const [after] = await this.#rows({ key: ref.id })
    if (after && after.state !== 'draft') return refOf(after)
    throw new ErpError('CONFLICT', 'The order was submitted and is still a draft.', { retryable: false })
  }

  /** There is no cancelling: an order of which nothing was converted is closed, a draft deleted. */
  async undo(ref: Ref): Promise<void> {
    const object = `order-entry/document::${this.#client.config.orderDefinition}`
    const [raw] = shapes.key.safeParse(ref.id).success ? await this.#client.records(object, [ref.id]) : []
    if (!raw) throw new ErpError('NOT_FOUND', `Intacct has no order "${ref.id}".`)
    const native = shaped(shapes.document, raw, 'An order')
    const { id, state } = native
    const used = native.lines.some(({ quantityConverted }) => new Big(quantityConverted ?? 0).gt(0))
    if (used || state === 'converted' || state === 'partiallyConverted')
      throw new ErpError('CONFLICT', `Order ${id} is partly delivered or invoiced.`, { retryable: false })
    if (state === 'closed' || state === 'declined') return
    if (state === 'draft') {
      await this.#change({ id }, 'delete_sotransaction', [])
      return
    }
    await this.#change({ id }, 'update_sotransaction', element('state', 'Closed'))
    const [after] = await this.#rows({ key: ref.id })
    if (after?.state !== 'closed')
      throw new ErpError('CONFLICT', `Order ${id} was closed and is not.`, { retryable: false })
  }

  async #change({ id }: { id: string }, name: string, content: Markup[]): Promise<void> {
    const functions = functionOf(`change ${id}`, element(name, content, { key: id }))
    await this.#gateway.run({ controlId: id, functions, unique: false, repeatable: false })
  }

  async #send(work: Work, ref: string): Promise<Ref> {
    const results = await this.#gateway.run(work)
    const id = textAt(results.at(-1), 'key')
    const [row] = id === null ? [] : await this.#rows({ id })
    if (row?.referenceNumber !== ref)
      throw new ErpError('BAD_ANSWER', 'The order that was written cannot be read back.', { field: 'key' })
    return refOf(row)
  }

  async #rows(where: Record<string, string>): Promise<Row[]> {
    const rows = await this.#client.query({
      object: `order-entry/document::${this.#client.config.orderDefinition}`,
      fields: FOUND,
      filters: [{ $eq: where }],
      size: 10,
    })
    return rows.map((row) => shaped(found, row, 'An order'))
  }

  async #work(input: OrderInput, ref: string): Promise<Work> {
    const facts = await this.#facts(input)
    const { shipTo } = input
    const isNew =
      shipTo && facts.shipTo !== null && !(await contacts(this.#client, [facts.shipTo])).has(facts.shipTo)
    const functions = [
      ...(isNew ? functionOf(`${ref}-contact`, contactXml(shipTo, facts.shipTo ?? '', facts.customer)) : []),
      ...functionOf(`${ref}-order`, orderXml(input, ref, facts, this.#client)),
    ]
    return { controlId: ref, functions, unique: true, repeatable: false, transaction: functions.length > 1 }
  }

  async #facts(input: OrderInput): Promise<Facts> {
    const client = this.#client
    const rows = await client.all({
      object: 'accounts-receivable/customer',
      fields: shapes.CUSTOMER,
      filters: [{ $eq: { id: input.customer } }],
    })
    const [customer] = rows.map((row) => shaped(shapes.customer, row, 'A customer'))
    const field = 'customer'
    if (!customer || customer.id !== input.customer)
      throw new ErpError('INVALID_CUSTOMER', `Intacct has no customer "${input.customer}".`, { field })
    if (customer.status === 'inactive' || customer.isOnHold)
      throw new ErpError('INVALID_CUSTOMER', `The customer "${customer.id}" is inactive or on hold.`, {
        field,
      })
    const currency = input.currency ?? customer.currency ?? client.config.baseCurrency
    if (isoCurrency(currency) === null)
      throw new ErpError('VALIDATION', `"${currency.slice(0, 10)}" is no currency.`, { field: 'currency' })
    return {
      customer: customer.id,
      currency,
      term: await this.#term(input.paymentTerms ?? null, customer.term.id),
      shipTo: input.shipTo ? contactName(input.shipTo, customer.name ?? customer.id) : null,
      own: await this.#own.values('order', input.customAttributes),
      lines: await lines(input, currency, client, this.#setup),
    }
  }

  async #term(wanted: string | null, own: string | null): Promise<string> {
    const { paymentTerms, paymentTerm } = this.#client.config
    const name = wanted === null ? (own ?? paymentTerm) : (paymentTerms[wanted] ?? wanted)
    const field = 'paymentTerms'
    if (!name) throw new ErpError('MISSING_REQUIRED_FIELD', 'An order needs a payment term.', { field })
    if (wanted === null || (await this.#setup.terms.find((all) => all.get(name)))) return name
    throw new ErpError('MAPPING_MISSING', `Intacct has no payment term "${name}".`, { field })
  }
}

function refOf({ key, documentNumber }: Row): Ref {
  return { id: key, number: documentNumber ?? null }
}
