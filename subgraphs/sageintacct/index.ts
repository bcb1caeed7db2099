import type { Answer, Company, Connector, Credit, Erp, Id } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { config } from './config.ts'
import { OwnFields, withOwn } from './custom.ts'
import { Customers } from './customer.ts'
import { Gateway } from './gateway.ts'
import { hook } from './hook.ts'
import { creditOf } from './map.ts'
import { Orders } from './order.ts'
import { Payments } from './payments.ts'
import { prices } from './prices.ts'
import { customers, invoices, items, orders, quotes, reader } from './read.ts'
import { Setup } from './setup.ts'
import * as shapes from './shapes.ts'
import { stock } from './stock.ts'

/**
 * Sage Intacct: REST for reading and customers, the XML gateway for orders (one transaction, each once) and
 * payments. https://developer.sage.com/intacct and https://developer.intacct.com/
 */
export const sageintacct: Connector<typeof config> = {
  system: 'sageintacct',
  name: 'SageIntacct',
  field: 'sageintacct',
  role: 'erp',
  config,
  // The lowest performance tier takes two calls at a time.
  limits: { parallel: 2, batch: 1000, timeoutMs: 60_000 },
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
    'changes',
    'webhooks',
    'customFields',
  ],
  manual: {
    upsertCustomer: 'Set a customer that was made by mistake to inactive in Sage Intacct.',
    pushInvoice: 'Convert the sales order to an invoice in Sage Intacct under Order Entry.',
    pushPayment: 'Receive the payment in Sage Intacct under Accounts Receivable.',
  },
  signIn: ({ url, grant, clientId, clientSecret }) =>
    grant === 'client_credentials'
      ? null
      : {
          authorizeUrl: `${url}/ia/authorize`,
          tokenUrl: `${url}/ia/api/v1/oauth2/token`,
          scopes: ['offline_access'],
          clientId,
          clientSecret,
        },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const gateway = new Gateway(client, http)
    const setup = new Setup(client)
    const own = new OwnFields(client)
    const payments = new Payments(client, gateway)
    return {
      check: () => check(client, setup),
      items: reader(client, withOwn(items(client), 'item', own)),
      customers: reader(client, withOwn(customers(), 'customer', own)),
      orders: reader(client, withOwn(orders(client), 'order', own)),
      invoices: reader(client, invoices()),
      payments,
      quotes: reader(client, quotes(client)),
      stock: (asks) => stock(client, asks),
      prices: (asks) => prices(client, setup, asks),
      credit: (ids) => credit(client, ids),
      order: new Orders(client, gateway, setup, own),
      customer: new Customers(client, setup, own),
      changes: (kind, since) => changes(client, payments, kind, since),
      fields: (kind) => own.of(kind),
      hook,
    }
  },
}

/** No call tells the company's name; that the user reads its warehouses is the test. */
async function check({ config: { company, baseCurrency } }: Client, setup: Setup): Promise<Company> {
  setup.warehouses.forget()
  await setup.warehouses.get()
  return { name: company, version: null, currency: baseCurrency }
}

/** Limit and balance in the base currency, in one call. */
async function credit(client: Client, ids: Id[]): Promise<Answer<Credit>[]> {
  const wanted = ids.filter((id) => id.trim() !== '')
  if (wanted.length === 0) return ids.map(() => null)
  const rows = await client.all({
    object: 'accounts-receivable/customer',
    fields: shapes.CUSTOMER,
    filters: [{ $in: { id: wanted } }],
  })
  const found = new Map(
    rows.map((row) => [
      String(row.id),
      rowOf(() => creditOf(shaped(shapes.customer, row, 'A customer'), client.config)),
    ]),
  )
  return ids.map((id) => found.get(id) ?? null)
}
