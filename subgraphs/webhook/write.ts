import type { CustomerInput, InvoiceInput, OrderInput, PaymentInput, Ref, Write } from '../connector.ts'
import type { Client } from './client.ts'
import type { Config, Event } from './config.ts'
import { type Document, toCustomer, toEnd, toInvoice, toOrder, toPayment, toRef } from './map.ts'

/** How long an endpoint may still work on a delivery after we stopped waiting. */
const MAX_PUSH_MS = 60_000
const DAY_MS = 86_400_000
/** An endpoint that keeps each id once keeps it for long; whoever asks after this time asks a person. */
const KEY_TTL_MS = 30 * DAY_MS

/** How sure an unanswered delivery is: by the look-up, by the endpoint's own care, or not at all. */
function proofOf({ idempotent, lookupUrl }: Config): Pick<Write<unknown>, 'proof' | 'keyTtlMs'> {
  if (lookupUrl) return { proof: 'lookup' }
  return idempotent ? { proof: 'key', keyTtlMs: KEY_TTL_MS } : { proof: 'none' }
}

function write<I>(
  client: Client,
  config: Config,
  event: Event,
  toDocument: (input: I, ref: string) => Document,
): Write<I> {
  const { lookupUrl, lookupLagMs } = config
  const [object = ''] = event.split('.')
  return {
    ...proofOf(config),
    findLagMs: lookupUrl ? lookupLagMs : 0,
    maxPushMs: MAX_PUSH_MS,
    plan: async (input, ref) => [await client.preview(event, toDocument(input, ref))],
    create: async (input, ref) => toRef(await client.deliver(event, toDocument(input, ref)), ref),
    ...(lookupUrl && {
      find: async (ref: string) => {
        const said = await client.lookUp(lookupUrl, object, ref)
        return said && { ref: toRef(said, ref), step: 1, done: true }
      },
    }),
  }
}

/** Everything that can be delivered. Undoing is a message too: its 2xx is all that anyone can see of it. */
export function writes(client: Client, config: Config) {
  const end = (event: Event, status: 'CANCELLED' | 'VOID') => async (ref: Ref) => {
    await client.deliver(event, toEnd(ref, status))
  }
  const order = write<OrderInput>(client, config, 'order.upsert', toOrder)
  const invoice = write<InvoiceInput>(client, config, 'invoice.upsert', toInvoice)
  return {
    order: { ...order, undo: end('order.cancel', 'CANCELLED') },
    customer: write<CustomerInput>(client, config, 'customer.upsert', toCustomer),
    invoice: { ...invoice, undo: end('invoice.void', 'VOID') },
    payment: write<PaymentInput>(client, config, 'payment.record', toPayment),
  }
}

const MONEY = { amount: '119.00', currency: 'EUR' }
const LINES = [{ item: null, sku: 'SAMPLE', quantity: '1', unitPrice: MONEY }]
const CUSTOMER = 'sample_customer'

/** A document of each event, for trying templates before anything real is sent. */
export const SAMPLES: Record<Event, Document> = {
  'customer.upsert': toCustomer({ name: 'Sample' }, 'sample'),
  'order.upsert': toOrder({ customer: CUSTOMER, lines: LINES, orderedOn: '2026-01-31' }, 'sample'),
  'order.cancel': toEnd({ id: 'sample' }, 'CANCELLED'),
  'invoice.upsert': toInvoice({ customer: CUSTOMER, lines: LINES, issuedOn: '2026-01-31' }, 'sample'),
  'invoice.void': toEnd({ id: 'sample' }, 'VOID'),
  'payment.record': toPayment(
    { customer: CUSTOMER, amount: MONEY, paidOn: '2026-01-31', allocations: [] },
    'sample',
  ),
  ping: { id: 'ping' },
}
