import { ErpError } from '../../schema/errors.ts'
import type { Found, InvoiceInput, OrderInput, Ref, Write } from '../connector.ts'
import { mustBeInvoice } from '../credit.ts'
import type { HttpRequest } from '../http.ts'
import { isId, shown } from './client.ts'
import { invoiceBody, orderBody } from './body.ts'
import { type DocumentKind, TYPES, documentOf } from './documents.ts'
import { voucherBody } from './invoice.ts'
import type { Connection } from './masters.ts'
import type { VoucherRow } from './shapes.ts'
import { daysAgo } from './time.ts'
import { allVouchers } from './vouchers.ts'
import { refIn } from './words.ts'

/** The gateway gives up after 30 seconds while the document may still be made; ours waits for as long again. */
const MAX_PUSH_MS = 90_000
/** Documents of which it is remembered whether they carry a reference. */
const REMEMBERED = 20_000

/** A document in which our reference was looked for. */
interface Seen {
  ref: string | null
  found: Found
}

/**
 * Pushing one kind of document. Lexware has no key against doubling and no search by text: after a doubt every
 * document of the last days is read once and its remark compared. https://developers.lexware.io/docs/ (voucherlist)
 */
/** A request, and the type of the document that it makes. */
interface Posting {
  type: string
  request: HttpRequest
}

class Push<I> implements Write<I> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  readonly maxPushMs = MAX_PUSH_MS
  readonly #connection: Connection
  readonly #kind: DocumentKind
  readonly #posting: (input: I, ref: string) => Promise<Posting>
  readonly #seen = new Map<string, Seen>()

  constructor(
    connection: Connection,
    kind: DocumentKind,
    posting: (input: I, ref: string) => Promise<Posting>,
  ) {
    this.#connection = connection
    this.#kind = kind
    this.#posting = posting
  }

  async plan(input: I, ref: string) {
    return [shown((await this.#posting(input, ref)).request)]
  }

  async create(input: I, ref: string): Promise<Ref> {
    const { type, request } = await this.#posting(input, ref)
    const { id, version } = await this.#connection.client.write(request)
    // The document stands, whether or not its number can be read right now.
    const row = await documentOf(this.#connection, this.#kind, id, type).catch((error: unknown) => {
      if (error instanceof ErpError) return null
      throw error
    })
    return { id, version, number: row?.voucherNumber ?? null }
  }

  async find(ref: string): Promise<Found | null> {
    const { client, config } = this.#connection
    const vouchers = await allVouchers(client, {
      voucherType: TYPES[this.#kind],
      voucherStatus: 'any',
      createdDateFrom: daysAgo(config.lookBackDays),
    })
    if (this.#seen.size > REMEMBERED) this.#seen.clear()
    const all = await Promise.all(vouchers.map((row) => this.#look(row)))
    const ours = all.filter((one) => one?.ref === ref).map((one) => one?.found)
    return ours.toSorted((one, other) => ((one?.ref.id ?? '') < (other?.ref.id ?? '') ? -1 : 1))[0] ?? null
  }

  /** Only reached for a draft that nobody asked for: the API cannot finalise it. */
  resume(found: Ref): Promise<Ref> {
    return Promise.reject(
      new ErpError('CONFLICT', `Document ${found.number ?? found.id} is a draft; finalise it in Lexware.`, {
        retryable: false,
      }),
    )
  }

  /** A version of a document is read once: what it says does not change without a later `updatedDate`. */
  async #look({ id, updatedDate, voucherType }: VoucherRow): Promise<Seen | null> {
    const key = `${id} ${updatedDate}`
    const known = this.#seen.get(key)
    if (known) return known
    const row = await documentOf(this.#connection, this.#kind, id, voucherType)
    if (!row) return null
    const isDraft = row.voucherStatus === 'draft' || row.voucherStatus === 'unchecked'
    const done = !isDraft || this.#connection.config.approval
    const ref: Ref = { id, number: row.voucherNumber, version: row.version }
    const seen: Seen = { ref: refIn(row.remark), found: { ref, step: 1, done } }
    this.#seen.set(key, seen)
    return seen
  }
}

function posting({ client, config }: Connection, path: string, body: object, preceding: string | null) {
  const query = [
    ...(config.approval ? [] : ['finalize=true']),
    ...(preceding ? [`precedingSalesVoucherId=${preceding}`] : []),
  ].join('&')
  return client.writing('POST', `${path}${query && `?${query}`}`, body)
}

/** Order confirmations. */
export function orderWrite(connection: Connection): Write<OrderInput> {
  return new Push(connection, 'order', async (input, ref) => ({
    type: TYPES.order,
    request: posting(connection, 'order-confirmations', await orderBody(connection, input, ref), null),
  }))
}

/** Invoices; one that bills an order confirmation follows it, and one with a number was made elsewhere. */
export function invoiceWrite(connection: Connection): Write<InvoiceInput> {
  return new Push(connection, 'invoice', async (input, ref) => {
    const { number } = input
    if (number) {
      const body = await voucherBody(connection, { ...input, number }, ref)
      return { type: 'salesinvoice', request: connection.client.writing('POST', 'vouchers', body) }
    }
    mustBeInvoice(input, 'Lexware Office')
    const { order = null } = input
    if (order !== null && !(isId(order) && (await documentOf(connection, 'order', order))))
      throw new ErpError('VALIDATION', `There is no order "${order.slice(0, 60)}" to bill.`, {
        field: 'order',
      })
    const body = await invoiceBody(connection, input, ref)
    return { type: 'invoice', request: posting(connection, 'invoices', body, order) }
  })
}
