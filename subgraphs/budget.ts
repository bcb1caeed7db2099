import {
  type CircuitBreakerPolicy,
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel'
import { ErpError } from '../schema/errors.ts'
import type { Limits } from './connector.ts'

/** Who is served first: a person waiting for a read, then a push, then background work. */
export type Lane = 'live' | 'push' | 'background'

const ORDER: Lane[] = ['live', 'push', 'background']
const FAILURES_TO_OPEN = 8
const HALF_OPEN_AFTER_MS = 2_000

interface Waiting {
  start: () => void
  refuse: (error: Error) => void
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
 * What one connection may send: so many at once, so many a second. Live reads are served first, and one place
 * is kept free of background work. A breaker answers UNAVAILABLE at once while the ERP is known to be down.
 */
export class Budget {
  readonly #limits: Limits
  readonly #connection: string
  readonly #queues: Record<Lane, Waiting[]> = { live: [], push: [], background: [] }
  readonly #breaker: CircuitBreakerPolicy
  #running = 0
  #background = 0
  #sent: number[] = []
  #alarm = false

  constructor(limits: Limits, connection: string) {
    this.#limits = limits
    this.#connection = connection
    const lost = handleWhen(
      (error) =>
        error instanceof ErpError && (error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED'),
    )
    this.#breaker = circuitBreaker(lost, {
      halfOpenAfter: HALF_OPEN_AFTER_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    })
  }

  /** Requests under way, waiting ones, and how many were sent in the last second. */
  get use(): { running: number; waiting: number; lastSecond: number } {
    const waiting = ORDER.reduce((sum, lane) => sum + this.#queues[lane].length, 0)
    return { running: this.#running, waiting, lastSecond: this.#recent().length }
  }

  /** Runs `work` when its turn has come. Rejects with UNAVAILABLE while the breaker is open. */
  async run<T>(lane: Lane, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#turn(lane, signal)
    try {
      return await this.#breaker.execute(() => work().catch((error: unknown) => judged(error, signal)))
    } catch (error) {
      if (error instanceof Left) throw error.why
      if (!(error instanceof BrokenCircuitError)) throw error
      throw new ErpError('UNAVAILABLE', `${this.#connection} is down; it is tried again shortly.`, {
        connection: this.#connection,
        retryAfterMs: HALF_OPEN_AFTER_MS,
      })
    } finally {
      this.#running -= 1
      if (lane === 'background') this.#background -= 1
      this.#next()
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
    waiting.refuse(
      new ErpError('DEADLINE_EXCEEDED', 'The caller stopped waiting.', { connection: this.#connection }),
    )
  }

  #next(): void {
    for (const lane of ORDER) {
      while (this.#queues[lane].length > 0 && this.#mayStart(lane)) {
        this.#running += 1
        if (lane === 'background') this.#background += 1
        if (this.#limits.perSecond) this.#sent.push(performance.now())
        this.#queues[lane].shift()?.start()
      }
    }
  }

  #mayStart(lane: Lane): boolean {
    if (this.#running >= this.#limits.parallel) return false
    if (lane === 'background' && this.#limits.parallel > 1 && this.#background >= this.#limits.parallel - 1)
      return false
    if (!this.#limits.perSecond || this.#recent().length < this.#limits.perSecond) return true
    if (!this.#alarm) {
      this.#alarm = true
      setTimeout(() => {
        this.#alarm = false
        this.#next()
      }, this.#untilFree())
    }
    return false
  }

  #recent(): number[] {
    const since = performance.now() - 1000
    this.#sent = this.#sent.filter((at) => at > since)
    return this.#sent
  }

  #untilFree(): number {
    return Math.max(1, Math.ceil((this.#sent[0] ?? 0) + 1000 - performance.now()))
  }
}
