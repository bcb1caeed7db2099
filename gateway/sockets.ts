import type { Server } from 'node:http'
import { type ExecutionArgs, GraphQLError } from 'graphql'
import {
  type Context as SocketContext,
  CloseCode,
  type ServerOptions,
  type SubscribePayload,
} from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { ErpError } from '../schema/errors.ts'
import { whileWelcome } from './guard.ts'
import { LIMITS, tooManyRows } from './limits.ts'
import type { Contextual, Shared } from './server.ts'

type Params = Record<string, unknown>
type Bare = Partial<Record<PropertyKey, never>>
type Socket = SocketContext<Params, Extra & Bare>
type Protocol = ServerOptions<Params, Extra & Bare>

/** How long a client may take to say who it is. */
const INIT_MS = 3_000
/** A failure of ours; unlike a refusal, a client may try again. */
const TRY_AGAIN_LATER = 1013

/** Serves graphql-transport-ws on the same path as HTTP. The key travels in the payload of connection_init. */
export function openSockets<C extends Contextual>(
  server: Server,
  options: Shared<C>,
): { close(patienceMs: number): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.bytes })
  letIn(server, sockets, options)
  const running = new Set<Promise<unknown>>()
  const disposable = useServer<Params, Bare>({ isProd: true, ...protocolOf(options, running) }, sockets)
  return {
    async close(patienceMs) {
      const force = setTimeout(() => sockets.clients.forEach((client) => client.terminate()), patienceMs)
      await Promise.allSettled(running)
      // Their answers are handed to the sockets in the same turn.
      await new Promise((resolve) => setImmediate(resolve))
      await disposable.dispose()
      clearTimeout(force)
    },
  }
}

/** Hands connections to the sockets that come to our path under a name that is ours. */
function letIn<C extends Contextual>(server: Server, sockets: WebSocketServer, { accept }: Shared<C>): void {
  server.on('upgrade', (request, socket, head) => {
    // Whoever goes away in the middle is no reason to fail.
    socket.on('error', () => socket.destroy())
    const ours = request.url?.split('?')[0] === '/graphql'
    if (!ours || accept?.(request) === false) {
      socket.end(`HTTP/1.1 ${ours ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
}

/** What happens at each message of the protocol; `running` holds the answers that are not sent yet. */
function protocolOf<C extends Contextual>(options: Shared<C>, running: Set<Promise<unknown>>): Protocol {
  const { engine, format } = options
  const owners = new WeakMap<C, Socket>()
  return {
    jsonMessageReviver: withText,
    connectionInitWaitTimeout: INIT_MS,
    onConnect: (socket) => admit(socket, options),
    onSubscribe: async (socket, _id, payload) => {
      const prepared = await prepare(socket, payload, options)
      if (!Array.isArray(prepared)) owners.set(prepared.contextValue as C, socket)
      return prepared
    },
    execute: (args: ExecutionArgs) => {
      const answer = engine.execute(toAsk(args, options))
      running.add(answer)
      return answer.finally(() => running.delete(answer))
    },
    subscribe: async (args: ExecutionArgs) => {
      const events = await engine.subscribe(toAsk(args, options))
      const context = args.contextValue as C
      return whileWelcome(events, context, () => contextOf(owners.get(context)!, options), options)
    },
    onError: (_socket, _id, _payload, errors) => errors.map((error) => format(error, crypto.randomUUID())),
    onNext: (_socket, _id, _payload, args, result) => {
      const { requestId } = args.contextValue as C
      return result.errors
        ? { ...result, errors: result.errors.map((error) => format(error, requestId)) as never }
        : undefined
    },
  }
}

/** Whether a client may stay. The key is checked again with each operation. */
async function admit<C extends Contextual>(socket: Socket, options: Shared<C>): Promise<boolean> {
  try {
    await contextOf(socket, options)
    return true
  } catch (error) {
    const wrong = error instanceof ErpError && error.code === 'UNAUTHENTICATED'
    if (!wrong) options.format(error, crypto.randomUUID())
    const [code, reason] = wrong ? [CloseCode.Forbidden, 'UNAUTHENTICATED'] : [TRY_AGAIN_LATER, 'INTERNAL']
    socket.extra.socket.close(code, reason)
    return false
  }
}

/** Everything that can be refused before an operation runs. */
async function prepare<C extends Contextual>(
  socket: Socket,
  payload: SubscribePayload,
  options: Shared<C>,
): Promise<ExecutionArgs | GraphQLError[]> {
  if (Object.keys(socket.subscriptions).length > LIMITS.operations)
    return [fault(new ErpError('LIMIT_EXCEEDED', `At most ${LIMITS.operations} operations at once.`))]
  const { engine, gate, documents } = options
  const { schema } = engine
  const query = documents.textOf(namedBy(payload))
  if (query instanceof GraphQLError) return [query]
  const document = gate.admit(query ?? '', schema)
  if (Array.isArray(document)) return document
  const variables = payload.variables ?? {}
  const error = gate.refusesValues(variables) ?? tooManyRows(document, payload.operationName, variables)
  if (error) return [error]
  try {
    const contextValue = await contextOf(socket, options)
    const { operationName } = payload
    return { schema, document, operationName, variableValues: variables, contextValue }
  } catch (failure) {
    return [fault(failure)]
  }
}

/** What a payload names; the protocol wants a text in any case, so an empty one stands for none. */
function namedBy(payload: SubscribePayload & { documentId?: unknown }) {
  const { query, documentId, extensions = null } = payload
  return { query: query || null, documentId: typeof documentId === 'string' ? documentId : null, extensions }
}

/** Gives a message that names its document the empty text without which the protocol refuses it. */
function withText(this: unknown, key: string, value: unknown): unknown {
  const message = this as { type?: unknown }
  if (key !== 'payload' || message.type !== 'subscribe' || typeof value !== 'object') return value
  return value && 'documentId' in value ? { query: '', ...value } : value
}

function fault(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error))
  return new GraphQLError(originalError.message, { originalError })
}

function contextOf<C extends Contextual>(socket: Socket, options: Shared<C>): Promise<C> {
  const given = socket.connectionParams?.authorization ?? socket.extra.request.headers.authorization
  return options.context(typeof given === 'string' ? given : undefined, undefined, crypto.randomUUID())
}

/** An operation of graphql-js as the engine asks for it. */
export function toAsk<C extends Contextual>(args: ExecutionArgs, options: Shared<C>) {
  const { schema, document, operationName, variableValues, contextValue } = args
  return {
    schema,
    document,
    operationName,
    variables: variableValues ?? {},
    context: contextValue,
    signal: (contextValue as C).signal,
    dedupeKey: options.dedupeKey(contextValue as C),
  }
}
