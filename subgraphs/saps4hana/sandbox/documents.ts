import Big from 'big.js'
import type { DemoDocument } from '../../demo.ts'
import { channelOf } from '../../extras.ts'
import { jsonDate } from '../../odata2.ts'
import { AREA, COMPANY, customerNumber, stamp } from './company.ts'
import { newDocument } from './sales.ts'
import type { State } from './state.ts'
import { type Row, row, rowsIn, textIn } from './types.ts'

const FIRST_ORDER = 4000000
const FIRST_QUOTE = 20000000
const FIRST_INVOICE = 90000000
const BEGIN = Date.parse('2026-11-20T08:00:00.456Z')

function input(demo: DemoDocument): Row {
  return {
    SalesOrderType: 'OR',
    ...AREA,
    OrganizationDivision: '00',
    SoldToParty: customerNumber(demo.customer),
    TransactionCurrency: 'EUR',
    PurchaseOrderByCustomer: `PO-${demo.number}`,
    PricingDate: jsonDate(demo.on),
    to_Item: demo.lines.map(({ sku, quantity, price }, index) => ({
      SalesOrderItem: String((index + 1) * 10),
      Material: sku,
      RequestedQuantity: quantity,
      to_PricingElement: [
        {
          ConditionType: 'PMP0',
          ConditionRateValue: price,
          ConditionCurrency: 'EUR',
          ConditionQuantity: '1',
        },
      ],
    })),
  }
}

/** A reason for rejection on every item is how an order is cancelled. */
export function settle(order: Row): void {
  const items = rowsIn(order, 'to_Item')
  const rejected = items.filter((item) => textIn(item, 'SalesDocumentRjcnReason') !== '').length
  const [all, none] = [rejected === items.length, rejected === 0]
  order.OverallSDDocumentRejectionSts = all ? 'C' : none ? 'A' : 'B'
  if (all) order.OverallSDProcessStatus = 'C'
}

function orderOf(state: State, demo: DemoDocument, index: number): Row {
  const id = String(FIRST_ORDER + Number(demo.number))
  const order = newDocument(state, 'A_SalesOrder', input(demo), id, BEGIN + index * 1000)
  order.SalesOrderDate = jsonDate(demo.on)
  order.YY1_Channel_SDH = channelOf(demo)
  if (demo.state === 'cancelled') {
    for (const item of rowsIn(order, 'to_Item')) item.SalesDocumentRjcnReason = '01'
    settle(order)
  }
  if (demo.state === 'delivered' || demo.state === 'invoiced') {
    Object.assign(order, {
      OverallTotalDeliveryStatus: 'C',
      OverallDeliveryStatus: 'C',
      OverallSDProcessStatus: 'C',
    })
    const flow = demo.state === 'invoiced' ? ['J', 'M'] : ['J']
    order.to_SubsequentProcFlowDoc = flow.map((kind, at) =>
      row('A_SalesOrderSubsqntProcFlow', {
        SalesOrder: id,
        DocRelationshipUUID: `00000000-0000-4000-8000-${id.padStart(11, '0')}${at}`,
        SubsequentDocument: String((kind === 'J' ? 80000000 : FIRST_INVOICE) + Number(demo.number)),
        SubsequentDocumentCategory: kind,
      }),
    )
  }
  return order
}

function billingOf(order: Row, demo: DemoDocument, index: number): Row {
  const id = String(FIRST_INVOICE + Number(demo.number))
  const items = rowsIn(order, 'to_Item')
  const net = new Big(textIn(order, 'TotalNetAmount'))
  const tax = items.reduce((sum, item) => sum.plus(textIn(item, 'TaxAmount')), new Big(0))
  return row('A_BillingDocument', {
    BillingDocument: id,
    SDDocumentCategory: 'M',
    BillingDocumentType: 'F2',
    BillingDocumentDate: jsonDate(demo.on),
    SalesOrganization: AREA.SalesOrganization,
    SoldToParty: order.SoldToParty ?? '',
    PayerParty: order.SoldToParty ?? '',
    TransactionCurrency: 'EUR',
    TotalNetAmount: net.toFixed(2),
    TaxAmount: tax.toFixed(2),
    TotalGrossAmount: net.plus(tax).toFixed(2),
    CompanyCode: COMPANY,
    FiscalYear: '2026',
    AccountingDocument: id,
    AccountingPostingStatus: 'C',
    InvoiceClearingStatus: ['A', 'B', 'C'][index % 3] ?? 'A',
    LastChangeDateTime: stamp(BEGIN + index * 1000),
    to_Item: items.map((item) =>
      row('A_BillingDocumentItem', {
        BillingDocument: id,
        BillingDocumentItem: item.SalesOrderItem ?? '',
        BillingDocumentItemText: item.SalesOrderItemText ?? '',
        Material: item.Material ?? '',
        BillingQuantity: item.RequestedQuantity ?? '0',
        BillingQuantityUnit: item.RequestedQuantityUnit ?? '',
        NetAmount: item.NetAmount ?? '0',
        TaxAmount: item.TaxAmount ?? '0',
        SalesDocument: order.SalesOrder ?? '',
        SalesDocumentItem: item.SalesOrderItem ?? '',
      }),
    ),
  })
}

/** What an invoice leaves in the account: its own item, and a part that was paid as another open one (H, below zero). */
function accountOf(billing: Row): Row[] {
  const gross = textIn(billing, 'TotalGrossAmount')
  const status = textIn(billing, 'InvoiceClearingStatus')
  const number = textIn(billing, 'AccountingDocument')
  const item = (document: string, type: string, amount: string, more: Row): Row =>
    row('A_OperationalAcctgDocItemCube', {
      CompanyCode: COMPANY,
      FiscalYear: '2026',
      AccountingDocument: document,
      AccountingDocumentItem: '1',
      AccountingDocumentType: type,
      FinancialAccountType: 'D',
      Customer: billing.SoldToParty ?? '',
      DebitCreditCode: amount.startsWith('-') ? 'H' : 'S',
      PostingDate: billing.BillingDocumentDate ?? null,
      NetDueDate: jsonDate('2026-12-18'),
      AmountInTransactionCurrency: amount,
      TransactionCurrency: 'EUR',
      AmountInCompanyCodeCurrency: amount,
      CompanyCodeCurrency: 'EUR',
      ...more,
    })
  const payment = String(14_00000000 + Number(number.slice(-6)))
  const cleared = { ClearingAccountingDocument: payment, ClearingDate: jsonDate('2026-11-20') }
  if (status === 'C') return [item(number, 'RV', gross, cleared), item(payment, 'DZ', `-${gross}`, cleared)]
  const part = new Big(gross).div(4).times(-1).toFixed(2)
  const partly = status === 'B' ? [item(payment, 'DZ', part, { InvoiceReference: number })] : []
  return [item(number, 'RV', gross, {}), ...partly]
}

/** A credit memo over a whole invoice, and what it leaves in the account: an open item below zero. */
export function credit(state: State, billing: Row): void {
  const id = String(Number(textIn(billing, 'BillingDocument')) + 500_000)
  const own = { BillingDocument: id, SDDocumentCategory: 'O', BillingDocumentType: 'G2' }
  const memo = row('A_BillingDocument', {
    ...billing,
    ...own,
    AccountingDocument: id,
    InvoiceClearingStatus: 'A',
    to_Item: rowsIn(billing, 'to_Item').map((one) => ({ ...one, BillingDocument: id })),
  })
  state.rows('A_BillingDocument').push(memo)
  const gross = new Big(textIn(memo, 'TotalGrossAmount')).times(-1).toFixed(2)
  const account = accountOf(memo).map((one) => ({
    ...one,
    AmountInTransactionCurrency: gross,
    AmountInCompanyCodeCurrency: gross,
    DebitCreditCode: 'H',
    NetDueDate: jsonDate('2026-01-31'),
  }))
  state.rows('A_OperationalAcctgDocItemCube').push(...account)
}

function quoteOf(state: State, demo: DemoDocument, index: number): Row {
  const { SalesOrderType: _, ...fields } = input(demo)
  const items = rowsIn(fields, 'to_Item').map(({ SalesOrderItem: number, ...item }) => ({
    SalesQuotationItem: number ?? '',
    ...item,
  }))
  const id = String(FIRST_QUOTE + Number(demo.number))
  const quote = newDocument(
    state,
    'A_SalesQuotation',
    { ...fields, to_Item: items },
    id,
    BEGIN + index * 1000,
  )
  quote.SalesQuotationDate = jsonDate(demo.on)
  quote.BindingPeriodValidityEndDate = jsonDate(index === 3 ? '2026-01-31' : '2099-12-31')
  if (index === 1) quote.OverallSDProcessStatus = 'C'
  if (index === 2) quote.OverallSDDocumentRejectionSts = 'C'
  return quote
}

/** Orders, quotations, billing documents and items of accounts of the demo company. */
export function documents(state: State): Record<string, Row[]> {
  const { orders: demo } = state.demo
  const orders = demo.map((one, index) => orderOf(state, one, index))
  const billings = demo.flatMap((one, index) => {
    const order = orders[index]
    return order && one.state === 'invoiced'
      ? [billingOf(order, one, Number(one.number) % 5 === 3 ? Math.floor(index / 5) : 0)]
      : []
  })
  return {
    A_SalesOrder: orders,
    A_BillingDocument: billings,
    A_OperationalAcctgDocItemCube: billings.flatMap(accountOf),
    A_SalesQuotation: demo.slice(0, 5).map((one, index) => quoteOf(state, one, index)),
  }
}
