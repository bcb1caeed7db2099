import type { Server } from 'node:http'
import type { ExecutionArgs } from 'graphql'
import { type Context as SocketContext, CloseCode } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { ErpError } from '../schema/errors.ts'
import { formatError } from './errors.ts'
import { LIMITS, tooLarge } from './limits.ts'
import type { Contextual, ServerOptions } from './server.ts'

type Params = Record<string, unknown>
type Bare = Partial<Record<PropertyKey, never>>

/** Serves graphql-transport-ws on the same path as HTTP. The key travels in the payload of connection_init. */
export function openSockets<C extends Contextual>(
  server: Server,
  options: ServerOptions<C>,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.bytes })
  server.on('upgrade', (request, socket, head) => {
    const ours = new URL(request.url ?? '/', 'http://gateway').pathname === '/graphql'
    if (!ours || options.accept?.(request) === false) {
      socket.end(`HTTP/1.1 ${ours ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
  })
  const { engine } = options
  const disposable = useServer<Params, Bare>(
    {
      schema: () => engine.schema,
      connectionInitWaitTimeout: 3_000,
      onConnect: async (socket) => {
        await contextOf(socket, options).catch(() => {
          socket.extra.socket.close(CloseCode.Forbidden, 'UNAUTHENTICATED')
        })
      },
      context: (socket) => contextOf(socket, options),
      onOperation: (_socket, _id, _message, args) => {
        const error = tooLarge(args.document, args.operationName, args.variableValues ?? {})
        if (error) throw new ErpError('LIMIT_EXCEEDED', error.message)
        return undefined
      },
      execute: (args: ExecutionArgs) => engine.execute(toAsk(args, options)),
      subscribe: (args: ExecutionArgs) => engine.subscribe(toAsk(args, options)),
      onError: (_socket, _id, _payload, errors) => errors.map((error) => formatError(error, error)),
      onNext: (_socket, _id, _payload, _args, result) =>
        result.errors
          ? { ...result, errors: result.errors.map((error) => formatError(error, error)) as never }
          : undefined,
    },
    sockets,
  )
  return { close: async () => await disposable.dispose() }
}

function contextOf<C extends Contextual>(
  socket: SocketContext<Params, Extra & Bare>,
  options: ServerOptions<C>,
): Promise<C> {
  const given = socket.connectionParams?.authorization ?? socket.extra.request.headers.authorization
  return options.context(typeof given === 'string' ? given : undefined, undefined, crypto.randomUUID())
}

/** An operation of graphql-js as the engine asks for it. */
export function toAsk<C extends Contextual>(args: ExecutionArgs, options: ServerOptions<C>) {
  const { document, operationName, variableValues, contextValue } = args
  return {
    document,
    operationName,
    variables: variableValues ?? {},
    context: contextValue,
    dedupeKey: options.dedupeKey(contextValue as C),
  }
}
