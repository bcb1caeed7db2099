import { ErpError } from '../../schema/errors.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  formats.set(zone, format)
  return format
}

/** Milliseconds by which the clocks of the zone are ahead of UTC at that moment. */
function offset(ms: number, zone: string): number {
  return Date.parse(`${formatOf(zone).format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000
}

/** The UTC instant of milliseconds since 1970. */
export function toUtc(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** The calendar day in the tenant's zone: weclapp keeps a day as its midnight there. */
export function toDay(ms: number | null, zone: string): string | null {
  return ms === null ? null : formatOf(zone).format(ms).slice(0, 10)
}

/** The midnight in the tenant's zone with which a calendar day begins, in milliseconds since 1970. */
export function fromDay(day: string, zone: string, field: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day)
    throw new ErpError('VALIDATION', `"${day.slice(0, 40)}" is no calendar day.`, { field })
  // A second round settles the days on which the clocks change.
  const first = midnight - offset(midnight, zone)
  return midnight - offset(first, zone)
}
