import { createHash } from 'node:crypto'

const LONG = /^([a-z]{2,4})_([0-9a-f]{32})$/
const SHORT = /^([a-z]{2,4})~([0-9a-z]{25})$/

function hashed(ref: string, length: number): string {
  const text = BigInt(`0x${createHash('sha256').update(ref).digest('hex')}`).toString(36)
  return text.slice(-length).padStart(length, '0')
}

/** Our reference in the 35 signs of a customer reference. Different references never share one. */
export function writeReference(ref: string): string {
  if (ref.length <= 35 && !SHORT.test(ref)) return ref
  const [, prefix, hex] = LONG.exec(ref) ?? []
  return hex ? `${prefix}~${BigInt(`0x${hex}`).toString(36).padStart(25, '0')}` : `ref~${hashed(ref, 31)}`
}

/** The reference that a field holds; null for what somebody else wrote into it. */
export function readReference(text: string): string | null {
  const [, prefix, digits] = SHORT.exec(text) ?? []
  if (digits) {
    const value = [...digits].reduce((sum, digit) => sum * 36n + BigInt(parseInt(digit, 36)), 0n)
    return `${prefix}_${value.toString(16).padStart(32, '0')}`
  }
  return /^([a-z]{2,4}_[0-9A-Za-z]+|ref~[0-9a-z]{31})$/.test(text) ? text : null
}

/** Our reference in the 20 signs of the number in an external system. */
export function partnerReference(ref: string): string {
  return ref.length <= 20 && !ref.startsWith('~') ? ref : `~${hashed(ref, 19)}`
}
