import Big from 'big.js'
import type { Demo, DemoDocument } from '../../demo.ts'
import { type Row, bigOf, num, textOf } from '../../exact.ts'
import { orderFields } from './custom.ts'
import type { Master } from './master.ts'
import type { Sales } from './sales.ts'
import { dayOf, round, rowsIn } from './values.ts'

/** What stood in the company before: orders in every state, invoices, payments, quotations. */
export function seedSales(sales: Sales, master: Master, demo: Demo): void {
  for (const one of demo.orders) seed(one, sales, master)
  for (const one of demo.orders.slice(0, 5)) sales.make('Quotations', bodyOf(one, master), {})
  const sent = demo.orders.filter(({ state }) => state === 'invoiced').slice(0, 2)
  for (const [index, one] of sent.entries()) back(one, sales, master, index === 1)
  for (const [index, one] of sent.entries()) credit(one, sales, master, index === 0)
  for (const row of Object.values(sales.rows).flat()) {
    const UpdateDate = dayOf(textOf(row, 'DocDate'))
    Object.assign(row, { UpdateDate, UpdateTime: '16:40:12', DataVersion: num(1) })
  }
}

function bodyOf({ customer, on, lines, number }: DemoDocument, master: Master): Row {
  const rate = master.partner(customer)?.Currency === 'USD' ? master.usdRate : '1'
  return {
    CardCode: customer,
    NumAtCard: `PO-${number}`,
    DocDate: on,
    DocDueDate: `2026-12-${on.slice(8)}`,
    DocumentLines: lines.map(({ sku, quantity, price }) => ({
      ItemCode: sku,
      Quantity: num(quantity),
      UnitPrice: num(round(new Big(price).times(rate))),
    })),
  }
}

function seed(one: DemoDocument, sales: Sales, master: Master): void {
  const row = sales.make('Orders', { ...bodyOf(one, master), ...orderFields(one) }, {})
  if (one.state === 'open') return
  row.DocumentStatus = 'bost_Close'
  if (one.state === 'cancelled') return void Object.assign(row, { Cancelled: 'tYES', CancelStatus: 'csYes' })
  for (const line of rowsIn(row, 'DocumentLines')) line.RemainingOpenQuantity = num(0)
  if (one.state === 'invoiced') invoice(one, row, sales, master)
}

/** One piece of the first line came back; the second return was a mistake. */
function back(one: DemoDocument, sales: Sales, master: Master, isMistake: boolean): void {
  const [first] = one.lines
  if (!first) return
  const lines = [{ ...first, quantity: '1' }]
  const more = isMistake ? { Cancelled: 'tYES', CancelStatus: 'csYes', DocumentStatus: 'bost_Close' } : {}
  sales.make('Returns', { ...bodyOf({ ...one, lines }, master), Comments: 'Kratzer' }, more)
}

/** One piece of the first line is credited, later than all invoices; the credit of the first is used up. */
function credit(one: DemoDocument, sales: Sales, master: Master, isUsed: boolean): void {
  const [first] = one.lines
  const billed = sales.rows.Invoices.find(({ CardCode }) => CardCode === one.customer)
  if (!first || !billed) return
  const lines = [{ ...first, quantity: '1' }]
  const row = sales.make('CreditNotes', bodyOf({ ...one, lines, on: '2026-11-20' }, master), {})
  for (const line of rowsIn(row, 'DocumentLines'))
    Object.assign(line, { BaseType: num(13), BaseEntry: billed.DocEntry, BaseLine: line.LineNum })
  const { DocTotal: PaidToDate, DocTotalFc: PaidToDateFC } = row
  if (isUsed) Object.assign(row, { PaidToDate, PaidToDateFC, DocumentStatus: 'bost_Close' })
}

/** The invoice of an order; the first is paid, the second in part. */
function invoice(one: DemoDocument, order: Row, sales: Sales, master: Master): void {
  const row = sales.make('Invoices', bodyOf(one, master), {})
  for (const line of rowsIn(row, 'DocumentLines'))
    Object.assign(line, { BaseType: num(17), BaseEntry: order.DocEntry, BaseLine: line.LineNum })
  const count = sales.rows.Invoices.length
  if (count > 2) return
  const paid = (field: string) => (count === 1 ? bigOf(row, field) : round(bigOf(row, field).div(2)))
  Object.assign(row, { PaidToDate: num(paid('DocTotal')), PaidToDateFC: num(paid('DocTotalFc')) })
  if (count === 1) row.DocumentStatus = 'bost_Close'
  sales.payments.push({
    DocEntry: num(count),
    DocNum: num(3000 + count),
    DocType: 'rCustomer',
    DocDate: dayOf('2026-11-20'),
    CardCode: row.CardCode,
    DocCurrency: row.DocCurrency,
    CashSum: num(0),
    TransferSum: num(paid(row.DocCurrency === 'EUR' ? 'DocTotal' : 'DocTotalFc')),
    TransferReference: `BANK-${count}`,
    Cancelled: 'tNO',
    PaymentInvoices: [
      {
        LineNum: num(0),
        DocEntry: row.DocEntry,
        InvoiceType: 'it_Invoice',
        SumApplied: num(paid('DocTotal')),
        AppliedFC: num(paid('DocTotalFc')),
      },
    ],
    PaymentChecks: [],
    PaymentCreditCards: [],
  })
}
