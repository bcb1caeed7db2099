import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { credit, invoices, payments } from './billing.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { type Config, config } from './config.ts'
import { fields } from './custom.ts'
import { customerWrite } from './customer.ts'
import { customers, items, orders, quotes } from './documents.ts'
import { hook } from './hook.ts'
import { orderWrite } from './order.ts'
import { prices } from './prices.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { Setup } from './setup.ts'
import { stock } from './stock.ts'
import { timeEntries } from './worked.ts'

function connect(values: Config, http: Http): Erp {
  const client = new Client(values, http)
  const connection: Connection = { client, setup: new Setup(client, values), config: values }
  return {
    /** weclapp tells no name of the company; that the token reads the company's currency is the test. */
    async check() {
      const { name } = await client.ask('currency/companyCurrency', shapes.named)
      return {
        name: `weclapp tenant at ${new URL(values.url).host}`,
        version: values.apiVersion,
        currency: name && /^[A-Z]{3}$/.test(name) ? name : null,
      }
    },
    items: items(connection),
    customers: customers(connection),
    orders: orders(connection),
    invoices: invoices(connection),
    payments: payments(connection),
    quotes: quotes(connection),
    timeEntries: timeEntries(connection),
    stock: (asks) => stock(connection, asks),
    prices: (asks) => prices(connection, asks),
    credit: (ids) => credit(connection, ids),
    order: orderWrite(connection),
    customer: customerWrite(connection),
    changes: (kind, since) => changes(connection, kind, since),
    fields: (kind) => fields(connection, kind),
    hook: hook(client),
  }
}

/** weclapp's REST API v2: https://www.weclapp.com/api/ */
export const weclapp: Connector<typeof config> = {
  system: 'weclapp',
  name: 'Weclapp',
  field: 'weclapp',
  role: 'erp',
  config,
  // No figure is published; calls beyond a tenant's capacity wait for about 30 seconds, then 429.
  limits: { parallel: 4, batch: 200, timeoutMs: 60_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'timeEntries',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'projects',
    'upsertCustomer',
    'changes',
    'webhooks',
    'customFields',
  ],
  manual: {
    upsertCustomer:
      'Block a customer that was made by mistake in weclapp itself; parties with documents cannot be deleted.',
  },
  connect,
}
