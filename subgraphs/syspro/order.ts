import { ErpError } from '../../schema/errors.ts'
import type { Found, OrderInput, Ref, WireRequest, Write } from '../connector.ts'
import { type Element, element } from '../xml.ts'
import { type Call, type Client, fields, xmlOf } from './client.ts'
import { isCancelled } from './documents.ts'
import { codeOf, refusalOf } from './errors.ts'
import { anyOf, find } from './find.ts'
import { orderCall } from './body.ts'
import { readOrder } from './single.ts'
import { orderNumber } from './reference.ts'
import { deep, key, text } from './shapes.ts'
import type { Stock } from './stock.ts'

/** Statuses in which goods or an invoice have left the house. */
const GONE = ['8', '9']

/**
 * Sales orders: one import of SORTOI, our reference as the customer's order number. A clean import answers
 * no order number, so it is looked up afterwards.
 */
export class Orders implements Write<OrderInput> {
  readonly proof = 'lookup'
  readonly findLagMs = 5_000
  /** A posting may run on in SYSPRO after the time-out of the service. */
  readonly maxPushMs = 5 * 60_000
  readonly #client: Client
  readonly #stock: Stock

  constructor(client: Client, stock: Stock) {
    this.#client = client
    this.#stock = stock
  }

  async plan(input: OrderInput, ref: string): Promise<WireRequest[]> {
    return [this.#client.shown(await orderCall(this.#client, this.#stock, input, ref))]
  }

  async find(ref: string): Promise<Found | null> {
    const number = orderNumber(ref)
    const rows = await find(this.#client, {
      table: 'SorMaster',
      columns: ['SalesOrder', 'CustomerPoNumber', 'OrderStatus'],
      where: [anyOf('CustomerPoNumber', [number])],
      orderBy: ['SalesOrder'],
      rows: 50,
    })
    // The database may compare without regard to case.
    const row = rows.find((one) => text(one, 'CustomerPoNumber') === number)
    if (!row) return null
    const order = key(row, 'SalesOrder')
    return {
      ref: { id: order, number: order, version: null },
      step: 1,
      done: key(row, 'OrderStatus') !== '0',
    }
  }

  async create(input: OrderInput, ref: string): Promise<Ref> {
    const call = await orderCall(this.#client, this.#stock, input, ref)
    this.#client.checkLength(call)
    try {
      const number = importedNumber(await this.#client.write(call))
      if (number !== null) return { id: number, number, version: null }
    } catch (error) {
      if (!(error instanceof ErpError && error.code === 'DUPLICATE_ORDER')) throw error
      const found = await this.find(ref)
      if (found?.done) return found.ref
      throw error
    }
    const found = await this.find(ref)
    if (found) return found.ref
    throw new ErpError('UNCERTAIN', 'SYSPRO took the order, and it cannot be found by its number.')
  }

  /** An order in process is open on somebody's screen; it is finished there, and nowhere else. */
  async resume({ id }: Ref): Promise<Ref> {
    const root = await readOrder(this.#client, id)
    if (root && key(root, 'OrderStatus') !== '0') return { id, number: id, version: null }
    throw new ErpError('RECORD_LOCKED', `Order ${id} is still in process in SYSPRO.`)
  }

  /** Cancels by the customer's order number, which is how an import names an order, and looks afterwards. */
  async undo({ id }: Ref): Promise<void> {
    const root = await this.#read(id)
    const status = key(root, 'OrderStatus')
    if (isCancelled(status)) return
    const number = text(root, 'CustomerPoNumber')
    if (GONE.includes(status) || number === null) {
      const why = number === null ? 'has no order number of the customer' : 'was already shipped or invoiced'
      throw new ErpError('CONFLICT', `Order ${id} ${why}.`, { retryable: false })
    }
    importedNumber(await this.#client.write(this.#removal(number, key(root, 'Customer'))))
    if (isCancelled(key(await this.#read(id), 'OrderStatus'))) return
    throw new ErpError('CONFLICT', `Order ${id} is still open after it was cancelled.`)
  }

  async #read(id: string): Promise<Element> {
    const root = await readOrder(this.#client, id)
    if (root) return root
    throw new ErpError('NOT_FOUND', `There is no order ${id.slice(0, 40)}.`)
  }

  #removal(number: string, customer: string): Call {
    const header = fields({
      CustomerPoNumber: number,
      OrderActionType: 'D',
      Customer: customer,
      CancelReasonCode: this.#client.config.cancelReason,
    })
    const orders = element('Orders', element('OrderHeader', header))
    const parameters = element(
      'Parameters',
      fields({ Process: 'IMPORT', ValidateOnly: 'N', IgnoreWarnings: 'W' }),
    )
    return {
      path: 'Transaction/Post',
      query: [
        ['BusinessObject', 'SORTOI'],
        ['XmlParameters', xmlOf('SalesOrders', 'SORTOI.XSD', parameters)],
        ['XmlIn', xmlOf('SalesOrders', 'SORTOIDOC.XSD', orders)],
      ],
    }
  }
}

/**
 * The number of the imported order; null for a clean import, which tells only counts. A refused order has an
 * empty number and messages, or is not among the processed ones.
 */
function importedNumber(root: Element): string | null {
  const processed = deep(root, 'ItemsProcessed')[0]?.text.trim() ?? ''
  if (root.name.toLowerCase() !== 'salesorders' || !/^\d+$/.test(processed))
    throw new ErpError('BAD_ANSWER', 'SYSPRO does not tell how many orders it took.', {
      field: 'ItemsProcessed',
    })
  const number = deep(root, 'SalesOrder')[0]?.text.trim() || null
  const errors = ['ErrorDescription', 'ErrorMessage']
    .flatMap((name) => deep(root, name))
    .map((one) => one.text.trim())
  const warnings = deep(root, 'WarningDescription').map((one) => one.text.trim())
  if (Number(processed) > 0 && errors.length === 0) return number
  const words = [...errors, ...warnings].filter(Boolean)
  throw refusalOf(
    words.find((one) => codeOf(one) !== 'VALIDATION') ??
      words[0] ??
      'The order was not processed, without a word why.',
  )
}
