import Big from 'big.js'
import { milliseconds } from '../../odata2.ts'
import { Refusal } from '../../refusal.ts'
import { type Row, bare, row, rowsIn, textIn } from './types.ts'

/** What a price depends on. */
export interface Pricing {
  customer: string
  priceGroup: string
  material: string
  unit: string
  quantity: Big
  currency: string
  on: number
  usdRate: string
  /** Manual conditions of the item, as they were sent. */
  manual: Row[]
}

/** An item with its conditions: the net value is what the active ones add up to. */
export interface Priced {
  net: Big
  tax: Big
  conditions: Row[]
}

const TAX = '19.000'
/** Standard condition types: manual price, discount in percent, discount of a document. */
const MANUAL: Record<string, { calculation: string; class: string }> = {
  PMP0: { calculation: 'C', class: 'B' },
  DRG1: { calculation: 'A', class: 'A' },
  HB00: { calculation: 'B', class: 'A' },
}

/** What kind of manual condition it is; refused where the pricing procedure has none of that name. */
export function manualOf(condition: Row): { calculation: string; class: string } {
  const type = textIn(condition, 'ConditionType')
  const found = Object.hasOwn(MANUAL, type) ? MANUAL[type] : undefined
  if (found) return found
  throw new Refusal(
    400,
    'VK/203',
    `Condition type ${type} is not defined in the pricing procedure`,
    'ConditionType',
  )
}

/** Records by material, so that a price costs no walk through all of them. */
export function byMaterial(records: Row[]): Map<string, Row[]> {
  return Map.groupBy(records, (one) => textIn(one, 'Material'))
}

/** The access sequence: customer and material, price group and currency and material, material. */
function recordFor(records: Row[], { customer, priceGroup, currency, on }: Pricing): Row | undefined {
  const valid = records.filter(
    (one) =>
      (milliseconds(textIn(one, 'ConditionValidityStartDate')) ?? 0) <= on &&
      (milliseconds(textIn(one, 'ConditionValidityEndDate')) ?? 0) >= on,
  )
  const everybody = (one: Row) => !textIn(one, 'Customer') && !textIn(one, 'CustomerPriceGroup')
  return (
    valid.find((one) => bare(textIn(one, 'Customer')) === customer) ??
    valid.find(
      (one) =>
        textIn(one, 'CustomerPriceGroup') === priceGroup && textIn(one, 'TransactionCurrency') === currency,
    ) ??
    valid.find(everybody)
  )
}

function rateFor(record: Row, quantity: Big): { rate: string; currency: string; unit: string } {
  const [own] = rowsIn(record, 'to_SlsPrcgConditionRecord')
  const steps = own ? rowsIn(own, 'to_SlsPrcgCndnRecordScale') : []
  const step = steps.findLast((one) => quantity.gte(textIn(one, 'ConditionScaleQuantity'))) ?? steps[0]
  return {
    rate: textIn(step ?? own ?? {}, 'ConditionRateAmount'),
    currency: textIn(own ?? {}, 'ConditionCurrency'),
    unit: textIn(own ?? {}, 'ConditionQuantityUnit'),
  }
}

function exchanged(amount: Big, from: string, ask: Pricing): Big {
  if (from === ask.currency || from === '') return amount
  if (from === 'EUR' && ask.currency === 'USD') return amount.times(ask.usdRate)
  if (from === 'USD' && ask.currency === 'EUR') return amount.div(ask.usdRate)
  throw new Refusal(
    400,
    'VK/008',
    `No exchange rate from ${from} to ${ask.currency} is maintained`,
    'TransactionCurrency',
  )
}

type Add = (type: string, fields: Row, amount: Big, inactive?: string) => void

/** Each condition is a step of its own, in the order in which they count. */
function adder(conditions: Row[], set: string, currency: string): Add {
  return (type, fields, amount, inactive = '') => {
    conditions.push(
      row(set, {
        PricingProcedureStep: String((conditions.length + 1) * 10),
        PricingProcedureCounter: '1',
        ConditionType: type,
        TransactionCurrency: currency,
        ConditionAmount: amount.toFixed(2),
        ConditionInactiveReason: inactive,
        ...fields,
      }),
    )
  }
}

/** The value before discounts: by price record, or by what was typed in, which makes the record inactive. */
function baseOf(records: Row[], ask: Pricing, add: Add): Big {
  const prices = ask.manual.filter((one) => manualOf(one).class === 'B')
  const record = recordFor(records, ask)
  let base = new Big(0)
  if (record) {
    const { rate, currency, unit } = rateFor(record, ask.quantity)
    const amount = exchanged(new Big(rate).times(ask.quantity), currency, ask).round(2)
    const fields = {
      ConditionCalculationType: 'C',
      ConditionClass: 'B',
      ConditionRateValue: rate,
      ConditionCurrency: currency,
      ConditionQuantity: '1',
      ConditionQuantityUnit: unit,
    }
    add('PPR0', fields, amount, prices.length > 0 ? 'M' : '')
    base = amount
  }
  for (const one of prices) {
    const per = new Big(textIn(one, 'ConditionQuantity') || '1')
    base = exchanged(
      new Big(textIn(one, 'ConditionRateValue')).times(ask.quantity).div(per.gt(0) ? per : 1),
      textIn(one, 'ConditionCurrency'),
      ask,
    ).round(2)
    add(textIn(one, 'ConditionType'), { ...one, ConditionCalculationType: 'C', ConditionClass: 'B' }, base)
  }
  return base
}

/** What is left behind discounts and surcharges. */
function netOf(base: Big, ask: Pricing, add: Add): Big {
  let net = base
  for (const one of ask.manual.filter((other) => manualOf(other).class === 'A')) {
    const { calculation } = manualOf(one)
    const rate = new Big(textIn(one, 'ConditionRateValue') || '0')
    const off = calculation === 'A' ? base.times(rate).div(100).round(2) : rate
    net = net.plus(off)
    add(
      textIn(one, 'ConditionType'),
      { ...one, ConditionCalculationType: calculation, ConditionClass: 'A' },
      off,
    )
  }
  return net
}

/** Prices an item as the pricing procedure does; `set` is the type of its conditions. */
export function priced(records: Row[], ask: Pricing, set: string): Priced {
  const conditions: Row[] = []
  const add = adder(conditions, set, ask.currency)
  const net = netOf(baseOf(records, ask, add), ask, add)
  const tax = net.times(TAX).div(100).round(2)
  add(
    'TTX1',
    { ConditionCalculationType: 'A', ConditionClass: 'D', ConditionRateValue: TAX, ConditionQuantity: '0' },
    tax,
  )
  add(
    'PCIP',
    {
      ConditionCalculationType: 'C',
      ConditionClass: 'B',
      ConditionIsForStatistics: true,
      ConditionRateValue: '1.00',
      ConditionCurrency: 'EUR',
      ConditionQuantity: '1',
      ConditionQuantityUnit: ask.unit,
    },
    new Big(1),
  )
  return { net, tax, conditions }
}
