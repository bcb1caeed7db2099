import { createHash } from 'node:crypto'

/** A customer's order number has 30 signs; UserField1 of a customer 10 (SORTOI and ARSSCS schemas). */
const OURS = /^[a-z]{2,4}_[0-9A-Za-z]{1,25}$/
const HEX = /^([a-z]{2,4})_([0-9a-f]{32})$/
const PACKED = /^([A-Z]{2,4})-([0-9A-Z]{25})$/
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function hashed(text: string, length: number): string {
  const number = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
  return number.toString(36).toUpperCase().slice(-length)
}

/** Our reference as a customer's order number. Different references never share one. */
export function orderNumber(ref: string): string {
  const [, prefix = '', hex] = HEX.exec(ref) ?? []
  if (hex) return `${prefix}-${BigInt(`0x${hex}`).toString(36).padStart(25, '0')}`.toUpperCase()
  return OURS.test(ref) ? ref : `REF-${hashed(ref, 25)}`
}

/** The reference that a customer's order number stands for; null where it is none of ours. */
export function referenceOf(number: string | null): string | null {
  if (number === null) return null
  const [, prefix = '', digits] = PACKED.exec(number) ?? []
  if (digits && prefix !== 'REF') {
    const value = [...digits].reduce((sum, digit) => sum * 36n + BigInt(DIGITS.indexOf(digit)), 0n)
    return `${prefix.toLowerCase()}_${value.toString(16).padStart(32, '0')}`
  }
  return digits || OURS.test(number) ? number : null
}

/** The mark of a customer in UserField1: ten signs of a hash. */
export function customerMark(ref: string): string {
  return hashed(ref, 10)
}

/** The code of a new customer: 7 signs in SYSPRO 7, 15 in SYSPRO 8. */
export function customerCode(ref: string, release: '7' | '8'): string {
  return `W${hashed(`code ${ref}`, release === '7' ? 6 : 14)}`
}
