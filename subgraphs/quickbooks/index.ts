import type {
  ChangePage,
  Connector,
  Cursor,
  Erp,
  Invoice,
  InvoiceInput,
  Kind,
  OrderInput,
  Read,
} from '../connector.ts'
import { asDocument, documentBody } from './body.ts'
import { joinedChanges, joinedRead, prefixedRead } from '../joined.ts'
import { changes, prefixed } from './changes.ts'
import { Client } from './client.ts'
import { config } from './config.ts'
import { Customers } from './customer.ts'
import { expenses } from './expense.ts'
import { prices, stock } from './figures.ts'
import { hookOf } from './hook.ts'
import { Payments } from './payment.ts'
import * as read from './read.ts'
import { type Paper, Sales } from './order.ts'
import { Setup, check } from './setup.ts'
import { timeActivities } from './worked.ts'

/** QuickBooks Online: Accounting API v3. */
export const quickbooks: Connector<typeof config> = {
  system: 'quickbooks',
  name: 'QuickBooks',
  field: 'quickbooks',
  role: 'erp',
  config,
  // Ten at a time and 500 a minute for each company; some are left for others.
  limits: { parallel: 8, perSecond: 7, batch: 500, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'timeEntries',
    'expenses',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'upsertCustomer',
    'pushInvoice',
    'pushPayment',
    'changes',
    'webhooks',
  ],
  manual: { pushPayment: 'Void the payment in QuickBooks: open it, then choose More > Void.' },
  signIn: ({ authorizeUrl, tokenUrl, clientId, clientSecret }) => ({
    authorizeUrl,
    tokenUrl,
    clientId,
    clientSecret,
    scopes: ['com.intuit.quickbooks.accounting'],
    // developer.intuit.com, OAuth 2.0: the redirect carries the id of the company that was chosen.
    fromCallback: { realmId: 'company' },
  }),
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const setup = new Setup(client)
    const { items, customers, quotes, payments } = read
    return {
      check: () => check(setup),
      items: read.reader(client, setup, items),
      customers: read.reader(client, setup, customers),
      orders: read.reader(client, setup, read.orders(settings.orderTarget)),
      invoices: invoicesOf(client, setup),
      payments: read.reader(client, setup, payments),
      quotes: read.reader(client, setup, quotes),
      timeEntries: read.reader(client, setup, timeActivities),
      expenses: read.reader(client, setup, expenses),
      stock: (asks) => stock(client, asks),
      prices: (asks) => prices(client, setup, asks),
      credit: (ids) => read.credits(client, setup, ids),
      order: new Sales(client, orderPaper(client, setup)),
      customer: new Customers(client, setup),
      invoice: new Sales(client, invoicePaper(client, setup)),
      payment: new Payments(client, setup),
      changes: (kind, since) => changesOf(client, kind, since),
      hook: hookOf(settings),
    }
  },
}

/** Invoices, and behind them credit memos and sales receipts under ids of their own. */
function invoicesOf(client: Client, setup: Setup): Read<Invoice> {
  return joinedRead(
    read.reader(client, setup, read.invoices),
    joinedRead(
      prefixedRead(read.reader(client, setup, read.creditMemos), read.CREDIT_MEMO),
      prefixedRead(read.reader(client, setup, read.salesReceipts), read.SALES_RECEIPT),
    ),
  )
}

/** What an order is written as. */
function orderPaper(client: Client, setup: Setup): Paper<OrderInput> {
  const { orderTarget } = client.config
  return {
    entity: read.entityOf(orderTarget),
    prefix: '',
    numbered: false,
    body: async (input, ref) => {
      const status = orderTarget === 'ESTIMATE' ? { TxnStatus: 'Accepted' } : {}
      const due = orderTarget === 'SALES_RECEIPT' ? { paymentTerms: null } : {}
      return { ...(await documentBody(client, setup, { ...input, ...due }, ref)), ...status }
    },
  }
}

/** What an invoice is written as. */
function invoicePaper(client: Client, setup: Setup): Paper<InvoiceInput> {
  const { orderTarget, invoiceTarget } = client.config
  const entity = read.entityOf(invoiceTarget)
  return {
    entity,
    prefix: entity === 'SalesReceipt' ? read.SALES_RECEIPT : '',
    numbered: true,
    body: async (input, ref) => {
      // Only an invoice can bill an estimate.
      const document = asDocument(input, orderTarget === 'ESTIMATE' && invoiceTarget === 'INVOICE')
      // What is paid at once falls due on no day.
      const due = entity === 'SalesReceipt' ? { dueOn: null, paymentTerms: null } : {}
      return documentBody(client, setup, { ...document, ...due }, ref)
    },
  }
}

/** Changes of one kind; credit memos and sales receipts are told as invoices. */
function changesOf(client: Client, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const kinds = {
    item: read.items,
    customer: read.customers,
    order: read.orders(client.config.orderTarget),
    quote: read.quotes,
    invoice: read.invoices,
    payment: read.payments,
  }
  const own = (from: Cursor | null) => changes(client, kind, kinds[kind], from)
  const memos = (from: Cursor | null) =>
    prefixed(changes(client, kind, read.creditMemos, from), read.CREDIT_MEMO)
  const receipts = (from: Cursor | null) =>
    prefixed(changes(client, kind, read.salesReceipts, from), read.SALES_RECEIPT)
  return kind === 'invoice' ? joinedChanges([own, memos, receipts], since) : own(since)
}
