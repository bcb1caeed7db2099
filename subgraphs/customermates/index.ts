import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { columnsOf, fieldsOf } from './columns.ts'
import { type Config, config } from './config.ts'
import { detect } from './detect.ts'
import { openHook } from './hook.ts'
import { openChanges, openCustomers, openItems, openQuotes } from './open.ts'
import { openTell } from './tell.ts'

function connect(settings: Config, http: Http): Erp {
  const ports = detect(settings, http)
  const items = openItems(ports, settings)
  const customers = openCustomers(ports, settings)
  return {
    /** The company has no name in the API; that every configured column exists is part of the test. */
    async check() {
      const port = await ports()
      const name = await port.me()
      for (const entity of ['services', 'organizations', 'deals'] as const)
        await columnsOf(port, settings, entity)
      const { host } = new URL(settings.url)
      return {
        name: `Customermates at ${host}${name ? `, as ${name}` : ''}`,
        version: `API generation ${port.generation}`,
        currency: settings.currency,
      }
    },
    items,
    customers,
    quotes: openQuotes(ports, settings, { items, customers }),
    changes: (kind, since) => openChanges(ports, kind, since),
    hook: openHook(settings, ports),
    tell: openTell(ports, settings),
    fields: async (kind) => fieldsOf(await ports(), settings, kind),
  }
}

/**
 * Customermates, a CRM: a deal that is won becomes an order in an ERP, and what becomes of it is written back.
 * Speaks both generations of its API, that of contacts, organisations, deals and services and that of records.
 * https://github.com/customermates/customermates
 * The cloud publishes no rate limit; the budget is ours, and a 429 is obeyed.
 */
export const customermates: Connector<typeof config> = {
  system: 'customermates',
  name: 'Customermates',
  field: 'customermates',
  role: 'source',
  config,
  limits: { parallel: 4, perSecond: 5, batch: 100, timeoutMs: 15_000 },
  capabilities: ['items', 'customers', 'quotes', 'changes', 'webhooks', 'writeBack', 'customFields'],
  connect,
}
