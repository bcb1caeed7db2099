import type { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer } from '../connector.ts'
import { Kept } from '../kept.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, PAGE, type Raw, WINDOW, isId } from './client.ts'
import { known } from './shapes.ts'

/** How long the copy of a first page serves the pages behind it, in milliseconds. */
const PAGING_MS = 5 * 60_000

/** All records of a collection, by id. */
export type Copy = Map<string, Raw>

/**
 * Articles or contacts. Lexware reads one by its id, or all of them by pages, and nothing between, at two calls a
 * second: so a few are asked one by one, and more than the collection has pages are picked from a whole reading.
 */
export class Shelf<F extends z.ZodType> {
  readonly #client: Client
  readonly #path: string
  readonly #form: F
  readonly #filters: Record<string, string>
  readonly #fits: (row: z.output<F>) => boolean
  readonly #copy: Kept<Copy>
  readonly #paging: Kept<Copy>
  /** How many pages the collection had when it was last read; null before. */
  #pages: number | null = null

  constructor(
    client: Client,
    collection: { path: string; form: F; filters: Record<string, string>; copySeconds: number },
    fits: (row: z.output<F>) => boolean = () => true,
  ) {
    this.#client = client
    this.#path = collection.path
    this.#form = collection.form
    this.#filters = collection.filters
    this.#fits = fits
    this.#copy = new Kept(() => this.#load(), collection.copySeconds * 1000)
    this.#paging = new Kept(() => this.#copy.get(), PAGING_MS)
  }

  /** All of them as they are now, whatever copy the operator allows: for what must not miss a new one. */
  fresh(): Promise<Copy> {
    this.#copy.forget()
    return this.all()
  }

  /** All of them, for a first page. */
  all(): Promise<Copy> {
    this.#paging.forget()
    return this.#paging.get()
  }

  /** All of them as they were when the first page was read, so that pages neither lose nor repeat a row. */
  asPaged(): Promise<Copy> {
    return this.#paging.get()
  }

  /** The rows that a filter of the server finds; whoever asks compares again, because unknown filters are ignored. */
  async filtered(filters: Record<string, string>): Promise<Raw[]> {
    const rows: Raw[] = []
    for (let page = 0; ; page += 1) {
      const found = await this.#client.page(this.#path, { ...this.#filters, ...filters }, page)
      rows.push(...found.rows)
      if (found.last) return rows
    }
  }

  /** By ids, in their order; null for what is not there. */
  byId(ids: string[]): Promise<Answer<z.output<F>>[]> {
    return this.#pick(
      ids.map((id) => (isId(id) ? id.toLowerCase() : '')),
      (row) => shaped(known, row, this.#path).id,
      async (id) => {
        const answer = await this.#client.maybe(`${this.#path}/${id}`)
        return answer ? [answer.json() as Raw] : []
      },
    )
  }

  /** By a text that is unique, such as the article number; null for what is not there. */
  byKey(property: string, values: string[]): Promise<Answer<z.output<F>>[]> {
    return this.#pick(
      values,
      (row) => String(row[property] ?? ''),
      (value) => this.filtered({ [property]: value }),
    )
  }

  /** A row in its form; an error where it has another. Null for what is none of this collection. */
  read(row: Raw): Answer<z.output<F>> {
    const read = rowOf(() => shaped(this.#form, row, this.#path))
    return read instanceof ErpError || this.#fits(read as z.output<F>) ? (read as z.output<F>) : null
  }

  async #pick(keys: string[], keyOf: (row: Raw) => string, one: (key: string) => Promise<Raw[]>) {
    const wanted = [...new Set(keys.filter((key) => key !== ''))]
    if (wanted.length === 0) return keys.map(() => null)
    const found = new Map<string, Answer<z.output<F>>>()
    const keep = (rows: Iterable<Raw>): void => {
      for (const row of rows) if (!found.has(keyOf(row))) found.set(keyOf(row), this.read(row))
    }
    const copy = await this.#copyFor(wanted.length)
    if (copy) keep(copy.values())
    else
      await Promise.all(
        wanted.map(async (key) => {
          const rows = await one(key).catch((error: unknown) => this.#failed(error))
          if (rows instanceof ErpError) found.set(key, rows)
          else keep(rows.filter((row) => keyOf(row) === key))
        }),
      )
    return keys.map((key) => found.get(key) ?? null)
  }

  /** A whole reading where it costs fewer calls than asking so many one by one; null where it does not. */
  async #copyFor(count: number): Promise<Copy | null> {
    if (count === 1) return null
    if (this.#pages === null) {
      const first = await this.#client.page(this.#path, this.#filters, 0)
      this.#pages = Math.max(1, first.pages)
      if (first.last) return this.#copyOf(first.rows)
    }
    return count > this.#pages && this.#pages * PAGE <= WINDOW ? this.#copy.get() : null
  }

  #copyOf(rows: Raw[]): Copy {
    return new Map(rows.map((row) => [shaped(known, row, this.#path).id, row]))
  }

  #failed(error: unknown): ErpError {
    if (error instanceof ErpError) return error
    throw error
  }

  async #load(): Promise<Copy> {
    const first = await this.#client.page(this.#path, this.#filters, 0)
    this.#pages = Math.max(1, first.pages)
    // Pages beyond the window may come as the last one once more: then rows would be missing in silence.
    if (this.#pages * PAGE > WINDOW)
      throw new ErpError('LIMIT_EXCEEDED', `Lexware shows at most ${WINDOW} ${this.#path} in a list.`)
    const others = await Promise.all(
      Array.from({ length: first.pages - 1 }, (_, at) =>
        this.#client.page(this.#path, this.#filters, at + 1),
      ),
    )
    const rows = [first, ...others].flatMap((page) => page.rows)
    return this.#copyOf(rows)
  }
}
