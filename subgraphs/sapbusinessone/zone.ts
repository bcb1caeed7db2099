import { ErpError } from '../../schema/errors.ts'

const QUARTER_MS = 15 * 60_000
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/

/**
 * The clock of the server. UpdateDate and UpdateTime are its local time without a zone, so the zone is either set by
 * the operator or measured by comparing the server's clock with ours.
 */
export class Zone {
  readonly #offset: (utcMs: number) => number

  private constructor(offset: (utcMs: number) => number) {
    this.#offset = offset
  }

  /** By IANA name, which knows summer time for every date. */
  static named(name: string): Zone {
    const format = formatOf(name)
    const local = (utcMs: number) => Date.parse(`${format.format(utcMs).replace(' ', 'T')}Z`)
    return new Zone((utcMs) => local(utcMs) - Math.floor(utcMs / 1000) * 1000)
  }

  /** By what the server's clock shows at a moment of ours; right to the quarter of an hour. */
  static measured(local: string, utcMs: number): Zone {
    const offset = Math.round((wallOf(local) - utcMs) / QUARTER_MS) * QUARTER_MS
    return new Zone(() => offset)
  }

  /** "2026-11-21", "10:14:03" on the server's clock -> "2026-11-21T09:14:03.000Z". */
  toUtc(day: string, time: string): string {
    const wall = wallOf(`${day}T${time}`)
    // A second round settles the hour around a change of summer time.
    const first = wall - this.#offset(wall)
    return new Date(wall - this.#offset(first)).toISOString()
  }

  /** The calendar day that the server's clock shows. */
  dayAt(utcMs: number): string {
    return new Date(utcMs + this.#offset(utcMs)).toISOString().slice(0, 10)
  }
}

function wallOf(local: string): number {
  const wall = LOCAL.test(local) ? Date.parse(`${local}Z`) : NaN
  if (!Number.isNaN(wall)) return wall
  throw new ErpError('BAD_ANSWER', `"${local.slice(0, 40)}" stands where a time was expected.`, {
    field: 'UpdateTime',
  })
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
  } catch {
    throw new ErpError('VALIDATION', `"${name}" is no IANA time zone.`, { field: 'timeZone' })
  }
}
