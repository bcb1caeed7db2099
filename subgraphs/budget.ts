import { setTimeout as wait } from 'node:timers/promises'
import {
  type CircuitBreakerPolicy,
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel'
import { ErpError } from '../schema/errors.ts'
import type { Limits } from './connector.ts'
import { type Meter, type Span, type SpanUse, type Use, placesOf, spansOf } from './meter.ts'

/** Who is served first: a person waiting for a read, then a push, then background work. */
export type Lane = 'live' | 'push' | 'background'

const ORDER: Lane[] = ['live', 'push', 'background']
const FAILURES_TO_OPEN = 8
const HALF_OPEN_AFTER_MS = 2_000
/** A caller is not kept waiting longer for its turn: it is told RATE_LIMITED and when to come back. */
const LONGEST_WAIT_MS = 60_000

interface Waiting {
  start: () => void
  refuse: (error: Error) => void
}

/** What is under way and waits, and how much of the vendor's limits is used. */
export interface BudgetUse extends Use {
  parallel: number
  waiting: number
}

/** A caller that stopped waiting: says nothing about the ERP, so the breaker does not count it. */
class Left {
  readonly why: unknown
  constructor(why: unknown) {
    this.why = why
  }
}

function judged(error: unknown, signal: AbortSignal | undefined): never {
  throw signal?.aborted ? new Left(error) : error
}

/**
 * What one connection may send: so many at once, so many a second, a minute and a day. Live reads are served
 * first, and one place and a share of each minute and day are kept free of background work. Who would have to wait
 * longer than a minute is refused with RATE_LIMITED. A breaker answers UNAVAILABLE at once while the ERP is known to be down.
 */
export class Budget {
  readonly #limits: Limits
  readonly #connection: string
  readonly #queues: Record<Lane, Waiting[]> = { live: [], push: [], background: [] }
  readonly #breaker: CircuitBreakerPolicy
  readonly #meter: Meter | null
  #running = 0
  #background = 0
  readonly #spans: Span[]
  readonly #remembered: number
  /** When requests started, oldest first; no more of them than a limit can look back on, or twice as many. */
  #sent: number[] = []
  #alarm: { at: number; timer: NodeJS.Timeout } | null = null

  /** Without a meter this process is the only one that sends. */
  constructor(limits: Limits, connection: string, meter: Meter | null = null) {
    this.#limits = limits
    this.#meter = meter
    this.#connection = connection
    this.#spans = spansOf(limits)
    this.#remembered = Math.max(0, ...this.#spans.map(({ most }) => most.live))
    const lost = handleWhen(
      (error) =>
        error instanceof ErpError && (error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED'),
    )
    this.#breaker = circuitBreaker(lost, {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    })
  }

  /** Whether requests go out: closed lets them, half-open tries one. */
  get breaker(): 'closed' | 'half-open' | 'open' {
    const { state } = this.#breaker
    if (state === CircuitState.Closed) return 'closed'
    return state === CircuitState.HalfOpen ? 'half-open' : 'open'
  }

  /** How many requests wait in this process, and what all processes have under way and have sent. */
  async use(): Promise<BudgetUse> {
    const { parallel } = this.#limits
    const waiting = ORDER.reduce((sum, lane) => sum + this.#queues[lane].length, 0)
    const own = { running: this.#running, spans: this.#spans.map((span) => this.#spanUse(span)) }
    return { parallel, waiting, ...(this.#meter ? await this.#meter.use() : own) }
  }

  /** Runs `work` when its turn has come. Rejects with UNAVAILABLE while the breaker is open. */
  async run<T>(lane: Lane, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#turn(lane, signal)
    let place: number | null = null
    try {
      if (this.#meter) place = await this.#enter(this.#meter, lane, signal)
      return await this.#breaker.execute(() => work().catch((error: unknown) => judged(error, signal)))
    } catch (error) {
      if (error instanceof Left) throw error.why
      if (!(error instanceof BrokenCircuitError)) throw error
      throw new ErpError('UNAVAILABLE', `${this.#connection} is down; it is tried again shortly.`, {
        connection: this.#connection,
        retryAfterMs: HALF_OPEN_AFTER_MS,
      })
    } finally {
      // Should the database be gone, the place frees itself.
      if (place !== null) await this.#meter?.leave(place).catch(() => {})
      this.#running -= 1
      if (lane === 'background') this.#background -= 1
      this.#next()
    }
  }

  /** Waits until all processes together have room for one more request. */
  async #enter(meter: Meter, lane: Lane, signal: AbortSignal | undefined): Promise<number | null> {
    for (;;) {
      const { waitMs, place } = await meter.enter(lane)
      if (waitMs === 0) return place
      if (waitMs > LONGEST_WAIT_MS) throw this.#tooMany(waitMs)
      await wait(waitMs, undefined, { signal }).catch(() => {
        throw this.#left()
      })
    }
  }

  #turn(lane: Lane, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { start: resolve, refuse: reject }
      this.#queues[lane].push(waiting)
      signal?.addEventListener('abort', () => this.#leave(lane, waiting), { once: true })
      if (signal?.aborted) this.#leave(lane, waiting)
      this.#next()
    })
  }

  #leave(lane: Lane, waiting: Waiting): void {
    const at = this.#queues[lane].indexOf(waiting)
    if (at < 0) return
    this.#queues[lane].splice(at, 1)
    waiting.refuse(this.#left())
  }

  #left(): ErpError {
    const connection = this.#connection
    return new ErpError('DEADLINE_EXCEEDED', 'The caller stopped waiting.', { connection })
  }

  #next(): void {
    for (const lane of ORDER) {
      const queue = this.#queues[lane]
      while (queue.length > 0 && this.#hasPlace(lane)) {
        const wait = this.#untilFree(lane)
        if (wait > LONGEST_WAIT_MS) queue.shift()?.refuse(this.#tooMany(wait))
        else if (wait > 0) {
          this.#wake(wait)
          break
        } else {
          this.#start(lane)
          queue.shift()?.start()
        }
      }
    }
  }

  #hasPlace(lane: Lane): boolean {
    if (this.#running >= this.#limits.parallel) return false
    return lane !== 'background' || this.#background < placesOf(this.#limits, lane)
  }

  #start(lane: Lane): void {
    this.#running += 1
    if (lane === 'background') this.#background += 1
    if (this.#remembered === 0) return
    this.#sent.push(performance.now())
    if (this.#sent.length > 2 * this.#remembered) this.#sent = this.#sent.slice(-this.#remembered)
  }

  /** Milliseconds until every span has room for one more request of this lane; 0 where it has. */
  #untilFree(lane: Lane): number {
    const now = performance.now()
    const waits = this.#spans.map(({ ms, most }) => (this.#sent.at(-most[lane]) ?? -Infinity) + ms - now)
    return Math.max(0, ...waits.map(Math.ceil))
  }

  /** Looks again after `ms`, or sooner where a sooner look is due already. */
  #wake(ms: number): void {
    const at = performance.now() + ms
    if (this.#alarm && this.#alarm.at <= at) return
    clearTimeout(this.#alarm?.timer)
    const timer = setTimeout(() => {
      this.#alarm = null
      this.#next()
    }, ms)
    this.#alarm = { at, timer }
  }

  #tooMany(retryAfterMs: number): ErpError {
    const connection = this.#connection
    return new ErpError('RATE_LIMITED', `${connection} has used up what the vendor allows for now.`, {
      connection,
      retryAfterMs,
    })
  }

  #spanUse({ ms, most }: Span): SpanUse {
    const since = performance.now() - ms
    const first = this.#sent.findLastIndex((at) => at <= since) + 1
    const oldest = this.#sent[first]
    const until = oldest === undefined ? null : new Date(Date.now() + oldest - since)
    return { ms, limit: most.live, used: this.#sent.length - first, until }
  }
}
