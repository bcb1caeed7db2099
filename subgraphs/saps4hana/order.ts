import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Found, Id, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import type { Json } from '../json.ts'
import { allOf, etagOf, ifMatch, literal } from '../odata.ts'
import { entityOf } from '../odata2.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import type { OwnFields } from './custom.ts'
import { errorOf } from './errors.ts'
import { unpadded } from './map.ts'
import { orderBody, orderChange, writtenOrder } from './body.ts'
import { writeReference } from './reference.ts'
import { key, many, text } from './shapes.ts'

const SERVICE = 'API_SALES_ORDER_SRV'
const standing = z.object({
  SalesOrder: key,
  OverallTotalDeliveryStatus: text,
  to_Item: many(z.object({ SalesOrderItem: key, SalesDocumentRjcnReason: text })),
})

/**
 * Orders: one deep insert, so there is nothing half done. SAP takes the same order twice without a word, so a
 * repeated push is always looked up first.
 */
export class Orders implements Write<OrderInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 5_000
  /** A work process goes on for up to 600 s after nobody waits for it any more. */
  readonly maxPushMs = 10 * 60_000
  readonly #client: Client
  readonly #own: OwnFields

  constructor(client: Client, own: OwnFields) {
    this.#own = own
    this.#client = client
  }

  async plan(input: OrderInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await this.#request(input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const { referenceField: name, salesOrganization } = this.#client.config
    const wanted = writeReference(ref)
    const rows = await this.#client.rows(SERVICE, 'A_SalesOrder', {
      filter: allOf(`${name} eq ${literal(wanted)}`, `SalesOrganization eq ${literal(salesOrganization)}`),
      select: ['SalesOrder', name],
      orderby: 'SalesOrder',
    })
    // Wildcards of a search of SAP are letters of ours.
    const own = rows.find((row) => (row as Record<string, Json>)[name] === wanted)
    return own === undefined ? null : { ref: refOf(own), step: 1, done: true }
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    const answer = await this.#client.write(SERVICE, await this.#request(input, ref))
    return refOf(entityOf(answer.json()))
  }

  async update(ref: Ref, change: Partial<OrderInput>, version: string | null): Promise<Ref> {
    const body = orderChange(change, this.#client.config)
    const id = checked(ref.id)
    await this.#client.write(
      SERVICE,
      this.#client.request('PATCH', SERVICE, `A_SalesOrder(${literal(id)})`, body, ifMatch(version)),
    )
    const { row } = await this.#read(id)
    return refOf(row)
  }

  /**
   * There is no verb for cancelling: every item gets a reason for rejection, all in one change set. Refused once
   * anything was delivered.
   */
  async undo({ id }: Ref): Promise<void> {
    const { native } = await this.#read(checked(id))
    const open = native.to_Item.filter(({ SalesDocumentRjcnReason: reason }) => reason === null)
    if (open.length === 0 && native.to_Item.length > 0) return
    if (native.OverallTotalDeliveryStatus === 'B' || native.OverallTotalDeliveryStatus === 'C') {
      throw new ErpError('CONFLICT', `Order ${native.SalesOrder} was already delivered in part.`, {
        retryable: false,
      })
    }
    const writes = open.map(({ SalesOrderItem: item }) => ({
      method: 'PATCH',
      url: `A_SalesOrderItem(SalesOrder=${literal(native.SalesOrder)},SalesOrderItem=${literal(item)})`,
      // Each change of an item moves the version of the order, so that only "any" holds for all of them.
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'If-Match': '*' },
      body: JSON.stringify({ SalesDocumentRjcnReason: this.#client.config.rejectionReason }),
    }))
    const [answers = []] = await this.#client.batch(SERVICE, [writes], false)
    const refused = answers.find(({ status }) => status >= 300)
    if (refused) throw errorOf(refused)
    const after = await this.#read(native.SalesOrder)
    if (after.native.to_Item.every(({ SalesDocumentRjcnReason: reason }) => reason !== null)) return
    throw new ErpError('CONFLICT', `Order ${native.SalesOrder} is still open after its items were rejected.`)
  }

  async #request(input: OrderInput, ref: string): Promise<WireRequest> {
    const body = await orderBody(this.#client, this.#own, input, ref)
    return this.#client.request('POST', SERVICE, 'A_SalesOrder', body)
  }

  async #read(id: Id): Promise<{ row: Json; native: z.output<typeof standing> }> {
    const [row] = await this.#client.rowsOf(SERVICE, 'A_SalesOrder', 'SalesOrder', [id], {
      expand: 'to_Item',
    })
    if (row === undefined) throw new ErpError('NOT_FOUND', `There is no order ${id}.`)
    return { row, native: shaped(standing, row, 'An order') }
  }
}

function checked(id: Id): Id {
  if (/^\w{1,10}$/.test(id)) return id
  throw new ErpError('NOT_FOUND', `There is no order ${id.slice(0, 40)}.`)
}

function refOf(row: Json): Ref {
  const number = unpadded(shaped(writtenOrder, row, 'A written order').SalesOrder)
  return { id: number, number, version: etagOf(row) }
}
