import { Loaders } from '../loaders.ts'
import { CONTEXT_HEADER, readCaller } from '../signed.ts'
import type { Access } from './access.ts'
import type { Hub, HubContext } from './hub.ts'

/** The headers of a request to a subgraph that runs alone; lower-case names. */
export type Headers = Record<string, string | undefined>

/**
 * Makes the context of a request to a subgraph that runs alone: from the context that our gateway signed, else
 * from the caller's own API key, for when another router stands in front. Throws UNAUTHENTICATED.
 */
export function visitors(
  hub: Hub,
  access: Access,
  secretKey: string,
): (headers: Headers, requestId: string) => Promise<HubContext> {
  return async (headers, requestId) => {
    const signed = headers[CONTEXT_HEADER]
    const caller =
      signed === undefined ? await access.caller(headers.authorization) : readCaller(secretKey, signed)
    const { directory, seal } = hub
    return { hub, directory, seal, caller, loaders: new Loaders(), requestId }
  }
}
