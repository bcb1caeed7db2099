import Big from 'big.js'
import type { ErrorCode } from '../../../schema/errors.ts'
import type { Demo } from '../../demo.ts'
import type { Ledger } from '../../sandbox.ts'

/** A document as the system behind the endpoint keeps it. */
export interface Row {
  /** The sender's id; null for what was there before. */
  ref: string | null
  externalId: string
  externalNumber: string
  status: string
  version: number
  data: Record<string, unknown>
}

/** What can be delivered. */
export type Kind = 'customer' | 'order' | 'invoice' | 'payment'

/** Why the system behind the endpoint does not take a document. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined

  constructor(code: ErrorCode, message: string, field?: string) {
    super(message)
    this.code = code
    this.field = field
  }
}

const LETTERS: Record<Kind, string> = { customer: 'D', order: 'AB', invoice: 'RE', payment: 'ZE' }

/** What the system behind the endpoint holds: one row per id of the sender, whatever arrives twice or late. */
export class Store {
  readonly items: Set<string>
  readonly #rows: Record<Kind, Row[]> = { customer: [], order: [], invoice: [], payment: [] }
  readonly #index = new Map<string, Row>()

  constructor(demo: Demo) {
    this.items = new Set(demo.products.map(({ sku }) => sku))
    for (const { name, email } of demo.customers) this.add('customer', null, { name, email })
  }

  /** By the sender's id or our own. */
  find(kind: Kind, id: string): Row | undefined {
    return this.#index.get(`${kind} ref ${id}`) ?? this.#index.get(`${kind} own ${id}`)
  }

  byRef(kind: Kind, ref: string): Row | undefined {
    return this.#index.get(`${kind} ref ${ref}`)
  }

  add(kind: Kind, ref: string | null, data: Record<string, unknown>): Row {
    const count = this.#rows[kind].length + 1001
    const externalId = `${LETTERS[kind]}-${count}`
    const status = String(data.status ?? 'OPEN')
    const row = { ref, externalId, externalNumber: `${LETTERS[kind]}${count}`, status, version: 1, data }
    this.#rows[kind].push(row)
    if (ref !== null) this.#index.set(`${kind} ref ${ref}`, row)
    this.#index.set(`${kind} own ${externalId}`, row)
    return row
  }

  /** Creates, or takes a later version over; an earlier one that arrives late changes nothing. */
  upsert(kind: Kind, data: Record<string, unknown>): Row {
    const [id, version] = [String(data.id), Number(data.version)]
    const known = this.byRef(kind, id)
    if (!known) return Object.assign(this.add(kind, id, data), { version })
    if (version > known.version) Object.assign(known, { version, data, status: data.status ?? known.status })
    return known
  }

  end(kind: Kind, { id, status }: Record<string, unknown>): Row {
    const row = this.find(kind, String(id))
    if (!row) throw new Refusal('NOT_FOUND', `There is no ${kind} ${String(id)}.`, 'id')
    return Object.assign(row, { status })
  }

  ledger(): Ledger {
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
    return {
      customers: this.#rows.customer.map(({ externalId, data }) => ({
        id: externalId,
        name: text(data.name) ?? '',
        email: text(data.email),
      })),
      orders: this.#rows.order.map(({ externalId, externalNumber, ref, status, data }) => ({
        id: externalId,
        number: externalNumber,
        ref,
        customer: this.find('customer', buyerOf(data))?.externalId ?? '',
        state: status === 'CANCELLED' ? 'cancelled' : 'booked',
        total: totalOf(data),
      })),
    }
  }
}

/** Whom a document is for, in whichever id it says. */
export function buyerOf({ customer }: Record<string, unknown>): string {
  return (customer as { id: string }).id
}

/** The lines of a document that was checked. */
export function linesOf({
  lines,
}: Record<string, unknown>): { sku: string; quantity: string; unitPrice: string | null }[] {
  return lines as { sku: string; quantity: string; unitPrice: string | null }[]
}

function totalOf(data: Record<string, unknown>): string {
  return linesOf(data)
    .reduce((sum, { quantity, unitPrice }) => sum.plus(new Big(quantity).times(unitPrice ?? 0)), new Big(0))
    .toFixed(2)
}
