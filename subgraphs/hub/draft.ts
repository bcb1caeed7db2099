import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Problem } from '../../schema/index.ts'
import { type Caller, reaches } from '../caller.ts'
import type { OpenConnection } from '../connections.ts'
import type { KnownCustomer, KnownProduct } from './catalogue.ts'
import { Complaints, Finding } from './check/complaints.ts'
import { checkOrderFor } from './check/index.ts'
import { seesCustomer } from './customer.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import type { OrderLineInput, PushOrderInput } from './inputs.ts'
import { Refused } from './request.ts'
import { attributesOf, routeFor } from './routing/rules.ts'
import type { StoredOrder } from './tables.ts'

/** An order that can be accepted: where it goes, for whom, and its lines in the ERP's ids. */
export interface OrderDraft {
  open: OpenConnection
  customer: KnownCustomer
  /** True when the customer has to be created in the ERP first. */
  isNewThere: boolean
  stored: StoredOrder
  /** What the checks found that stops nobody. */
  warnings: Problem[]
}

const MAX_LINES = 1_000
const MAX_TEXT = 10_000
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))

/** Resolves an order and checks everything about it that is known here. Throws Refused with all problems. */
export async function draftOrder(hub: Hub, caller: Caller, input: PushOrderInput): Promise<OrderDraft> {
  const bad = new Complaints()
  checkOrder(input, bad)
  const customer = await findCustomer(hub, caller, input)
  if (!customer) bad.add('INVALID_CUSTOMER', `There is no customer ${shown(input.customer)}.`, 'customer')
  const products = await hub.catalogue.bySku(
    caller.tenant,
    input.lines.map(({ sku }) => sku),
  )
  const open = await pick(hub, caller, input, customer, products, bad)
  if (input.quote) await checkQuote(hub, caller, input.quote, bad)
  if (open) checkItems(open, input.lines, products, bad)
  if (input.project && open && !open.erp.order?.projects)
    bad.add('NOT_SUPPORTED', `${open.connector.name} has no projects.`, 'project', { connection: open.id })
  const native = open && customer?.natives[open.id]
  if (open && customer && !native && !(open.settings.createMissingCustomers && open.erp.customer)) {
    const told = `${open.id} does not know the customer ${shown(customer.row.name)}.`
    bad.add('INVALID_CUSTOMER', told, 'customer', { connection: open.id })
  }
  if (open) await checkOrderFor(hub, { caller, open, customer, input, products }, bad)
  bad.judge(open?.settings)
  const { errors, warnings } = bad
  if (!open || !customer || errors.length > 0) throw new Refused(errors, [], warnings)
  return { open, customer, isNewThere: !native, stored: store(input, customer, open, products), warnings }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

function checkOrder(input: PushOrderInput, bad: Complaints): void {
  checkCurrency(input.currency, 'currency', bad)
  checkLines(input.lines, input.currency ?? null, bad)
  for (const [index, discount] of (input.discounts ?? []).entries()) {
    checkPercent(discount.percent, `discounts.${index}.percent`, bad)
    if (!discount.percent === !discount.amount) {
      bad.add('VALIDATION', 'A discount has either a percent or an amount.', `discounts.${index}`)
    }
  }
  for (const field of ['note', 'purchaseOrderNumber', 'paymentTerms'] as const) {
    if ((input[field]?.length ?? 0) > MAX_TEXT) {
      bad.add('LIMIT_EXCEEDED', `A text has at most ${MAX_TEXT} characters.`, field)
    }
  }
}

/** Complains about lines of a document in a currency; an invoice may have reductions as lines of their own. */
export function checkLines(
  lines: OrderLineInput[],
  currency: string | null,
  bad: Complaints,
  reductions: 'none' | 'asLines' = 'none',
): void {
  if (lines.length === 0) bad.add('MISSING_REQUIRED_FIELD', 'A document needs a line.', 'lines')
  if (lines.length > MAX_LINES)
    bad.add('LIMIT_EXCEEDED', `A document has at most ${MAX_LINES} lines.`, 'lines')
  for (const [index, line] of lines.entries()) checkLine(line, `lines.${index}`, currency, bad, reductions)
}

function checkLine(
  line: OrderLineInput,
  field: string,
  currency: string | null,
  bad: Complaints,
  reductions: 'none' | 'asLines',
): void {
  if (new Big(line.quantity).lte(0)) {
    const told = `The quantity must be more than 0, not ${line.quantity}.`
    bad.note(new Finding('QUANTITY', 'VALIDATION', told, { field: `${field}.quantity` }))
  }
  checkPercent(line.discountPercent, `${field}.discountPercent`, bad)
  const { unitPrice } = line
  if (!unitPrice) return
  checkCurrency(unitPrice.currency, `${field}.unitPrice.currency`, bad)
  if (reductions === 'none' && new Big(unitPrice.amount).lt(0)) {
    bad.add('VALIDATION', 'A price cannot be negative.', `${field}.unitPrice.amount`)
  }
  if (currency && currency !== unitPrice.currency) {
    const told = `The price is in ${unitPrice.currency}, the order in ${currency}.`
    bad.add('VALIDATION', told, `${field}.unitPrice.currency`)
  }
}

function checkPercent(percent: string | null | undefined, field: string, bad: Complaints): void {
  if (!percent) return
  const value = new Big(percent)
  if (value.lt(0) || value.gt(100)) bad.add('VALIDATION', 'A percent is between 0 and 100.', field)
}

/** Complains about a currency that is none. */
export function checkCurrency(currency: string | null | undefined, field: string, bad: Complaints): void {
  if (currency && !CURRENCIES.has(currency)) {
    bad.add('VALIDATION', `${shown(currency)} is no currency of ISO 4217.`, field)
  }
}

const BY_NUMBER = `select distinct hub_id from external_ref where tenant = ? and kind = 'customer' and not deleted
  and (number = ? or (connection = ? and native_id = ?)) limit 2`

/** By the hub's id, else by a number or native id that only one customer has. Foreign ones look unknown. */
async function findCustomer(
  hub: Hub,
  caller: Caller,
  { customer: text, connection }: PushOrderInput,
): Promise<KnownCustomer | null> {
  const [known] = await hub.catalogue.customers(caller.tenant, [text])
  if (known) return seesCustomer(caller, known) ? known : null
  const found = await rows<{ hub_id: string }>(hub.db.em(), BY_NUMBER, [
    caller.tenant,
    text,
    connection ?? '',
    text,
  ])
  const [only] = found
  if (found.length !== 1 || !only) return null
  const [one] = await hub.catalogue.customers(caller.tenant, [only.hub_id])
  return one && seesCustomer(caller, one) ? one : null
}

/** The argument, else what a rule says, else the customer's home, else the first that takes orders and knows all SKUs. */
async function pick(
  hub: Hub,
  caller: Caller,
  input: PushOrderInput,
  customer: KnownCustomer | null,
  products: (KnownProduct | null)[],
  bad: Complaints,
): Promise<OpenConnection | null> {
  const all = hub.directory.all(caller.tenant).filter(({ id }) => reaches(caller, id))
  const able = all.filter(({ erp }) => erp.order)
  if (input.connection) {
    const named = all.find(({ id }) => id === input.connection)
    const told = named ? `${named.connector.name} takes no orders.` : 'There is no such connection.'
    if (named?.erp.order) return named
    bad.add(named ? 'NOT_SUPPORTED' : 'NOT_FOUND', told, 'connection')
    return null
  }
  const route = await routeOrder(hub, caller, input, customer).catch((error: unknown) => {
    if (!(error instanceof ErpError)) throw error
    bad.errors.push(error)
    return 'refused' as const
  })
  if (route === 'refused') return null
  if (route) return route
  const home = able.find(({ id }) => id === customer?.row.home)
  // A target takes any SKU: it is only guessed where there is nothing that would know better.
  const erps = able.filter(({ connector }) => connector.role !== 'target')
  const first = erps.find(({ id, erp }) => !erp.items || products.every((product) => product?.natives[id]))
  const found = home ?? first ?? erps[0] ?? able[0] ?? null
  if (!found) bad.add('NOT_SUPPORTED', 'No connection takes orders.', 'connection')
  return found
}

/** Where a rule sends an order; null where none is meant. Throws UNAVAILABLE when that ERP rests. */
async function routeOrder(
  hub: Hub,
  caller: Caller,
  input: PushOrderInput,
  customer: KnownCustomer | null,
): Promise<OpenConnection | null> {
  const { row } = customer ?? {}
  const facts = {
    company: row?.name,
    country: row?.country ?? input.shipTo?.country,
    currency: input.currency ?? row?.currency,
    fields: {
      ...{ group: row?.customerGroup, taxId: row?.taxId, email: row?.email, phone: row?.phone },
      paymentTerms: input.paymentTerms ?? row?.paymentTerms,
      ...attributesOf(row?.customAttributes),
      ...attributesOf(input.customAttributes),
    },
  }
  return (await routeFor(hub, caller, 'ORDER', facts))?.open[0] ?? null
}

/** Complains about SKUs that the ERP does not know. */
export function checkItems(
  open: OpenConnection,
  lines: OrderLineInput[],
  products: (KnownProduct | null)[],
  bad: Complaints,
): void {
  // A system that lists no items takes any SKU; it says itself what it does not know.
  if (!open.erp.items) return
  for (const [index, line] of lines.entries()) {
    if (products[index]?.natives[open.id]) continue
    const told = `${open.id} has no item ${shown(line.sku)}.`
    const details = { connection: open.id, field: `lines.${index}.sku` }
    bad.note(new Finding('ITEM', 'INVALID_ITEM', told, details))
  }
}

async function checkQuote(hub: Hub, caller: Caller, id: string, bad: Complaints): Promise<void> {
  const sql = 'select connection, sales_order from quote where tenant = ? and id = ?'
  const [row] = await rows<{ connection: string; sales_order: string | null }>(hub.db.em(), sql, [
    caller.tenant,
    id,
  ])
  // A quote names its customer by word only, so a key of one customer sees none.
  const seen = row && !caller.customer && reaches(caller, row.connection)
  if (!seen) bad.add('NOT_FOUND', 'There is no such quote.', 'quote')
  else if (row.sales_order) bad.add('DUPLICATE_ORDER', 'The quote already is an order.', 'quote')
}

function store(
  input: PushOrderInput,
  customer: KnownCustomer,
  open: OpenConnection,
  products: (KnownProduct | null)[],
): StoredOrder {
  const { connection: _connection, quote: _quote, lines, ...rest } = input
  const known = lines.map((line, index) => ({ ...line, item: products[index]?.natives[open.id] ?? null }))
  return { ...rest, customer: customer.row.id, lines: known }
}
