import type { Company, Connector, Erp } from '../connector.ts'
import { changes } from './changes.ts'
import { Client } from './client.ts'
import { config } from './config.ts'
import { OwnFields } from './custom.ts'
import { Customers } from './customer.ts'
import { hook } from './hook.ts'
import { Orders } from './order.ts'
import { prices } from './prices.ts'
import { credits, customers, invoices, items, orders, quotes, reader } from './read.ts'
import { stock } from './stock.ts'

/** SAP S/4HANA, Cloud and on-premise: the OData v2 services of sales (https://api.sap.com). */
export const saps4hana: Connector<typeof config> = {
  system: 'saps4hana',
  name: 'SapS4',
  field: 'saps4hana',
  role: 'erp',
  config,
  // SAP publishes no rate; each request holds a work process, of which systems have few.
  limits: { parallel: 6, batch: 60, timeoutMs: 30_000 },
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
    'customFields',
  ],
  manual: {
    pushInvoice: 'Bill the order or its delivery in SAP S/4HANA with the app Create Billing Documents.',
    pushPayment: 'Post the payment in SAP S/4HANA with the app Post Incoming Payments.',
  },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const own = new OwnFields(client)
    return {
      check: () => check(client),
      items: reader(client, own, items(client)),
      customers: reader(client, own, customers(client)),
      orders: reader(client, own, orders(client)),
      invoices: reader(client, own, invoices(client)),
      quotes: reader(client, own, quotes(client)),
      stock: (asks) => stock(client, asks),
      prices: (asks) => prices(client, asks),
      credit: (ids) => credits(client, ids),
      order: new Orders(client, own),
      customer: new Customers(client, own),
      changes: (kind, since) => changes(client, kind, since),
      async fields(kind) {
        return (await own.of(kind)).map(({ name, label, type, required, custom, options }) => {
          return { name, label, type, required, custom, options }
        })
      },
      hook,
    }
  },
}

/** No service of sales names the company, so the sales organization stands for it. */
async function check(client: Client): Promise<Company> {
  const { salesOrganization, companyCode } = client.config
  await client.page('API_SALES_ORDER_SRV', 'A_SalesOrder', { select: ['SalesOrder'], top: 1 })
  return {
    name: `Sales organization ${salesOrganization}, company code ${companyCode}`,
    version: null,
    currency: null,
  }
}
