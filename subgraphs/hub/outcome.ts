import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { toProblem } from '../reader.ts'
import type { PushSettings } from './hub.ts'
import type { Move } from './operations.ts'

/** Everything that decides what becomes of a try that failed. */
export interface Failure {
  error: unknown
  connection: string
  /** Something went out in this try; its effect is unknown unless the ERP's answer says otherwise. */
  sentNow: boolean
  /** An earlier try left its effect unknown, and this one has not cleared it up. */
  uncertain: boolean
  tries: number
  ageMs: number
  /** From the last byte on, so long the ERP may still commit or `find` may miss it. Milliseconds. */
  quietMs: number
  findLagMs: number
  /** The worker stops: nothing went wrong. */
  stopping: boolean
}

/** After these the ERP may have written, whatever the message says. */
const VAGUE: ErrorCode[] = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'BAD_ANSWER', 'INTERNAL', 'UNCERTAIN']
/** A person has to act, but not on the order: it waits, and goes on by itself afterwards. */
const OPERATORS: ErrorCode[] = ['AUTHENTICATION_FAILED', 'PERMISSION_DENIED', 'NEEDS_AUTH']

/** Whether an error is the ERP's certain answer that it wrote nothing. */
export function isCertain(error: unknown): boolean {
  return error instanceof ErpError && !VAGUE.includes(error.code)
}

function waits(error: unknown): boolean {
  return !(error instanceof ErpError) || error.retryable || OPERATORS.includes(error.code)
}

/** Milliseconds before the next try: doubling, full jitter, never before the ERP allows it. */
export function backoff(settings: PushSettings, tries: number, error: unknown): number {
  const most = Math.min(settings.backoffMaxMs, settings.backoffMs * 2 ** Math.min(tries, 30))
  const asked = error instanceof ErpError ? (error.retryAfterMs ?? 0) : 0
  return Math.max(Math.random() * most, asked)
}

/** Where an operation goes after a failed try. Never DEAD or REFUSED while its effect is unknown. */
export function afterFailure(failure: Failure, settings: PushSettings): Move {
  const { error, sentNow, tries, ageMs, quietMs } = failure
  const problem = toProblem(error, failure.connection)
  const unknown = (sentNow && !isCertain(error)) || (!sentNow && failure.uncertain)
  const sent = unknown ? (sentNow ? 'now' : 'keep') : 'clear'
  const lag = sentNow && !unknown ? failure.findLagMs : 0
  if (failure.stopping) return { status: 'WAITING', sent, pauseMs: sentNow ? quietMs : 0, problem: null }
  const lost = error instanceof ErpError && error.code === 'UNCERTAIN'
  const exhausted = tries + 1 >= settings.maxAttempts || ageMs >= settings.maxAgeMs
  if (lost || (unknown && (exhausted || !waits(error)))) {
    return {
      status: 'UNCERTAIN',
      outcome: 'WARNING',
      sent,
      problem: lost ? problem : uncertainAfter(failure),
    }
  }
  if (unknown || waits(error)) {
    if (exhausted) return { status: 'DEAD', outcome: 'ERROR', sent, problem, pauseMs: lag }
    const pauseMs = Math.max(backoff(settings, tries, error), sentNow && unknown ? quietMs : lag)
    return { status: 'WAITING', outcome: 'WARNING', sent, problem, pauseMs, counts: true }
  }
  return { status: 'REFUSED', outcome: 'ERROR', sent, problem, pauseMs: lag }
}

function uncertainAfter({ error, connection }: Failure) {
  const { message } = toProblem(error, connection)
  const told = `It is not known whether ${connection} has the document. The last error was: ${message}`
  return toProblem(new ErpError('UNCERTAIN', told, { connection }), connection)
}
