import type { Unit } from './setup.ts'

/**
 * Odoo's own units to UN/ECE Rec 20, as its electronic invoices map them.
 * https://github.com/odoo/odoo/blob/19.0/addons/account_edi_ubl_cii/models/account_edi_common.py
 */
const BUILT_IN: Record<string, string> = {
  Units: 'C62',
  Unit: 'C62',
  'Unit(s)': 'C62',
  Dozen: 'DZN',
  Dozens: 'DZN',
  kg: 'KGM',
  g: 'GRM',
  t: 'TNE',
  lb: 'LBR',
  oz: 'ONZ',
  Days: 'DAY',
  Hours: 'HUR',
  Minutes: 'MIN',
  km: 'KMT',
  m: 'MTR',
  cm: 'CMT',
  mm: 'MMT',
  in: 'INH',
  ft: 'FOT',
  mi: 'SMI',
  yd: 'YRD',
  L: 'LTR',
  ml: 'MLT',
  'm³': 'MTQ',
  'm²': 'MTK',
  'ft²': 'FTK',
  gal: 'GLL',
  'gal (US)': 'GLL',
}

/** Codes that mean the same thing: a piece. */
const PIECES = new Set(['C62', 'H87', 'EA', 'PCE'])

/** The Rec 20 code of a unit by its name in Odoo; null where nobody has said. */
export function unitCode(name: string, own: Record<string, string>): string | null {
  return own[name] ?? BUILT_IN[name] ?? null
}

/**
 * The unit that a code asks for: null for the item's own, undefined where Odoo has none that converts into it.
 * `codes` are the operator's own.
 */
export function unitAsked(
  units: Unit[],
  own: string | null,
  code: string,
  codes: Record<string, string>,
): Unit | null | undefined {
  const unit = units.find((each) => each.id === own)
  const fits = (each: Unit) => sameUnit(unitCode(each.name, codes), code)
  if (!unit || fits(unit)) return null
  return units.find((each) => each.family === unit.family && fits(each))
}

/** Whether two codes mean the same unit. */
function sameUnit(one: string | null, other: string | null): boolean {
  return one === other || (PIECES.has(one ?? '') && PIECES.has(other ?? ''))
}
