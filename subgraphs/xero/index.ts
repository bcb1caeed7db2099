import { joinedRead } from '../joined.ts'
import type { Company, Connector, Erp } from '../connector.ts'
import { changes } from './changes.ts'
import { Client, tokenUrl } from './client.ts'
import { config } from './config.ts'
import { Customers } from './customer.ts'
import { hook } from './hook.ts'
import { Invoices, Orders } from './order.ts'
import { Payments } from './payment.ts'
import { prices, stock } from './prices.ts'
import { credit, items, reader } from './read.ts'
import { CREDIT_NOTES, setsOf } from './sets.ts'
import { Connection } from './setup.ts'

/** How long stock and prices count as fresh; an operator may set other times. */
const LIST_MS = 60_000

/** Xero: the Accounting API 2.0. */
export const xero: Connector<typeof config> = {
  system: 'xero',
  name: 'Xero',
  field: 'xero',
  role: 'erp',
  config,
  // Five at once, 60 a minute and 5,000 a day for an organisation, 1,000 on the smallest tier: what is left is for
  // other apps (https://developer.xero.com/documentation/guides/oauth2/limits).
  limits: { parallel: 4, perMinute: 55, perDay: 4_800, batch: 200, timeoutMs: 30_000 },
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
    'webhooks',
  ],
  manual: { cancelOrder: 'Remove the payments and credits of a paid invoice in Xero, then void it.' },
  // No webhook tells a change of an item, and 60 calls a minute would not bear asking sooner: both stand in one list.
  paceOf: () => ({ limits: {}, ttlMs: { stock: LIST_MS, price: LIST_MS } }),
  signIn(settings) {
    if (settings.grant === 'custom') return null
    return {
      authorizeUrl: `${settings.loginUrl}/identity/connect/authorize`,
      tokenUrl: tokenUrl(settings),
      scopes: settings.scopes.split(' ').filter((scope) => scope !== ''),
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
    }
  },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const connection = new Connection(client)
    const sets = setsOf(settings)
    return {
      check: () => check(connection),
      items: items(connection),
      customers: reader(connection, 'customer', sets.customer),
      orders: reader(connection, 'order', sets.order),
      invoices: joinedRead(
        reader(connection, 'invoice', sets.invoice),
        reader(connection, 'creditnote', CREDIT_NOTES),
      ),
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
      hook: hook(client),
    }
  },
}

async function check({ organisation }: Connection): Promise<Company> {
  organisation.forget()
  return organisation.get()
}
