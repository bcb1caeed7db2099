import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Found, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { type Query, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { OwnFields } from './custom.ts'
import { DRAFT, udfOf } from './documents.ts'
import { isNoMatch } from './errors.ts'
import { lookUp, orderBody } from './body.ts'
import { isKey } from './read.ts'
import type { Setup } from './setup.ts'
import { whole, yes } from './shapes.ts'

const written = z.object({ DocEntry: whole, DocNum: whole })
const draft = z.object({ DocEntry: whole, AuthorizationStatus: z.string() })
const state = z.object({ DocEntry: whole, DocumentStatus: z.string(), Cancelled: yes })
const STATE = Object.keys(state.shape)
/** Drafts that nobody waits for: they were not sent for approval, or were approved and only have to be added. */
const UNFINISHED = new Set(['dasWithout', 'dasApproved'])

/**
 * Sales orders: one request, our reference in a user-defined field. Nothing stops two orders with the same one, so a
 * repeated push is always looked up first, among drafts too: where an approval procedure applies, the server answers
 * "No matching records found" although it has put the order down as a draft.
 */
export class Orders implements Write<OrderInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 0
  readonly maxPushMs = 5 * 60_000
  readonly #client: Client
  readonly #setup: Setup
  readonly #own: OwnFields

  constructor(client: Client, setup: Setup, own: OwnFields) {
    this.#client = client
    this.#setup = setup
    this.#own = own
  }

  async plan(input: OrderInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  /** Orders first, and the oldest of several; a draft that waits for approval is all that can be done. */
  async find(ref: string): Promise<Found | null> {
    const { orderReference: udf } = this.#client.config
    const same = `${udf} eq ${literal(ref)}`
    const query = (filter: string, shape: z.ZodObject): Query => ({
      filter,
      select: [...Object.keys(shape.shape), udf],
      orderby: 'DocEntry',
    })
    const [orders = [], drafts = []] = await this.#client.read([
      ['Orders', query(same, written)],
      ['Drafts', query(`DocObjectCode eq 'oOrders' and ${same}`, draft)],
    ])
    // Databases that know no upper and lower case find more than was asked for.
    const exact = (rows: Json[]) => rows.find((row) => udfOf(row, udf) === ref)
    const order = exact(orders)
    if (order !== undefined) return { ref: refOf(order), step: 1, done: true }
    const kept = exact(drafts)
    if (kept === undefined) return null
    const { DocEntry, AuthorizationStatus: status } = shaped(draft, kept, 'A draft')
    return { ref: { id: `${DRAFT}${DocEntry}`, number: null }, step: 1, done: !UNFINISHED.has(status) }
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    try {
      const answer = await this.#client.write(request)
      return refOf(answer.json())
    } catch (error) {
      if (!isNoMatch(error)) throw error
      const found = await this.find(ref)
      if (found) return found.ref
      // The same words stand for a customer or an item that went away meanwhile: looking again names it.
      await lookUp(this.#client, input, await this.#setup.get())
      throw error
    }
  }

  /** Adds a draft that is only put down, or that was approved, as an order. */
  async resume({ id }: Ref): Promise<Ref> {
    const key = id.slice(DRAFT.length)
    if (!id.startsWith(DRAFT) || !isKey(key, true)) throw unknown(id)
    const body = { Document: { DocEntry: Number(key) } }
    await this.#client.write(this.#client.request('POST', 'DraftsService_SaveDraftToDocument', body))
    const filter = `DraftKey eq ${Number(key)}`
    const [[row] = []] = await this.#client.read([['Orders', { filter, select: Object.keys(written.shape) }]])
    if (row !== undefined) return refOf(row)
    throw new ErpError('UNCERTAIN', `Draft ${key} was added, but no order names it.`)
  }

  /** Cancelling is for good, and refused once anything was delivered or invoiced. */
  async undo({ id }: Ref): Promise<void> {
    const [set, key] = id.startsWith(DRAFT) ? ['Drafts', id.slice(DRAFT.length)] : ['Orders', id]
    if (!isKey(key, true)) throw unknown(id)
    const before = await this.#state(set, key)
    if (before.Cancelled) return
    if (before.DocumentStatus === 'bost_Close')
      throw new ErpError('CONFLICT', `Order ${id} is already closed.`, { retryable: false })
    await this.#client.write(this.#client.request('POST', `${set}(${Number(key)})/Cancel`, null))
    if ((await this.#state(set, key)).Cancelled) return
    throw new ErpError('CONFLICT', `Order ${id} is still open after it was cancelled.`)
  }

  async #request(input: OrderInput, ref: string): Promise<WireRequest> {
    return this.#client.request(
      'POST',
      'Orders',
      await orderBody(this.#client, this.#setup, this.#own, input, ref),
    )
  }

  async #state(set: string, key: string) {
    const filter = `DocEntry eq ${Number(key)}`
    const [[row] = []] = await this.#client.read([[set, { filter, select: STATE }]])
    if (row === undefined) throw unknown(key)
    return shaped(state, row, 'An order')
  }
}

function unknown(id: string): ErpError {
  return new ErpError('NOT_FOUND', `There is no order ${id.slice(0, 40)}.`)
}

function refOf(row: Json): Ref {
  const { DocEntry: id, DocNum: number } = shaped(written, row, 'A written order')
  return { id, number }
}
