import type { Answer, Failure } from './answer.ts'

/** What an answer or a failure says about when to ask again. */
export interface Outcome {
  /** How often it failed in a row. */
  failures: number
  /** Milliseconds to wait; Infinity: not again by itself. */
  waitMs: number
}

const LEAST_MS = 5_000
const MOST_MS = 300_000

/** What may go well later without anyone changing anything on the page. */
const PASSING = new Set([
  'OFFLINE',
  'INTERNAL',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'DEADLINE_EXCEEDED',
  'BAD_ANSWER',
  'CONFLICT',
  'RECORD_LOCKED',
])

/** Whether a result is a failure that may pass, of the way or of the ERP. */
export function isPassing(result: Answer | Failure): boolean {
  if ('status' in result) return result.status === 'UNAVAILABLE'
  return PASSING.has(result.code)
}

/**
 * When to ask again: a good answer when it has reached the age `periodMs`, a failure or an old value after a
 * pause that doubles, never sooner than the answer allows.
 */
export function outcomeOf(
  result: Answer | Failure,
  periodMs: number,
  failures: number,
  jitter: number,
): Outcome {
  const isValue = 'status' in result && (result.status === 'LIVE' || result.status === 'CACHED')
  if (isValue) return { failures: 0, waitMs: Math.max(LEAST_MS, periodMs - (result.ageMs ?? 0)) }
  if (!isPassing(result) && !('status' in result && result.status === 'STALE'))
    return { failures, waitMs: Infinity }
  const pause = Math.min(MOST_MS, LEAST_MS * 2 ** failures) * jitter
  return { failures: failures + 1, waitMs: Math.max(pause, result.retryAfterMs ?? 0) }
}
