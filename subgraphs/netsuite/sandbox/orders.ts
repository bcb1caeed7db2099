import Big from 'big.js'
import { addedTo, ownOf } from './custom.ts'
import { Refused } from './answers.ts'
import { blank, lineAt, total } from './documents.ts'
import {
  type Members,
  dayOf,
  externalIdOf,
  invalid,
  invalidReference,
  isMembers,
  missing,
  numberOf,
  onlyKnown,
  referenceOf,
  sublistOf,
  textOf,
} from './fields.ts'
import { CUSTOM, levelPrice, priceFor } from './pricelists.ts'
import type { AddressRow, LineRow, TransactionRow } from './rows.ts'
import type { State } from './state.ts'

/** How this account treats orders beyond the standard. */
export interface OrderRules {
  /** none: status B may be set. routing: orders start as A, B may be set later. locked: only a person approves. */
  approval: 'none' | 'routing' | 'locked'
  /** A script of the customer: refuses every order, or adds a line to it. */
  script: 'none' | 'refuse' | 'change'
  /** Details of errors in German. */
  german: boolean
}

const HEAD =
  'externalId entity tranDate otherRefNum memo currency terms shipDate location discountItem discountRate orderStatus shippingAddress item subsidiary'.split(
    ' ',
  )
const LINE = 'line item quantity price rate description expectedShipDate location isClosed'.split(' ')
const BODY_FIELDS = addedTo('salesOrder')
const LINE_FIELDS = ['custcol_ext_line']
const ADDRESS = 'addressee attention addr1 addr2 addr3 zip city state country addrPhone'.split(' ')

/** A new sales order from the body of a POST, checked as NetSuite does. */
export function createOrder(state: State, body: Members, rules: OrderRules): TransactionRow {
  onlyKnown(body, HEAD, BODY_FIELDS)
  if (rules.script === 'refuse') {
    throw new Refused(400, 'USER_ERROR', 'Kundenskript: Aufträge unter 500 EUR bitte telefonisch. 📞')
  }
  const customer = entityOf(state, body, rules)
  if (!sublistOf(body, 'item')?.length) throw missing('Item', rules.german)
  const external = textOf(body, 'externalId')
  const row = blank('SalesOrd', state.nextId(), customer.id)
  const taken = state.transactions.map(({ externalid }) => externalid)
  if (external) row.externalid = externalIdOf(external, taken, rules.german)
  Object.assign(row, { tranid: `SO${row.id}`, currency: customer.currency, terms: customer.terms })
  row.trandate = new Date().toISOString().slice(0, 10)
  row.shipping = customer.addresses.find(({ defaultShipping }) => defaultShipping) ?? null
  row.created = Date.now()
  applyHead(state, row, body)
  if (rules.approval === 'none' && statusOf(body) === 'B') row.status = 'B'
  row.lines = (sublistOf(body, 'item') ?? []).map((line, index) => newLine(state, row, line, index))
  if (rules.script === 'change')
    row.lines.push(lineAt(row.lines.length + 1, row.lines[0]?.item ?? 0, '1', '4.90'))
  finish(state, row)
  state.transactions.push(row)
  return row
}

/** A change of a sales order; lines are matched by number, or replaced as a whole. */
export function changeOrder(
  state: State,
  row: TransactionRow,
  body: Members,
  rules: OrderRules,
  replace: boolean,
): void {
  onlyKnown(body, HEAD, BODY_FIELDS)
  if (body.entity !== undefined) row.entity = entityOf(state, body, rules).id
  const lines = sublistOf(body, 'item')
  if (lines && 'GHC'.includes(row.status)) {
    throw new Refused(
      400,
      'USER_ERROR',
      'This transaction is closed or billed and its lines cannot be changed.',
    )
  }
  const copy: TransactionRow = { ...row, lines: row.lines.map((line) => ({ ...line })) }
  applyHead(state, copy, body)
  if (rules.approval !== 'locked' && statusOf(body) === 'B' && copy.status === 'A') copy.status = 'B'
  if (lines && replace) copy.lines = lines.map((line, index) => newLine(state, copy, line, index))
  else for (const line of lines ?? []) changeLine(state, copy, line)
  Object.assign(row, copy)
  finish(state, row)
}

function finish(state: State, row: TransactionRow): void {
  total(state, row)
  if (row.lines.length > 0 && row.lines.every(({ closed }) => closed)) row.status = 'H'
  row.changed = Date.now()
}

function statusOf(body: Members): string | null {
  const status = isMembers(body.orderStatus) ? body.orderStatus.id : body.orderStatus
  if (status === undefined || status === null) return null
  if (status === 'A' || status === 'B') return status
  throw invalidReference(String(status), 'orderStatus')
}

function entityOf(state: State, body: Members, { german }: OrderRules) {
  const customer = referenceOf(body, 'entity', state.customers)
  if (!customer) throw missing('Customer', german)
  if (customer.isinactive) {
    throw new Refused(400, 'USER_ERROR', `Customer ${customer.entityid} is inactive.`, { path: 'entity' })
  }
  return customer
}

function applyHead(state: State, row: TransactionRow, body: Members): void {
  const set = <K extends keyof TransactionRow>(name: K, value: TransactionRow[K] | undefined) => {
    if (value !== undefined) row[name] = value
  }
  const idOf = (found: { id: number } | null | undefined) =>
    found === undefined ? undefined : (found?.id ?? null)
  set('trandate', dayOf(body, 'tranDate') ?? undefined)
  set('otherrefnum', limited(body, 'otherRefNum', 45))
  set('memo', limited(body, 'memo', 999))
  set('shipdate', dayOf(body, 'shipDate'))
  set('currency', referenceOf(body, 'currency', state.currencies)?.id)
  set('terms', idOf(referenceOf(body, 'terms', state.terms)))
  set('location', idOf(referenceOf(body, 'location', state.locations)))
  set('discountItem', idOf(referenceOf(body, 'discountItem', state.items)))
  set('discountRate', discountRateOf(body))
  if (isMembers(body.shippingAddress)) row.shipping = addressOf(body.shippingAddress, 'shippingAddress.')
  row.custom = { ...row.custom, ...ownOf('salesOrder', body) }
}

function limited(body: Members, name: string, most: number): string | null | undefined {
  const value = textOf(body, name)
  if (value != null && value.length > most) {
    throw invalid(
      `The field ${name} contained more than the maximum number ( ${most} ) of characters allowed.`,
      name,
    )
  }
  return value
}

function discountRateOf(body: Members): string | null | undefined {
  const rate = body.discountRate
  if (rate === undefined || rate === null) return rate
  if (rate instanceof Big) return rate.toFixed()
  if (typeof rate === 'string' && /^-?\d+(\.\d+)?%$/.test(rate)) return rate
  throw invalid('Invalid value for the field discountRate.', 'discountRate')
}

/** An address subrecord in the words of the record API. */
export function addressOf(members: Members, path: string): AddressRow {
  onlyKnown(members, ADDRESS, [], path)
  const row: Record<string, string> = {}
  for (const name of ADDRESS.filter((one) => one !== 'country')) {
    const value = textOf(members, name, path)
    if (value) row[name] = value
  }
  const country = isMembers(members.country) ? members.country.id : members.country
  if (country !== undefined && country !== null && !/^[A-Z]{2}$/.test(String(country))) {
    throw invalidReference(String(country), `${path}country`)
  }
  return { ...row, ...(country && { country: String(country) }) }
}

function newLine(state: State, row: TransactionRow, line: Members, index: number): LineRow {
  const path = `item.items[${index}].`
  onlyKnown(line, LINE, LINE_FIELDS, path)
  const item = referenceOf(line, 'item', state.items, path)
  if (!item) throw missing('Item')
  if (item.isinactive) throw invalidReference(String(item.id), `${path}item`)
  const quantity = numberOf(line, 'quantity', path)?.toFixed() ?? '1'
  const { level, rate } = priceOf(state, row, line, item.id, quantity, path)
  const location = referenceOf(line, 'location', state.locations, path)?.id ?? row.location
  return {
    ...lineAt(index + 1, item.id, quantity, rate),
    price: level,
    description: textOf(line, 'description', path) ?? item.description,
    shipdate: dayOf(line, 'expectedShipDate', path) ?? row.shipdate,
    location,
    closed: line.isClosed === true,
  }
}

/** A rate counts only beside the level Custom; otherwise NetSuite prices the line itself. */
function priceOf(
  state: State,
  row: TransactionRow,
  line: Members,
  item: number,
  quantity: string,
  path: string,
) {
  const levels = [...state.levels, { id: CUSTOM, name: 'Custom', percent: null }]
  const level = referenceOf(line, 'price', levels, path)?.id
  const rate = numberOf(line, 'rate', path)
  if (level === CUSTOM) {
    if (!rate) throw missing('Rate')
    return { level, rate: rate.toFixed() }
  }
  if (level !== undefined) {
    return { level, rate: levelPrice(state, level, item, quantity, row.currency) ?? '0' }
  }
  const found = priceFor(state, row.entity, item, quantity, row.currency)
  return { level: found.level, rate: found.price }
}

function changeLine(state: State, row: TransactionRow, line: Members): void {
  const wanted = numberOf(line, 'line')?.toNumber()
  const index = row.lines.findIndex((one) => one.line === wanted)
  const known = row.lines[index]
  if (!known) {
    // A line without a known number is a new one.
    row.lines.push(newLine(state, row, line, row.lines.length))
    return
  }
  const path = `item.items[${index}].`
  onlyKnown(line, LINE, LINE_FIELDS, path)
  const quantity = numberOf(line, 'quantity', path)?.toFixed() ?? known.quantity ?? '1'
  const priced = line.price !== undefined || line.rate !== undefined
  const rate = priced ? priceOf(state, row, line, known.item, quantity, path).rate : known.rate
  row.lines[index] = {
    ...known,
    quantity,
    rate,
    amount: lineAt(known.line, known.item, quantity, rate).amount,
    description: textOf(line, 'description', path) ?? known.description,
    closed: typeof line.isClosed === 'boolean' ? line.isClosed : known.closed,
  }
}
