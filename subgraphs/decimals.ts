import Big from 'big.js'
import { ErpError } from '../schema/errors.ts'
import { exactNumber } from './json.ts'

function refuse(why: string): never {
  throw new ErpError('VALIDATION', why)
}

function decimal(value: unknown): Big {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string' || !/^-?\d{1,40}(\.\d{1,40})?$/.test(text))
    refuse(`${JSON.stringify(value)?.slice(0, 60)} is no exact decimal.`)
  return new Big(text as string)
}

function places(value: unknown, otherwise: number): number {
  const count = Number(value ?? otherwise)
  return Number.isInteger(count) && count >= 0 && count <= 18 ? count : refuse('Places are 0 to 18.')
}

/** Exact arithmetic over decimal texts, and bare numbers for bodies; undefined gives undefined. */
export const DECIMALS: Record<string, (...args: unknown[]) => unknown> = {
  decAdd: (a, b) => decimal(a).plus(decimal(b)).toFixed(),
  decSub: (a, b) => decimal(a).minus(decimal(b)).toFixed(),
  decMul: (a, b) => decimal(a).times(decimal(b)).toFixed(),
  decDiv(a, b, count) {
    if (decimal(b).eq(0)) refuse('A division by zero.')
    const [one, other] = [decimal(a), decimal(b)]
    return decimalDiv(one, other, places(count, 18))
  },
  round2: (value, count) => decimal(value).toFixed(places(count, 2), Big.roundHalfUp),
  decCompare: (a, b) => decimal(a).cmp(decimal(b)),
  decimal: (value) => (decimal(value), exactNumber(String(value))),
}

function decimalDiv(one: Big, other: Big, count: number): string {
  const Exact = Big()
  Exact.DP = count
  return new Exact(one.toFixed()).div(other.toFixed()).toFixed()
}
