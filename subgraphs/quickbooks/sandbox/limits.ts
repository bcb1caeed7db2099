import type { SandboxAnswer } from '../../sandbox.ts'
import { gateway } from './rows.ts'

const MINUTE_MS = 60_000

/** More than is allowed, thrown from deep inside. */
export class Throttled extends Error {}

/** The answer to what is more than allowed; it does not say when to come back. */
export function throttled(): SandboxAnswer {
  const told = 'message=ThrottleExceeded; errorCode=003001; statusCode=429'
  return gateway(429, '3001', told, 'The request limit was reached.', 'THROTTLE')
}

/** How many of something any minute may have; as many as come until `most` is set. */
export class PerMinute {
  most = Infinity
  /** The clock in milliseconds, for tests of what lasts a minute. */
  now = (): number => performance.now()
  #at: number[] = []

  /** Counts one; throws where it is one too many. */
  count(): void {
    const now = this.now()
    this.#at = this.#at.filter((at) => at > now - MINUTE_MS)
    if (this.#at.length >= this.most) throw new Throttled()
    this.#at.push(now)
  }
}
