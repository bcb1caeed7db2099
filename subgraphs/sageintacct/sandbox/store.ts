import type { Kind } from '../../connector.ts'

/** A record as REST shows it: references are objects, figures are text. */
export interface Row {
  key: string
  id?: string
  [name: string]: unknown
}

/** When the first of the demo's rows was made. */
const BEGAN = Date.parse('2026-11-20T08:00:00Z')

/** The tables of one company; each is filled when it is first looked at. */
export class Store {
  readonly #tables = new Map<string, Map<string, Row>>()
  readonly #seeds: Record<string, (store: Store) => void> = {}
  readonly #counts = new Map<string, number>()
  readonly #listeners: ((kind: Kind, id: string, deleted: boolean) => void)[] = []
  #time = BEGAN
  #open = false

  /** What fills a table. */
  plant(name: string, seed: (store: Store) => void): void {
    this.#seeds[name] = seed
  }

  /** From now on changes have the time of day, and are told. */
  open(): void {
    this.#open = true
  }

  watch(listener: (kind: Kind, id: string, deleted: boolean) => void): void {
    this.#listeners.push(listener)
  }

  tell(kind: Kind, id: string, deleted = false): void {
    if (this.#open) for (const listener of this.#listeners) listener(kind, id, deleted)
  }

  has(name: string): boolean {
    return this.#tables.has(name) || Object.hasOwn(this.#seeds, name)
  }

  table(name: string): Map<string, Row> {
    const known = this.#tables.get(name)
    if (known) return known
    const made = new Map<string, Row>()
    this.#tables.set(name, made)
    const wasOpen = this.#open
    this.#open = false
    this.#seeds[name]?.(this)
    this.#open = wasOpen
    return made
  }

  all(name: string): Row[] {
    return [...this.table(name).values()]
  }

  byId(name: string, id: unknown): Row | undefined {
    return this.all(name).find((row) => row.id === id)
  }

  /** The key that the next row will have; keys are never given twice. */
  next(name: string): number {
    this.table(name)
    return (this.#counts.get(name) ?? 0) + 1
  }

  insert(name: string, row: Omit<Row, 'key'>): Row {
    const count = this.next(name)
    this.#counts.set(name, count)
    const key = String(count)
    const at = this.now(count)
    const whole: Row = { ...row, key, audit: { createdDateTime: at, modifiedDateTime: at } }
    this.table(name).set(key, whole)
    return whole
  }

  touch(row: Row): void {
    row.audit = { ...(row.audit as object), modifiedDateTime: this.now(0) }
  }

  /** Seconds count up; the rows of the demo have the same time at each start. */
  now(count: number): string {
    if (!this.#open) return stamp(BEGAN + count * 1000)
    this.#time = Math.max(this.#time + 1000, Date.now())
    return stamp(this.#time)
  }
}

function stamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
