import type { ErrorCode } from '../schema/errors.ts'
import type { Change, RawRequest } from './connector.ts'
import type { Demo } from './demo.ts'

/** A request as a sandbox sees it: the path without the sandbox's own prefix. */
export interface SandboxRequest {
  method: string
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: Record<string, string | undefined>
  /** The text of the bytes, by the charset of the content type. */
  body: string
  /** The body as it arrived; absent in a part of a batch. */
  bytes?: Uint8Array
}

/** What a sandbox answers. Bytes are sent as they are, any other object as JSON. */
export interface SandboxAnswer {
  status: number
  headers?: Record<string, string | string[]>
  body: string | object | null
}

/** What a sandbox really booked, in one shape for every system. */
export interface Ledger {
  orders: {
    id: string
    number: string
    ref: string | null
    customer: string
    state: 'draft' | 'booked' | 'cancelled'
    total: string
  }[]
  customers: { id: string; name: string; email: string | null }[]
}

/** A change made behind the connector's back, as a person in the ERP would make it. */
export type SandboxAction =
  | { do: 'addItem'; sku: string; name: string; price: string }
  | { do: 'addCustomer'; name: string; email: string }
  | { do: 'setStock'; sku: string; warehouse: string; onHand: string }
  | { do: 'setPrice'; sku: string; price: string }
  | { do: 'setOrderStatus'; id: string; status: string }
  | { do: 'setQuoteStatus'; id: string; status: string }
  | { do: 'deleteItem'; sku: string }
  | { do: 'expireTokens' }

/** An error of the sheet's section 7, exactly as the vendor words it, and the class it must become. */
export interface NativeError {
  /** Which kind of call meets it. */
  on: 'stock' | 'items' | 'customers' | 'invoices' | 'pushOrder' | 'upsertCustomer'
  /** Part of "METHOD path body" of the request that is answered with it. */
  match: string
  answer: SandboxAnswer
  code: ErrorCode
}

/** An imitation of one system. */
export interface Sandbox {
  handle(request: SandboxRequest): SandboxAnswer | Promise<SandboxAnswer>
  ledger(): Ledger
  act(action: SandboxAction): void
  errors: Record<string, NativeError>
  /** The webhook that the system would send for a change, signed with `secret`; where the connector has `hook`. */
  hook?(change: Change, secret: string): RawRequest
  /** Calls `listener` for each change that the system sends webhooks about; the stage delivers them (deliver.ts). */
  watch?(listener: (change: Change) => void): void
  /** What an operator would fill in to connect to it; `url` is the sandbox's own address. */
  config(url: string): Record<string, unknown>
}

/** Makes a sandbox over the demo data; `url()` is its own address once it listens. */
export type SandboxFactory = (demo: Demo, url: () => string) => Sandbox

/**
 * A fault set from outside by PUT /_faults. `match` is part of "METHOD path body"; `skip` lets so many matching
 * requests pass first; `times` is how often it strikes (0: until the faults are replaced).
 *
 * reset: cut before the request is handled. resetAfter: handled, then cut. hang: never answered, never handled.
 * slow: handled after `ms`, even if the client has gone. hold / holdAfter: stopped before / after handling until
 * the faults are replaced. half, html, empty: a broken answer with status 200. status: that status with a plain
 * body and `retryAfter`. error: the sandbox's own NativeError `name`.
 */
export interface Fault {
  do:
    | 'reset'
    | 'resetAfter'
    | 'hang'
    | 'slow'
    | 'hold'
    | 'holdAfter'
    | 'half'
    | 'html'
    | 'empty'
    | 'status'
    | 'error'
  match?: string
  skip?: number
  times?: number
  ms?: number
  status?: number
  retryAfter?: string
  name?: string
}

/** A call that a sandbox got. */
export interface SandboxCall {
  method: string
  path: string
  body: string
  status: number | null
}
