import { ErpError } from '../../schema/errors.ts'

const QUARTER_MS = 15 * 60_000
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/

/**
 * The account's clock. SuiteQL tells and compares times in the account's own zone, without naming it, so the
 * zone is either set by the operator or measured by comparing the account's clock with ours.
 */
export class Zone {
  readonly #offset: (utcMs: number) => number

  private constructor(offset: (utcMs: number) => number) {
    this.#offset = offset
  }

  /** By IANA name, which knows summer time for every date. */
  static named(name: string): Zone {
    const format = formatOf(name)
    return new Zone((utcMs) => Date.parse(`${localOf(format, utcMs)}Z`) - Math.floor(utcMs / 1000) * 1000)
  }

  /** By what the account's clock shows at a moment of ours; right to the quarter of an hour. */
  static measured(local: string, utcMs: number): Zone {
    const offset = Math.round((readLocal(local) - utcMs) / QUARTER_MS) * QUARTER_MS
    return new Zone(() => offset)
  }

  /** "2026-11-21T10:14:03" on the account's clock -> "2026-11-21T18:14:03.000Z". */
  toUtc(local: string): string {
    const wall = readLocal(local)
    // A second round settles the hour around a change of summer time.
    const first = wall - this.#offset(wall)
    return new Date(wall - this.#offset(first)).toISOString()
  }

  /** A moment in milliseconds -> what the account's clock shows, to the second. */
  toLocal(utcMs: number): string {
    return new Date(utcMs + this.#offset(utcMs)).toISOString().slice(0, 19)
  }
}

function readLocal(local: string): number {
  if (LOCAL.test(local)) return Date.parse(`${local}Z`)
  throw new ErpError('BAD_ANSWER', `NetSuite gave "${local.slice(0, 40)}" where a time was expected.`)
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
    const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
    return new Intl.DateTimeFormat('sv-SE', { timeZone: name, ...parts, ...time })
  } catch {
    throw new ErpError('VALIDATION', `"${name}" is no IANA time zone.`, { field: 'timeZone' })
  }
}

function localOf(format: Intl.DateTimeFormat, utcMs: number): string {
  return format.format(utcMs).replace(' ', 'T')
}
