import { once } from 'node:events'
import { type Client as EventClient, createClient as createEventClient } from 'graphql-sse'
import { type Client as SocketClient, createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Told } from './client.ts'

/** One result of an operation over a live connection. */
export interface Result<T> {
  data?: T | null
  errors?: Told[]
}

/** A way to ask that keeps its connection: WebSocket or server-sent events. */
export interface Live {
  ask<T>(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<Result<T>>
  close(): void
}

/** How a live connection is opened. */
export interface Opening {
  key?: string
  origin?: string
}

/** graphql-transport-ws, the key in the payload of connection_init. */
export function overSocket(url: string, { key, origin }: Opening = {}): Live {
  class FromOrigin extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, origin ? { origin } : {})
    }
  }
  const client: SocketClient = createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: FromOrigin,
    connectionParams: key ? { authorization: `Bearer ${key}` } : {},
    retryAttempts: 0,
  })
  return {
    ask: <T>(query: string, variables = {}) =>
      client.iterate({ query, variables }) as AsyncIterableIterator<Result<T>>,
    close: () => void client.dispose(),
  }
}

/** Server-sent events, one request for each operation. */
export function overEvents(url: string, { key, origin }: Opening = {}): Live {
  const authorization: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {}
  const client: EventClient = createEventClient({
    url: `${url}/graphql`,
    headers: { ...authorization, ...(origin ? { origin } : {}) },
    retryAttempts: 0,
  })
  return {
    ask: <T>(query: string, variables = {}) =>
      client.iterate({ query, variables }) as AsyncIterableIterator<Result<T>>,
    close: () => client.dispose(),
  }
}

/** The only result of a query. */
export async function only<T>(results: AsyncIterableIterator<Result<T>>): Promise<Result<T>> {
  const { value } = (await results.next()) as { value: Result<T> }
  await results.return?.()
  return value
}

/** A bare WebSocket of the protocol, to say what no client would. */
export function bare(url: string, headers: Record<string, string> = {}, path = '/graphql'): WebSocket {
  return new WebSocket(url.replace('http', 'ws') + path, 'graphql-transport-ws', { headers })
}

/** The code and reason with which the server closes. */
export async function closing(socket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  return [code, String(reason)]
}
