import type { Company, Connector, Erp } from '../connector.ts'
import { readXml } from '../xml.ts'
import { Client } from './client.ts'
import { config } from './config.ts'
import { Customers } from './customer.ts'
import { Orders } from './order.ts'
import { PriceBook } from './prices.ts'
import { credits, customers, invoices, items, orders } from './read.ts'
import { probe } from './setup.ts'
import { companyName } from './single.ts'
import { Stock } from './stock.ts'

/** SYSPRO 7 and 8: e.net business objects over the REST service, XML in windows-1252. */
export const syspro: Connector<typeof config> = {
  system: 'syspro',
  name: 'Syspro',
  field: 'syspro',
  role: 'erp',
  config,
  // One session per operator, and one call of it at a time.
  limits: { parallel: 1, batch: 50, timeoutMs: 30_000 },
  capabilities: [
    'items',
    'customers',
    'orders',
    'invoices',
    'stock',
    'prices',
    'credit',
    'pushOrder',
    'cancelOrder',
    'upsertCustomer',
  ],
  manual: {
    pushInvoice: 'Release the order and invoice it in SYSPRO; invoices arise from orders there.',
    pushPayment: 'Enter the payment in SYSPRO with AR Payments and post it.',
  },
  connect(settings, http): Erp {
    const client = new Client(settings, http)
    const stock = new Stock(client)
    const book = new PriceBook(client)
    return {
      check: () => check(client),
      items: items(client),
      customers: customers(client),
      orders: orders(client),
      invoices: invoices(client),
      stock: (asks) => stock.stock(asks),
      prices: (asks) => book.prices(asks),
      credit: (ids) => credits(client, ids),
      order: new Orders(client, stock),
      customer: new Customers(client),
      close: () => client.close(),
    }
  },
}

async function check(client: Client): Promise<Company> {
  const profile = readXml(await client.text('GetLogonProfile'))
  const { company, currency } = client.config
  await probe(client)
  return { name: companyName(profile) ?? company, version: await client.version(), currency }
}
