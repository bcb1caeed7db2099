import { ErpError } from '../../schema/errors.ts'
import type { Config } from './config.ts'
import type { ContactRow, Term } from './shapes.ts'

const TYPES = ['DAYSAFTERBILLDATE', 'DAYSAFTERBILLMONTH', 'OFCURRENTMONTH', 'OFFOLLOWINGMONTH']
const DAY_MS = 24 * 60 * 60_000

/** The term of a contact's sales as text: "30 DAYSAFTERBILLDATE". */
export function termText({ PaymentTerms }: ContactRow): string | null {
  const { Day, Type } = PaymentTerms?.Sales ?? {}
  return Day && Type ? `${Day} ${Type}` : null
}

/** The term that a text names; MAPPING_MISSING where neither the operator nor Xero knows it. */
export function termOf(text: string, { paymentTerms }: Config): Term {
  if (Object.hasOwn(paymentTerms, text)) return { Day: String(paymentTerms[text]), Type: 'DAYSAFTERBILLDATE' }
  const [, Day = '', Type = ''] = /^(\d{1,3}) ([A-Z]+)$/.exec(text) ?? []
  if (TYPES.includes(Type)) return { Day, Type }
  throw new ErpError('MAPPING_MISSING', `There is no payment term "${text.slice(0, 40)}" in the map.`, {
    field: 'paymentTerms',
  })
}

/** The day on which an invoice of that day is due (developer.xero.com, payment terms of contacts). */
export function dueOn(day: string, { Day, Type }: Term): string {
  const from = new Date(`${day}T00:00:00Z`)
  const days = Number(Day)
  const month = (ahead: number, date: number) =>
    Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + ahead, date)
  const last = (ahead: number) => new Date(month(ahead + 1, 0)).getUTCDate()
  const ms =
    Type === 'DAYSAFTERBILLMONTH'
      ? month(1, 0) + days * DAY_MS
      : Type === 'OFCURRENTMONTH'
        ? month(0, Math.min(days, last(0)))
        : Type === 'OFFOLLOWINGMONTH'
          ? month(1, Math.min(days, last(1)))
          : from.getTime() + days * DAY_MS
  return new Date(ms).toISOString().slice(0, 10)
}
