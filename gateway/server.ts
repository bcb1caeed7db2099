import { randomUUID } from 'node:crypto'
import { Server as NetServer } from 'node:net'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as readOn, setTimeout as wait } from 'node:timers/promises'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { ErpError } from '../schema/errors.ts'
import { Apollo } from './apollo.ts'
import { Documents } from './documents.ts'
import type { Engine } from './engine.ts'
import { type Format, formatError } from './errors.ts'
import { Gate } from './gate.ts'
import { LIMITS } from './limits.ts'
import { BadRequest, readRequest } from './request.ts'
import { openSockets } from './sockets.ts'
import { Streams } from './stream.ts'

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
  /** Documents that clients may name; none unless said. */
  documents?: Documents
  /** What clients see of errors; by the closed list unless said. */
  format?: Format
  /** More routes: playground, webhooks, metrics. */
  routes?(app: FastifyInstance): void
}

/** A server's options with the parts that all of its ways in share. */
export interface Shared<C extends Contextual> extends ServerOptions<C> {
  format: Format
  documents: Documents
  gate: Gate
}

/** A running gateway. */
export interface RunningServer {
  port: number
  /** Stops taking requests, lets those under way end, then closes. */
  stop(): Promise<void>
}

/** How long clients that keep their connection may use it after a stop and after each answer, to learn of it. */
const GRACE_MS = 250
const STOP_MS = 10_000
/** A turn of the event loop takes one waiting connection. */
const TURNS = 16
/** In a turn that took longer others may have come after the look for them. */
const SHORT_MS = 5
const MOST_TURNS = 200

/** Serves an engine over HTTP, WebSocket and server-sent events. */
export async function serve<C extends Contextual>(
  given: ServerOptions<C>,
  host: string,
  port: number,
): Promise<RunningServer> {
  const options: Shared<C> = {
    format: formatError,
    documents: new Documents(),
    ...given,
    gate: new Gate(),
  }
  const apollo = new Apollo(options)
  await apollo.start()
  const streams = new Streams(options)
  const app = openApp(options.format)
  const traffic = new Traffic()
  traffic.watch(app)
  furnish(app, options)
  app.all('/graphql', async (request, reply) => answer(request, reply, apollo, streams, options))
  let isStopping = false
  tellHealth(app, async () => !isStopping && (await options.ready().catch(() => false)))
  options.routes?.(app)
  await app.listen({ host, port })
  const server = app.server as Server
  const sockets = openSockets(server, options)
  const stop = async (): Promise<void> => {
    isStopping = true
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS)
    streams.close()
    // Whoever was let in by the kernel already would be cut. Nobody is sent away before: he would come again.
    await settle()
    traffic.sendAway()
    await Promise.all([sockets.close(STOP_MS), drain(server, traffic)])
    await app.close()
    await apollo.stop()
    clearTimeout(force)
  }
  let stopped: Promise<void> | null = null
  return { port: (server.address() as AddressInfo).port, stop: () => (stopped ??= stop()) }
}

function openApp(format: Format): FastifyInstance {
  return Fastify({
    bodyLimit: LIMITS.bytes,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      const error = new ErpError('VALIDATION', 'The address cannot be read.')
      void reply.code(400).send({ errors: [format(error, randomUUID())] })
    },
  })
}

/** The process is alive as soon as it answers; it is ready when the parts behind it are. */
function tellHealth(app: FastifyInstance, isReady: () => Promise<boolean>): void {
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (_request, reply) => {
    const ready = await isReady()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
}

/** Requests that are under way, and whether their clients may stay for another. */
class Traffic {
  #open = 0
  #endedAt = 0
  #isLeaving = false

  watch(app: FastifyInstance): void {
    app.addHook('onRequest', async (_request, reply) => this.#begin(reply.raw))
    app.addHook('onSend', async (_request, reply) => {
      if (this.#isLeaving) reply.header('connection', 'close')
    })
  }

  /** From now on each answer asks its client to close. */
  sendAway(): void {
    this.#isLeaving = true
  }

  #begin(response: ServerResponse): void {
    this.#open += 1
    response.once('close', () => {
      this.#open -= 1
      this.#endedAt = performance.now()
    })
  }

  /** Milliseconds until clients had their time since the last answer. */
  get restMs(): number {
    return this.#open > 0 ? GRACE_MS : Math.max(0, this.#endedAt + GRACE_MS - performance.now())
  }
}

/**
 * Takes no new connection but those that wait already, and reads on from those that are open: a request may be on its way in one that looks
 * idle, above all right after an answer in another. Each answer from now on asks its client to close.
 */
async function drain(server: Server, traffic: Traffic): Promise<void> {
  const state = { closed: false }
  // A plain server's close: that of HTTP would cut idle connections at once.
  const closed = new Promise<void>((resolve) => void NetServer.prototype.close.call(server, () => resolve()))
  void closed.then(() => (state.closed = true))
  const until = performance.now() + STOP_MS
  for (let rest = GRACE_MS; rest > 0 && !state.closed && performance.now() < until; rest = traffic.restMs) {
    await Promise.race([closed, wait(rest)])
    // A busy process comes to its timers first: what has arrived meanwhile is read before anything is cut.
    await settle()
  }
  server.closeIdleConnections()
}

/** Goes round the event loop until what has arrived is read and who waits is let in, as of now. */
async function settle(): Promise<void> {
  let short = 0
  for (let turn = 0; short < TURNS && turn < MOST_TURNS; turn += 1) {
    const began = performance.now()
    await readOn()
    short = performance.now() - began < SHORT_MS ? short + 1 : 0
  }
}

function furnish<C extends Contextual>(app: FastifyInstance, options: Shared<C>): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    if (options.accept?.(request.raw) !== false) return
    const error = new ErpError('FORBIDDEN', 'This name is not served here.')
    await reply.code(403).send({ errors: [options.format(error, randomUUID())] })
  })
  app.setNotFoundHandler(async (_request, reply) => {
    const error = new ErpError('NOT_FOUND', 'There is nothing here; GraphQL is at /graphql.')
    await reply.code(404).send({ errors: [options.format(error, randomUUID())] })
  })
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const requestId = randomUUID()
    const status = error.statusCode ?? 500
    await reply.code(status).send({ errors: [options.format(outside(error, status), requestId)] })
  })
}

/** An error of HTTP itself, in our words. */
function outside(error: Error, status: number): Error {
  if (status === 413) return new ErpError('LIMIT_EXCEEDED', `A request may have ${LIMITS.bytes} bytes.`)
  return status < 500 ? new ErpError('VALIDATION', 'The request cannot be read.') : error
}

async function answer<C extends Contextual>(
  request: FastifyRequest,
  reply: FastifyReply,
  apollo: Apollo<C>,
  streams: Streams<C>,
  options: Shared<C>,
): Promise<void> {
  const requestId = randomUUID()
  reply.header('x-request-id', requestId)
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const { method, url, headers, body } = request
  const isStream = headers.accept?.includes('text/event-stream') ?? false
  try {
    const accept = isStream ? undefined : headers.accept
    const parameters = readRequest({ method, url, accept, contentType: headers['content-type'], body })
    const welcome = () => options.context(headers.authorization, gone.signal, requestId)
    const context = await welcome()
    if (isStream) return await streams.answer(reply, method, parameters, context, welcome)
    const { status, type, text, more } = await apollo.answer(method, headers, parameters, context)
    await reply.code(status).headers(more).header('content-type', type).send(text)
  } catch (error) {
    if (error instanceof BadRequest) void reply.headers(error.headers)
    await reply.code(statusOf(error)).send({ errors: [options.format(error, requestId)] })
  }
}

function statusOf(error: unknown): number {
  if (error instanceof BadRequest) return error.status
  return error instanceof ErpError && error.code === 'UNAUTHENTICATED' ? 401 : 500
}
