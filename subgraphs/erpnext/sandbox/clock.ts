import { toLocal } from '../time.ts'

/** The site's zone; its clock is what every time stamp says. */
export const ZONE = 'Europe/Berlin'

/** The site's clock and the names it gives. */
export class Clock {
  readonly #series = new Map<string, number>()
  #last = 0
  #micro = 0
  #shown: { at: number; text: string } | null = null
  #hashes = 0
  /** A time that stands still while the demo data is laid out, so that every start is the same. */
  frozen: number | null = null

  /** Goes on from where another clock stands, with the names that it has given. */
  protected follow(other: Clock): void {
    for (const [prefix, count] of other.#series) this.#series.set(prefix, count)
    this.#last = other.#last
    this.#micro = other.#micro
    this.#hashes = other.#hashes
  }

  /** The site's clock, which never shows the same microsecond twice. */
  now(): string {
    const at = Math.max(this.frozen ?? Date.now(), this.#last)
    this.#micro = at === this.#last ? this.#micro + 1 : 0
    this.#last = at
    if (this.#micro > 999) {
      this.#last += 1
      this.#micro = 0
    }
    if (this.#shown?.at !== this.#last)
      this.#shown = { at: this.#last, text: toLocal(this.#last, ZONE).slice(0, 23) }
    return `${this.#shown.text}${String(this.#micro).padStart(3, '0')}`
  }

  today(): string {
    return this.now().slice(0, 10)
  }

  /** A random-looking name, the same at every start. */
  hash(): string {
    this.#hashes += 1
    const mixed = Math.imul(this.#hashes, 2654435761) >>> 0
    return `k${mixed.toString(36).padStart(7, '0')}${String(this.#hashes % 100).padStart(2, '0')}`
  }

  /** "SAL-ORD-.YYYY.-" gives SAL-ORD-2026-00001; "PRLE-.####" gives PRLE-0001. */
  series(pattern: string): string {
    const digits = /#+$/.exec(pattern)?.[0].length ?? 5
    const prefix = pattern.replace(/\.?#+$/, '').replace('.YYYY.', this.today().slice(0, 4))
    const next = (this.#series.get(prefix) ?? 0) + 1
    this.#series.set(prefix, next)
    return `${prefix}${String(next).padStart(digits, '0')}`
  }
}
