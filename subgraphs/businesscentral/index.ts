import type { Company, Connector, Erp } from '../connector.ts'
import { joinedRead } from '../joined.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { config } from './config.ts'
import { Customers } from './customer.ts'
import { greet, read, subscribe, verify } from './hook.ts'
import { Orders } from './order.ts'
import { prices } from './prices.ts'
import { creditMemos, credits, customers, invoices, items, orders, quotes, reader } from './read.ts'
import { Setup } from './setup.ts'
import { stock } from './stock.ts'

/** Microsoft Dynamics 365 Business Central: API v2.0 over OData v4. */
export const businesscentral: Connector<typeof config> = {
  system: 'businesscentral',
  name: 'BusinessCentral',
  field: 'businessCentral',
  role: 'erp',
  config,
  // Five requests run at a time, further ones queue for up to eight minutes; one place is left for others.
  limits: { parallel: 4, perSecond: 20, batch: 500, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'quotes',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'upsertCustomer',
    'changes',
    'webhooks',
  ],
  manual: {
    pushInvoice: 'Post the sales order in Business Central with Post > Invoice.',
    pushPayment: 'Register the payment in Business Central in a cash receipt journal and post it.',
  },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const setup = new Setup(client)
    return {
      check: () => check(client, setup),
      items: reader(client, setup, items),
      customers: reader(client, setup, customers),
      orders: reader(client, setup, orders(client)),
      invoices: joinedRead(reader(client, setup, invoices), reader(client, setup, creditMemos)),
      quotes: reader(client, setup, quotes),
      stock: (asks) => stock(client, setup, asks),
      prices: (asks) => prices(client, setup, asks),
      credit: (ids) => credits(client, setup, ids),
      order: new Orders(client, setup),
      customer: new Customers(client, setup),
      changes: (kind, since) => changes(client, kind, since),
      hook: { verify, read, greet, subscribe: (url, secret) => subscribe(client, url, secret) },
    }
  },
}

async function check(client: Client, setup: Setup): Promise<Company> {
  const [{ name, version }, settings] = [await client.company(), await setup.get()]
  return { name: settings.companyName ?? name, version, currency: settings.currency }
}
