import { ErpError } from '../../schema/errors.ts'
import { salesUnit } from './map.ts'
import { type Settings, isSameUnit, unitOf } from './setup.ts'
import type { NativeItem } from './shapes.ts'

/** The group of items whose unit is a text of their own: they are sold in that one alone. */
const MANUAL = '-1'

/** The entry of a unit in which an item is to be sold; null for its own sales unit, MAPPING_MISSING for others. */
export function entryOf(
  wanted: string | null | undefined,
  native: NativeItem,
  settings: Settings,
  field: string,
): string | null {
  if (!wanted || isSameUnit(unitOf(salesUnit(native, settings), settings), wanted)) return null
  const grouped = native.UoMGroupEntry !== null && native.UoMGroupEntry !== MANUAL
  const found = grouped
    ? [...settings.units].find(([, code]) => isSameUnit(unitOf(code, settings), wanted))
    : undefined
  if (found) return found[0]
  throw new ErpError('MAPPING_MISSING', `Item ${native.ItemCode} is not sold in ${wanted.slice(0, 20)}.`, {
    field,
  })
}
