import type { Demo } from '../../demo.ts'
import { jsonDate } from '../../odata2.ts'
import { AREA, GROUPS, UNITS, customerNumber, three } from './company.ts'
import { type Row, row } from './types.ts'

const FAR = '9999-12-31'

function scaleRow(
  id: string,
  currency: string,
  unit: string,
  step: { minimum: string; price: string },
  at: number,
) {
  return row('A_SlsPrcgCndnRecordScale', {
    ConditionRecord: id,
    ConditionSequentialNumber: '1',
    ConditionScaleLine: String(at + 1),
    ConditionScaleQuantity: three(step.minimum),
    ConditionScaleQuantityUnit: unit,
    ConditionRateAmount: step.price,
    ConditionCurrency: currency,
  })
}

/** A price record with its scale, from a quantity of the first step on. */
export function recordRow(
  number: number,
  keys: Row,
  currency: string,
  unit: string,
  tiers: { minimum: string; price: string }[],
): Row {
  const id = String(number).padStart(10, '0')
  const [first] = tiers
  const rate = first?.price ?? '0'
  return row('A_SlsPrcgCndnRecdValidity', {
    ConditionRecord: id,
    ConditionValidityStartDate: jsonDate('2026-01-01'),
    ConditionValidityEndDate: jsonDate(FAR),
    ConditionType: 'PPR0',
    ...AREA,
    ...keys,
    to_SlsPrcgConditionRecord: row('A_SlsPrcgConditionRecord', {
      ConditionRecord: id,
      ConditionTable: keys.Customer ? '305' : keys.CustomerPriceGroup ? '306' : '304',
      ConditionType: 'PPR0',
      PricingScaleType: tiers.length > 1 ? 'A' : '',
      ConditionCalculationType: 'C',
      ConditionRateValue: rate,
      ConditionRateValueUnit: currency,
      ConditionRateAmount: rate,
      ConditionCurrency: currency,
      ConditionQuantity: '1',
      ConditionQuantityUnit: unit,
      to_SlsPrcgCndnRecordScale: (tiers.length > 1 ? tiers : []).map((step, index) =>
        scaleRow(id, currency, unit, step, index),
      ),
    }),
  })
}

/** List prices for everybody, in the currency of the company; agreements by customer, or by price group and currency. */
export function records(demo: Demo): Row[] {
  const units = new Map(demo.products.map(({ sku, unit }) => [sku, UNITS[unit] ?? 'PC']))
  const list = demo.products.map(({ sku, listPrice }, index) =>
    recordRow(index + 1, { Material: sku }, 'EUR', units.get(sku) ?? 'PC', [
      { minimum: '1', price: listPrice },
    ]),
  )
  const agreed = demo.agreements.map(({ customer, group, currency, sku, tiers }, index) => {
    const keys: Row = customer
      ? { Customer: customerNumber(customer) }
      : { CustomerPriceGroup: GROUPS[group ?? 'retail'], TransactionCurrency: currency }
    return recordRow(1001 + index, { ...keys, Material: sku }, currency, units.get(sku) ?? 'PC', tiers)
  })
  return [...list, ...agreed]
}
