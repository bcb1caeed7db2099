import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ExecutionArgs } from 'graphql'
import { createHandler } from 'graphql-sse/lib/use/fastify'
import { formatError } from './errors.ts'
import type { Contextual, ServerOptions } from './server.ts'
import { toAsk } from './sockets.ts'

/** Serves operations as server-sent events (distinct connections mode of the GraphQL over SSE protocol). */
export function eventStream<C extends Contextual>(
  options: ServerOptions<C>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const { engine } = options
  return createHandler({
    schema: () => engine.schema,
    authenticate: () => '',
    context: async (request) => {
      const context = await options.context(request.raw.headers.authorization, undefined, crypto.randomUUID())
      return context as never
    },
    execute: ((args: ExecutionArgs) => engine.execute(toAsk(args, options))) as never,
    subscribe: ((args: ExecutionArgs) => engine.subscribe(toAsk(args, options))) as never,
    onNext: (_context, _request, result) =>
      (result.errors
        ? { ...result, errors: result.errors.map((error) => formatError(error, error)) }
        : undefined) as never,
  })
}
