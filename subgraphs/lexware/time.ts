import { ahead, dayIn, midnightIn } from '../zone.ts'

/** Lexware Office serves firms in Germany only, so its days begin at midnight there. */
const ZONE = 'Europe/Berlin'
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** A moment as Lexware writes it and alone takes it: three digits of milliseconds and an offset. */
export function stamp(ms: number): string {
  const offset = ahead(ms, ZONE)
  const hours = String(Math.floor(offset / HOUR_MS)).padStart(2, '0')
  return `${new Date(ms + offset).toISOString().slice(0, -1)}+${hours}:00`
}

/** The German calendar day of a moment. */
export function dayAt(moment: string | number): string {
  return dayIn(ZONE, new Date(moment).getTime())
}

/** The calendar day that lies so many days before today. */
export function daysAgo(days: number): string {
  return dayAt(Date.now() - days * DAY_MS)
}

/** Midnight with which a calendar day begins, in Lexware's form; VALIDATION for anything but a day. */
export function midnight(day: string, field: string): string {
  return stamp(midnightIn(ZONE, day, field))
}

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}
