import Big from 'big.js'
import { type Element, at, childrenOf, textAt } from '../../xml.ts'
import { ownOf } from './custom.ts'
import { type Line, content } from './lines.ts'
import { CONTACTS, CUSTOMERS, ITEMS, ORDERS, contact, factorOf } from './seed.ts'
import type { Row, Store } from './store.ts'

/** A failure of one function. */
export class Failure extends Error {
  readonly errorno: string
  readonly errorid: string | null

  constructor(errorno: string, message: string, errorid: string | null = null) {
    super(message)
    this.errorno = errorno
    this.errorid = errorid
  }
}

/** What a function has checked and will do. */
export interface Deed {
  key: string
  commit(): void
  /** The contact that it makes, which a later function of the same transaction may name. */
  contact?: string
}

/** The order of elements, which object-specific functions insist on. */
const ORDER = [
  ...[
    'transactiontype',
    'datecreated',
    'dateposted',
    'createdfrom',
    'customerid',
    'documentno',
    'origdocdate',
  ],
  ...['referenceno', 'termname', 'datedue', 'message', 'shippingmethod', 'shipto', 'billto', 'supdocid'],
  ...['externalid', 'basecurr', 'currency', 'exchratedate', 'exchratetype', 'exchrate', 'vsoepricelist'],
  ...['customfields', 'state', 'needbydate', 'customerponumber', 'projectid', 'sotransitems', 'subtotals'],
]
const LINE = [
  ...['bundlenumber', 'itemid', 'itemdesc', 'taxable', 'warehouseid', 'quantity', 'unit', 'discountpercent'],
  ...['price', 'discsurchargememo', 'locationid', 'departmentid', 'memo', 'itemdetails'],
]
const STATES: Record<string, string> = { Draft: 'draft', Pending: 'pending', Closed: 'closed' }

function inOrder(element: Element, order: string[]): void {
  let last = -1
  for (const { name } of element.children) {
    const place = order.indexOf(name)
    if (place <= last)
      throw new Failure(
        'XL03000003',
        `XML validation failed: element ${name} is not expected in ${element.name}`,
      )
    last = place
  }
}

function day(element: Element, name: string): string | null {
  const one = at(element, name)
  if (!one) return null
  const text = ['year', 'month', 'day'].map((part) => textAt(one, part) ?? '').join('-')
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new Failure('BL03000018', `${name} is not a valid date`)
  return text
}

function lineOf(store: Store, line: Element): Line {
  inOrder(line, LINE)
  const [itemid, quantity, unit, price] = ['itemid', 'quantity', 'unit', 'price'].map((name) =>
    textAt(line, name),
  )
  const item = store.byId(ITEMS, itemid)
  if (!item || item.status === 'inactive') throw new Failure('BL01001973', `Item ${itemid} is not valid`)
  if (!quantity || !/^\d+(\.\d+)?$/.test(quantity)) throw new Failure('BL01001973', 'Quantity is required')
  if (!unit) throw new Failure('BL01001973', 'Unit is required', 'INV-1359')
  const factor = factorOf(item, unit)
  if (!factor) throw new Failure('BL01001973', `Unit ${unit} is not in the group of ${itemid}`)
  const warehouse = textAt(line, 'warehouseid')
  if (item.itemType === 'inventory' && warehouse === null)
    throw new Failure('BL01001973', 'Warehouse is required')
  if (warehouse !== null && !store.byId('inventory-control/warehouse', warehouse))
    throw new Failure('BL01001973', `Warehouse ${warehouse} is not in this company`)
  if (price && !/^-?\d+(\.\d+)?$/.test(price)) throw new Failure('BL01001973', 'Price is not a number')
  const discount = textAt(line, 'discountpercent')
  const retail = price ?? new Big(String(item.basePrice)).times(factor).toFixed()
  const net =
    discount === null ? retail : new Big(retail).times(new Big(100).minus(discount)).div(100).toFixed()
  const common = { warehouse, unit, factor, discount, memo: textAt(line, 'memo') }
  return { ...common, item: String(item.id), name: String(item.name), quantity, price: net, retail }
}

function customerOf(store: Store, id: string | null): Row {
  const customer = store.byId(CUSTOMERS, id)
  if (!customer || customer.status === 'inactive')
    throw new Failure('BL01001973', `Customer ${id} is not valid`)
  if (customer.isOnHold === true) throw new Failure('BL01001973', `Customer ${id} is on hold`)
  return customer
}

/** What the head of an order refers to must stand in the company. */
function checkHead(store: Store, made: Element, contacts: string[]): void {
  const text = (name: string) => textAt(made, name)
  const type = text('transactiontype')
  if (type !== 'Sales Order') throw new Failure('BL01001973', `Transaction definition ${type} not found`)
  if (!text('termname') && !at(made, 'datedue'))
    throw new Failure('BL01001973', 'Term or due date is required')
  if (text('termname') && !store.byId('accounts-receivable/term', text('termname')))
    throw new Failure('BL01001973', `Term ${text('termname')} is not valid`)
  const shipTo = textAt(made, 'shipto', 'contactname')
  if (shipTo !== null && !contacts.includes(shipTo) && !store.byId(CONTACTS, shipTo))
    throw new Failure('BL01001973', `Contact ${shipTo} is not in this company`)
  if (text('currency') !== text('basecurr') && !text('exchratetype') && !text('exchrate'))
    throw new Failure('BL01001973', 'Exchange rate type is required')
}

/** The custom fields of an order, which the company must have. */
function ownFields(made: Element): Record<string, string | null> {
  const known = ownOf(ORDERS)
  const given = childrenOf(at(made, 'customfields'), 'customfield').map((field): [string, string | null] => {
    const [name, value] = [textAt(field, 'customfieldname'), textAt(field, 'customfieldvalue')]
    const told = known[`nsp::${name}`]
    if (!told) throw new Failure('BL01001973', `Custom field ${name} is unknown`)
    if (value && told.enum && !told.enum.includes(value))
      throw new Failure('BL01001973', `${value} is no value of ${name}`)
    return [`nsp::${name}`, value || null]
  })
  return Object.fromEntries(given)
}

/** The head of an order as it is kept from then on. */
function headOf(made: Element, number: string, customer: ReturnType<typeof customerOf>) {
  const text = (name: string) => textAt(made, name)
  const type = 'Sales Order'
  return {
    id: `${type}-${number}`,
    documentNumber: number,
    documentType: type,
    state: STATES[text('state') ?? ''] ?? 'pending',
    txnDate: day(made, 'datecreated'),
    dueDate: null,
    requestedShippingDate: day(made, 'needbydate'),
    referenceNumber: text('referenceno'),
    customerPONumber: text('customerponumber'),
    memo: at(made, 'message')?.text ?? null,
    notes: null,
    customer: { id: customer.id, name: customer.name },
    paymentTerm: { id: text('termname') },
    contacts: {
      shipTo: { id: textAt(made, 'shipto', 'contactname') ?? customer.name },
      billTo: { id: customer.name },
    },
    txnCurrency: text('currency'),
    baseCurrency: text('basecurr'),
    history: [],
    ...ownFields(made),
  }
}

/** create_sotransaction; https://developer.intacct.com/api/order-entry/order-entry-transactions/ */
export function createOrder(store: Store, made: Element, contacts: string[]): Deed {
  inOrder(made, ORDER)
  const customer = customerOf(store, textAt(made, 'customerid'))
  checkHead(store, made, contacts)
  const lines = childrenOf(at(made, 'sotransitems'), 'sotransitem').map((line) => lineOf(store, line))
  if (lines.length === 0) throw new Failure('BL01001973', 'At least one line is required')
  const count = store.next(ORDERS)
  const number = `SO${String(count).padStart(4, '0')}`
  const head = headOf(made, number, customer)
  return {
    key: head.id,
    commit: () =>
      store.tell(
        'order',
        store.insert(ORDERS, { ...head, ...content(lines, false, 9000 + count * 100) }).key,
      ),
  }
}

/** create of a CONTACT, whose elements may come in any order. */
export function createContact(store: Store, made: Element): Deed {
  const name = textAt(made, 'CONTACTNAME')
  if (!name || !textAt(made, 'PRINTAS'))
    throw new Failure('BL01001973', 'Contact name and print as are required')
  if (store.byId(CONTACTS, name))
    throw new Failure('BL01001973', `Another Contact with the name ${name} already exists`)
  const here = at(made, 'MAILADDRESS')
  const more = {
    ...{ addressLine1: textAt(here, 'ADDRESS1'), addressLine2: textAt(here, 'ADDRESS2') },
    ...{ city: textAt(here, 'CITY'), state: textAt(here, 'STATE'), postCode: textAt(here, 'ZIP') },
    ...{
      country: textAt(here, 'COUNTRYCODE'),
      phone1: textAt(made, 'PHONE1'),
      email1: textAt(made, 'EMAIL1'),
    },
  }
  const row = contact(textAt(made, 'PRINTAS') ?? name, more)
  return {
    key: name,
    contact: name,
    commit: () => void store.insert(CONTACTS, { id: name, status: 'active', ...row }),
  }
}

const FIXED = ['inProgress', 'converted', 'partiallyConverted']

/** update_sotransaction and delete_sotransaction, by the id of the document. */
export function changeOrder(store: Store, changed: Element): Deed {
  const key = changed.attributes.key ?? ''
  const row = store.byId(ORDERS, key)
  if (!row) throw new Failure('BL01001973', `Document ${key} does not exist`)
  if (FIXED.includes(String(row.state))) throw new Failure('BL01001973', `Document ${key} cannot be edited`)
  const remove = changed.name === 'delete_sotransaction'
  const word = textAt(changed, 'state')
  const state = word === null ? String(row.state) : STATES[word]
  if (state === undefined) throw new Failure('BL01001973', `State ${word} is not allowed here`)
  return {
    key,
    commit() {
      if (remove) store.table(ORDERS).delete(row.key)
      else Object.assign(row, { state })
      store.touch(row)
      store.tell('order', row.key, remove)
    },
  }
}
