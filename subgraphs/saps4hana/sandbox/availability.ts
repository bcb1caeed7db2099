import Big from 'big.js'
import { milliseconds } from '../../odata2.ts'
import { Refusal } from '../../refusal.ts'
import { PLANTS, three } from './company.ts'
import type { State } from './state.ts'
import { type Row, bare, rowsIn, textIn } from './types.ts'

/** The function that tells what can be promised at an instant. */
export const AVAILABILITY = 'DetermineAvailabilityAt'
const FOREVER = '/Date(253402214400000)/'

function sum(rows: Row[], amount: (row: Row) => Big | string): Big {
  return rows.reduce((total, one) => total.plus(amount(one)), new Big(0))
}

/** What is wanted by an item of an order, in the base unit of its material. */
function wanted(item: Row, material: Row | undefined): Big {
  const unit = rowsIn(material ?? {}, 'to_ProductUnitsOfMeasure').find(
    (one) => one.AlternativeUnit === item.RequestedQuantityUnit,
  )
  const factor = new Big(textIn(unit ?? {}, 'QuantityNumerator') || '1').div(
    textIn(unit ?? {}, 'QuantityDenominator') || '1',
  )
  return factor.times(textIn(item, 'RequestedQuantity') || '0')
}

/** Unrestricted stock of a plant, less what orders want of it that were neither delivered nor rejected. */
export function availabilityAt(state: State, query: URLSearchParams): Row {
  const given = (name: string) => /^'(.*)'$/s.exec(query.get(name) ?? '')?.[1]?.replaceAll("''", "'") ?? ''
  const [id, plant] = [bare(given('Material')), given('SupplyingPlant')]
  if (!PLANTS.some((one) => one.startsWith(`${plant}/`)))
    throw new Refusal(400, 'V1/390', `Plant ${plant} is not defined`, 'SupplyingPlant')
  const [, instant = ''] = /^datetimeoffset'(.+)'$/.exec(query.get('RequestedUTCDateTime') ?? '') ?? []
  const from = `/Date(${Date.parse(instant)})/`
  if (milliseconds(from) === null) throw new Refusal(400, '/IWFND/CM_BEC/026', 'Malformed URI literal syntax')
  const material = state.product(id)
  const stock = state.rows('A_MaterialStock').find((one) => one.Material === id)
  const free = rowsIn(stock ?? {}, 'to_MatlStkInAcctMod').filter(
    (one) => one.Plant === plant && one.InventoryStockType === '01' && !one.InventorySpecialStockType,
  )
  const open = state
    .rows('A_SalesOrder')
    .filter((one) => one.OverallTotalDeliveryStatus === 'A')
    .flatMap((one) => rowsIn(one, 'to_Item'))
    .filter((one) => one.Material === id && one.ProductionPlant === plant && !one.SalesDocumentRjcnReason)
  const left = sum(free, (one) => textIn(one, 'MatlWrhsStkQtyInMatlBaseUnit')).minus(
    sum(open, (one) => wanted(one, material)),
  )
  return {
    PeriodStartUTCDateTime: from,
    PeriodStartTimeZone: 'CET',
    PeriodEndUTCDateTime: FOREVER,
    PeriodEndTimeZone: 'CET',
    AvailableQuantityInBaseUnit: three((left.gt(0) ? left : new Big(0)).toFixed()),
    BaseUnit: textIn(material ?? {}, 'BaseUnit'),
  }
}
