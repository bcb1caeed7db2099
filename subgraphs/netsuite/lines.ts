import Big from 'big.js'
import { z } from 'zod'
import type { DocumentLine, FulfilmentStatus } from '../../schema/index.ts'
import type { Invoice, Order, Payment, Quote } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Row } from './client.ts'
import { type Config, addressOf as linkOf } from './config.ts'
import { addressOf, decimal, filled, id, money, text, unitOf } from './map.ts'
import { refOf } from './reference.ts'
import { invoiceState, orderState, paymentState, quoteState } from './states.ts'
import type { Zone } from '../zone.ts'

/** What mapping a document needs beside its rows; `today` on the account's calendar. */
export interface Extra {
  config: Config
  zone: Zone
  today: string
}

const head = z.object({
  id,
  type: z.string(),
  tranid: text,
  otherrefnum: text,
  externalid: text,
  entity: id.nullish(),
  entity_name: text,
  status: z.string(),
  status_text: text,
  trandate: text,
  duedate: text,
  shipdate: text,
  foreigntotal: decimal.nullish(),
  foreignamountpaid: decimal.nullish(),
  foreignamountunpaid: decimal.nullish(),
  currency: text,
  terms: text,
  memo: text,
  lastmodified: text,
})
const line = z.object({
  uniquekey: text,
  item: id.nullish(),
  itemid: text,
  itemtype: text,
  memo: text,
  quantity: decimal.nullish(),
  units: text,
  rate: decimal.nullish(),
  foreignamount: decimal.nullish(),
  quantityshiprecv: decimal.nullish(),
  quantitybilled: decimal.nullish(),
  location_name: text,
  createdfrom: text,
})
const link = z.object({ previousdoc: id, foreignamount: decimal.nullish() })

type Head = z.output<typeof head>
type Line = z.output<typeof line>

function plainly(value: Big): string {
  return value.eq(0) ? '0' : value.toFixed()
}

/** Sales quantities and amounts stand negative on transaction lines; this turns them round. */
function turned(value: string | null | undefined): string | null {
  return value == null ? null : plainly(new Big(value).times(-1))
}

function sizeOf(value: string | null | undefined): string | null {
  return value == null ? null : new Big(value).abs().toFixed()
}

function linesOf(lines: Line[], { currency }: Head, config: Config): DocumentLine[] {
  // Discounts and shipping of the whole document are lines without a quantity; they only count in the totals.
  return lines
    .filter(({ item, quantity }) => item != null && quantity != null)
    .map((row) => ({
      id: row.uniquekey ?? null,
      sku: filled(row.itemid),
      item: row.item ?? null,
      description: filled(row.memo),
      quantity: turned(row.quantity),
      unit: unitOf(row.units, config),
      unitPrice: money(row.rate, currency),
      net: money(turned(row.foreignamount), currency),
      warehouse: filled(row.location_name),
      delivered: sizeOf(row.quantityshiprecv),
      invoiced: sizeOf(row.quantitybilled),
    }))
}

/** Lines that only carry words or repeat what others say; they have no amount of their own. */
const WITHOUT_AMOUNT = new Set(['Description', 'Subtotal', 'Group', 'EndGroup'])

/** Net is the sum of all lines that are no tax, tax is what is left of the total; null where one has no amount. */
function totalsOf({ foreigntotal, currency }: Head, lines: Line[], sign: 1 | -1) {
  const counted = lines.filter(({ item, itemtype }) => item != null && !WITHOUT_AMOUNT.has(itemtype ?? ''))
  const whole = counted.every(({ foreignamount }) => foreignamount != null)
  const sum = counted.reduce((total, { foreignamount }) => total.plus(foreignamount ?? 0), new Big(0))
  const net = whole ? sum.times(-sign) : null
  const total = foreigntotal == null ? null : new Big(foreigntotal).abs()
  return {
    net: money(net && plainly(net), currency),
    tax: money(total && net && plainly(total.minus(net)), currency),
    total: money(total && plainly(total), currency),
  }
}

function nativeStatus({ status, status_text: said }: Head): string {
  return filled(said) ?? status
}

function share(lines: DocumentLine[], part: 'delivered' | 'invoiced'): FulfilmentStatus {
  const done = lines.map((row) => new Big(row[part] ?? 0))
  if (done.every((quantity) => quantity.eq(0))) return 'NONE'
  return lines.every((row, index) => done[index]?.gte(row.quantity ?? 0)) ? 'FULL' : 'PARTIAL'
}

/** A sales order: header row and its lines. */
export function orderOf(row: Row, rows: Row[], { config, zone }: Extra): Order {
  const native = shaped(head, row, 'A sales order')
  const natives = rows.map((one) => shaped(line, one, 'A line of a sales order'))
  const lines = linesOf(natives, native, config)
  const [fulfilment, invoicing] = [share(lines, 'delivered'), share(lines, 'invoiced')]
  return {
    id: native.id,
    number: filled(native.tranid),
    reference: native.externalid ? refOf(native.externalid) : null,
    purchaseOrderNumber: filled(native.otherrefnum),
    customer: native.entity ?? null,
    customerName: filled(native.entity_name),
    state: orderState(native.status, fulfilment !== 'NONE' || invoicing !== 'NONE', config.statuses),
    nativeStatus: nativeStatus(native),
    fulfilment,
    invoicing,
    orderedOn: filled(native.trandate),
    requestedDelivery: filled(native.shipdate),
    currency: filled(native.currency),
    paymentTerms: filled(native.terms),
    shipTo: addressOf(row, 'SHIPPING'),
    note: filled(native.memo),
    lines,
    ...totalsOf(native, natives, 1),
    url: `${linkOf(config, 'app')}/app/accounting/transactions/salesord.nl?id=${native.id}`,
    updatedAt: native.lastmodified ? zone.toUtc(native.lastmodified) : null,
  }
}

/** An invoice or a credit memo; amounts of a credit memo are told without their sign. */
export function invoiceOf(row: Row, rows: Row[], { config, zone, today }: Extra): Invoice {
  const native = shaped(head, row, 'An invoice')
  const natives = rows.map((one) => shaped(line, one, 'A line of an invoice'))
  const credit = native.type === 'CustCred'
  const state = invoiceState(native.status, credit)
  const [paid, open] = [sizeOf(native.foreignamountpaid), sizeOf(native.foreignamountunpaid)]
  const dueOn = filled(native.duedate)
  const lines = linesOf(natives, native, config).map((one) => (credit ? unsigned(one) : one))
  return {
    id: native.id,
    number: filled(native.tranid),
    type: credit ? 'CREDIT_NOTE' : 'INVOICE',
    state,
    nativeStatus: nativeStatus(native),
    payment: paymentState(state, paid, open, credit ? null : dueOn, today),
    customer: native.entity ?? null,
    customerName: filled(native.entity_name),
    orders: [...new Set(natives.map(({ createdfrom }) => createdfrom).filter((one) => one != null))],
    issuedOn: filled(native.trandate),
    dueOn,
    currency: filled(native.currency),
    lines,
    ...totalsOf(native, natives, credit ? -1 : 1),
    balance: money(open, native.currency),
    updatedAt: native.lastmodified ? zone.toUtc(native.lastmodified) : null,
  }
}

function unsigned(row: DocumentLine): DocumentLine {
  const net = row.net && { ...row.net, amount: sizeOf(row.net.amount) ?? '0' }
  return { ...row, quantity: sizeOf(row.quantity), net }
}

/** An estimate. */
export function quoteOf(row: Row, rows: Row[], { config, zone }: Extra): Quote {
  const native = shaped(head, row, 'An estimate')
  const natives = rows.map((one) => shaped(line, one, 'A line of an estimate'))
  const { net, total } = totalsOf(native, natives, 1)
  return {
    id: native.id,
    number: filled(native.tranid),
    state: quoteState(native.status),
    nativeStatus: nativeStatus(native),
    customer: native.entity ?? null,
    customerName: filled(native.entity_name),
    customerErpId: native.entity ?? null,
    currency: filled(native.currency),
    issuedOn: filled(native.trandate),
    validUntil: filled(native.duedate),
    paymentTerms: filled(native.terms),
    purchaseOrderNumber: filled(native.otherrefnum),
    note: filled(native.memo),
    lines: linesOf(natives, native, config),
    net,
    total,
    url: `${linkOf(config, 'app')}/app/accounting/transactions/estimate.nl?id=${native.id}`,
    updatedAt: native.lastmodified ? zone.toUtc(native.lastmodified) : null,
  }
}

/** A customer payment and the invoices it settles. */
export function paymentOf(row: Row, links: Row[], zone: Zone): Payment {
  const native = shaped(head, row, 'A payment')
  return {
    id: native.id,
    number: filled(native.tranid),
    customer: native.entity ?? null,
    amount: money(sizeOf(native.foreigntotal), native.currency),
    paidOn: filled(native.trandate),
    nativeStatus: nativeStatus(native),
    allocations: links.map((one) => {
      const { previousdoc, foreignamount } = shaped(link, one, 'A link of a payment')
      return { invoice: previousdoc, amount: money(sizeOf(foreignamount), native.currency) }
    }),
    updatedAt: native.lastmodified ? zone.toUtc(native.lastmodified) : null,
  }
}
