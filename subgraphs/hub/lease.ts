import type { Call } from '../http.ts'
import { beat } from './beat.ts'
import type { Hub } from './hub.ts'
import { type Claimed, extend, markSending } from './operations.ts'
import type { Exchange } from '../http.ts'

/**
 * A worker's hold on one operation. It is extended while the work goes on, and it ends by this machine's clock
 * too: a process that was stopped and continued may not send another byte, because someone else may be at it.
 */
export class Lease {
  readonly #hub: Hub
  readonly #held: Claimed
  readonly #abort = new AbortController()
  #until: number
  #end: (() => void) | null = null
  #sending = false

  /** `claimedAt` is performance.now() from before the claim was asked for. */
  constructor(hub: Hub, held: Claimed, claimedAt: number) {
    this.#hub = hub
    this.#held = held
    this.#until = claimedAt + hub.settings.leaseMs
  }

  /** True when the work was given up: the lease is lost or the worker stops. */
  get ended(): boolean {
    return this.signal.aborted
  }

  /** Asked for right before each request, so that none goes out after the lease has ended. */
  get signal(): AbortSignal {
    if (performance.now() > this.#until) this.#abort.abort()
    return this.#abort.signal
  }

  /** The lane, the signal and the log of every request that belongs to this hold. */
  call(record: (exchange: Exchange) => void): Call {
    const signal = () => this.signal
    return {
      lane: 'push',
      get signal() {
        return signal()
      },
      record,
    }
  }

  start(): void {
    this.#end = beat(() => this.#beat(), this.#hub.settings.leaseMs / 3)
  }

  /** Ends the hold. */
  stop(): void {
    this.#end?.()
  }

  /** Gives up what is under way. */
  abort(): void {
    this.#abort.abort()
  }

  /** Writes down that the first byte is about to go out, and what was there before. Throws FenceLost. */
  async sending(before: object | null): Promise<void> {
    await markSending(this.#hub.db, this.#held, before)
    this.#sending = true
  }

  async #beat(): Promise<void> {
    const { db, settings } = this.#hub
    const asked = performance.now()
    const held = await extend(db, this.#held, settings.leaseMs, this.#sending).catch(() => null)
    if (held === false) this.abort()
    if (held) this.#until = asked + settings.leaseMs
  }
}
