import { hubSubgraph } from '../subgraphs/hub/index.ts'
import { connectors } from '../subgraphs/index.ts'
import { CONTEXT_HEADER, signCaller } from '../subgraphs/signed.ts'
import { type Subgraph, subgraphOf } from '../subgraphs/subgraph.ts'
import { compose } from './compose.ts'
import type { RequestContext } from './context.ts'
import type { Transports } from './fleet.ts'
import { type HttpOptions, overHttp } from './remote.ts'
import { inProcess } from './transport.ts'

/** Our own subgraphs: the hub and one per connector. */
export function ownSubgraphs(): Subgraph[] {
  return [hubSubgraph(), ...connectors.map(subgraphOf)]
}

const LOCAL = 'local://'

/**
 * The supergraph of our own subgraphs and a user's. One that is listed by url is reached there, under our own
 * name with a signed context, under another name with the caller's own authorization.
 */
export async function composeHouse(
  own: Subgraph[],
  listed: { name: string; url: string }[],
  secretKey: string,
): Promise<{ sdl: string; transports: Transports }> {
  const urls = new Map(listed.map(({ name, url }) => [name, url]))
  const ours = own.map(({ name, typeDefs }) => ({ name, url: urls.get(name) ?? LOCAL + name, typeDefs }))
  const names = new Set(own.map(({ name }) => name))
  const foreign = await Promise.all(
    listed
      .filter(({ name }) => !names.has(name))
      .map(async ({ name, url }) => ({ name, url, typeDefs: await sdlOf(name, url) })),
  )
  const bySdl = new Map(own.map((subgraph) => [subgraph.name.toUpperCase(), subgraph]))
  const transports: Transports = (name, url) => {
    const local = bySdl.get(name.toUpperCase())
    return local && url.startsWith(LOCAL)
      ? inProcess(local.schema)
      : overHttp(url, { headers: headersFor(local ? secretKey : null) })
  }
  return { sdl: compose([...ours, ...foreign]), transports }
}

function headersFor(secretKey: string | null): HttpOptions['headers'] {
  return (context) => {
    const { caller, authorization, requestId } = context as RequestContext
    const common = { 'x-request-id': requestId }
    if (secretKey) return { ...common, [CONTEXT_HEADER]: signCaller(secretKey, caller) }
    return authorization ? { ...common, authorization } : common
  }
}

async function sdlOf(name: string, url: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  }).catch(() => null)
  const body = (await answer?.json().catch(() => null)) as { data?: { _service?: { sdl?: string } } } | null
  const sdl = body?.data?._service?.sdl
  if (!sdl)
    throw new Error(
      `subgraphs: ${name} at ${url} does not answer { _service { sdl } }. Example: subgraphs: [{ name: pim, url: "https://pim.example/graphql" }]`,
    )
  return sdl
}
