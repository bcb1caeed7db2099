import { ahead } from '../zone.ts'

const LOCAL = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/
const DAY_MS = 24 * 3600 * 1000

/** The instants that a clock in `zone` shows as `local`: two in the hour that autumn repeats, else one. */
function instants(local: string, zone: string): number[] {
  const [, day, time, fraction = ''] = LOCAL.exec(local) ?? []
  if (!day) return []
  const shown = Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  if (Number.isNaN(shown)) return []
  const both = new Set([ahead(shown - DAY_MS, zone), ahead(shown + DAY_MS, zone)])
  const fitting = [...both].map((offset) => shown - offset).filter((at) => at + ahead(at, zone) === shown)
  // An hour that spring leaves out is shown by no clock; the offset before it is the nearest meaning.
  return fitting.length > 0 ? fitting.sort((a, b) => a - b) : [shown - ahead(shown - DAY_MS, zone)]
}

/**
 * The site's "2026-11-21 03:47:46.345857", which carries no zone, as UTC; null for anything else. In the hour
 * that autumn repeats it is the first of the two.
 */
export function toUtc(local: string | null | undefined, zone: string): string | null {
  const [at] = instants(local ?? '', zone)
  return at === undefined ? null : new Date(at).toISOString()
}

/** An instant in the site's own words, with microseconds. */
export function toLocal(instant: number, zone: string): string {
  const text = new Date(instant + ahead(instant, zone)).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 23)}000`
}

/** The calendar day in `zone`. */
export function dayIn(zone: string, instant = Date.now()): string {
  return toLocal(instant, zone).slice(0, 10)
}

/** `days` later, as a calendar day. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The local time `seconds` before; a whole hour more where the clock repeats that hour in autumn. */
export function before(local: string, zone: string, seconds: number): string {
  const [first = 0, second = first] = instants(local, zone)
  const [, day, time, fraction = '0'] = LOCAL.exec(local) ?? []
  if (!day) return local
  const shown = Date.parse(`${day}T${time}Z`) - seconds * 1000 - (second - first)
  return `${new Date(shown).toISOString().slice(0, 19).replace('T', ' ')}.${fraction.padEnd(6, '0')}`
}
