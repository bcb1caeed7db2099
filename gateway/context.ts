import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../subgraphs/caller.ts'
import type { Hub, HubContext } from '../subgraphs/hub/hub.ts'
import { Loaders } from '../subgraphs/loaders.ts'
import type { Access } from '../subgraphs/hub/access.ts'

/** What every resolver of one request gets, in process. */
export interface RequestContext extends HubContext {
  /** Aborted when the client goes away. */
  signal: AbortSignal | undefined
  /** The client's own headers that a foreign subgraph may see. */
  authorization: string | undefined
}

/** Makes contexts; one per request, one per event of a subscription. */
export class Contexts {
  readonly #hub: Hub
  readonly #access: Access

  constructor(hub: Hub, access: Access) {
    this.#hub = hub
    this.#access = access
  }

  /** Throws UNAUTHENTICATED when the key is no good. */
  async of(
    authorization: string | undefined,
    signal?: AbortSignal,
    requestId: string = randomUUID(),
  ): Promise<RequestContext> {
    const caller = await this.#access.caller(authorization)
    return this.make(caller, authorization, signal, requestId)
  }

  make(
    caller: Caller,
    authorization: string | undefined,
    signal: AbortSignal | undefined,
    requestId: string,
  ): RequestContext {
    const { directory, seal } = this.#hub
    return {
      hub: this.#hub,
      directory,
      seal,
      caller,
      loaders: new Loaders(),
      requestId,
      signal,
      authorization,
    }
  }
}

/** Equal upstream queries of one caller may share an answer; nobody else's. */
export function dedupeKey(context: RequestContext): string {
  const { tenant, name, scopes, connections, customer } = context.caller
  return JSON.stringify([tenant, name, scopes, connections, customer?.id ?? null])
}

/** The names under which this server may be called, so that a web page cannot reach it by DNS rebinding. */
export class Names {
  readonly #allowed: Set<string>

  constructor(configured: string[]) {
    this.#allowed = new Set([
      'localhost',
      '127.0.0.1',
      '[::1]',
      ...configured.map((name) => name.toLowerCase()),
    ])
  }

  /** Whether the Host header, and the Origin where there is one, name this server. */
  accept(request: IncomingMessage): boolean {
    const { host, origin } = request.headers
    if (!host || !this.#allowed.has(hostname(`http://${host}`))) return false
    return origin === undefined || this.#allowed.has(hostname(origin))
  }
}

function hostname(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : ''
}
