import Big from 'big.js'
import { ErpError } from '../../../schema/errors.ts'
import type { DocumentLine } from '../../../schema/index.ts'
import type { KnownProduct } from '../catalogue.ts'
import type { Hub } from '../hub.ts'
import type { OrderLineInput } from '../inputs.ts'
import { convert } from '../units.ts'
import type { Flow } from './read.ts'

/**
 * The lines of a document for the target of a flow: SKUs by its table, quantities in the product's unit, prices
 * net of discounts, lines without worth kept. Throws INVALID_ITEM or VALIDATION naming the line.
 */
export async function linesFor(
  hub: Hub,
  { tenant, options }: Flow,
  lines: DocumentLine[],
  currency: string | null,
): Promise<OrderLineInput[]> {
  const skus = lines.map(({ sku }) => (sku ? (options.skus[sku] ?? sku) : options.defaultSku))
  const missing = skus.findIndex((sku) => !sku)
  if (missing >= 0) {
    const told = `Line ${missing + 1} names no SKU. Set defaultSku or skus in the flow.`
    throw new ErpError('INVALID_ITEM', told, { field: `lines.${missing}.sku` })
  }
  const known = await hub.catalogue.bySku(
    tenant,
    skus.map((sku) => sku ?? ''),
  )
  const all = lines.map((line, index) =>
    lineFor(line, skus[index] ?? '', known[index] ?? null, index, currency),
  )
  return options.aggregate ? aggregated(all) : all
}

function lineFor(
  line: DocumentLine,
  sku: string,
  product: KnownProduct | null,
  index: number,
  currency: string | null,
): OrderLineInput {
  const quantity = line.quantity ?? '1'
  const unit = product?.row.unit ?? line.unit ?? null
  const converted = convert(quantity, line.unit ?? null, unit)
  if (converted === null) {
    const told = `Line ${index + 1} is in ${line.unit}, which cannot be converted to ${unit}.`
    throw new ErpError('VALIDATION', told, { field: `lines.${index}.unit` })
  }
  const price = priceOf(line, quantity, converted)
  const money = line.unitPrice?.currency ?? line.net?.currency ?? currency
  const unitPrice = price !== null && money ? { amount: price, currency: money } : null
  return { sku, quantity: converted, unit, unitPrice, description: line.description ?? null }
}

/** What one unit costs net of discounts; by the line's own sum where it tells one, so that nothing is lost by rounding. */
function priceOf(line: DocumentLine, quantity: string, converted: string): string | null {
  const count = new Big(converted)
  if (line.net?.amount && !count.eq(0)) return new Big(line.net.amount).div(count).round(10).toFixed()
  if (!line.unitPrice?.amount) return null
  if (count.eq(0)) return line.unitPrice.amount
  const share = (line.discounts ?? []).reduce(
    (left, { percent }) => left.times(new Big(100).minus(percent ?? 0)).div(100),
    new Big(1),
  )
  return new Big(line.unitPrice.amount).times(quantity).times(share).div(count).round(10).toFixed()
}

/** Lines of one SKU, unit and price as one; the first one's text stays. */
function aggregated(lines: OrderLineInput[]): OrderLineInput[] {
  const groups = Map.groupBy(lines, ({ sku, unit, unitPrice }) =>
    JSON.stringify([sku, unit, unitPrice?.amount, unitPrice?.currency]),
  )
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const quantity = group.reduce((sum, line) => sum.plus(line.quantity), new Big(0)).toFixed()
    return [{ ...first, quantity }]
  })
}

/** Compares what the lines add up to with what the source says. Throws VALIDATION when they differ too much. */
export function checkTotal(lines: OrderLineInput[], net: string | null, tolerance: string): void {
  if (net === null || lines.some(({ unitPrice }) => !unitPrice)) return
  const sum = lines.reduce(
    (all, { quantity, unitPrice }) => all.plus(new Big(quantity).times(unitPrice?.amount ?? 0)),
    new Big(0),
  )
  if (sum.minus(net).abs().lte(tolerance)) return
  const told = `The lines add up to ${sum.round(2).toFixed()}, the source says ${net}.`
  throw new ErpError('VALIDATION', told, { field: 'lines', retryable: false })
}
