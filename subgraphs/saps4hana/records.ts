import Big from 'big.js'
import { z } from 'zod'
import type { PriceTier } from '../../schema/index.ts'
import { allOf, anyOf, literal } from '../odata.ts'
import { dateTime } from '../odata2.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { currency, decimal, many, text } from './shapes.ts'

const scale = z.object({ ConditionScaleQuantity: decimal, ConditionRateAmount: decimal })
const validity = z.object({
  ConditionRecord: z.string(),
  Material: z.string(),
  Customer: text,
  CustomerPriceGroup: text,
  PriceListType: text,
  TransactionCurrency: text,
  to_SlsPrcgConditionRecord: z.object({
    ConditionCalculationType: text,
    PricingScaleType: text,
    ConditionRateAmount: decimal,
    ConditionCurrency: currency,
    ConditionQuantity: decimal,
    ConditionQuantityUnit: text,
    ConditionIsDeleted: z.boolean(),
    to_SlsPrcgCndnRecordScale: many(scale),
  }),
})
const SERVICE = 'API_SLSPRICINGCONDITIONRECORD_SRV'
const EXPAND = 'to_SlsPrcgConditionRecord/to_SlsPrcgCndnRecordScale'

/** A price record: for whom it was made, and its steps, ascending by quantity. */
export interface PriceRecord {
  material: string
  customer: string | null
  priceGroup: string | null
  /** Made for everybody. */
  list: boolean
  currency: string
  /** The prices are for this many units. */
  per: string
  unit: string | null
  steps: { from: Big; rate: string }[]
}

/** The price of a record for a quantity; below its first step that of the first one. */
export function rateOf({ steps }: PriceRecord, quantity: Big): string | undefined {
  return (steps.findLast(({ from }) => from.lte(quantity)) ?? steps[0])?.rate
}

/** The steps of a record as tiers. */
export function tiersOf({ steps, currency: code }: PriceRecord): PriceTier[] {
  return steps.map(({ from, rate }) => ({
    minimumQuantity: from.toFixed(),
    unitPrice: { amount: rate, currency: code },
  }))
}

function recordOf(native: z.output<typeof validity>): PriceRecord[] {
  const { Customer: customer, CustomerPriceGroup: priceGroup, to_SlsPrcgConditionRecord: record } = native
  const { ConditionCurrency: code, ConditionQuantity: per, PricingScaleType: kind } = record
  // Other scales (to a quantity, graduated) and other ways to calculate are left to the simulation.
  const plain = record.ConditionCalculationType === 'C' && (kind === null || kind === 'A')
  if (!plain || code === null || record.ConditionIsDeleted || new Big(per).lte(0)) return []
  const base = { from: new Big(per), rate: record.ConditionRateAmount }
  const scales = record.to_SlsPrcgCndnRecordScale.map((step) => ({
    from: new Big(step.ConditionScaleQuantity),
    rate: step.ConditionRateAmount,
  }))
  const steps = (scales.length > 0 ? scales : [base]).toSorted((one, other) => one.from.cmp(other.from))
  const list = !customer && !priceGroup && !native.PriceListType && !native.TransactionCurrency
  return [
    {
      material: native.Material,
      customer,
      priceGroup,
      list,
      currency: code,
      per,
      unit: record.ConditionQuantityUnit,
      steps,
    },
  ]
}

/** The price records of these materials that hold on a day: for everybody, for groups, and for these customers. */
export async function priceRecords(
  client: Client,
  materials: string[],
  customers: string[],
  on: string,
): Promise<PriceRecord[]> {
  const { config } = client
  const filter = allOf(
    `ConditionType eq ${literal(config.priceCondition)}`,
    `SalesOrganization eq ${literal(config.salesOrganization)}`,
    `DistributionChannel eq ${literal(config.distributionChannel)}`,
    anyOf('Customer', ['', ...new Set(customers)].map(literal)),
    `ConditionValidityStartDate le ${dateTime(on)}`,
    `ConditionValidityEndDate ge ${dateTime(on)}`,
  )
  const rows = await client.rowsOf(SERVICE, 'A_SlsPrcgCndnRecdValidity', 'Material', materials, {
    filter,
    expand: EXPAND,
  })
  return rows.flatMap((row) => recordOf(shaped(validity, row, 'A price record')))
}
