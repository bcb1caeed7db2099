import type { Company, Connector, Erp } from '../connector.ts'
import { changes } from './changes.ts'
import { Client, PARALLEL } from './client.ts'
import { config } from './config.ts'
import { Connection } from './connection.ts'
import { Customers } from './customer.ts'
import { credit, prices, stock } from './figures.ts'
import { Payments } from './payment.ts'
import { Invoices, Orders } from './order.ts'
import { customers, items, reader } from './read.ts'
import { setsOf } from './sets.ts'

/** Sage Business Cloud Accounting: the Accounting API 3.1. */
export const sageaccounting: Connector<typeof config> = {
  system: 'sageaccounting',
  name: 'SageAccounting',
  field: 'sageaccounting',
  role: 'erp',
  config,
  // 100 a minute and 2,500 a day for a business, as its integrators report: what is left is for other apps.
  limits: { parallel: PARALLEL, perMinute: 90, perDay: 2_400, batch: 200, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'upsertCustomer',
    'pushInvoice',
    'pushPayment',
    'changes',
  ],
  manual: { pushPayment: 'Delete the payment in Sage Accounting; its invoices are open again then.' },
  signIn({ loginUrl, grantUrl, scope, clientId, clientSecret }) {
    const client = { clientId, clientSecret, secretIn: 'form' as const }
    return { authorizeUrl: loginUrl, tokenUrl: grantUrl, scopes: [scope], ...client }
  },
  connect(settings, http): Erp {
    const connection = new Connection(new Client(settings, http))
    const sets = setsOf(settings)
    return {
      check: () => check(connection),
      items: items(connection),
      customers: customers(connection),
      orders: reader(connection, 'order', sets.order),
      invoices: reader(connection, 'invoice', sets.invoice),
      payments: reader(connection, 'payment', sets.payment),
      quotes: reader(connection, 'quote', sets.quote),
      stock: (asks) => stock(connection, asks),
      prices: (asks) => prices(connection, asks),
      credit: (ids) => credit(connection, ids),
      order: new Orders(connection, settings.orderTarget),
      customer: new Customers(connection),
      invoice: new Invoices(connection, 'INVOICE'),
      payment: new Payments(connection),
      changes: (kind, since) => changes(connection, kind, since),
    }
  },
}

async function check({ client, settings }: Connection): Promise<Company> {
  client.business.forget()
  settings.forget()
  const [{ name }, { currency }] = await Promise.all([client.business.get(), settings.get()])
  return { name, version: '3.1', currency }
}
