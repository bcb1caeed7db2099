import type { Connector, Erp } from '../connector.ts'
import type { Http } from '../http.ts'
import { openClient } from './client.ts'
import { type Config, config } from './config.ts'
import { openHook } from './hook.ts'
import { toCustomer, toInvoice } from './map.ts'
import { openRead } from './read.ts'

function connect(settings: Config, http: Http): Erp {
  const client = openClient(settings, http)
  return {
    /** Aforo tells no company name; that both services let the key read is the test. */
    async check() {
      await Promise.all((['invoices', 'customers'] as const).map((list) => client.pages(list, 0, 1).next()))
      return { name: `Aforo tenant ${settings.tenant}`, version: null, currency: null }
    },
    customers: openRead(client, 'customers', toCustomer, ({ name, email }) => [name, email]),
    invoices: openRead(
      client,
      'invoices',
      (native) => toInvoice(native, settings),
      ({ number, customerName }) => [number, customerName],
    ),
    hook: openHook(settings),
  }
}

/**
 * Aforo, usage metering and billing: its finalised invoices go into an ERP. Nothing is written, and bill runs are
 * never started. 300 requests a minute are published; a fifth is left to others. https://docs.aforo.ai
 */
export const aforo: Connector<typeof config> = {
  system: 'aforo',
  name: 'Aforo',
  field: 'aforo',
  role: 'source',
  config,
  limits: { parallel: 4, perMinute: 240, batch: 50, timeoutMs: 15_000 },
  capabilities: ['customers', 'invoices', 'webhooks'],
  connect,
}
