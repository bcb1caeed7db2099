import type { Connector, Cursor, Erp, Kind } from '../connector.ts'
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
import { Sales } from './order.ts'
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
    const { orderTarget, invoiceTarget } = settings
    const invoiceEntity = read.entityOf(invoiceTarget)
    const orders = read.orders(orderTarget)
    const { items, customers, quotes, invoices, payments } = read
    const kinds = {
      item: items,
      customer: customers,
      order: orders,
      quote: quotes,
      invoice: invoices,
      payment: payments,
    }
    return {
      check: () => check(setup),
      items: read.reader(client, setup, items),
      customers: read.reader(client, setup, customers),
      orders: read.reader(client, setup, orders),
      invoices: joinedRead(
        read.reader(client, setup, invoices),
        joinedRead(
          prefixedRead(read.reader(client, setup, read.creditMemos), read.CREDIT_MEMO),
          prefixedRead(read.reader(client, setup, read.salesReceipts), read.SALES_RECEIPT),
        ),
      ),
      payments: read.reader(client, setup, payments),
      quotes: read.reader(client, setup, quotes),
      timeEntries: read.reader(client, setup, timeActivities),
      expenses: read.reader(client, setup, expenses),
      stock: (asks) => stock(client, asks),
      prices: (asks) => prices(client, setup, asks),
      credit: (ids) => read.credits(client, setup, ids),
      order: new Sales(client, {
        entity: read.entityOf(orderTarget),
        prefix: '',
        numbered: false,
        body: async (input, ref) => {
          const status = orderTarget === 'ESTIMATE' ? { TxnStatus: 'Accepted' } : {}
          const due = orderTarget === 'SALES_RECEIPT' ? { paymentTerms: null } : {}
          return { ...(await documentBody(client, setup, { ...input, ...due }, ref)), ...status }
        },
      }),
      customer: new Customers(client, setup),
      invoice: new Sales(client, {
        entity: invoiceEntity,
        prefix: invoiceEntity === 'SalesReceipt' ? read.SALES_RECEIPT : '',
        numbered: true,
        body: async (input, ref) => {
          // Only an invoice can bill an estimate.
          const document = asDocument(input, orderTarget === 'ESTIMATE' && invoiceTarget === 'INVOICE')
          // What is paid at once falls due on no day.
          const due = invoiceEntity === 'SalesReceipt' ? { dueOn: null, paymentTerms: null } : {}
          return documentBody(client, setup, { ...document, ...due }, ref)
        },
      }),
      payment: new Payments(client, setup),
      changes(kind: Kind, since: Cursor | null) {
        const own = (from: Cursor | null) => changes(client, kind, kinds[kind], from)
        const memos = (from: Cursor | null) =>
          prefixed(changes(client, kind, read.creditMemos, from), read.CREDIT_MEMO)
        const receipts = (from: Cursor | null) =>
          prefixed(changes(client, kind, read.salesReceipts, from), read.SALES_RECEIPT)
        return kind === 'invoice' ? joinedChanges([own, memos, receipts], since) : own(since)
      },
      hook: hookOf(settings),
    }
  },
}
