import { randomUUID } from 'node:crypto'
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
    const caller = await this.callerOf(authorization)
    return this.make(caller, authorization, signal, requestId)
  }

  /** Who is asking; throws UNAUTHENTICATED. */
  callerOf(authorization: string | undefined): Promise<Caller> {
    return this.#access.caller(authorization)
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
  const { tenant, name, scopes, connections, customer, stock } = context.caller
  return JSON.stringify([tenant, name, scopes, connections, customer?.id ?? null, stock ?? null])
}
