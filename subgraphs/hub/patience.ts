import { ErpError } from '../../schema/errors.ts'

/** The longest that a reader may ask to wait; whatever has to be asked for longer is no live read. */
const LONGEST_MS = 60_000

/** Refuses a deadline or an age that is none. */
export function checkPatience(deadlineMs: number, maxAgeMs: number | null | undefined): void {
  if (deadlineMs < 0 || deadlineMs > LONGEST_MS)
    throw new ErpError('VALIDATION', `deadlineMs must be between 0 and ${LONGEST_MS}.`, {
      field: 'deadlineMs',
    })
  if (typeof maxAgeMs === 'number' && maxAgeMs < 0)
    throw new ErpError('VALIDATION', 'maxAgeMs must not be below 0.', { field: 'maxAgeMs' })
}
