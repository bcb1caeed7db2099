import Big from 'big.js'
import type { Demo, DemoDocument } from '../../demo.ts'
import { orderAttributes } from './custom.ts'
import { copyOf, taxOf } from './orders.ts'
import type { Row, Store } from './store.ts'

const DAY = 86_400_000
/** What a line of an order has and one of a quotation has not. */
const OF_ORDERS = ['shipped', 'shippedQuantity', 'invoicedQuantity', 'returnedQuantity']

/** Midnight in Berlin of a day of the demo (all lie in winter). */
function midnight(day: string): number {
  return Date.parse(`${day}T00:00:00+01:00`)
}

/** Orders as they stand in the tenant already, with invoices, payments and a few quotations. */
export function seedDocuments(store: Store, demo: Demo, parties: Map<string, string>): void {
  const articles = new Map(store.all('article').map((row) => [row.articleNumber, row]))
  for (const [index, document] of demo.orders.entries()) {
    const party = store.get('party', parties.get(document.customer) ?? '')
    const order = seedOrder(store, document, party, articles)
    if (document.state === 'invoiced') seedInvoice(store, order, index)
    if (index % 6 === 0) seedQuote(store, order, index)
    if (index % 7 === 0) seedTime(store, order, index)
  }
}

/** Somebody put up what was ordered. */
function seedTime(store: Store, order: Row, index: number): void {
  const { customerId, orderDate, invoiced } = order
  store.insert('timeRecord', {
    customerId,
    salesOrderId: order.id,
    userId: '4711',
    description: 'Aufbau',
    startDate: Number(orderDate) + 33 * 3_600_000,
    durationSeconds: 2_700 + 900 * index,
    billableDurationSeconds: 2_700,
    billable: true,
    billableInvoiceStatus: invoiced ? 'INVOICED' : 'NOT_INVOICED',
    performanceRecordedStatus: 'UNDEFINED',
    printOnPerformanceRecord: false,
    customAttributes: [],
  })
}

function orderLines(store: Store, document: DemoDocument, tax: string, articles: Map<unknown, Row>) {
  const billed = document.state === 'invoiced'
  const done = document.state === 'delivered' || billed
  return document.lines.map(({ sku, quantity, price }, at) => {
    const article = articles.get(sku)
    const net = new Big(price).times(quantity)
    return {
      ...store.meta(),
      positionNumber: at + 1,
      itemType: 'DEFAULT',
      articleId: article?.id,
      title: article?.name,
      quantity,
      unitId: article?.unitId,
      unitPrice: new Big(price).toFixed(),
      manualUnitPrice: true,
      discountPercentage: '0',
      netAmount: net.toFixed(),
      grossAmount: net.times(tax).round(2).toFixed(),
      shipped: done,
      shippedQuantity: done ? quantity : '0',
      invoicedQuantity: billed ? quantity : '0',
      returnedQuantity: '0',
      reductionAdditionItems: [],
      customAttributes: [],
    }
  })
}

function seedOrder(store: Store, document: DemoDocument, party: Row, articles: Map<unknown, Row>): Row {
  const billed = document.state === 'invoiced'
  const done = document.state === 'delivered' || billed
  const items = orderLines(store, document, taxOf(party), articles)
  const sum = (name: 'netAmount' | 'grossAmount') =>
    items.reduce((total, line) => total.plus(line[name]), new Big(0)).toFixed()
  const place = copyOf((party.addresses as Record<string, unknown>[])[0])
  return store.insert('salesOrder', {
    orderNumber: `SO-${document.number}`,
    customerId: party.id,
    orderDate: midnight(document.on),
    status: document.state === 'cancelled' ? 'CANCELLED' : 'ORDER_CONFIRMATION_PRINTED',
    shipped: done,
    invoiced: billed,
    paid: false,
    servicesFinished: true,
    onlyServices: false,
    template: false,
    recordCurrencyId: party.currencyId,
    salesChannel: party.customerSalesChannel,
    termOfPaymentId: party.customerTermOfPaymentId,
    headerDiscount: '0',
    headerSurcharge: '0',
    netAmount: sum('netAmount'),
    grossAmount: sum('grossAmount'),
    grossAmountInCompanyCurrency: sum('grossAmount'),
    recordAddress: place,
    deliveryAddress: place,
    orderItems: items,
    shippingCostItems: [],
    customAttributes: orderAttributes(store, document),
    statusHistory: [],
    tags: [],
  })
}

/** What a line of an invoice takes over from the order. */
const BILLED = ['positionNumber', 'articleId', 'title', 'quantity', 'unitId', 'unitPrice'].concat([
  'discountPercentage',
  'netAmount',
  'grossAmount',
])

function seedInvoice(store: Store, order: Row, index: number): void {
  const number = `RE-2026-${String(index + 1).padStart(4, '0')}`
  const gross = new Big(String(order.grossAmount))
  const paid = index % 10 === 2 ? gross.div(2).round(2) : new Big(0)
  const { customerId, recordCurrencyId, netAmount, grossAmount, recordAddress, salesChannel, orderDate } =
    order
  const invoice = store.insert('salesInvoice', {
    invoiceNumber: number,
    invoiceDate: orderDate,
    dueDate: Number(orderDate) + 30 * DAY,
    shippingDate: orderDate,
    salesInvoiceType: 'STANDARD_INVOICE',
    status: 'OPEN_ITEM_CREATED',
    paid: false,
    paymentStatus: 'OPEN',
    customerId,
    recordCurrencyId,
    salesChannel,
    netAmount,
    grossAmount,
    recordAddress,
    salesOrders: [{ id: order.id }],
    dunningBlockState: 'UNBLOCKED',
    salesInvoiceItems: (order.orderItems as Record<string, unknown>[]).map((line) => ({
      ...store.meta(),
      ...Object.fromEntries(BILLED.map((name) => [name, line[name]])),
    })),
    customAttributes: [],
    tags: [],
  })
  seedOpenItem(store, invoice, { gross, paid, index })
}

/** What is open of an invoice, and the payment that was booked on it. */
function seedOpenItem(
  store: Store,
  invoice: Row,
  { gross, paid, index }: { gross: Big; paid: Big; index: number },
) {
  const payment = paid.gt(0)
    ? store.insert('bankTransaction', {
        amount: paid.toFixed(),
        amountCostsOfMonetaryTraffic: '0',
        cleared: true,
        currencyId: invoice.recordCurrencyId,
        effectiveDate: Number(invoice.invoiceDate) + DAY,
        externalRecordNumber: `ZE-${index + 1}`,
        partyId: invoice.customerId,
        paymentType: 'RECEIPT',
      })
    : null
  const applied = { amountApplied: paid.toFixed(), amountAppliedOriginCurrency: paid.toFixed() }
  store.insert('salesOpenItem', {
    openItemNumber: invoice.invoiceNumber,
    openItemType: 'DEBTOR',
    salesInvoiceId: invoice.id,
    amount: gross.toFixed(),
    amountPaid: paid.toFixed(),
    amountDiscount: '0',
    amountOpen: gross.minus(paid).toFixed(),
    cleared: false,
    paymentApplications: payment
      ? [
          {
            ...store.meta(),
            bankTransactionId: payment.id,
            ...applied,
            amountDiscountApplied: '0',
            amountCostsOfMonetaryTraffic: '0',
          },
        ]
      : [],
  })
}

function seedQuote(store: Store, order: Row, index: number): void {
  const {
    customerId,
    recordCurrencyId,
    netAmount,
    grossAmount,
    recordAddress,
    salesChannel,
    orderDate,
    orderItems,
  } = order
  store.insert('quotation', {
    quotationNumber: `AN-${index + 1}`,
    quotationDate: orderDate,
    validTo: Number(orderDate) + 60 * DAY,
    status: index % 12 === 0 ? 'ACCEPTED' : 'OPEN',
    quotationType: 'SALES_ORDER',
    quotationVersion: 1,
    activeVersion: true,
    template: false,
    customerId,
    recordCurrencyId,
    salesChannel,
    headerDiscount: '0',
    netAmount,
    grossAmount,
    recordAddress,
    deliveryAddress: recordAddress,
    quotationItems: (orderItems as Record<string, unknown>[]).map((line) => ({
      ...Object.fromEntries(Object.entries(line).filter(([name]) => !OF_ORDERS.includes(name))),
      ...store.meta(),
      alternative: false,
      optional: false,
    })),
    customAttributes: [],
    tags: [],
  })
}
