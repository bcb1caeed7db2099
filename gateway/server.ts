import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApolloServer, HeaderMap } from '@apollo/server'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { ErpError } from '../schema/errors.ts'
import type { Engine } from './engine.ts'
import { formatError } from './errors.ts'
import { LIMITS, tooLarge } from './limits.ts'
import { openSockets } from './sockets.ts'
import { eventStream } from './stream.ts'

/** What a server needs to know of a request's context, whichever engine it serves. */
export interface Contextual {
  requestId: string
  signal?: AbortSignal
}

/** What a gateway serves and how. */
export interface ServerOptions<C extends Contextual> {
  engine: Engine
  /** Makes the context of one request; throws UNAUTHENTICATED. */
  context(authorization: string | undefined, signal: AbortSignal | undefined, requestId: string): Promise<C>
  dedupeKey(context: C): string | undefined
  /** Whether Host and Origin are ours; null: not checked. */
  accept: ((request: FastifyRequest['raw']) => boolean) | null
  /** Whether the parts behind it are well. */
  ready(): Promise<boolean>
  /** More routes: playground, webhooks, metrics. */
  routes?(app: FastifyInstance): void
}

/** A running gateway. */
export interface RunningServer {
  port: number
  /** Stops taking requests, lets those under way end, then closes. */
  stop(): Promise<void>
}

const JSON_TYPE = /^application\/(json|graphql-response\+json)/
const STOP_MS = 10_000

/** Serves an engine over HTTP, WebSocket and server-sent events. */
export async function serve<C extends Contextual>(
  options: ServerOptions<C>,
  host: string,
  port: number,
): Promise<RunningServer> {
  const { engine } = options
  const apollo = new ApolloServer<C>({
    gateway: engine.asGateway({
      signal: (context) => (context as C).signal,
      dedupeKey: (context) => options.dedupeKey(context as C),
    }),
    // A mutation needs a POST of JSON, which no form can send, and other origins are refused by name.
    csrfPrevention: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    stopOnTerminationSignals: false,
    persistedQueries: false,
    formatError: (formatted, error) => formatError(formatted, error),
    plugins: [
      {
        async requestDidStart() {
          return {
            async didResolveOperation({ document, request }) {
              const error = tooLarge(document, request.operationName, request.variables ?? {})
              if (error) throw error
            },
          }
        },
      },
    ],
  })
  await apollo.start()
  const app = Fastify({ bodyLimit: LIMITS.bytes, forceCloseConnections: 'idle', exposeHeadRoutes: false })
  routes(app, apollo, options)
  await app.listen({ host, port })
  const sockets = openSockets(app.server as Server, options)
  return {
    port: (app.server.address() as AddressInfo).port,
    async stop() {
      const force = setTimeout(() => app.server.closeAllConnections(), STOP_MS)
      await sockets.close()
      await app.close()
      await apollo.stop()
      clearTimeout(force)
    },
  }
}

function routes<C extends Contextual>(
  app: FastifyInstance,
  apollo: ApolloServer<C>,
  options: ServerOptions<C>,
): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    if (options.accept?.(request.raw) === false)
      await reply.code(403).send(failure(new ErpError('FORBIDDEN', 'This name is not served here.')))
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const large = error.statusCode === 413
    const shown = large ? new ErpError('LIMIT_EXCEEDED', `A request may have ${LIMITS.bytes} bytes.`) : error
    await reply.code(error.statusCode ?? 500).send(failure(shown))
  })
  const stream = eventStream(options)
  app.all('/graphql', async (request, reply) => {
    if (request.headers.accept?.includes('text/event-stream')) return stream(request, reply)
    await answer(request, reply, apollo, options)
  })
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const ready = await options.ready().catch(() => false)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
  options.routes?.(app)
}

/** An error outside of GraphQL, in the same shape. */
function failure(error: unknown): object {
  const message = error instanceof ErpError ? error.message : 'Something went wrong on our side.'
  return { errors: [formatError({ message }, error)] }
}

async function answer<C extends Contextual>(
  request: FastifyRequest,
  reply: FastifyReply,
  apollo: ApolloServer<C>,
  options: ServerOptions<C>,
): Promise<void> {
  const requestId = randomUUID()
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers)) if (value) headers.set(name, String(value))
  const isJson = JSON_TYPE.test(request.headers['content-type'] ?? '')
  if (request.method === 'POST' && !isJson) {
    await reply.code(415).send(failure(new ErpError('VALIDATION', 'Send application/json.')))
    return
  }
  const context = await options
    .context(request.headers.authorization, gone.signal, requestId)
    .catch((error: unknown) => error)
  if (context instanceof Error) {
    await reply
      .code(context instanceof ErpError && context.code === 'UNAUTHENTICATED' ? 401 : 500)
      .send(failure(context))
    return
  }
  const result = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method,
      headers,
      search: new URL(request.url, 'http://gateway').search,
      body: parseBody(request),
    },
    context: async () => context as C,
  })
  for (const [name, value] of result.headers) reply.header(name, value)
  reply.header('x-request-id', requestId)
  const body = result.body.kind === 'complete' ? result.body.string : ''
  await reply.code(statusOf(result.status, result.headers.get('content-type'), body)).send(body)
}

/** The body as JSON; a text that is none becomes a string, which is refused as no request. */
function parseBody(request: FastifyRequest): unknown {
  if (!Buffer.isBuffer(request.body)) return request.body
  const text = request.body.toString('utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/**
 * GraphQL over HTTP: with application/json a well-formed request is answered 200 even if the document cannot
 * be parsed or validated, or its variables be coerced; a status of refusal is for graphql-response+json.
 */
function statusOf(status: number | undefined, type: string | undefined, body: string): number {
  const legacy = type?.startsWith('application/json') && status === 400
  return legacy &&
    body.startsWith('{"errors"') &&
    body.includes('"VALIDATION"') &&
    !body.includes('"BAD_REQUEST"')
    ? 200
    : (status ?? 200)
}
