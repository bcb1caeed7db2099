import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Discount, DocumentLine, Money } from '../../schema/index.ts'
import type { Quote } from '../connector.ts'
import type { Config } from './config.ts'
import { skuOf, taxIdOf } from './map.ts'
import type { Line, NativeCustomer, NativeQuote, Product } from './shapes.ts'
import { stateOf, toAddress, unitOf } from './words.ts'

/** What stands elsewhere in Qwoty and belongs to a quote: its products by id, and its customer. */
export interface Beside {
  products: Map<string, Product>
  customer: NativeCustomer | null
}

/** A line with the place it had in the nested table. */
interface Placed {
  line: Line
  heading: string
  recurring: boolean
}

function byRank<T extends { rank: number }>(rows: T[] | null | undefined): T[] {
  return (rows ?? []).toSorted((one, other) => one.rank - other.rank)
}

/** Sections, phases and lines in the order of their ranks, as one list. */
function flatten(native: NativeQuote, { products }: Beside): Placed[] {
  return byRank(native.pricing_table.sections).flatMap((section) =>
    byRank(section.phases).flatMap((phase) =>
      byRank(phase.line_items).map((line) => {
        const product = products.get(line.product?.product_id ?? '')
        return {
          line,
          heading: [section.name, phase.name].filter(Boolean).join(' / '),
          recurring:
            Boolean(line.pricing?.billing_frequency_interval) || product?.recurrence_type === 'recurring',
        }
      }),
    ),
  )
}

function minorDigits(currency: string): number {
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  )
}

function toLine({ line }: Placed, native: NativeQuote, beside: Beside, config: Config): DocumentLine {
  const id = line.product?.product_id ?? null
  const product = beside.products.get(id ?? '')
  const price = line.pricing?.list_price ?? null
  const money = (amount: string): Money => ({ amount, currency: line.pricing?.currency ?? native.currency })
  const net = price === null ? null : new Big(price).times(line.quantity).round(minorDigits(native.currency))
  const unit = line.product?.unit_of_measure ?? null
  return {
    id: line.id,
    sku: product ? skuOf(product, config) : null,
    item: id,
    description: line.product?.name ?? product?.name ?? null,
    quantity: line.quantity,
    unit: unit === null ? null : unitOf(unit, config),
    unitPrice: price === null ? null : money(price),
    net: net === null ? null : money(net.toFixed()),
  }
}

function refused(
  native: NativeQuote,
  why: string,
  field: string,
  code: 'VALIDATION' | 'MAPPING_MISSING' = 'VALIDATION',
) {
  return new ErpError(code, `Quote ${native.number ?? native.id} cannot become an order: ${why}.`, { field })
}

/** Why the lines alone cannot be ordered. */
function lineProblem(native: NativeQuote, once: Placed[], config: Config): ErpError | null {
  if (once.length === 0) return refused(native, 'it has no line that is sold once', 'lines')
  for (const { line } of once) {
    const at = `line ${line.id} (${line.product?.name ?? 'no product'})`
    const { list_price: price, currency } = line.pricing ?? {}
    if (price === null || price === undefined) {
      const hidden = native.pricing_table.settings?.is_prices_hidden ? 'its prices are hidden, and ' : ''
      return refused(native, `${hidden}${at} has no price`, 'lines.unitPrice')
    }
    if (currency && currency !== native.currency)
      return refused(native, `${at} is in ${currency}`, 'lines.unitPrice')
    const unit = line.product?.unit_of_measure
    if (unit && !unitOf(unit, config))
      return refused(native, `the unit "${unit}" is not mapped`, 'units', 'MAPPING_MISSING')
  }
  return null
}

/** What the list prices of the lines come to above the agreed net amount; null where either is not known. */
function reduction(native: NativeQuote, lines: DocumentLine[]): Big | null {
  const agreed = native.summary?.one_off?.net_amount
  if (agreed === undefined || lines.some(({ net }) => !net)) return null
  return lines.reduce((sum, { net }) => sum.plus(net?.amount ?? 0), new Big(0)).minus(agreed)
}

/** Why the sums cannot be ordered. A line rounds by half of the smallest coin at most. */
function sumProblem(
  native: NativeQuote,
  placed: Placed[],
  more: Big | null,
  config: Config,
): ErpError | null {
  if (more === null) return refused(native, 'its net amount is not told', 'net')
  const slack = new Big(10).pow(-minorDigits(native.currency)).div(2).times(placed.length)
  if (more.plus(slack).lt(0)) {
    return refused(native, `its net amount is ${more.abs().toFixed()} above its list prices`, 'net')
  }
  const repeats = native.summary?.recurring ?? []
  if (repeats.length > 0 && config.recurring === 'refuse')
    return refused(native, 'it has recurring parts', 'lines')
  if (repeats.length > 0 && !placed.some(({ recurring }) => recurring) && more.gt(slack)) {
    return refused(native, 'nothing tells its recurring lines from those that are sold once', 'lines')
  }
  return null
}

function recurringNote(native: NativeQuote, placed: Placed[]): string[] {
  const parts = (native.summary?.recurring ?? []).map(
    ({ net_amount: net, interval, interval_count: count }) => {
      const every = count && count !== '1' ? `${count} ${interval}s` : interval
      return `${net} ${native.currency} net every ${every}`
    },
  )
  const what = placed
    .filter(({ recurring }) => recurring)
    .map(({ line }) => `${line.quantity} × ${line.product?.name}`)
  return parts.length > 0 || what.length > 0
    ? [`Recurring, not part of this order: ${[...parts, ...what].join('; ')}`]
    : []
}

function noteOf(native: NativeQuote, placed: Placed[], config: Config): string | null {
  const once = placed.filter(({ recurring }) => !recurring)
  const headings = [...new Set(once.map(({ heading }) => heading))].filter(Boolean).map((heading) => {
    const at = once.flatMap((row, index) => (row.heading === heading ? [index + 1] : []))
    return `${heading}: ${at.length > 1 ? 'lines' : 'line'} ${at.join(', ')}`
  })
  const { owner_id: older } = native
  const owner = native.owner ?? (typeof older === 'object' ? older : null)
  const name = owner?.name ?? [owner?.first_name, owner?.last_name].filter(Boolean).join(' ')
  const seller = name ? [`Sold by ${[name, owner?.email].filter(Boolean).join(', ')}`] : []
  const recurring = config.recurring === 'note' ? recurringNote(native, placed) : []
  return [...headings, ...recurring, ...seller].join('\n') || null
}

/** The e-mail of who signs, else of the first contact that has one. */
function emailOf({ customer: { contacts } }: NativeQuote): string | null {
  const known = (contacts ?? []).filter(({ email }) => email && /^[^\s@]{1,64}@[^\s@]{1,190}$/.test(email))
  return (known.find(({ role }) => [role].flat().includes('signer')) ?? known[0])?.email ?? null
}

/**
 * A quote in canonical words, and why it cannot become an order (null when it can). The published line shows
 * list prices only, so what the agreed net amount is below them becomes one discount of the document.
 * https://docs.qwoty.io/llms.txt
 */
export function toQuote(
  native: NativeQuote,
  beside: Beside,
  config: Config,
): { quote: Quote; problem: ErpError | null } {
  const placed = flatten(native, beside)
  const once = placed.filter(({ recurring }) => !recurring)
  const lines = once.map((row) => toLine(row, native, beside, config))
  const money = (amount: string): Money => ({ amount, currency: native.currency })
  const less = reduction(native, lines)
  const discounts: Discount[] = less?.gt(0)
    ? [{ reason: 'Agreed in the quote', amount: money(less.toFixed()) }]
    : []
  const total = native.summary?.one_off
  const quote: Quote = {
    id: native.id,
    number: native.number,
    title: native.title,
    state: stateOf(native.status, config),
    nativeStatus: native.status,
    customer: native.customer.id,
    customerName: native.customer.name,
    customerEmail: emailOf(native),
    customerTaxId: beside.customer ? taxIdOf(beside.customer) : null,
    customerErpId: native.customer.external_ids?.erp ?? beside.customer?.id_erp ?? null,
    currency: native.currency,
    issuedOn: native.issue_date,
    validUntil: native.expiration_date,
    shipTo: toAddress(native.customer.shipping_address, 'SHIPPING', native.customer.name),
    note: noteOf(native, placed, config),
    lines,
    discounts,
    net: total ? money(total.net_amount) : null,
    total: total?.total_amount ? money(total.total_amount) : null,
    url: native.dealroom_link && URL.canParse(native.dealroom_link) ? native.dealroom_link : null,
    updatedAt: native.updated_at,
  }
  return { quote, problem: lineProblem(native, once, config) ?? sumProblem(native, placed, less, config) }
}
