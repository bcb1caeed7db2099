import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { openClient } from './client.ts'
import { type Config, config } from './config.ts'
import { openCustomers } from './customer.ts'
import { openHook } from './hook.ts'
import { openProducts } from './products.ts'
import { openQuotes } from './quotes.ts'
import { customerWrite } from './write.ts'

function connect(settings: Config, http: Http): Erp {
  const client = openClient(settings, http)
  const products = openProducts(client, settings)
  const customers = openCustomers(client, settings, http.vault)
  return {
    /** Qwoty tells no company name; that the token reads products is the test. */
    async check() {
      await client.page('product', '/products?limit=1&page=1')
      return { name: `Qwoty workspace at ${new URL(settings.url).host}`, version: null, currency: null }
    },
    items: products.items,
    customers: customers.customers,
    quotes: openQuotes(client, settings, http.vault, { products, customers }),
    customer: customerWrite(client, settings, customers),
    hook: openHook(settings),
  }
}

/**
 * Qwoty, a quoting system: its accepted quotes become orders in an ERP. https://docs.qwoty.io/llms.txt
 * Figures of its rate limit are not published; the budget is ours, and a 429 is obeyed.
 */
export const qwoty: Connector<typeof config> = {
  system: 'qwoty',
  name: 'Qwoty',
  field: 'qwoty',
  role: 'source',
  config,
  limits: { parallel: 2, perSecond: 5, perMinute: 60, batch: 50, timeoutMs: 15_000 },
  capabilities: ['items', 'customers', 'quotes', 'upsertCustomer', 'webhooks'],
  manual: {
    upsertCustomer:
      'Change e-mail, telephone and addresses of an existing customer in Qwoty itself, and remove customers there: its API can do neither.',
  },
  connect,
}
