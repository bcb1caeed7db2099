import Big from 'big.js'
import { same } from '../conflict/fields.ts'
import { matchKeys } from '../identity.ts'

/** Names under which canonical words hold an exact decimal. */
const DECIMALS = new Set(['amount', 'quantity', 'percent', 'delivered', 'invoiced', 'minimumQuantity'])

/** "12.50" and "12.5" are one number; what is none stays as it is. */
function exact(value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?\d{1,40}(\.\d{1,40})?$/.test(value)) return value
  return new Big(value).toFixed()
}

/** A value in which every decimal has one spelling. */
function plain(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((part) => plain(part, name))
  if (typeof value !== 'object' || value === null) return DECIMALS.has(name) ? exact(value) : value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part, key)]))
}

/**
 * Whether a field says the same on two sides: decimals by their value, tax ids and e-mail addresses however they are
 * written, everything else by its text.
 */
export function alike(field: string, one: unknown, other: unknown): boolean {
  if (same(plain(one, field), plain(other, field))) return true
  if (field !== 'taxId' && field !== 'email') return false
  const key = (value: unknown) => {
    const keys = matchKeys({ [field]: typeof value === 'string' ? value : null })
    return field === 'taxId' ? keys.taxKey : keys.emailKey
  }
  return key(one) !== null && key(one) === key(other)
}
