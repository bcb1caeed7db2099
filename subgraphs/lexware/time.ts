import { ErpError } from '../../schema/errors.ts'

/** Lexware Office serves firms in Germany only, so its days begin at midnight there. */
const ZONE = 'Europe/Berlin'
const DAY_MS = 86_400_000
const format = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' })

const HOUR_MS = 3_600_000
const HOURS_KEPT = 10_000
const hours = new Map<number, number>()

/** Milliseconds by which German clocks are ahead of UTC at that moment; clocks change at full hours only. */
function ahead(ms: number): number {
  const hour = Math.floor(ms / HOUR_MS)
  const known = hours.get(hour)
  if (known !== undefined) return known
  const offset = Date.parse(`${format.format(hour * HOUR_MS).replace(' ', 'T')}Z`) - hour * HOUR_MS
  if (hours.size >= HOURS_KEPT) hours.clear()
  hours.set(hour, offset)
  return offset
}

/** A moment as Lexware writes it and alone takes it: three digits of milliseconds and an offset. */
export function stamp(ms: number): string {
  const offset = ahead(ms)
  const hours = String(Math.floor(offset / HOUR_MS)).padStart(2, '0')
  return `${new Date(ms + offset).toISOString().slice(0, -1)}+${hours}:00`
}

/** The German calendar day of a moment. */
export function dayAt(moment: string | number): string {
  const ms = new Date(moment).getTime()
  return new Date(ms + ahead(ms)).toISOString().slice(0, 10)
}

/** The calendar day that lies so many days before today. */
export function daysAgo(days: number): string {
  return dayAt(Date.now() - days * DAY_MS)
}

/** Midnight with which a calendar day begins, in Lexware's form; VALIDATION for anything but a day. */
export function midnight(day: string, field: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day)
    throw new ErpError('VALIDATION', `"${day.slice(0, 40)}" is no calendar day.`, { field })
  // A second round settles the days on which the clocks change.
  return stamp(utc - ahead(utc - ahead(utc)))
}

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}
