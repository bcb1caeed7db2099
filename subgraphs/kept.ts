/** How long set-up data is believed before it is read again, in milliseconds. */
const MAX_AGE_MS = 10 * 60_000

/**
 * Set-up data of a connection (warehouses, units, price lists, the version) that is read once and kept. Callers
 * at the same time share one read; a failed read is not kept.
 */
export class Kept<T> {
  readonly #load: () => Promise<T>
  readonly #maxAgeMs: number
  #value: Promise<T> | null = null
  #readAt = 0

  constructor(load: () => Promise<T>, maxAgeMs = MAX_AGE_MS) {
    this.#load = load
    this.#maxAgeMs = maxAgeMs
  }

  get(): Promise<T> {
    return this.#value && Date.now() - this.#readAt < this.#maxAgeMs ? this.#value : this.#read()
  }

  /** What `pick` finds; when it finds nothing the data is read once more, because it may be new in the ERP. */
  async find<R>(pick: (value: T) => R | undefined): Promise<R | undefined> {
    const seen = this.get()
    const found = pick(await seen)
    if (found !== undefined) return found
    return pick(await (this.#value === seen ? this.#read() : this.get()))
  }

  /** Forgets what is kept, so that the next call reads it again. */
  forget(): void {
    this.#value = null
  }

  #read(): Promise<T> {
    const value = this.#load()
    this.#value = value
    this.#readAt = Date.now()
    value.catch(() => {
      if (this.#value === value) this.#value = null
    })
    return value
  }
}
