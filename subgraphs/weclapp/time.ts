import { dayIn } from '../zone.ts'

/** The UTC instant of milliseconds since 1970. */
export function toUtc(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** The calendar day in the tenant's zone: weclapp keeps a day as its midnight there. */
export function toDay(ms: number | null, zone: string): string | null {
  return ms === null ? null : dayIn(zone, ms)
}
