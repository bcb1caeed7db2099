import { createHash } from 'node:crypto'
import Big from 'big.js'
import { Num, type Row } from '../../exact.ts'

/** The rows in a field; none where there are none. */
export function rowsIn(row: Row | undefined, field: string): Row[] {
  const value = row?.[field]
  return Array.isArray(value) ? (value as Row[]) : []
}

/** A day as the server writes it: with a time and a zone that mean nothing. */
export function dayOf(day: string): string {
  return `${day.slice(0, 10)}T00:00:00Z`
}

/** What the clock of the server shows: one hour ahead of UTC. */
export function clock(): { day: string; time: string } {
  const text = new Date(Date.now() + 3_600_000).toISOString()
  return { day: text.slice(0, 10), time: text.slice(11, 19) }
}

/** The weak tag of a version: W/ and the SHA-1 of the counter. */
export function etag(version: unknown): string {
  const text = version instanceof Num ? version.text : '1'
  return `W/"${createHash('sha1').update(text).digest('hex').toUpperCase()}"`
}

/** Two decimals, as amounts are kept. */
export function round(amount: Big): Big {
  return amount.round(2, Big.roundHalfUp)
}
