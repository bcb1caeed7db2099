import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import { createHandler as overHttp } from 'graphql-http/lib/use/fastify'
import { createHandler as overEvents } from 'graphql-sse/lib/use/fastify'
import { ErpError } from '../schema/errors.ts'
import { report } from './report.ts'
import type { Subgraph } from './subgraph.ts'

/** A subgraph that listens. */
export interface ServedSubgraph {
  url: string
  /** Takes no new requests, lets those under way end. */
  close(): Promise<void>
}

type ContextOf = (headers: Record<string, string | undefined>, requestId: string) => Promise<object>

const BYTES = 8_000_000

/**
 * Serves one subgraph over HTTP, subscriptions as server-sent events. `contextOf` reads who is asking from the
 * headers and throws UNAUTHENTICATED; `accept` says whether Host and Origin are ours, and is not asked when left out.
 */
export async function serveSubgraph(
  { schema }: Subgraph,
  contextOf: ContextOf,
  host: string,
  port: number,
  accept?: (request: IncomingMessage) => boolean,
): Promise<ServedSubgraph> {
  const app = Fastify({ bodyLimit: BYTES, forceCloseConnections: 'idle' })
  const contexts = new WeakMap<object, object>()
  // Both handlers hand over Fastify's own request as `raw`.
  const context = (request: { raw: object }) => contexts.get(request.raw) as never
  const http = overHttp({ schema, context, formatError: told })
  const events = overEvents({
    schema,
    authenticate: () => '',
    context,
    onNext: (_context, _request, result) =>
      (result.errors ? { ...result, errors: result.errors.map(told) } : undefined) as never,
  })
  app.get('/health/live', async () => ({ status: 'live' }))
  app.all('/graphql', async (request, reply) => {
    const isOurs = accept?.(request.raw) ?? true
    const refusal = isOurs ? await admit(request, contextOf, contexts) : FOREIGN
    if (refusal) {
      const { message, extensions } = refusal
      return reply.code(STATUS[refusal.code] ?? 500).send({ errors: [{ message, extensions }] })
    }
    const streams = request.headers.accept?.includes('text/event-stream') ?? false
    return streams ? events(request, reply) : http.call(app, request, reply)
  })
  await app.listen({ host, port })
  const { port: taken } = app.server.address() as AddressInfo
  return { url: `http://${host}:${taken}/graphql`, close: () => app.close() }
}

const FOREIGN = new ErpError('FORBIDDEN', 'This name is not served here.')
const STATUS: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 }

/** Keeps the request's context, or gives the reason why it may not come in. */
async function admit(
  request: FastifyRequest,
  contextOf: ContextOf,
  contexts: WeakMap<object, object>,
): Promise<ErpError | null> {
  const headers = request.headers as Record<string, string | undefined>
  try {
    contexts.set(request, await contextOf(headers, headers['x-request-id'] ?? randomUUID()))
    return null
  } catch (error) {
    return error instanceof ErpError ? error : internal(error)
  }
}

function internal(cause: unknown): ErpError {
  report(cause, 'subgraph')
  return new ErpError('INTERNAL', 'Something went wrong on our side.')
}

/** What leaves of an error: ours as they are, GraphQL's own words on the request, nothing of the inside. */
function told(error: Error | GraphQLError): GraphQLError | Error {
  const cause = error instanceof GraphQLError ? error.originalError : error
  if (!cause || cause instanceof ErpError) return error
  const originalError = internal(cause)
  const path = error instanceof GraphQLError ? error.path : undefined
  return new GraphQLError(originalError.message, { path, originalError })
}
