import type { Company, Connector } from '../connector.ts'
import { Client } from './client.ts'
import { type Config, EVENTS, config } from './config.ts'
import { SAMPLES, writes } from './write.ts'

/** Tries every template on a sample of its event, then has the endpoint accept a ping. */
async function check(client: Client, { url }: Config): Promise<Company> {
  for (const event of EVENTS)
    if (client.templated.includes(event)) await client.delivery(event, SAMPLES[event])
  await client.deliver('ping', SAMPLES.ping)
  return { name: `Endpoint at ${new URL(url).host}`, version: null, currency: null }
}

/**
 * An HTTPS endpoint that takes the place of an ERP: documents are posted to it, signed. It answers no questions, so
 * an unanswered delivery is only cleared up where it has a look-up, or keeps each document once by itself.
 */
export const webhook: Connector<typeof config> = {
  system: 'webhook',
  name: 'Webhook',
  field: 'webhook',
  role: 'target',
  config,
  limits: { parallel: 4, batch: 1, timeoutMs: 15_000 },
  capabilities: ['pushOrder', 'cancelOrder', 'upsertCustomer', 'pushInvoice', 'pushPayment'],
  manual: {
    upsertCustomer: 'Change or block a customer in the system behind the endpoint.',
    pushPayment: 'Take a payment back in the system behind the endpoint.',
  },
  connect(values, http) {
    const client = new Client(values, http)
    return { check: () => check(client, values), ...writes(client, values) }
  },
}
