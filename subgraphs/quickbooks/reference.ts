import { createHash } from 'node:crypto'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Document numbers and payment references hold 21 signs. */
const FITS = /^[\w-]{1,21}$/

/** Our reference as a document number: as it stands where it fits, else a hash of it. */
export function documentNumber(ref: string): string {
  if (FITS.test(ref)) return ref
  const bytes = createHash('sha256').update(ref).digest().subarray(0, 20)
  return `R${[...bytes].map((byte) => DIGITS[byte % 32]).join('')}`
}

/** The private note of what we write: the whole reference, then what has no field of its own, a line each. */
export function privateNote(ref: string, more: Record<string, string | null | undefined> = {}): string {
  const rest = Object.entries(more).flatMap(([key, value]) =>
    value ? [`${key}=${value.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`] : [],
  )
  return [`ref=${ref}`, ...rest].join('\n')
}

/** A line of a private note; a voided document has "Voided" in front of it. */
export function noted(note: string | null | undefined, key: 'ref' | 'po'): string | null {
  const found = new RegExp(key === 'ref' ? String.raw`(?:^|\s)ref=(\S+)` : String.raw`^po=(.*)$`, 'm').exec(
    note ?? '',
  )
  return found?.[1]?.trim() || null
}
