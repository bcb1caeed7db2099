import { ErpError } from '../schema/errors.ts'

const QUARTER_MS = 15 * 60_000
const KEPT = 10_000
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/

/** Making one costs more than asking it a thousand times. */
const clocks = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

/** Whether a name is an IANA time zone, for example Europe/Berlin. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(zone, clock)
  return clock
}

/** Milliseconds by which clocks in a zone are ahead of UTC at an instant; they change at a quarter of an hour, if at all. */
export function ahead(ms: number, zone: string): number {
  const quarter = Math.floor(ms / QUARTER_MS) * QUARTER_MS
  const key = `${zone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const offset = Date.parse(`${clockOf(zone).format(quarter).replace(' ', 'T')}Z`) - quarter
  if (offsets.size >= KEPT) offsets.clear()
  offsets.set(key, offset)
  return offset
}

/** The instant at which a clock shows `wall` (as if it were UTC); `offset` says how far it is ahead of UTC. */
export function instantOf(wall: number, offset: (ms: number) => number): number {
  // A second round settles the hour around a change of summer time.
  return wall - offset(wall - offset(wall))
}

/** The calendar day that clocks in a zone show at an instant. */
export function dayIn(zone: string, ms: number): string {
  return new Date(ms + ahead(ms, zone)).toISOString().slice(0, 10)
}

/** A calendar day; VALIDATION for anything else. */
export function dayOf(text: string, field: string): string {
  const ms = Date.parse(`${text}T00:00:00Z`)
  if (!Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text) return text
  throw new ErpError('VALIDATION', `"${text.slice(0, 40)}" is no calendar day.`, { field })
}

/** The instant (ms) of the midnight in a zone with which a calendar day begins; VALIDATION for anything but a day. */
export function midnightIn(zone: string, day: string, field: string): number {
  return instantOf(Date.parse(`${dayOf(day, field)}T00:00:00Z`), (ms) => ahead(ms, zone))
}

function wallOf(local: string): number {
  const wall = LOCAL.test(local) ? Date.parse(`${local}Z`) : NaN
  if (!Number.isNaN(wall)) return wall
  throw new ErpError('BAD_ANSWER', `"${local.slice(0, 40)}" stands where a time was expected.`)
}

/**
 * The clock of a server that tells local times without naming their zone: the zone is either set by the operator or
 * measured by comparing the server's clock with ours.
 */
export class Zone {
  readonly #offset: (utcMs: number) => number

  private constructor(offset: (utcMs: number) => number) {
    this.#offset = offset
  }

  /** By IANA name, which knows summer time for every date; VALIDATION for another name. */
  static named(name: string): Zone {
    if (isZone(name)) return new Zone((utcMs) => ahead(utcMs, name))
    throw new ErpError('VALIDATION', `"${name}" is no IANA time zone.`, { field: 'timeZone' })
  }

  /** By what the server's clock shows at a moment of ours; right to the quarter of an hour. */
  static measured(local: string, utcMs: number): Zone {
    const offset = Math.round((wallOf(local) - utcMs) / QUARTER_MS) * QUARTER_MS
    return new Zone(() => offset)
  }

  /** "2026-11-21T10:14:03" on the server's clock -> "2026-11-21T18:14:03.000Z"; BAD_ANSWER for another form. */
  toUtc(local: string): string {
    return new Date(instantOf(wallOf(local), this.#offset)).toISOString()
  }

  /** A moment in milliseconds -> what the server's clock shows, to the second. */
  toLocal(utcMs: number): string {
    return new Date(utcMs + this.#offset(utcMs)).toISOString().slice(0, 19)
  }

  /** The calendar day that the server's clock shows. */
  dayAt(utcMs: number): string {
    return this.toLocal(utcMs).slice(0, 10)
  }
}
