import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { openClient } from './client.ts'
import { type Config, config } from './config.ts'
import { openHook } from './hook.ts'
import { openChanges, openCustomers, openItems, openQuotes } from './open.ts'

function connect(settings: Config, http: Http): Erp {
  const client = openClient(settings, http)
  const items = openItems(client, settings)
  const customers = openCustomers(client)
  return {
    /** The company has no name in the API; that every configured column exists is part of the test. */
    async check() {
      const name = await client.me()
      await client.columns('services')
      await client.columns('organizations')
      await client.columns('deals')
      const { host } = new URL(settings.url)
      return { name: `Customermates at ${host}, as ${name}`, version: null, currency: settings.currency }
    },
    items,
    customers,
    quotes: openQuotes(client, settings, { items, customers }),
    changes: (kind, since) => openChanges(client, kind, since),
    hook: openHook(settings),
  }
}

/**
 * Customermates, a CRM: a deal that is won becomes an order in an ERP. Speaks the API of contacts, organisations,
 * deals and services. https://github.com/customermates/customermates
 * The cloud publishes no rate limit; the budget is ours, and a 429 is obeyed.
 */
export const customermates: Connector<typeof config> = {
  system: 'customermates',
  name: 'Customermates',
  field: 'customermates',
  role: 'source',
  config,
  limits: { parallel: 4, perSecond: 5, batch: 100, timeoutMs: 15_000 },
  capabilities: ['items', 'customers', 'quotes', 'changes', 'webhooks'],
  connect,
}
