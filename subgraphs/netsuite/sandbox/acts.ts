import Big from 'big.js'
import type { Ledger, SandboxAction } from '../../sandbox.ts'
import { refOf } from '../reference.ts'
import { setBase } from './pricelists.ts'
import type { TransactionRow } from './rows.ts'
import type { State } from './state.ts'

/** Does what a person in NetSuite would do. */
export function act(state: State, action: Exclude<SandboxAction, { do: 'expireTokens' }>): void {
  if (action.do === 'addItem') return addItem(state, action)
  if (action.do === 'addCustomer') return addCustomer(state, action)
  if (action.do === 'setStock') return setStock(state, action)
  if (action.do === 'setPrice') return setBase(state, itemOf(state, action.sku).id, action.price)
  if (action.do === 'deleteItem') return deleteItem(state, action.sku)
  setStatus(state, action.do === 'setOrderStatus' ? 'SalesOrd' : 'Estimate', action)
}

function itemOf(state: State, sku: string) {
  const item = state.items.find(({ itemid }) => itemid === sku)
  if (!item) throw new Error(`There is no item ${sku}.`)
  return item
}

function addItem(state: State, action: { sku: string; name: string; price: string }): void {
  const id = state.nextId()
  state.items.push({
    id,
    itemid: action.sku,
    displayname: action.name,
    description: action.name,
    itemtype: 'InvtPart',
    subtype: null,
    isinactive: false,
    upccode: null,
    unit: 1,
    pricinggroup: 1,
    externalid: null,
    stock: [],
    custom: {},
    changed: Date.now(),
  })
  setBase(state, id, action.price)
}

function addCustomer(state: State, action: { name: string; email: string }): void {
  const id = state.nextId()
  state.customers.push({
    id,
    entityid: `C-${id}`,
    companyname: action.name,
    email: action.email,
    phone: null,
    vatregnumber: null,
    currency: 1,
    terms: 2,
    pricelevel: null,
    subsidiary: 1,
    isinactive: false,
    externalid: null,
    creditlimit: null,
    addresses: [],
    custom: {},
    changed: Date.now(),
  })
}

function setStock(state: State, action: { sku: string; warehouse: string; onHand: string }): void {
  const item = itemOf(state, action.sku)
  const location = state.locations.find(({ name }) => name === action.warehouse)
  if (!location) throw new Error(`There is no location ${action.warehouse}.`)
  const row = item.stock.find((one) => one.location === location.id)
  if (row) row.onHand = action.onHand
  else item.stock.push({ location: location.id, onHand: action.onHand, committed: '0', onOrder: '0' })
}

function deleteItem(state: State, sku: string): void {
  const { id, itemtype } = itemOf(state, sku)
  state.items = state.items.filter((row) => row.id !== id)
  const type = itemtype === 'Service' ? 'Service Item' : 'Inventory Item'
  state.deleted.push({ id, type, at: Date.now() })
}

function setStatus(state: State, type: TransactionRow['type'], action: { id: string; status: string }): void {
  const row = state.transactions.find((one) => one.type === type && String(one.id) === action.id)
  if (!row) throw new Error(`There is no ${type} ${action.id}.`)
  row.status = action.status
  row.changed = Date.now()
  if (action.status === 'H') for (const line of row.lines) line.closed = true
  const delivered = { D: '1', E: '1', F: null, G: null }[action.status]
  if (delivered === undefined) return
  for (const line of row.lines) line.fulfilled = delivered ?? line.quantity ?? '0'
  if (action.status === 'G') for (const line of row.lines) line.billed = line.quantity ?? '0'
}

/** What is really booked. */
export function ledgerOf(state: State): Ledger {
  const orders = state.transactions.filter(({ type }) => type === 'SalesOrd')
  return {
    orders: orders.map((row) => ({
      id: String(row.id),
      number: row.tranid,
      ref: row.externalid === null ? null : refOf(row.externalid),
      customer: String(row.entity),
      state: row.status === 'A' ? 'draft' : isCancelled(row) ? 'cancelled' : 'booked',
      total: new Big(row.total).toFixed(),
    })),
    customers: state.customers.map(({ id, companyname, email }) => ({
      id: String(id),
      name: companyname,
      email,
    })),
  }
}

function isCancelled({ status, lines }: TransactionRow): boolean {
  return (
    status === 'C' ||
    (status === 'H' && lines.every(({ fulfilled, billed }) => fulfilled === '0' && billed === '0'))
  )
}
