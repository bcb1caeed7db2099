import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { shaped } from '../shape.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { type Config, config } from './config.ts'
import { customerWrite } from './customer.ts'
import { documents, payments } from './documents.ts'
import { hook } from './hook.ts'
import { type Connection, articleShelf, contactShelf, customers, items } from './masters.ts'
import { credit, prices } from './prices.ts'
import { invoiceWrite, orderWrite } from './order.ts'
import * as shapes from './shapes.ts'

function connect(values: Config, http: Http): Erp {
  const client = new Client(values, http)
  const articles = articleShelf(client, values)
  const contacts = contactShelf(client, values)
  const connection: Connection = { client, config: values, articles, contacts }
  return {
    async check() {
      const { companyName } = shaped(shapes.profile, (await client.get('profile')).json(), 'profile')
      return { name: companyName, version: null, currency: 'EUR' }
    },
    items: items(connection),
    customers: customers(connection),
    ...documents(connection),
    payments: payments(connection),
    prices: (asks) => prices(connection, asks),
    credit: (ids) => credit(connection, ids),
    order: orderWrite(connection),
    customer: customerWrite(connection),
    invoice: invoiceWrite(connection),
    changes: (kind, since) => changes(connection, kind, since),
    hook: hook(client, values),
  }
}

/** Lexware Office (formerly lexoffice), public API v1: https://developers.lexware.io/docs/ */
export const lexware: Connector<typeof config> = {
  system: 'lexware',
  name: 'Lexware',
  field: 'lexware',
  role: 'erp',
  config,
  // Two requests a second for the whole organisation, and what left in time may arrive together; the gateway gives up after 30 seconds.
  limits: { parallel: 2, perSecond: 1.5, batch: 250, timeoutMs: 35_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'prices',
    'credit',
    'pushOrder',
    'upsertCustomer',
    'pushInvoice',
    'changes',
    'webhooks',
  ],
  manual: {
    pushOrder:
      'Delete a draft, or write to the customer and archive the order confirmation, in Lexware itself; the API changes no document.',
    cancelOrder: 'Correct or archive the order confirmation in Lexware itself; the API cancels no document.',
    upsertCustomer: 'Archive a customer that was made by mistake in Lexware itself.',
    pushInvoice: 'Void the invoice by a credit note in Lexware itself.',
  },
  connect,
}
