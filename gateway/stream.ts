import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { type DocumentNode, type ExecutionResult, getOperationAST, GraphQLError } from 'graphql'
import type { Answer } from './answer.ts'
import { whileWelcome } from './guard.ts'
import { tooManyRows } from './limits.ts'
import { BadRequest, type Parameters } from './request.ts'
import type { Contextual, Shared } from './server.ts'
import { toAsk } from './sockets.ts'

type Events = Answer | AsyncGenerator<Answer, void, void>

/** How often a silent stream shows that it lives, before any proxy gives up on it. */
const PING_MS = 12_000

/**
 * Answers operations as server-sent events: the distinct connections mode of the GraphQL over SSE protocol. A
 * client that reads slowly slows its own stream down and nothing else.
 */
export class Streams<C extends Contextual> {
  readonly #options: Shared<C>
  readonly #open = new Set<() => void>()
  #isClosed = false

  constructor(options: Shared<C>) {
    this.#options = options
  }

  /** Writes the whole stream; throws BadRequest before it begins. `again` makes the context anew. */
  async answer(
    reply: FastifyReply,
    method: string,
    parameters: Parameters,
    context: C,
    again: () => Promise<C>,
  ): Promise<void> {
    const events = await this.#start(method, parameters, context, again)
    // A reply that is taken over loses what hooks said of it, such as which pages may read it.
    const said = reply.getHeaders() as Record<string, string>
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      ...said,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-request-id': context.requestId,
      'x-accel-buffering': 'no',
    })
    await this.#write(raw, events, context.requestId)
  }

  /** Ends every stream, so that its client asks again elsewhere. */
  close(): void {
    this.#isClosed = true
    for (const end of this.#open) end()
  }

  async #start(method: string, parameters: Parameters, context: C, again: () => Promise<C>): Promise<Events> {
    const { engine, gate, documents } = this.#options
    const { operationName, variables } = parameters
    const query = documents.textOf(parameters)
    if (query instanceof GraphQLError) return { errors: [query] }
    if (!query) throw new BadRequest(400, 'query must be the text of an operation.')
    const document = gate.admit(query, engine.schema)
    if (Array.isArray(document)) return { errors: document }
    const operation = operationOf(document, operationName)
    if (!operation)
      return {
        errors: [new GraphQLError('There is no such operation.', { extensions: { code: 'VALIDATION' } })],
      }
    if (operation === 'mutation' && method === 'GET')
      throw new BadRequest(405, 'A mutation needs POST.', 'NOT_SUPPORTED', { allow: 'POST' })
    const error = gate.refusesValues(variables) ?? tooManyRows(document, operationName, variables ?? {})
    if (error) return { errors: [error] }
    const { schema } = engine
    const args = { schema, document, operationName, variableValues: variables, contextValue: context }
    const ask = toAsk(args, this.#options)
    if (operation !== 'subscription') return engine.execute(ask)
    return whileWelcome(await engine.subscribe(ask), context, again, this.#options)
  }

  async #write(raw: ServerResponse, events: Events, requestId: string): Promise<void> {
    // An empty comment, so that the client hears at once that it is heard.
    raw.write(':\n\n')
    const stop = () => void (Symbol.asyncIterator in events && events.return())
    const ping = setInterval(() => raw.write(':\n\n'), PING_MS)
    raw.once('close', stop)
    this.#open.add(stop)
    // It was asked for while all others were ended.
    if (this.#isClosed) stop()
    try {
      for await (const result of Symbol.asyncIterator in events ? events : [events]) {
        if (raw.destroyed) break
        const text = JSON.stringify(this.#told(result, requestId))
        if (!raw.write(`event: next\ndata: ${text}\n\n`))
          await Promise.race([once(raw, 'drain'), once(raw, 'close')])
      }
      raw.write('event: complete\ndata:\n\n')
    } finally {
      clearInterval(ping)
      raw.off('close', stop)
      this.#open.delete(stop)
      raw.end()
    }
  }

  #told(result: Answer, requestId: string): ExecutionResult {
    if (!result.errors) return result
    const errors = result.errors.map((error) => this.#options.format(error, requestId))
    return { ...result, errors: errors as never }
  }
}

function operationOf(document: DocumentNode, name: string | null): string | undefined {
  return getOperationAST(document, name)?.operation
}
