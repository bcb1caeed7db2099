import { z } from 'zod'
import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Id, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { type Config, addressOf } from './config.ts'
import type { OwnFields } from './custom.ts'
import { orderFields } from './body.ts'
import { externalId, idempotencyKey } from './reference.ts'
import type { Setup } from './setup.ts'

const APPROVED = { orderStatus: { id: 'B' } }
const PENDING = 'A'
const CANCELLED = 'C'

/** The parts of a sales order that decide how far a push came; numbers arrive as exact text. */
const native = z.object({
  id: z.string(),
  tranId: z.string().nullish(),
  externalId: z.string().nullish(),
  orderStatus: z.object({ id: z.string() }),
  lastModifiedDate: z.string().nullish(),
  item: z
    .object({
      items: z.array(
        z.object({
          line: z.string(),
          isClosed: z.boolean().nullish(),
          quantityFulfilled: z.string().nullish(),
          quantityBilled: z.string().nullish(),
        }),
      ),
    })
    .nullish(),
})

type Native = z.output<typeof native>

/**
 * Sales orders. One POST with our reference as external id, which NetSuite keeps unique: a second POST writes
 * nothing. An order that waits for approval is written, but not done, unless the operator asks for no more.
 */
export class Orders implements Write<OrderInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 5_000
  /** A request may run for 15 minutes (help subsect_1559222360). */
  readonly maxPushMs = 15 * 60_000
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

  async find(ref: string): Promise<Found | null> {
    const order = await this.#read(`eid:${externalId(ref)}`)
    // External ids are compared without case; ours are not.
    if (!order || order.externalId !== externalId(ref)) return null
    const done = this.#isDone(order)
    return { ref: refOf(order, this.#client.config), step: done ? 2 : 1, done }
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    const request = await this.#request(input, ref)
    try {
      const id = await this.#client.write(request)
      return await this.#finish(id ?? `eid:${externalId(ref)}`)
    } catch (error) {
      const found = refusedAsDouble(error) ? await this.find(ref) : null
      if (!found) throw error
      return this.resume(found.ref)
    }
  }

  async resume(found: Ref): Promise<Ref> {
    return this.#finish(found.id)
  }

  async update(ref: Ref, change: Partial<OrderInput>, version: string | null): Promise<Ref> {
    const before = await this.#must(ref.id)
    // There is no If-Match: the last writer wins, so the version is compared right before writing.
    if (version !== null && before.lastModifiedDate !== version) {
      throw new ErpError('CONFLICT', `Sales order ${ref.id} was changed at ${before.lastModifiedDate}.`)
    }
    const path = `salesOrder/${ref.id}${change.lines ? '?replace=item' : ''}`
    const fields = await orderFields(this.#client, this.#setup, this.#own, change)
    await this.#client.write(this.#client.request('PATCH', path, fields))
    return refOf(await this.#must(ref.id), this.#client.config)
  }

  /** Closes every line, which is how an order is cancelled over REST; refused once anything was delivered. */
  async undo(ref: Ref): Promise<void> {
    const order = await this.#must(ref.id)
    if (isClosed(order)) return
    const lines = order.item?.items ?? []
    const touched = lines.some((line) =>
      [line.quantityFulfilled, line.quantityBilled].some((quantity) => new Big(quantity ?? 0).gt(0)),
    )
    if (touched) {
      throw new ErpError('CONFLICT', `Sales order ${ref.id} was already delivered or billed in part.`, {
        retryable: false,
      })
    }
    const items = lines
      .filter((line) => !line.isClosed)
      .map((line) => ({ line: Number(line.line), isClosed: true }))
    await this.#client.write(this.#client.request('PATCH', `salesOrder/${ref.id}`, { item: { items } }))
    if (isClosed(await this.#must(ref.id))) return
    throw new ErpError('CONFLICT', `Sales order ${ref.id} is still open after all its lines were closed.`)
  }

  async #request(input: OrderInput, ref: string): Promise<WireRequest> {
    const { config } = this.#client
    const body = {
      ...config.orderDefaults,
      externalId: externalId(ref),
      ...(await orderFields(this.#client, this.#setup, this.#own, input)),
      ...(config.orderStatus === 'approved' && APPROVED),
    }
    // Only asynchronous requests heed the key; there it keeps a repeated one from running twice.
    const headers = { 'x-netsuite-idempotency-key': idempotencyKey(ref) }
    return this.#client.request('POST', 'salesOrder', body, headers)
  }

  /** Reads what was written and approves it where NetSuite left it pending. */
  async #finish(id: Id): Promise<Ref> {
    let order = await this.#must(id)
    if (!this.#isDone(order)) {
      await this.#client.write(this.#client.request('PATCH', `salesOrder/${order.id}`, APPROVED))
      order = await this.#must(order.id)
    }
    if (this.#isDone(order)) return refOf(order, this.#client.config)
    throw new ErpError(
      'PERMISSION_DENIED',
      `Sales order ${order.tranId ?? order.id} was written, but NetSuite keeps it pending approval.`,
      { field: 'orderStatus' },
    )
  }

  #isDone(order: Native): boolean {
    return this.#client.config.orderStatus === 'pending' || order.orderStatus.id !== PENDING
  }

  async #read(id: string): Promise<Native | null> {
    const record: Json | null = await this.#client.record('salesOrder', id)
    return record === null ? null : shaped(native, record, 'A sales order')
  }

  async #must(id: string): Promise<Native> {
    const order = await this.#read(id)
    if (order) return order
    throw new ErpError('NOT_FOUND', `NetSuite has no sales order ${id}.`)
  }
}

function isClosed(order: Native): boolean {
  const lines = order.item?.items ?? []
  return order.orderStatus.id === CANCELLED || (lines.length > 0 && lines.every((line) => line.isClosed))
}

/** A duplicate is told by words that depend on the user's language, so every unplaced refusal is looked up. */
function refusedAsDouble(error: unknown): boolean {
  if (!(error instanceof ErpError)) return false
  return error.code === 'DUPLICATE_ORDER' || (error.code === 'VALIDATION' && error.field === undefined)
}

function refOf(order: Native, config: Config): Ref {
  return {
    id: order.id,
    number: order.tranId ?? null,
    url: `${addressOf(config, 'app')}/app/accounting/transactions/salesord.nl?id=${order.id}`,
    version: order.lastModifiedDate ?? null,
  }
}
