const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 })
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const clockTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const dayTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

/** Money of the graph. */
export interface Money {
  amount: string
  currency: string
}

/** A decimal of the graph, in the reader's own writing; digits are kept, never rounded through a float. */
export function decimal(value: string | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return number.format(value as `${number}`)
}

/** An amount with its currency. */
export function money(value: Money | null | undefined): string {
  if (!value) return '–'
  const style = { style: 'currency', currency: value.currency, maximumFractionDigits: 6 } as const
  return new Intl.NumberFormat(undefined, style).format(value.amount as `${number}`)
}

/** Milliseconds as a short span: "840 ms", "1.2 s", "3 min", "5 h", "2 d". */
export function span(ms: number): string {
  const [seconds, minutes, hours] = [ms / 1000, ms / 60_000, ms / 3_600_000]
  if (seconds < 1) return `${Math.max(0, Math.round(ms))} ms`
  if (seconds < 10) return `${Math.floor(seconds * 10) / 10} s`
  if (minutes < 1) return `${Math.floor(seconds)} s`
  if (hours < 1) return `${Math.floor(minutes)} min`
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`
}

/** A share as percent, for example "99.2 %". */
export function percent(share: number | null): string {
  if (share === null) return '–'
  // Never "100 %" where something failed.
  return `${Math.floor(share * 1000) / 10} %`
}

/** Time of day, with the day where it is not today's. */
export function clock(at: string): string {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  return isToday ? clockTime.format(date) : `${dayTime.format(date)} ${clockTime.format(date)}`
}

/** Day and time in full. */
export function moment(at: string): string {
  return dateTime.format(new Date(at))
}

/** "NEEDS_AUTH" as "needs auth". */
export function words(name: string): string {
  return name.toLowerCase().replaceAll('_', ' ')
}

/** A text of JSON with indents, any other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const UNITS: Record<string, string> = { H87: 'pcs', C62: 'pcs', KGM: 'kg', MTR: 'm', LTR: 'l', HUR: 'h' }

/** A unit of UN/ECE Rec 20 as people write it, where it is a common one. */
export function unitName(code: string | null): string {
  return code ? (UNITS[code] ?? code) : ''
}
