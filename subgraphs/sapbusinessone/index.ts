import type { Company, Connector, Erp } from '../connector.ts'
import { joinedRead, prefixedRead } from '../joined.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { config } from './config.ts'
import { CREDIT_NOTE, creditNotes } from './credited.ts'
import { OwnFields } from './custom.ts'
import { Customers } from './customer.ts'
import { delivery, read, subscribe, verify } from './hook.ts'
import { Orders } from './order.ts'
import { prices } from './prices.ts'
import { credits, customers, invoices, items, orders, payments, quotes, reader } from './read.ts'
import { returns } from './returned.ts'
import { Setup } from './setup.ts'
import { stock } from './stock.ts'

/** SAP Business One: the Service Layer, OData v4. */
export const sapbusinessone: Connector<typeof config> = {
  system: 'sapbusinessone',
  name: 'SapB1',
  field: 'sapbusinessone',
  role: 'erp',
  config,
  // Nothing is published: capacity is worker nodes times threads, and more at once only queue.
  limits: { parallel: 6, batch: 500, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'payments',
    'quotes',
    'returns',
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
    pushInvoice: 'Copy the sales order to an A/R invoice in SAP Business One and add it.',
    pushPayment: 'Enter the payment in SAP Business One under Banking > Incoming Payments and add it.',
  },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const setup = new Setup(client)
    const own = new OwnFields(client)
    return {
      check: () => check(setup, settings.company),
      items: reader(client, setup, own, items),
      customers: reader(client, setup, own, customers),
      orders: reader(client, setup, own, orders(client)),
      invoices: joinedRead(
        reader(client, setup, own, invoices),
        prefixedRead(reader(client, setup, own, creditNotes), CREDIT_NOTE),
      ),
      payments: reader(client, setup, own, payments),
      quotes: reader(client, setup, own, quotes),
      returns: reader(client, setup, own, returns),
      stock: (asks) => stock(client, setup, asks),
      prices: (asks) => prices(client, setup, asks),
      credit: (ids) => credits(client, setup, ids),
      order: new Orders(client, setup, own),
      customer: new Customers(client, setup, own),
      changes: (kind, since) => changes(client, setup, kind, since),
      async fields(kind) {
        return (await own.of(kind)).map(({ name, label, type, required, custom, options }) => {
          return { name, label, type, required, custom, options }
        })
      },
      hook: { verify, read, delivery, subscribe: (url, secret) => subscribe(client, url, secret) },
    }
  },
}

async function check(setup: Setup, company: string): Promise<Company> {
  const { companyName, version, currency } = await setup.get()
  return { name: companyName ?? company, version, currency }
}
