import Big from 'big.js'
import type { DocumentLine, Money } from '../../schema/index.ts'
import type { Credit, Invoice, Order } from '../connector.ts'
import { type Element, childrenOf } from '../xml.ts'
import { addressOf } from './address.ts'
import type { Config } from './config.ts'
import { day, decimal, deep, key, optional, text } from './shapes.ts'
import { referenceOf } from './reference.ts'
import { currencyOf, unitOf } from './words.ts'

/** In front of the comment lines that hold what the header has no place for. */
export const PURCHASE_ORDER = 'Customer order: '
/** In front of the comment line with the name of the place of delivery. */
export const DELIVER_TO = 'Deliver to: '
/** The columns of SorMaster that tell an order without its lines. */
export const ORDER_COLUMNS = [
  'SalesOrder',
  'Customer',
  'CustomerPoNumber',
  'OrderStatus',
  'OrderDate',
  'ReqShipDate',
  'LastInvoice',
]
/** The columns of ArInvoice. */
export const INVOICE_COLUMNS = [
  'Customer',
  'Invoice',
  'DocumentType',
  'InvoiceDate',
  'CustomerPoNumber',
  'SalesOrder',
  'CurrencyValue',
  'InvoiceBal1',
]

/** The meaning of the order status (help.syspro.com, sales order entry). */
const STATES: Record<string, Order['state']> = {
  '0': 'DRAFT',
  S: 'PENDING_APPROVAL',
  '1': 'OPEN',
  F: 'OPEN',
  '2': 'OPEN',
  '3': 'OPEN',
  '4': 'OPEN',
  '6': 'OPEN',
  '7': 'OPEN',
  '8': 'FULFILLED',
  '9': 'CLOSED',
  '*': 'CANCELLED',
  '\\': 'CANCELLED',
}
const BACK_ORDERS = ['2', '3']
const FULFILLED: Order['state'][] = ['FULFILLED', 'INVOICED', 'CLOSED']

/** Whether an order of this status is cancelled. */
export function isCancelled(status: string): boolean {
  return STATES[status] === 'CANCELLED'
}

/** What a row of SorMaster says; an order with back-ordered lines is told apart only when it is read whole. */
export function orderHeadOf(row: Element, config: Config): Order {
  const status = key(row, 'OrderStatus')
  const number = key(row, 'SalesOrder')
  const po = text(row, 'CustomerPoNumber')
  const reference = referenceOf(po)
  const invoiced = text(row, 'LastInvoice') !== null
  const known = config.statuses[status] ?? (Object.hasOwn(STATES, status) ? STATES[status] : 'UNKNOWN')
  const state = known === 'CLOSED' && invoiced ? 'INVOICED' : known
  return {
    id: number,
    number,
    reference,
    customer: text(row, 'Customer'),
    ...(reference === null && { purchaseOrderNumber: po }),
    // What may still become PARTIALLY_FULFILLED is left open here.
    ...(BACK_ORDERS.includes(status) ? {} : { state, fulfilment: fulfilmentOf(state, false) }),
    nativeStatus: status,
    invoicing: state === 'INVOICED' ? 'FULL' : invoiced ? 'PARTIAL' : 'NONE',
    orderedOn: day(row, 'OrderDate'),
    requestedDelivery: day(row, 'ReqShipDate'),
  }
}

function fulfilmentOf(state: Order['state'], partly: boolean): Order['fulfilment'] {
  if (state === 'UNKNOWN') return 'UNKNOWN'
  if (FULFILLED.includes(state)) return 'FULL'
  return partly ? 'PARTIAL' : 'NONE'
}

/** What is left of 100 after the percentages of these elements, one after the other. */
function leftOf(row: Element, names: string[]): Big {
  return names.reduce(
    (left, name) => left.times(new Big(100).minus(optional(row, name) ?? 0)).div(100),
    new Big(1),
  )
}

function lineOf(row: Element, currency: string, config: Config): DocumentLine {
  const sku = key(row, 'MStockCode')
  const [quantity, price] = [decimal(row, 'MOrderQty'), decimal(row, 'MPrice')]
  const money = (amount: Big): Money => ({ amount: amount.toFixed(), currency })
  const left = leftOf(row, ['MDiscPct1', 'MDiscPct2', 'MDiscPct3'])
  // A discount by value has two meanings by its flag, of which none is documented: then no sum is told.
  const byValue = !new Big(optional(row, 'MDiscValue') ?? 0).eq(0)
  const percent = new Big(1).minus(left).times(100)
  return {
    id: text(row, 'SalesOrderLine'),
    sku,
    item: sku,
    description: text(row, 'MStockDes'),
    quantity,
    unit: unitOf(text(row, 'MOrderUom'), config),
    unitPrice: { amount: price, currency },
    discounts: percent.eq(0) ? [] : [{ percent: percent.toFixed() }],
    net: byValue ? null : money(new Big(quantity).times(price).times(left).round(2)),
    warehouse: text(row, 'MWarehouse'),
  }
}

/** The root of SORQRY. Freight and other charges are no lines of ours; comments are the note. */
export function orderOf(root: Element, config: Config): Order {
  const currency = currencyOf(text(root, 'Currency'), config)
  const wrappers = childrenOf(root, 'SalesOrderLine')
  const goods = wrappers.flatMap((wrapper) => childrenOf(wrapper, 'Merchandise'))
  const comments = wrappers
    .flatMap((one) => childrenOf(one, 'CommentLine'))
    .flatMap((one) => text(one, 'NComment') ?? [])
  const lines = goods.map((row) => lineOf(row, currency, config))
  const head = orderHeadOf(root, config)
  const partly = goods.some((row) => new Big(decimal(row, 'MShipQty')).gt(0))
  const status = key(root, 'OrderStatus')
  const state = head.state ?? config.statuses[status] ?? (partly ? 'PARTIALLY_FULFILLED' : 'OPEN')
  const prefixed = (prefix: string) =>
    comments.find((one) => one.startsWith(prefix))?.slice(prefix.length) ?? null
  const note = comments
    .filter((one) => !one.startsWith(PURCHASE_ORDER) && !one.startsWith(DELIVER_TO))
    .join('\n')
  const shipTo = addressOf(root, 'ShipAddress', config, 'SHIPPING')
  const left = leftOf(root, ['DiscPct1', 'DiscPct2', 'DiscPct3'])
  const net = lines.some((line) => !line.net)
    ? null
    : lines.reduce((sum, line) => sum.plus(line.net?.amount ?? 0), new Big(0)).times(left)
  return {
    ...head,
    state,
    fulfilment: head.fulfilment ?? fulfilmentOf(state, partly),
    purchaseOrderNumber: head.purchaseOrderNumber ?? prefixed(PURCHASE_ORDER),
    customerName: text(root, 'CustomerName'),
    currency,
    paymentTerms: text(root, 'InvTermsOverride'),
    shipTo: shipTo && { ...shipTo, name: prefixed(DELIVER_TO) },
    note: note || null,
    lines,
    net: net && { amount: net.round(2).toFixed(), currency },
  }
}

/** The id of a row of ArInvoice: a credit note may have the number of its invoice. */
export function invoiceId(row: Element): string {
  return `${key(row, 'DocumentType')}-${key(row, 'Invoice')}`
}

/** What is known of an invoice beside its row. */
export interface Beside {
  currency: string
  /** The same invoice in ARSQRY, which alone tells when it is due. */
  detail: Element | null
  /** What the credit notes of the same number took off it, without a sign. */
  credited: Big
  /** Whether payments are matched to invoices at all (BalanceType I). */
  matched: boolean
  today: string
}

/** How an invoice stands; where payments are not matched, only the balance of the customer means something. */
function standingOf(
  value: Big,
  open: Big,
  dueOn: string | null,
  { detail, credited, matched, today }: Beside,
): Pick<Invoice, 'state' | 'payment'> {
  if (!matched) return { state: 'UNKNOWN', payment: 'UNKNOWN' }
  if (open.eq(0))
    return credited.gt(0) && credited.gte(value)
      ? { state: 'VOID', payment: 'REVERSED' }
      : { state: 'PAID', payment: 'PAID' }
  const late = dueOn !== null && dueOn < today
  const unpaid = open.lt(value) ? 'PARTIAL' : 'UNPAID'
  return { state: 'OPEN', payment: detail && (late ? 'OVERDUE' : unpaid) }
}

/** A row of ArInvoice. */
export function invoiceOf(row: Element, beside: Beside): Invoice {
  const { currency, detail } = beside
  const [total, balance] = [decimal(row, 'CurrencyValue'), decimal(row, 'InvoiceBal1')]
  const [value, open] = [new Big(total).abs(), new Big(balance).abs()]
  const dueOn = detail && day(detail, 'DueDate')
  const order = text(row, 'SalesOrder')
  return {
    id: invoiceId(row),
    number: key(row, 'Invoice'),
    type: text(row, 'DocumentType') === 'C' ? 'CREDIT_NOTE' : 'INVOICE',
    ...standingOf(value, open, dueOn, beside),
    customer: key(row, 'Customer'),
    orders: order === null ? [] : [order],
    issuedOn: day(row, 'InvoiceDate'),
    dueOn,
    currency,
    total: { amount: total, currency },
    balance: { amount: balance, currency },
  }
}

/** Limit, open invoices and what is left after open orders, in the customer's currency. */
export function creditOf(root: Element, config: Config): Credit {
  const [head] = deep(root, 'CreditLimit')
  const limit = head ? decimal({ ...root, children: [head] }, 'CreditLimit') : null
  const find = (name: string): Element => ({ ...root, children: deep(root, name).slice(0, 1) })
  const currency = currencyOf(text(find('Currency'), 'Currency'), config)
  const balance = deep(root, 'InvoiceDetail').reduce(
    (sum, one) => sum.plus(decimal(one, 'InvoiceBal')),
    new Big(0),
  )
  const orders = decimal(find('OutstOrdVal'), 'OutstOrdVal')
  const money = (amount: string): Money => ({ amount, currency })
  return {
    limit: limit === null ? null : money(limit),
    balance: money(balance.toFixed()),
    available: limit === null ? null : money(new Big(limit).minus(balance).minus(orders).toFixed()),
    onHold: text(find('CustomerOnHold'), 'CustomerOnHold') === 'Y',
  }
}
