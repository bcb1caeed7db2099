import { createHash } from 'node:crypto'
import type { Change, Kind } from '../../connector.ts'
import { Num } from '../../exact.ts'
import { stamp } from '../time.ts'

/** A number for an answer. */
export function num(text: string | number): Num {
  return new Num(String(text))
}

/** A record as it stands on the wire. */
export type Row = Record<string, unknown> & {
  id: string
  version: Num
  createdDate: string
  updatedDate: string
  archived: boolean
}

/** Whose records these are. */
export const ORGANIZATION = 'aa93e8a8-2aa3-470b-b914-caad8a255dd8'
const KINDS: Record<string, Kind> = {
  articles: 'item',
  contacts: 'customer',
  'order-confirmations': 'order',
  invoices: 'invoice',
  quotations: 'quote',
}
/** When the demo company was set up. */
const BEGIN = Date.parse('2026-11-19T08:00:00Z')

/** All records of an organisation, in memory. */
export class Store {
  readonly #resources = new Map<string, Map<string, Row>>()
  readonly #listeners: ((change: Change) => void)[] = []
  readonly #numbers = new Map<string, number>()
  readonly subscriptions: {
    subscriptionId: string
    eventType: string
    callbackUrl: string
    createdDate: string
  }[] = []
  #count = 0
  #clock = BEGIN
  #live = false

  /** From here on the clock is the real one, and webhooks are sent. */
  open(): void {
    this.#live = true
  }

  /** A moment after every other that was given. */
  now(): string {
    this.#clock = this.#live ? Math.max(Date.now(), this.#clock + 1) : this.#clock + 1000
    return stamp(this.#clock)
  }

  /** The same ids in every sandbox; without the letter e, so that none looks like a number with an exponent. */
  nextId(): string {
    const hex = createHash('sha256').update(String(++this.#count)).digest('hex').replaceAll('e', 'f')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
      '-',
    )
  }

  /** The next number of its kind, such as 10001. */
  next(name: string, first: number): number {
    const number = (this.#numbers.get(name) ?? first - 1) + 1
    this.#numbers.set(name, number)
    return number
  }

  /** Newest first, so that what is added moves every page. */
  all(resource: string): Row[] {
    return [...(this.#resources.get(resource)?.values() ?? [])].toReversed()
  }

  find(resource: string, id: unknown): Row | undefined {
    return typeof id === 'string' ? this.#resources.get(resource)?.get(id) : undefined
  }

  insert(resource: string, properties: Record<string, unknown>): Row {
    const at = this.now()
    const row: Row = {
      id: this.nextId(),
      organizationId: ORGANIZATION,
      createdDate: at,
      updatedDate: at,
      version: num(1),
      archived: false,
      ...properties,
    }
    const rows = this.#resources.get(resource) ?? new Map<string, Row>()
    this.#resources.set(resource, rows.set(row.id, row))
    this.#tell(resource, row.id, false)
    return row
  }

  change(resource: string, row: Row, properties: Record<string, unknown>): Row {
    Object.assign(row, properties, { version: num(Number(row.version.text) + 1), updatedDate: this.now() })
    this.#tell(resource, row.id, false)
    return row
  }

  remove(resource: string, id: string): void {
    this.#resources.get(resource)?.delete(id)
    this.#tell(resource, id, true)
  }

  watch(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  #tell(resource: string, id: string, deleted: boolean): void {
    const kind = KINDS[resource]
    if (!kind || !this.#live) return
    const change: Change = { kind, id, deleted, at: new Date(this.#clock).toISOString() }
    for (const listener of this.#listeners) listener(change)
  }
}
