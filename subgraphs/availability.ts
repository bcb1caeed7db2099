import Big from 'big.js'
import type { Availability } from '../schema/index.ts'
import type { StockView } from './caller.ts'
import type { StockReading } from './records.ts'

/** Below this quantity stock is low, where a key does not say otherwise. */
export const LOW_STOCK_BELOW = '10'

const EXACT: StockView = { as: 'EXACT', lowBelow: LOW_STOCK_BELOW }

/** What a caller may see of a stock reading; null stays null where the ERP does not know the item. */
export function stockSeen(
  reading: StockReading | null,
  view: StockView = EXACT,
): Partial<StockReading> & { availability: Availability } {
  const availability = availabilityOf(reading?.available ?? null, view.lowBelow)
  if (view.as === 'EXACT') return { ...reading, availability }
  // Only what is named here leaves, so that no figure added later can slip through.
  return { availability, unit: reading?.unit, nativeUnit: reading?.nativeUnit }
}

function availabilityOf(available: string | null, lowBelow: string): Availability {
  if (available === null) return 'UNKNOWN'
  const quantity = new Big(available)
  if (quantity.lte(0)) return 'OUT_OF_STOCK'
  return quantity.lt(lowBelow) ? 'LOW_STOCK' : 'IN_STOCK'
}

/** The best of several answers: one place that has enough is enough. */
export function bestOf(answers: (Availability | null | undefined)[]): Availability {
  const order: Availability[] = ['IN_STOCK', 'LOW_STOCK', 'OUT_OF_STOCK']
  return order.find((one) => answers.includes(one)) ?? 'UNKNOWN'
}
