import { ErpError } from '../../schema/errors.ts'
import type { Config } from './config.ts'

const UNITS: Record<string, string> = {
  EA: 'H87',
  PC: 'H87',
  PCS: 'H87',
  KG: 'KGM',
  G: 'GRM',
  LB: 'LBR',
  M: 'MTR',
  MT: 'MTR',
  FT: 'FOT',
  L: 'LTR',
  LT: 'LTR',
  HR: 'HUR',
  HRS: 'HUR',
  BX: 'BX',
  PK: 'PK',
  SET: 'SET',
}
/** Both mean "piece". */
const PIECES = new Set(['H87', 'C62', 'EA'])
const ISO = /^[A-Z]{3}$/

/** The Rec 20 code of a unit of measure; null where nobody knows it. */
export function unitOf(code: string | null, { units }: Config): string | null {
  if (code === null) return null
  return units[code] ?? (Object.hasOwn(UNITS, code) ? (UNITS[code] ?? null) : null)
}

/** Whether SYSPRO's unit is the wanted one, by its own code or by its Rec 20 code. */
export function isUnit(code: string, wanted: string, config: Config): boolean {
  const standard = unitOf(code, config)
  return code === wanted || standard === wanted || (PIECES.has(standard ?? '') && PIECES.has(wanted))
}

/** The ISO code of SYSPRO's currency; blank and "$" are the local one. BAD_ANSWER for one that nobody knows. */
export function currencyOf(code: string | null, { currency, currencies }: Config): string {
  const known = currencies[code ?? '']
  if (known !== undefined) return known
  if (code === null || code === '$') return currency
  if (ISO.test(code)) return code
  throw new ErpError('MAPPING_MISSING', `The currency "${code}" of SYSPRO is not mapped.`, {
    field: 'currency',
  })
}

/** SYSPRO's code of an ISO currency. */
export function currencyCode(iso: string, { currencies }: Config): string {
  return Object.entries(currencies).find(([, value]) => value === iso)?.[0] ?? iso
}

/** SYSPRO's terms code; MAPPING_MISSING where it can be none. */
export function termsCode(terms: string, { paymentTerms }: Config): string {
  const code = paymentTerms[terms] ?? terms
  if (/^[\w ]{1,2}$/.test(code)) return code
  throw new ErpError('MAPPING_MISSING', `"${terms.slice(0, 60)}" is no terms code of SYSPRO.`, {
    field: 'paymentTerms',
  })
}

/** The text when it is short enough for SYSPRO's field; VALIDATION naming our field where it is not. */
export function short(text: string, most: number, field: string): string {
  if ([...text].length <= most) return text
  throw new ErpError('VALIDATION', `SYSPRO keeps ${most} signs of ${field}.`, { field })
}

/** Digits of a decimal are kept, never rounded: VALIDATION where SYSPRO has fewer. */
export function digits(value: string, whole: number, part: number, field: string): string {
  const [left = '', right = ''] = value.split('.')
  if (left.length <= whole && right.length <= part) return value
  throw new ErpError(
    'VALIDATION',
    `SYSPRO keeps ${whole} digits and ${part} decimals of ${field}; "${value.slice(0, 40)}" has more.`,
    { field },
  )
}
