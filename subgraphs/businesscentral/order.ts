import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Id, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { type Part, etagOf, isGuid, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { CANCELLED, isCancelled } from './documents.ts'
import { orderBody } from './body.ts'
import { documentNumber } from './reference.ts'
import type { Setup } from './setup.ts'
import { guid, link, order, text } from './shapes.ts'

const written = z.object({ id: guid, number: z.string(), externalDocumentNumber: text })
const posted = written.extend({ orderId: link, orderNumber: text })
const PARTS = 100

/**
 * Sales orders: one deep insert, our reference as external document number. The number is not unique, so a
 * repeated push is always looked up first, among posted invoices too: posting deletes the order.
 */
export class Orders implements Write<OrderInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 2_000
  /** A request is cut by the server after 10 minutes (operational-limits-online). */
  readonly maxPushMs = 10 * 60_000
  readonly #client: Client
  readonly #setup: Setup

  constructor(client: Client, setup: Setup) {
    this.#client = client
    this.#setup = setup
  }

  async plan(input: OrderInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const number = documentNumber(ref)
    const filter = `externalDocumentNumber eq ${literal(number)}`
    const [orders = [], invoices = []] = await this.#client.read([
      ['salesOrders', { filter, orderby: 'number' }],
      ['salesInvoices', { filter, orderby: 'number' }],
    ])
    const open = orders.map((row) => refOf(row)).find((one) => one.external === number)
    if (open) return { ref: open.ref, step: 1, done: true }
    const after = invoices
      .map((row) => shaped(posted, row, 'An invoice'))
      .find((one) => one.externalDocumentNumber === number && one.orderId)
    if (!after?.orderId) return null
    return { ref: { id: after.orderId, number: after.orderNumber, version: null }, step: 1, done: true }
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    return refOf(await this.#client.write(await this.#request(input, ref))).ref
  }

  /**
   * There is no cancelled status, and an order that is deleted could no longer be found by its reference. So the
   * order stays, empty and with a comment that says why; refused once anything was shipped, invoiced or posted.
   */
  async undo({ id }: Ref): Promise<void> {
    const native = await this.#read(id)
    if (native === null) return this.#checkGone(id)
    if (isCancelled(native)) return
    const lines = native.salesOrderLines.filter(({ lineType }) => lineType !== 'Comment')
    const touched = lines.some((line) => new Big(line.shippedQuantity).plus(line.invoicedQuantity).gt(0))
    if (touched) {
      throw new ErpError('CONFLICT', `Order ${native.number} was already shipped or invoiced in part.`, {
        retryable: false,
      })
    }
    const removals = await Promise.all(
      lines.map(async (line): Promise<Part> => {
        return {
          method: 'DELETE',
          url: await this.#client.inCompany('api/v2.0', `salesOrderLines(${line.id})`),
        }
      }),
    )
    const mark: Part = {
      method: 'POST',
      url: await this.#client.inCompany('api/v2.0', `salesOrders(${native.id})/salesOrderLines`),
      headers: { 'content-type': 'application/json' },
      body: { lineType: 'Comment', description: CANCELLED },
    }
    const parts = [...removals, mark]
    for (let from = 0; from < parts.length; from += PARTS)
      await this.#client.writeAll(parts.slice(from, from + PARTS))
    const after = await this.#read(id)
    if (after && isCancelled(after)) return
    throw new ErpError('CONFLICT', `Order ${native.number} is still open after its lines were removed.`)
  }

  async #request(input: OrderInput, ref: string): Promise<WireRequest> {
    const body = await orderBody(this.#client, this.#setup, input, ref)
    return this.#client.request('POST', 'salesOrders?$expand=salesOrderLines', body)
  }

  async #read(id: Id) {
    if (!isGuid(id)) throw new ErpError('NOT_FOUND', `There is no order ${id.slice(0, 40)}.`)
    const [rows = []] = await this.#client.read([
      ['salesOrders', { filter: `id eq ${id}`, expand: 'salesOrderLines' }],
    ])
    return rows[0] === undefined ? null : shaped(order, rows[0], 'An order')
  }

  /** An order that is not there was posted, or somebody deleted it, which is how people cancel. */
  async #checkGone(id: Id): Promise<void> {
    const [invoices = []] = await this.#client.read([['salesInvoices', { filter: `orderId eq ${id}` }]])
    if (invoices.length === 0) return
    throw new ErpError('CONFLICT', `Order ${id} was already posted; cancel its invoice instead.`, {
      retryable: false,
    })
  }
}

function refOf(row: Json): { ref: Ref; external: string | null } {
  const { id, number, externalDocumentNumber: external } = shaped(written, row, 'A written order')
  return { ref: { id, number: number || null, version: etagOf(row) }, external }
}
