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
  const { unitGroups, units } = settings
  const { UoMGroupEntry: group } = native
  const entries = group === null || group === MANUAL ? [] : (unitGroups.get(group) ?? [])
  const found = entries.find((entry) => isSameUnit(unitOf(units.get(entry) ?? null, settings), wanted))
  if (found !== undefined) return found
  throw new ErpError('MAPPING_MISSING', `Item ${native.ItemCode} is not sold in ${wanted.slice(0, 20)}.`, {
    field,
  })
}
