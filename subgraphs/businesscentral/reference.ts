import { createHash } from 'node:crypto'

/** External document numbers are codes: upper case, at most 35 signs; numbers of customers at most 20. */
const OURS = /^([a-z]{2,4})_([0-9A-Z]{1,28})$/
const HEX = /^([a-z]{2,4})_([0-9a-f]{32})$/
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function hashed(ref: string, length: number): string {
  let rest = BigInt(`0x${createHash('sha256').update(ref).digest('hex')}`)
  let text = ''
  for (; text.length < length; rest /= 36n) text += DIGITS[Number(rest % 36n)]
  return text
}

/** Our reference as an external document number. Different references never share one. */
export function documentNumber(ref: string): string {
  const [, prefix = '', hex] = HEX.exec(ref) ?? []
  if (hex) return `${prefix}-${BigInt(`0x${hex}`).toString(36).padStart(25, '0')}`.toUpperCase()
  return OURS.test(ref) ? ref.toUpperCase() : `REF-${hashed(ref, 30)}`
}

/** The reference that an external document number stands for; null where it is none of ours. */
export function referenceOf(number: string): string | null {
  const [, prefix = '', digits] = /^([A-Z]{2,4})-([0-9A-Z]{25})$/.exec(number) ?? []
  if (digits) {
    const value = [...digits].reduce((sum, digit) => sum * 36n + BigInt(DIGITS.indexOf(digit)), 0n)
    return `${prefix.toLowerCase()}_${value.toString(16).padStart(32, '0')}`
  }
  const [, short = '', rest = ''] = /^([A-Z]{2,4})_([0-9A-Z]{1,28})$/.exec(number) ?? []
  if (rest) return `${short.toLowerCase()}_${rest}`
  return number.startsWith('REF-') && number.length === 34 ? number : null
}

/** Our reference as the number of a customer: as it stands where it fits, else 19 signs of its hash. */
export function customerNumber(ref: string): string {
  return OURS.test(ref) && ref.length <= 20 ? ref.toUpperCase() : `W${hashed(ref, 19)}`
}
