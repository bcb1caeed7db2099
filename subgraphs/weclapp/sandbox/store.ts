import type { Change, Kind } from '../../connector.ts'
import { Answered } from '../../refusal.ts'
import { problem } from './problem.ts'

/** A record as it stands on the wire: ids and decimals are text, times are numbers, nulls are left out. */
export type Row = Record<string, unknown> & {
  id: string
  version: string
  lastModifiedDate: number
  createdDate: number
}

const KINDS: Record<string, Kind> = {
  article: 'item',
  party: 'customer',
  salesOrder: 'order',
  salesInvoice: 'invoice',
  quotation: 'quote',
}
/** When the demo company was set up. */
const BEGIN = Date.parse('2026-11-20T08:00:00Z')

/** All records of a tenant, in memory. */
export class Store {
  readonly #resources = new Map<string, Map<string, Row>>()
  readonly #listeners: ((change: Change) => void)[] = []
  #lastId = 1000
  #clock = BEGIN
  #live = false

  /** From here on the clock is the real one, and webhooks are sent. */
  open(): void {
    this.#live = true
  }

  /** A time after every other that was given. */
  now(): number {
    this.#clock = this.#live ? Math.max(Date.now(), this.#clock + 1) : this.#clock + 1000
    return this.#clock
  }

  nextId(): string {
    this.#lastId += 1
    return String(this.#lastId)
  }

  all(resource: string): Row[] {
    return [...(this.#resources.get(resource)?.values() ?? [])]
  }

  find(resource: string, id: unknown): Row | undefined {
    return typeof id === 'string' ? this.#resources.get(resource)?.get(id) : undefined
  }

  get(resource: string, id: string): Row {
    const row = this.find(resource, id)
    if (row) return row
    throw new Answered(problem(404, 'not_found', `${resource} with id ${id} not found`))
  }

  /** The properties that every record has. */
  meta(): { id: string; version: string; createdDate: number; lastModifiedDate: number } {
    const at = this.now()
    return { id: this.nextId(), version: '0', createdDate: at, lastModifiedDate: at }
  }

  insert(resource: string, properties: Record<string, unknown>): Row {
    const row: Row = { ...this.meta(), ...properties }
    const rows = this.#resources.get(resource) ?? new Map<string, Row>()
    this.#resources.set(resource, rows.set(row.id, row))
    this.#tell(resource, row.id, false)
    return row
  }

  change(resource: string, row: Row, properties: Record<string, unknown>): Row {
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === '') delete row[name]
      else row[name] = value
    }
    row.version = String(Number(row.version) + 1)
    row.lastModifiedDate = this.now()
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
