import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyRequest } from 'fastify'
import { createHandler as overHttp } from 'graphql-http/lib/use/fastify'
import { createHandler as overEvents } from 'graphql-sse/lib/use/fastify'
import { ErpError } from '../schema/errors.ts'
import type { Subgraph } from './subgraph.ts'

/** A subgraph that listens. */
export interface ServedSubgraph {
  url: string
  close(): Promise<void>
}

/**
 * Serves one subgraph over HTTP, subscriptions as server-sent events. `contextOf` reads who is asking from the
 * headers and throws UNAUTHENTICATED.
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  contextOf: (headers: Record<string, string | undefined>, requestId: string) => Promise<object>,
  host: string,
  port: number,
): Promise<ServedSubgraph> {
  const app = Fastify({ bodyLimit: 8_000_000 })
  const contexts = new WeakMap<object, object>()
  // Both handlers hand over Fastify's own request as `raw`.
  const context = (request: { raw: object }) => contexts.get(request.raw) as never
  const { schema } = subgraph
  const http = overHttp({ schema, context })
  const events = overEvents({ schema, authenticate: () => '', context })
  app.get('/health/live', async () => ({ status: 'live' }))
  app.all('/graphql', async (request, reply) => {
    const isOpen = await authenticate(request, contextOf).catch((error: unknown) => error)
    if (isOpen instanceof Error) {
      const known =
        isOpen instanceof ErpError ? isOpen : new ErpError('INTERNAL', 'Something went wrong on our side.')
      return reply
        .code(known.code === 'UNAUTHENTICATED' ? 401 : 500)
        .send({ errors: [{ message: known.message, extensions: known.extensions }] })
    }
    contexts.set(request, isOpen as object)
    const streams = request.headers.accept?.includes('text/event-stream') ?? false
    return streams ? events(request, reply) : http.call(app, request, reply)
  })
  await app.listen({ host, port })
  const { port: taken } = app.server.address() as AddressInfo
  return { url: `http://${host}:${taken}/graphql`, close: () => app.close() }
}

function authenticate(
  request: FastifyRequest,
  contextOf: (headers: Record<string, string | undefined>, requestId: string) => Promise<object>,
): Promise<object> {
  const headers = request.headers as Record<string, string | undefined>
  return contextOf(headers, headers['x-request-id'] ?? randomUUID())
}
