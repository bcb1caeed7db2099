import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page } from '../connector.ts'
import type { Vault } from '../http.ts'

const MOST = 10_000
const TRIES = 5
const MARK = 'behind '

/**
 * The ids of one kind that this connection has met, oldest first: Qwoty publishes no list of quotes or customers.
 * They begin with those an operator filled in and grow with every record that is read; all workers share them.
 */
export class Known {
  readonly #vault: Vault
  readonly #key: string
  readonly #first: Id[]
  readonly #met = new Set<Id>()

  constructor(vault: Vault, key: 'quotes' | 'customers', first: Id[]) {
    this.#vault = vault
    this.#key = key
    this.#first = first
    for (const id of first) this.#met.add(id)
  }

  async all(): Promise<Id[]> {
    return [...new Set([...this.#first, ...this.#stored(await this.#vault.read())])]
  }

  /** Remembers ids; costs nothing for those that are known. */
  async meet(ids: Id[]): Promise<void> {
    const fresh = [...new Set(ids)].filter((id) => !this.#met.has(id))
    // A vault may let callers at the same time share one renewal, and then it was perhaps not ours that ran.
    for (let missing = fresh, tries = 0; missing.length > 0 && tries < TRIES; tries += 1) {
      const saved = await this.#vault.renew((stored) => {
        const all = [...new Set([...this.#stored(stored), ...missing])].slice(-MOST)
        return Promise.resolve({ ...stored, [this.#key]: JSON.stringify(all) })
      })
      const known = this.#stored(saved)
      for (const id of known) this.#met.add(id)
      missing = fresh.filter((id) => !known.includes(id))
    }
  }

  /**
   * A page of the known records that fit, read live; what is not there any more is left out. A search reads on
   * until the page is full, a plain list stops after as many ids as were asked for.
   */
  async page<T extends { id: Id }>(
    { first, after, search }: ListAsk,
    read: (ids: Id[]) => Promise<Answer<T>[]>,
    fits: (row: T) => boolean,
  ): Promise<Page<T>> {
    const ids = await this.all()
    const rows: T[] = []
    const start = this.#behind(ids, after)
    let at = start
    while (at < ids.length && rows.length < first && (search || at === start)) {
      const part = ids.slice(at, at + first - rows.length)
      rows.push(...listable(await read(part)).filter(fits))
      at += part.length
    }
    return { rows, next: at < ids.length ? `${MARK}${ids[at - 1]}` : null }
  }

  #behind(ids: Id[], after: string | null): number {
    if (after === null) return 0
    const at = after.startsWith(MARK) ? ids.indexOf(after.slice(MARK.length)) : -1
    if (at < 0) throw new ErpError('VALIDATION', 'The cursor is not one of this list.', { field: 'after' })
    return at + 1
  }

  #stored(tokens: Record<string, string> | null): Id[] {
    return JSON.parse(tokens?.[this.#key] ?? '[]') as Id[]
  }
}

/**
 * The rows of a batch that a list can show. A quote that cannot be ordered is left out, because its prices are
 * not known and nobody may take it for one with the ERP's prices; `byId` says why. Any other error ends the list.
 */
function listable<T>(answers: Answer<T>[]): T[] {
  return answers.filter((answer) => {
    if (!(answer instanceof ErpError)) return answer !== null
    if (answer.code === 'VALIDATION' || answer.code === 'MAPPING_MISSING') return false
    throw answer
  }) as T[]
}

/** Whether an answer is a value: neither unknown nor an error. */
export function isRow<T extends object>(answer: Answer<T> | undefined): answer is T {
  return answer !== null && answer !== undefined && !(answer instanceof ErpError)
}

/** Whether one of the texts holds the search, in any case; true without a search. */
export function finds(search: string | null | undefined, ...texts: (string | null | undefined)[]): boolean {
  const wanted = search?.trim().toLowerCase()
  return !wanted || texts.some((text) => text?.toLowerCase().includes(wanted))
}

/** Reads each distinct id once and answers in the order and length of the ids; an error stays in its row. */
export async function eachOnce<T>(ids: Id[], read: (id: Id) => Promise<T | null>): Promise<Answer<T>[]> {
  const reads = new Map<Id, Promise<Answer<T>>>()
  for (const id of ids) {
    if (!reads.has(id)) reads.set(id, read(id).catch(asRow))
  }
  return Promise.all(ids.map((id) => reads.get(id) ?? null))
}

function asRow(error: unknown): ErpError {
  if (error instanceof ErpError) return error
  throw error
}
