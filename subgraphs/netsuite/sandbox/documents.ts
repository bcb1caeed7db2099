import Big from 'big.js'
import type { Demo, DemoDocument } from '../../demo.ts'
import { orderFields } from './custom.ts'
import type { LineRow, TransactionRow } from './rows.ts'
import { SET_UP, type State } from './state.ts'

const DAY_MS = 86_400_000
const TAX = new Big('0.19')

/** An empty transaction of a type. */
export function blank(type: TransactionRow['type'], id: number, entity: number): TransactionRow {
  return {
    id,
    type,
    tranid: '',
    otherrefnum: null,
    externalid: null,
    entity,
    status: 'A',
    trandate: '2026-11-21',
    duedate: null,
    shipdate: null,
    currency: 1,
    terms: null,
    location: null,
    memo: null,
    discountItem: null,
    discountRate: null,
    shipping: null,
    lines: [],
    tax: '0',
    total: '0',
    paid: '0',
    applied: [],
    custom: {},
    created: SET_UP,
    changed: SET_UP,
  }
}

/** A line at a price; the amount is rounded to cents as NetSuite does. */
export function lineAt(line: number, item: number, quantity: string, rate: string): LineRow {
  return {
    line,
    item,
    description: null,
    quantity,
    rate,
    price: -1,
    amount: new Big(rate).times(quantity).round(2).toFixed(),
    fulfilled: '0',
    billed: '0',
    closed: false,
    location: null,
    shipdate: null,
    createdfrom: null,
    custom: {},
  }
}

/** The reduction of the whole document, as a negative amount; "-2%" or "-50". */
export function discountOf(row: Pick<TransactionRow, 'discountRate' | 'lines'>): string {
  if (!row.discountRate) return '0'
  if (!row.discountRate.endsWith('%')) return row.discountRate
  const sum = row.lines.reduce((all, { amount }) => all.plus(amount), new Big(0))
  return sum.times(row.discountRate.slice(0, -1)).div(100).round(2).toFixed()
}

/** Works out tax and total from the lines; customers outside the country pay no tax. */
export function total(state: State, row: TransactionRow): void {
  const sum = row.lines.reduce((all, { amount }) => all.plus(amount), new Big(discountOf(row)))
  const taxed = state.customer(row.entity)?.addresses[0]?.country === 'DE'
  const tax = taxed ? sum.times(TAX).round(2) : new Big(0)
  row.tax = tax.toFixed()
  row.total = sum.plus(tax).toFixed()
}

/** What already stands in the account: orders in every state, invoices, payments, a credit memo, estimates. */
export function seedDocuments(state: State, demo: Demo): void {
  for (const [index, document] of demo.orders.entries()) {
    const order = seedOrder(state, document, 5001 + index)
    if (document.state === 'invoiced') seedInvoice(state, order, index)
    if (index < 6) seedEstimate(state, order, index)
  }
  seedCredit(state)
}

function seedOrder(state: State, document: DemoDocument, id: number): TransactionRow {
  const customer = state.customers.find(({ entityid }) => entityid === document.customer)
  const row = blank('SalesOrd', id, customer?.id ?? 0)
  row.custom = orderFields(document)
  const done = document.state === 'delivered' || document.state === 'invoiced'
  Object.assign(row, {
    tranid: `SO${id}`,
    otherrefnum: `PO-${document.number}`,
    trandate: document.on,
    currency: customer?.currency ?? 1,
    terms: customer?.terms ?? null,
    location: 1,
    shipping: customer?.addresses[0] ?? null,
    status: { open: 'B', delivered: 'F', invoiced: 'G', cancelled: 'C' }[document.state],
  })
  row.lines = document.lines.map(({ sku, quantity, price }, index) => ({
    ...lineAt(index + 1, state.items.find(({ itemid }) => itemid === sku)?.id ?? 0, quantity, price),
    price: 1,
    location: 1,
    closed: document.state === 'cancelled',
    fulfilled: done ? quantity : '0',
    billed: document.state === 'invoiced' ? quantity : '0',
  }))
  total(state, row)
  state.transactions.push(row)
  return row
}

function seedInvoice(state: State, order: TransactionRow, index: number): void {
  const row: TransactionRow = {
    ...order,
    id: 6001 + index,
    type: 'CustInvc',
    tranid: `INV${6001 + index}`,
    duedate: new Date(Date.parse(`${order.trandate}T00:00:00Z`) + 30 * DAY_MS).toISOString().slice(0, 10),
    lines: order.lines.map((line) => ({ ...line, billed: '0', createdfrom: order.id })),
    applied: [],
    custom: {},
  }
  // One invoice after the other is paid, paid in part, open.
  const paid = [new Big(row.total), new Big(row.total).div(4).round(2), new Big(0)][Math.floor(index / 5) % 3]
  row.paid = (paid ?? new Big(0)).toFixed()
  row.status = row.paid === row.total ? 'B' : 'A'
  state.transactions.push(row)
  if (row.paid !== '0') seedPayment(state, row)
}

function seedPayment(state: State, invoice: TransactionRow): void {
  const row = blank('CustPymt', invoice.id + 1000, invoice.entity)
  Object.assign(row, { tranid: `PYMT${row.id}`, currency: invoice.currency, trandate: invoice.trandate })
  row.total = invoice.paid
  row.status = 'C'
  row.applied = [{ doc: invoice.id, amount: invoice.paid }]
  state.transactions.push(row)
}

function seedCredit(state: State): void {
  const invoice = state.transactions.find(({ type }) => type === 'CustInvc')
  const [line] = invoice?.lines ?? []
  if (!invoice || !line) return
  const row = blank('CustCred', 8001, invoice.entity)
  Object.assign(row, { tranid: 'CM8001', currency: invoice.currency })
  row.lines = [lineAt(1, line.item, '1', line.rate)]
  total(state, row)
  state.transactions.push(row)
}

function seedEstimate(state: State, order: TransactionRow, index: number): void {
  const id = 8101 + index
  const lines = order.lines.map((line) => ({ ...line, fulfilled: '0', billed: '0', closed: false }))
  const row = { ...order, id, type: 'Estimate' as const, tranid: `EST${id}`, lines, applied: [], custom: {} }
  row.status = ['A', 'B', 'A', 'C', 'A', 'X'][index] ?? 'A'
  row.duedate = '2026-12-31'
  state.transactions.push(row)
}
