import { channel } from 'node:diagnostics_channel'

/** One request to an ERP that ended; `status` is null where no answer came. */
export interface Sent {
  connection: string
  status: number | null
  durationMs: number
}

/** Where each request of this process is told when it ends, as `Sent`, to whoever measures. */
export const sent = channel('erp-supergraph:sent')

/** Tells of a request, where somebody listens. */
export function tellSent(one: Sent): void {
  if (sent.hasSubscribers) sent.publish(one)
}
