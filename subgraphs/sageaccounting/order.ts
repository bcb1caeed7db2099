import { createHash } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import type { Found, InvoiceInput, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { dayOf } from '../zone.ts'
import { type Body, type PaperInput, bodyOf, later } from './body.ts'
import { isId } from './client.ts'
import type { Config } from './config.ts'
import type { Connection } from './connection.ts'
import * as shapes from './shapes.ts'

/** What a document becomes. */
export type Target = Config['orderTarget'] | 'INVOICE'

/** The resource, and the name in which its body is wrapped. */
export const PAPERS: Record<Target, { path: string; entity: string; lines: string }> = {
  QUOTE: { path: 'sales_quotes', entity: 'sales_quote', lines: 'quote_lines' },
  ESTIMATE: { path: 'sales_estimates', entity: 'sales_estimate', lines: 'estimate_lines' },
  DRAFT_INVOICE: { path: 'sales_invoices', entity: 'sales_invoice', lines: 'invoice_lines' },
  INVOICE: { path: 'sales_invoices', entity: 'sales_invoice', lines: 'invoice_lines' },
}

const FIND_LAG_MS = 2_000
const MAX_PUSH_MS = 5 * 60_000
const SAFE = /^[\w.:-]{1,60}$/
const REASON = 'Cancelled'

/** Refuses a reference that could not be looked for. */
export function mustBeSafe(ref: string): void {
  if (SAFE.test(ref)) return
  throw new ErpError('VALIDATION', 'The reference has signs that Sage cannot look for.', { field: 'ref' })
}

/** Whether a reference can be one of ours. */
export function isSafe(ref: string): boolean {
  return SAFE.test(ref)
}

/**
 * A GUID without hyphens that is the same for the same record of the same business: Sage answers a second write of
 * it with the first record (https://developer.sage.com/accounting/guides/concepts/idempotency).
 */
export function idempotencyId(business: string, kind: string, ref: string): string {
  return createHash('sha256').update(`${business}\n${kind}\n${ref}`).digest('hex').slice(0, 32)
}

interface Written {
  ref: Ref
  status: string
}

function writtenOf(row: Json): Written & { reference: string | null } {
  const read = shaped(shapes.paper, row, 'A document')
  const ref = { id: read.id, number: read.displayed_as || null }
  return { ref, status: read.status.id, reference: read.reference ?? null }
}

/** Documents that are written in one step. */
abstract class Papers {
  readonly proof = 'lookup' as const
  readonly findLagMs = FIND_LAG_MS
  readonly maxPushMs = MAX_PUSH_MS
  protected readonly connection: Connection
  protected readonly target: Target

  constructor(connection: Connection, target: Target) {
    this.connection = connection
    this.target = target
  }

  async find(ref: string): Promise<Found | null> {
    if (!isSafe(ref)) return null
    // The search finds parts and the names of contacts too.
    const rows = await this.connection.client.all(PAPERS[this.target].path, { search: ref })
    const own = rows.map(writtenOf).filter(({ reference }) => reference === ref)
    const [first] = own.toSorted((a, b) => (a.ref.id < b.ref.id ? -1 : 1))
    return first ? { ref: first.ref, step: 1, done: this.isDone(first.status) } : null
  }

  /** Makes a draft final (https://developer.sage.com/accounting/reference/invoicing-sales/). */
  async resume(ref: Ref): Promise<Ref> {
    const { client } = this.connection
    const before = await this.#read(ref.id)
    if (!this.isDone(before.status))
      await client.write(await client.request('POST', `${PAPERS[this.target].path}/${ref.id}/release`, {}))
    return (await this.#read(ref.id)).ref
  }

  /** Voids an invoice, declines a quote or an estimate; and looks whether it is so. */
  async undo({ id }: Ref): Promise<void> {
    const before = await this.#read(id)
    if (this.#isGone(before.status)) return
    const { client } = this.connection
    const { path, entity } = PAPERS[this.target]
    const request = this.#isInvoice
      ? await client.request('DELETE', `${path}/${id}?void_reason=${REASON}`, null)
      : await client.request('PUT', `${path}/${id}`, {
          [entity]: { status_id: client.config.declinedStatus },
        })
    await client.write(request)
    if (this.#isGone((await this.#read(id)).status)) return
    throw new ErpError('CONFLICT', `The document ${before.ref.number ?? id} is still open.`)
  }

  protected isDone(status: string): boolean {
    return this.target !== 'INVOICE' || status !== this.connection.client.config.draftStatus
  }

  protected async request(
    input: PaperInput,
    ref: string,
    more: (body: Body) => object,
  ): Promise<WireRequest> {
    mustBeSafe(ref)
    const { client } = this.connection
    const { path, entity, lines } = PAPERS[this.target]
    const body = await bodyOf(this.connection, input, ref)
    const business = client.config.businessId ?? (await client.business.get()).id
    const idempotency_id = idempotencyId(business, this.target, ref)
    return client.request('POST', path, {
      [entity]: { idempotency_id, ...body.head, ...more(body), [lines]: body.lines },
    })
  }

  protected async send(request: WireRequest, ref: string): Promise<Ref> {
    const written = writtenOf(await this.connection.client.write(request))
    if (written.reference === ref) return written.ref
    throw new ErpError('BAD_ANSWER', 'Sage answered with another document.', { field: 'reference' })
  }

  get #isInvoice(): boolean {
    return PAPERS[this.target].path === 'sales_invoices'
  }

  #isGone(status: string): boolean {
    return status === (this.#isInvoice ? 'VOID' : this.connection.client.config.declinedStatus)
  }

  async #read(id: string): Promise<Written> {
    const row = isId(id) ? await this.connection.client.one(PAPERS[this.target].path, id) : null
    if (row === null) throw new ErpError('NOT_FOUND', `There is no document ${id.slice(0, 40)} in Sage.`)
    return writtenOf(row)
  }
}

/** Orders: Sage has none, so the operator chooses what they become. */
export class Orders extends Papers implements Write<OrderInput> {
  async plan(input: OrderInput, ref: string): Promise<WireRequest[]> {
    return [this.connection.client.shown(await this.#request(input, ref))]
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    return this.send(await this.#request(input, ref), ref)
  }

  #request({ orderedOn, ...input }: OrderInput, ref: string): Promise<WireRequest> {
    const { newStatus, expiryDays, draftStatus } = this.connection.client.config
    return this.request({ ...input, date: orderedOn }, ref, ({ date, days }) =>
      this.target === 'DRAFT_INVOICE'
        ? { due_date: later(date, days), status_id: draftStatus }
        : { expiry_date: later(date, expiryDays), ...(newStatus && { status_id: newStatus }) },
    )
  }
}

/** Invoices: final at once. */
export class Invoices extends Papers implements Write<InvoiceInput> {
  async plan(input: InvoiceInput, ref: string): Promise<WireRequest[]> {
    return [this.connection.client.shown(await this.#request(input, ref))]
  }

  async create(input: InvoiceInput, ref: string): Promise<Ref> {
    return this.send(await this.#request(input, ref), ref)
  }

  async #request(
    { issuedOn, order, number, type, ...input }: InvoiceInput,
    ref: string,
  ): Promise<WireRequest> {
    mustBeInvoice({ type }, 'Sage Accounting')
    const isQuote = this.connection.client.config.orderTarget !== 'DRAFT_INVOICE'
    const note = [input.note, order && !isQuote && `Order ${order}`].filter(Boolean).join('\n') || null
    return this.request({ ...input, note, date: issuedOn }, ref, ({ date, days }) => {
      const due = input.dueOn ? dayOf(input.dueOn, 'dueOn') : later(date, days)
      if (due < date)
        throw new ErpError('VALIDATION', 'An invoice is not due before it is issued.', { field: 'dueOn' })
      return {
        due_date: due,
        ...(number && { invoice_number: number }),
        ...(order && isQuote && { original_quote_estimate_id: order }),
      }
    })
  }
}
