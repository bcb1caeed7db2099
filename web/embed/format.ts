import { plain } from './decimal.ts'

/** An exact amount as the graph gives it. */
export interface Money {
  amount: string
  currency: string
}

/** UN/ECE Recommendation 20 codes by the names that ECMA-402 has for the same units. */
const UNITS: Record<string, string> = {
  KGM: 'kilogram',
  GRM: 'gram',
  LBR: 'pound',
  MTR: 'meter',
  CMT: 'centimeter',
  MMT: 'millimeter',
  KMT: 'kilometer',
  FOT: 'foot',
  INH: 'inch',
  LTR: 'liter',
  MLT: 'milliliter',
  HUR: 'hour',
  MIN: 'minute',
  DAY: 'day',
}
const PIECES = new Set(['H87', 'C62', 'EA', 'PCE'])

/** The most digits after the point that every browser formats. */
const MOST = 20

/** Writes figures and times in one language. */
export class Format {
  readonly #language: string

  /** What is no language tag counts as English. */
  constructor(language: string) {
    this.#language = known(language) ?? 'en'
  }

  get isGerman(): boolean {
    return /^de\b/i.test(this.#language)
  }

  /** A quantity with its unit, every digit kept. */
  quantity(text: string, unit: string | null): string {
    const number = plain(text)
    const name = UNITS[unit ?? '']
    if (name) return this.#number(number, { style: 'unit', unit: name })
    const shown = this.#number(number, {})
    if (!unit) return shown
    return `${shown}\u00a0${PIECES.has(unit) ? this.#pieces(number) : unit}`
  }

  /** The name of one unit, as after "per". */
  unit(unit: string): string {
    if (PIECES.has(unit)) return this.isGerman ? 'Stück' : 'piece'
    const name = UNITS[unit]
    if (!name) return unit
    const parts = new Intl.NumberFormat(this.#language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'long',
    }).formatToParts(1)
    return parts.find(({ type }) => type === 'unit')?.value ?? unit
  }

  /** An amount with its currency, never with fewer digits than it was given. */
  money({ amount, currency }: Money): string {
    return this.#number(plain(amount), { style: 'currency', currency })
  }

  /** The time of day, with the day where that is not today. */
  time(at: Date, today: Date = new Date()): string {
    const isToday = at.toDateString() === today.toDateString()
    const style = isToday
      ? ({ timeStyle: 'short' } as const)
      : ({ dateStyle: 'short', timeStyle: 'short' } as const)
    return new Intl.DateTimeFormat(this.#language, style).format(at)
  }

  #pieces(number: string): string {
    return this.isGerman ? 'Stück' : number === '1' ? 'pc' : 'pcs'
  }

  #number(text: string, style: Intl.NumberFormatOptions): string {
    const given = text.split('.')[1]?.length ?? 0
    const base = new Intl.NumberFormat(this.#language, style).resolvedOptions()
    const least = style.style === 'currency' ? (base.minimumFractionDigits ?? 0) : 0
    const maximumFractionDigits = Math.min(MOST, Math.max(given, least))
    const format = new Intl.NumberFormat(this.#language, {
      ...style,
      minimumFractionDigits: least,
      maximumFractionDigits,
    })
    // A text is formatted exactly; a number would be rounded to a float first.
    return format.format(text as Intl.StringNumericLiteral)
  }
}

function known(language: string): string | null {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? null
  } catch {
    return null
  }
}
