import Big from 'big.js'

/** Factors to a base unit, by UN/ECE Rec 20 code. Units of one base can be added. */
const UNITS: Record<string, [base: string, factor: string]> = {
  C62: ['C62', '1'],
  H87: ['C62', '1'],
  EA: ['C62', '1'],
  PR: ['C62', '2'],
  DZN: ['C62', '12'],
  CEN: ['C62', '100'],
  MIL: ['C62', '1000'],
  KGM: ['KGM', '1'],
  GRM: ['KGM', '0.001'],
  TNE: ['KGM', '1000'],
  LBR: ['KGM', '0.45359237'],
  MTR: ['MTR', '1'],
  CMT: ['MTR', '0.01'],
  MMT: ['MTR', '0.001'],
  KMT: ['MTR', '1000'],
  FOT: ['MTR', '0.3048'],
  INH: ['MTR', '0.0254'],
  LTR: ['LTR', '1'],
  MLT: ['LTR', '0.001'],
  HLT: ['LTR', '100'],
  HUR: ['HUR', '1'],
  MIN: ['HUR', '0.0166666666666666667'],
  DAY: ['HUR', '24'],
}

/** A quantity in another unit, or null when the two cannot be converted. Same or unknown-to-both passes. */
export function convert(quantity: string, from: string | null, to: string | null): string | null {
  if (from === to || from === null || to === null) return quantity
  const [source, target] = [UNITS[from], UNITS[to]]
  if (!source || !target || source[0] !== target[0]) return null
  return new Big(quantity).times(source[1]).div(target[1]).toFixed()
}

/** The exact sum of decimal texts. */
export function sum(quantities: string[]): string {
  return quantities.reduce((total, quantity) => total.plus(quantity), new Big(0)).toFixed()
}
