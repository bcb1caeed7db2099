import { type Document, type Variables, Ids } from './document.ts'
import { type RequestOptions, request } from './http.ts'
import { type SubscribeOptions, follow } from './stream.ts'

export type { Document } from './document.ts'
export { type Told, GraphError } from './errors.ts'
export type { RequestOptions } from './http.ts'
export type { SubscribeOptions } from './stream.ts'
export * from './typed/graphql.ts'

/** Where the graph is, and who asks. */
export interface ClientOptions {
  /** The address of the graph: https://erp.example/graphql */
  url: string
  /** The API key, or what gives it; asked anew for each request and each connection. */
  key?: string | (() => string | Promise<string>)
  /** In place of the platform's own. */
  fetch?: typeof fetch
  /** The class of sockets, in place of the platform's own. */
  webSocket?: unknown
}

/** A typed client of the graph. Everything that it throws is a GraphError, or the abort of a signal. */
export interface Client {
  /** Asks; throws GraphError, with what was answered as `data`, when any part of the answer is an error. */
  query<T, V extends Variables>(
    document: Document<T, V>,
    variables: NoInfer<V>,
    options?: RequestOptions,
  ): Promise<T>
  /** Changes. Sent again after UNAVAILABLE with the same idempotency key, it happens once. */
  mutate<T, V extends Variables>(
    document: Document<T, V>,
    variables: NoInfer<V>,
    options?: RequestOptions,
  ): Promise<T>
  /**
   * Listens until the subscription ends, the loop is left, or the signal aborts. A broken connection is made
   * again; `syncEvents` goes on behind the last event that the loop was given, without a gap or a repetition.
   */
  subscribe<T, V extends Variables>(
    document: Document<T, V>,
    variables: NoInfer<V>,
    options?: SubscribeOptions,
  ): AsyncIterableIterator<T>
  /** Ends every subscription. */
  close(): void
}

/** Makes a client; nothing is connected before the first question. */
export function createClient(options: ClientOptions): Client {
  const ids = new Ids()
  const closed = new AbortController()
  return {
    query: (document, variables, more) => request(options, ids, document, variables, more),
    mutate: (document, variables, more) => request(options, ids, document, variables, more),
    subscribe(document, variables, more = {}) {
      const left = new AbortController()
      const signals = [closed.signal, left.signal, ...(more.signal ? [more.signal] : [])]
      const signal = AbortSignal.any(signals)
      const events = follow(options, ids, document, variables, { ...more, signal })
      const iterator = {
        [Symbol.asyncIterator]: () => iterator,
        next: () => events.next(),
        // A loop that is left must not wait for an event that may never come.
        return: () => {
          left.abort()
          return events.return()
        },
      }
      return iterator
    },
    close: () => closed.abort(),
  }
}
