import Big from 'big.js'
import { ErpError, type ErrorDetails } from '../../../schema/errors.ts'
import { type Caller, may } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import { type Check, checkOf } from '../../policy.ts'
import type { Fresh } from '../../reader.ts'
import type { Credit, PriceReading, StockReading } from '../../records.ts'
import type { KnownCustomer, KnownProduct } from '../catalogue.ts'
import type { PushOrderInput } from '../inputs.ts'
import { convert, sum } from '../units.ts'
import { type Complaints, Finding } from './complaints.ts'
import { totalOf } from './total.ts'

const DEADLINE_MS = 3_000

/** An order as the live checks see it. */
export interface Ordered {
  caller: Caller
  open: OpenConnection
  customer: KnownCustomer | null
  input: PushOrderInput
  products: (KnownProduct | null)[]
}

/** What the ERP says at this moment, by line; null where it was not asked. */
interface Told {
  prices: (Fresh<PriceReading> | null)[]
  stock: { lines: number[]; answer: Fresh<StockReading> }[]
  credit: Fresh<Credit> | null
}

/**
 * Holds an order against the ERP's price, stock and credit of this moment: everything in one batch, within one
 * deadline. An ERP that does not answer in time stops no order; the warning says so. Nothing is asked for a check
 * that is ignored.
 */
export async function checkLive(ordered: Ordered, bad: Complaints): Promise<void> {
  const told = await ask(ordered)
  checkPrices(ordered, told, bad)
  checkStock(ordered, told, bad)
  checkCredit(ordered, told, bad)
}

async function ask(ordered: Ordered): Promise<Told> {
  const { open, customer, input, products } = ordered
  const patience = { deadlineMs: open.settings.checkDeadlineMs ?? DEADLINE_MS, maxAgeMs: 0 }
  const asking = <A>(one: A) => ({ ask: one, patience })
  const native = customer?.natives[open.id] ?? null
  const isCredit = isWanted(open, 'CREDIT') && open.erp.credit !== undefined && native !== null
  const priced = priceAsks(ordered, native, isCredit)
  const stocked = isWanted(open, 'STOCK') && open.erp.stock ? heaps(open, input, products) : []
  const { price, stock, credit } = open.readers
  const [prices, levels, standings] = await Promise.all([
    priced.length > 0 ? price.read(priced.map((one) => asking(one.ask))) : [],
    stocked.length > 0 ? stock.read(stocked.map((one) => asking(one.ask))) : [],
    isCredit ? credit.read([asking(native)]) : [],
  ])
  return {
    prices: input.lines.map((_, index) => prices[priced.findIndex((one) => one.index === index)] ?? null),
    stock: stocked.flatMap(({ lines }, index) => (levels[index] ? [{ lines, answer: levels[index] }] : [])),
    credit: standings[0] ?? null,
  }
}

function isWanted({ settings }: OpenConnection, check: Check): boolean {
  return checkOf(settings, check).policy !== 'IGNORE'
}

/** What is asked about prices: those that were given, and for the total also those that were not. */
function priceAsks({ open, input, products }: Ordered, customer: string | null, isCredit: boolean) {
  const on = new Date().toISOString().slice(0, 10)
  const isPrice = isWanted(open, 'PRICE')
  return input.lines.flatMap(({ sku, quantity, unit, unitPrice }, index) => {
    const item = products[index]?.natives[open.id]
    if (!item || !open.erp.prices || !(unitPrice ? isPrice : isCredit)) return []
    const currency = unitPrice?.currency ?? input.currency ?? null
    return [{ index, ask: { item, sku, customer, quantity, unit: unit ?? null, currency, on } }]
  })
}

/** Lines that take from the same stock, with what is asked about it. */
function heaps(open: OpenConnection, input: PushOrderInput, products: (KnownProduct | null)[]) {
  const known = input.lines.flatMap((line, index) => {
    const item = products[index]?.natives[open.id]
    const warehouses = line.warehouse ? [line.warehouse] : null
    return item ? [{ index, ask: { item, sku: line.sku, warehouses } }] : []
  })
  const groups = Map.groupBy(known, ({ ask: one }) => `${one.item}\n${one.warehouses?.[0] ?? ''}`)
  return [...groups.values()].map((group) => ({ lines: group.map(({ index }) => index), ask: group[0]!.ask }))
}

/** Says once per check that the ERP did not answer; a stale value is no answer for this moment. */
function silent(ordered: Ordered, answers: Fresh<object>[], what: string, bad: Complaints): void {
  const missing = answers.find(({ status, problem }) => problem || status === 'STALE')
  if (!missing) return
  const code = missing.problem?.code ?? 'DEADLINE_EXCEEDED'
  const told = `${ordered.open.id} did not tell its ${what} in time; the order was not held against it.`
  bad.warn(new ErpError(code, told, { connection: ordered.open.id }))
}

/** An answer of this moment, or null. */
function now<V extends object>(answer: Fresh<V> | null | undefined): V | null {
  return answer && !answer.problem && answer.status !== 'STALE' ? answer.value : null
}

function checkPrices(ordered: Ordered, { prices }: Told, bad: Complaints): void {
  const { open, input, caller } = ordered
  const { tolerancePercent } = checkOf(open.settings, 'PRICE')
  const asked = prices.filter((answer, index) => answer && input.lines[index]?.unitPrice)
  silent(ordered, asked as Fresh<PriceReading>[], 'prices', bad)
  for (const [index, { unitPrice: given, sku }] of input.lines.entries()) {
    const reading = now(prices[index])
    if (!given || !reading?.unitPrice || reading.taxIncluded) continue
    const { amount, currency } = reading.unitPrice
    const details: ErrorDetails = { connection: open.id, field: `lines.${index}.unitPrice` }
    if (currency !== given.currency) {
      const told = `${open.id} has the price of ${sku} in ${currency}, not ${given.currency}.`
      bad.note(
        new Finding('PRICE', 'VALIDATION', told, { ...details, advice: `Send the price in ${currency}.` }),
      )
      continue
    }
    const right = new Big(amount).div(reading.priceQuantity ?? 1)
    const away = new Big(given.amount).minus(right).abs()
    if (away.times(100).lte(right.abs().times(tolerancePercent ?? 0))) continue
    const shown = may(caller, 'read:price') ? `: ${right.toFixed()} ${currency}, not ${given.amount}` : ''
    const told = `The price of ${sku} at ${open.id} is another one now${shown}.`
    const advice = 'Ask for the price again and send that one, or leave it out.'
    bad.note(new Finding('PRICE', 'VALIDATION', told, { ...details, advice }))
  }
}

function checkStock(ordered: Ordered, { stock }: Told, bad: Complaints): void {
  const { open, input, caller } = ordered
  silent(
    ordered,
    stock.map(({ answer }) => answer),
    'stock',
    bad,
  )
  const isShown = may(caller, 'read:stock') && caller.stock?.as !== 'LEVELS'
  for (const { lines, answer } of stock) {
    const reading = now(answer)
    const [first = 0] = lines
    const line = input.lines[first]
    if (!line || !reading?.available) continue
    const unit = reading.unit ?? null
    const wanted = lines.map((index) => {
      const { quantity = '0', unit: own } = input.lines[index] ?? {}
      return convert(quantity, own ?? unit, unit)
    })
    // What cannot be converted cannot be held against a quantity.
    const all = sum(wanted.filter((one) => one !== null))
    if (new Big(all).lte(reading.available)) continue
    const place = line.warehouse ? ` in ${line.warehouse}` : ''
    const figures = isShown ? `: ${reading.available} of ${all}` : ''
    const told = `${open.id} has not enough of ${line.sku}${place}${figures}.`
    const advice = 'Order less, choose another warehouse, or wait for the next delivery.'
    const details = { connection: open.id, field: `lines.${first}.quantity`, advice }
    bad.note(new Finding('STOCK', 'VALIDATION', told, details))
  }
}

function checkCredit(ordered: Ordered, { credit, prices }: Told, bad: Complaints): void {
  const { open, input, caller } = ordered
  if (!credit) return
  silent(ordered, [credit], 'credit', bad)
  const unpriced = prices.filter((_, index) => !input.lines[index]?.unitPrice)
  silent(
    ordered,
    unpriced.filter((answer) => answer !== null),
    'prices',
    bad,
  )
  const standing = now(credit)
  const details = { connection: open.id, field: 'customer' }
  if (standing?.onHold) {
    bad.note(new Finding('CREDIT', 'CREDIT_HOLD', `${open.id} holds the orders of the customer.`, details))
    return
  }
  if (!standing?.available) return
  const { amount, currency } = standing.available
  const total = totalOf(
    input,
    prices.map((answer) => now(answer)),
    currency,
  )
  if (total === null || new Big(total).lte(amount)) return
  const figures = may(caller, 'read:customer') ? `: ${total} of ${amount} ${currency}` : ''
  const told = `The order is more than the credit that ${open.id} leaves the customer${figures}.`
  const advice = 'Raise the credit limit in the ERP, wait for a payment, or order less.'
  bad.note(new Finding('CREDIT', 'CREDIT_HOLD', told, { ...details, advice }))
}
