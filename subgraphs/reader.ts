import { LRUCache } from 'lru-cache'
import { ErpError } from '../schema/errors.ts'
import type { Problem, ReadStatus } from '../schema/index.ts'
import { asCall } from './http.ts'
import type { Answer } from './records.ts'
import { report } from './report.ts'

/** How fresh an answer must be and how long the caller waits, both in milliseconds. */
export interface Patience {
  deadlineMs: number
  /** null: as old as the kind's time to live allows. */
  maxAgeMs: number | null
}

/** A value with how it came about. `value` is null where the ERP does not know the thing or nothing is known. */
export interface Fresh<V> {
  status: ReadStatus
  asOf: string | null
  ageMs: number | null
  problem: Problem | null
  value: V | null
}

/** What a reader needs to know of its kind. */
export interface ReaderOptions<A, V> {
  connection: string
  ttlMs: number
  /** How long a value may be shown as STALE when the ERP does not answer. */
  staleMs: number
  /** Asks per call at most. */
  batch: number
  /** Everything that decides the value. The part before the first newline names the thing, for `drop`. */
  key(ask: A): string
  read(asks: A[]): Promise<Answer<V>[]>
}

interface Entry<V> {
  value: V | null
  at: number
}
interface Flight<V> {
  answer: Promise<Answer<V>>
  startedAt: number
}

const MAX_ENTRIES = 100_000

/** An ERP's error as data. */
export function toProblem(error: unknown, connection: string): Problem {
  const known =
    error instanceof ErpError ? error : new ErpError('INTERNAL', 'Something went wrong on our side.')
  return {
    code: known.code,
    message: known.said ? `${known.message} ${known.said}`.slice(0, 500) : known.message,
    resolution: known.resolution,
    retryAfterMs: known.retryAfterMs ?? null,
    connection: known.connection ?? connection,
    field: known.field ?? null,
  }
}

/**
 * Single-flight cache in front of one kind of read of one connection. Equal asks that are under way share one
 * call; a late answer, after the caller's deadline, still fills the cache.
 */
export class Reader<A, V extends object> {
  readonly #options: ReaderOptions<A, V>
  #kept: LRUCache<string, Entry<V>> | null = null
  readonly #flights = new Map<string, Flight<V>>()
  hits = 0
  misses = 0

  constructor(options: ReaderOptions<A, V>) {
    this.#options = options
  }

  /** Made when first needed: its room is taken at once, and most kinds of most connections are never read. */
  get #cache(): LRUCache<string, Entry<V>> {
    return (this.#kept ??= new LRUCache({ max: MAX_ENTRIES }))
  }

  /** Answers in the same order and length; never rejects. */
  async read(asks: { ask: A; patience: Patience }[]): Promise<Fresh<V>[]> {
    const now = Date.now()
    const missing = new Map<string, A>()
    const keys = asks.map(({ ask }) => this.#options.key(ask))
    const young = asks.map(({ ask, patience }, index) => {
      const key = keys[index]!
      const entry = this.#cache.get(key)
      const limit = Math.min(this.#options.ttlMs, patience.maxAgeMs ?? Infinity)
      if (entry && limit > 0 && now - entry.at <= limit) return entry
      const flight = this.#flights.get(key)
      if (!flight || now - flight.startedAt > limit) missing.set(key, ask)
      return null
    })
    this.hits += young.filter(Boolean).length
    this.misses += missing.size
    this.#start(missing, now)
    const deadlines = new Deadlines()
    const answers = asks.map(({ patience }, index) => {
      const entry = young[index]
      return entry ? fresh('CACHED', entry, null) : this.#await(keys[index]!, patience.deadlineMs, deadlines)
    })
    return Promise.all(answers).finally(() => deadlines.clear())
  }

  /** Forgets everything about one thing, after it changed. */
  drop(thing: string): void {
    for (const key of this.#kept?.keys() ?? [])
      if (key === thing || key.startsWith(`${thing}\n`)) this.#kept?.delete(key)
  }

  /** Forgets everything. */
  clear(): void {
    if (this.#kept?.size) this.#kept.clear()
  }

  #start(missing: Map<string, A>, now: number): void {
    const all = [...missing]
    for (let from = 0; from < all.length; from += this.#options.batch) {
      const part = all.slice(from, from + this.#options.batch)
      const answers = asCall({ lane: 'live' }, () => this.#options.read(part.map(([, ask]) => ask)))
      part.forEach(([key], index) => {
        const answer = answers
          .then((got) => got[index] ?? null)
          .catch((error: unknown) => this.#failed(error))
        const flight = { answer, startedAt: now }
        this.#flights.set(key, flight)
        void answer.then((value) => this.#land(key, flight, value))
      })
    }
  }

  #failed(error: unknown): ErpError {
    if (error instanceof ErpError) return error
    report(error, this.#options.connection)
    return new ErpError('INTERNAL', 'Something went wrong on our side.', {
      connection: this.#options.connection,
    })
  }

  #land(key: string, flight: Flight<V>, value: Answer<V>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
    const known = this.#cache.get(key)
    if (value instanceof ErpError || (known && known.at > flight.startedAt)) return
    this.#cache.set(key, { value, at: flight.startedAt })
  }

  async #await(key: string, deadlineMs: number, deadlines: Deadlines): Promise<Fresh<V>> {
    const flight = this.#flights.get(key)
    const { connection, staleMs } = this.#options
    if (!flight) return failed(new ErpError('INTERNAL', 'The read was lost.'), connection)
    const answer = await Promise.race([flight.answer.then((got) => ({ got })), deadlines.after(deadlineMs)])
    if (answer && !(answer.got instanceof ErpError)) {
      return fresh('LIVE', { value: answer.got, at: flight.startedAt }, null)
    }
    const error =
      answer?.got ??
      new ErpError('DEADLINE_EXCEEDED', `${connection} did not answer within ${deadlineMs} ms.`)
    const entry = this.#cache.get(key)
    if (!entry || Date.now() - entry.at > staleMs) return failed(error as ErpError, connection)
    return fresh('STALE', entry, toProblem(error, connection))
  }
}

/** One timer per distinct deadline of a batch, cleared when the batch is answered. */
class Deadlines {
  readonly #known = new Map<number, { timer: NodeJS.Timeout; passed: Promise<null> }>()

  after(ms: number): Promise<null> {
    const known = this.#known.get(ms)
    if (known) return known.passed
    const { promise, resolve } = Promise.withResolvers<null>()
    this.#known.set(ms, { timer: setTimeout(() => resolve(null), Math.max(0, ms)), passed: promise })
    return promise
  }

  clear(): void {
    for (const { timer } of this.#known.values()) clearTimeout(timer)
  }
}

function fresh<V>(status: ReadStatus, entry: Entry<V>, problem: Problem | null): Fresh<V> {
  const ageMs = Math.max(0, Date.now() - entry.at)
  return { status, asOf: new Date(entry.at).toISOString(), ageMs, problem, value: entry.value }
}

function failed<V>(error: ErpError, connection: string): Fresh<V> {
  return {
    status: 'UNAVAILABLE',
    asOf: null,
    ageMs: null,
    problem: toProblem(error, connection),
    value: null,
  }
}
