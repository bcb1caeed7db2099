import { ErpError } from '../../schema/errors.ts'
import type { Found, Id, InvoiceInput, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { bodyOf } from './body.ts'
import type { Client } from './client.ts'
import type { Connection } from './setup.ts'
import * as shapes from './shapes.ts'

/** What a document becomes, and what it is called in the API. */
type Target = 'INVOICE_DRAFT' | 'INVOICE' | 'QUOTE'

interface Written {
  ref: Ref
  status: string
  reference: string | null | undefined
}

/** Xero remembers a key for some minutes; after that only looking up tells. */
const KEY_LAG_MS = 2_000
const MAX_PUSH_MS = 5 * 60_000
const SAFE = /^[\w.:-]{1,100}$/
const GONE = ['DELETED', 'VOIDED', 'DECLINED']
/** The status in which a document of that target is complete, or has gone on from there. */
const UNDONE: Record<Target, string[]> = {
  INVOICE_DRAFT: [],
  INVOICE: ['DRAFT', 'SUBMITTED'],
  QUOTE: ['DRAFT', 'SENT'],
}
/** From which status which one takes it back (…/api/accounting/invoices and /quotes, status codes). */
const BACK: Record<string, string> = {
  DRAFT: 'DELETED',
  SUBMITTED: 'DELETED',
  AUTHORISED: 'VOIDED',
  SENT: 'DECLINED',
  ACCEPTED: 'DECLINED',
}

function setOf(target: Target): 'Quotes' | 'Invoices' {
  return target === 'QUOTE' ? 'Quotes' : 'Invoices'
}

/** Prices keep four decimals with unitdp; the Quotes endpoint does not know the parameter. */
function queryOf(target: Target) {
  return { summarizeErrors: false, ...(target !== 'QUOTE' && { unitdp: 4 }) }
}

function writtenOf(row: Json, target: Target): Written {
  if (target === 'QUOTE') {
    const { QuoteID, QuoteNumber, Status, Reference } = shaped(shapes.quote, row, 'A quote')
    return { ref: { id: QuoteID, number: QuoteNumber || null }, status: Status, reference: Reference }
  }
  const { InvoiceID, InvoiceNumber, Status, Reference } = shaped(shapes.invoice, row, 'An invoice')
  return { ref: { id: InvoiceID, number: InvoiceNumber || null }, status: Status, reference: Reference }
}

/** Refuses a reference that could not be looked for. */
export function mustBeSafe(ref: string): void {
  if (SAFE.test(ref)) return
  throw new ErpError('VALIDATION', 'The reference has signs that Xero cannot look for.', { field: 'ref' })
}

/** Whether a reference can be one of ours. */
export function isSafe(ref: string): boolean {
  return SAFE.test(ref)
}

/** Invoices or quotes, written with PUT, which only ever creates. */
class Documents {
  readonly client: Client
  readonly target: Target
  readonly #connection: Connection

  constructor(connection: Connection, target: Target) {
    this.#connection = connection
    this.client = connection.client
    this.target = target
  }

  async request(kind: string, input: Parameters<typeof bodyOf>[1], ref: string, number: string | null) {
    mustBeSafe(ref)
    const { target } = this
    const { pricesIncludeTax, numbers } = this.client.config
    const { DueDate, ...body } = await bodyOf(this.#connection, input, ref)
    const types = pricesIncludeTax ? 'Inclusive' : 'Exclusive'
    const document =
      target === 'QUOTE'
        ? // The number is the only thing that quotes can be looked for by.
          { QuoteNumber: ref, ...body, Status: 'ACCEPTED', LineAmountTypes: types.toUpperCase() }
        : {
            Type: 'ACCREC',
            ...((number ?? numbers === 'reference') && { InvoiceNumber: number ?? ref }),
            ...body,
            DueDate,
            Status: target === 'INVOICE' ? 'AUTHORISED' : 'DRAFT',
            LineAmountTypes: types,
          }
    const set = setOf(target)
    return this.client.request('PUT', set, queryOf(target), { [set]: [document] }, `${kind}-${ref}`)
  }

  /** Sends it; a number that is taken already may be what an earlier attempt has left. */
  async send(request: WireRequest, ref: string): Promise<Ref> {
    try {
      const refOf = ([row = null]: Json[]) => writtenOf(row, this.target).ref
      return await this.client.create(request, setOf(this.target), () => this.find(ref), refOf)
    } catch (error) {
      const twice = error instanceof ErpError && error.code === 'DUPLICATE_ORDER'
      const found = twice ? await this.find(ref) : null
      if (!found?.done) throw error
      return found.ref
    }
  }

  async find(ref: string): Promise<Found | null> {
    if (!isSafe(ref)) return null
    const { target } = this
    const query =
      target === 'QUOTE'
        ? { QuoteNumber: ref, page: 1 }
        : { where: `Type=="ACCREC" AND Reference=="${ref}"`, page: 1, unitdp: 4 }
    const rows = await this.client.rows(setOf(target), query)
    const own = rows.map((row) => writtenOf(row, target)).filter(({ reference }) => reference === ref)
    const [first] = own.toSorted((a, b) => (a.ref.id < b.ref.id ? -1 : 1))
    return first ? { ref: first.ref, step: 1, done: !UNDONE[target].includes(first.status) } : null
  }

  /** Approves what stands as a draft; a quote is first sent, then accepted. */
  async resume(ref: Ref): Promise<Ref> {
    const { target } = this
    const steps = target === 'QUOTE' ? ['SENT', 'ACCEPTED'] : ['AUTHORISED']
    for (const status of steps) {
      const row = await this.#read(ref.id)
      if (UNDONE[target].includes(row.status) && row.status !== status) await this.#advance(ref.id, status)
    }
    return (await this.#read(ref.id)).ref
  }

  /** Deletes a draft, voids an approved invoice, declines a quote; and looks whether it is so. */
  async undo({ id }: Ref): Promise<void> {
    const before = await this.#read(id)
    if (GONE.includes(before.status)) return
    const back = BACK[before.status]
    if (!back) {
      const why = before.status === 'PAID' ? 'is paid' : `has the status ${before.status}`
      throw new ErpError('CONFLICT', `The document ${before.ref.number ?? id} ${why}.`, { retryable: false })
    }
    await this.#advance(id, back)
    if (GONE.includes((await this.#read(id)).status)) return
    throw new ErpError('CONFLICT', `The document ${before.ref.number ?? id} is still open.`)
  }

  async #advance(id: Id, status: string): Promise<void> {
    const set = setOf(this.target)
    const isQuote = this.target === 'QUOTE'
    const row = isQuote ? await this.#quote(id) : { InvoiceID: id }
    // Without it the prices of the lines would be rounded by the change of a status.
    const query = isQuote ? {} : { unitdp: 4 }
    const body = { [set]: [{ ...row, Status: status }] }
    const request = await this.client.request('POST', `${set}/${id}`, query, body)
    await this.client.write(request, set)
  }

  /** Contact and date of a quote must be said again with each change. */
  async #quote(id: Id): Promise<object> {
    const row = shaped(shapes.quote, await this.client.row('Quotes', id), 'A quote')
    const ms = Number(/-?\d+/.exec(row.Date ?? '')?.[0] ?? NaN)
    const day = Number.isNaN(ms) ? {} : { Date: new Date(ms).toISOString().slice(0, 10) }
    return { QuoteID: id, Contact: { ContactID: row.Contact?.ContactID }, ...day }
  }

  async #read(id: Id): Promise<Written> {
    const row = await this.client.row(setOf(this.target), id, this.target === 'QUOTE' ? {} : { unitdp: 4 })
    if (row === undefined) throw new ErpError('NOT_FOUND', `There is no document ${id.slice(0, 40)} in Xero.`)
    return writtenOf(row, this.target)
  }
}

abstract class DocumentWrite {
  readonly proof = 'lookup' as const
  readonly findLagMs = KEY_LAG_MS
  readonly maxPushMs = MAX_PUSH_MS
  protected readonly documents: Documents

  constructor(connection: Connection, target: Target) {
    this.documents = new Documents(connection, target)
  }

  find(ref: string): Promise<Found | null> {
    return this.documents.find(ref)
  }

  resume(found: Ref): Promise<Ref> {
    return this.documents.resume(found)
  }

  undo(ref: Ref): Promise<void> {
    return this.documents.undo(ref)
  }
}

/** Orders: Xero has none, so the operator chooses what they become. */
export class Orders extends DocumentWrite implements Write<OrderInput> {
  async plan(input: OrderInput, ref: string): Promise<WireRequest[]> {
    return [this.documents.client.shown(await this.#request(input, ref))]
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    return this.documents.send(await this.#request(input, ref), ref)
  }

  #request({ orderedOn, ...input }: OrderInput, ref: string): Promise<WireRequest> {
    return this.documents.request('order', { ...input, date: orderedOn }, ref, null)
  }
}

/** Invoices: approved at once, so they post to the ledger and move tracked stock. */
export class Invoices extends DocumentWrite implements Write<InvoiceInput> {
  async plan(input: InvoiceInput, ref: string): Promise<WireRequest[]> {
    return [this.documents.client.shown(await this.#request(input, ref))]
  }

  async create(input: InvoiceInput, ref: string): Promise<Ref> {
    return this.documents.send(await this.#request(input, ref), ref)
  }

  async #request(
    { issuedOn, number, order, type, ...input }: InvoiceInput,
    ref: string,
  ): Promise<WireRequest> {
    mustBeInvoice({ type }, 'Xero')
    const note = [input.note, order && `Order ${order}`].filter(Boolean).join('\n') || null
    return this.documents.request('invoice', { ...input, note, date: issuedOn }, ref, number ?? null)
  }
}
