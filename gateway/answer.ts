import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql'
import { GraphQLError } from 'graphql'
import type { Run } from './executor.ts'
import { orAbort, runStep, takeRoot, toMessage } from './executor.ts'
import { mapEvents } from './events.ts'
import { cutToAnswer, noAnswer, rootErrors, violationErrors } from './faults.ts'
import type { Flights } from './flights.ts'
import type { Generation, Prepared } from './generation.ts'
import { invalid } from './generation.ts'
import type { Json, RootFetch } from './plan.ts'
import type { Violation } from './project.ts'
import type { SubgraphResult } from './transport.ts'

/** One operation of a client. */
export interface Ask {
  /** The operation as text, which is parsed and validated by the engine … */
  query?: string
  /** … or as a document that was validated against the engine's schema already. */
  document?: DocumentNode
  operationName?: string | null
  variables?: Json | null
  /** Handed to every transport as it is. */
  context?: unknown
  /** Aborting it gives up all upstream requests; the answer then rejects with the signal's reason. */
  signal?: AbortSignal
  /** When the answer goes out with what is there, in milliseconds since 1970. */
  deadline?: number
  /** Whoever may see the same (tenant and authorisation): equal upstream queries of one key share an answer. */
  dedupeKey?: string
  /** The schema that the document was validated against, in case a swap came in between. */
  schema?: GraphQLSchema
}

/** What a client gets. */
export type Answer = ExecutionResult<Json>

/** Answers a query or mutation. Rejects only if the caller gave up; all else is in the answer. */
export async function answer(generation: Generation, flights: Flights, ask: Ask): Promise<Answer> {
  const ready = await makeReady(generation, ask)
  if ('errors' in ready) return ready
  const { prepared, variables } = ready
  if (prepared.operation.definition.operation === 'subscription')
    return refuse('A subscription needs a connection that streams.')
  const limits = limit(ask)
  try {
    const run = begin(generation, flights, { ...ask, signal: limits.signal }, variables)
    if (prepared.plan.step) await runStep(prepared.plan.step, run)
    ask.signal?.throwIfAborted()
    return finish(prepared, run)
  } finally {
    limits.clear()
  }
}

/**
 * Starts a subscription: a stream of answers, or one answer that says why it cannot start. `ended` is called
 * when the stream is over, whoever ended it.
 */
export async function stream(
  generation: Generation,
  flights: Flights,
  ask: Ask,
  ended: () => void,
): Promise<Answer | AsyncGenerator<Answer, void, void>> {
  const ready = await makeReady(generation, ask)
  if ('errors' in ready) return ready
  const { prepared, variables } = ready
  const { source, step } = prepared.plan
  if (!source) return refuse('Only subscriptions can be streamed.')
  // A stream outlives any deadline of its start.
  const begun = () => begin(generation, flights, { ...ask, deadline: undefined }, variables)
  const opened = await open(source, begun())
  if ('errors' in opened) return opened
  const leave = () => void events.return()
  const events = mapEvents(
    opened,
    async (event) => {
      const run = begun()
      takeRoot(source, event, run)
      if (step) await runStep(step, run)
      return finish(prepared, run)
    },
    () => {
      ask.signal?.removeEventListener('abort', leave)
      ended()
    },
  )
  ask.signal?.addEventListener('abort', leave, { once: true })
  if (ask.signal?.aborted) leave()
  return events
}

async function open(
  source: RootFetch,
  run: Run,
): Promise<AsyncIterable<SubgraphResult> | { errors: GraphQLError[] }> {
  const { request } = source
  try {
    run.signal?.throwIfAborted()
    const transport = run.transports.get(request.service)
    if (!transport?.subscribe) throw new Error(`The subgraph ${request.service} cannot be subscribed to.`)
    const upstream = transport.subscribe(toMessage(request, run))
    const opened = await (run.signal ? orAbort(upstream, run.signal) : upstream)
    return withFault(opened, request.service)
  } catch (error) {
    return { errors: rootErrors(source, [noAnswer(request.service, error)]) }
  }
}

/** A stream that breaks ends with an error that says so, instead of breaking the client's stream. */
function withFault(source: AsyncIterable<SubgraphResult>, service: string): AsyncIterable<SubgraphResult> {
  const iterator = source[Symbol.asyncIterator]()
  let broken = false
  const next = async (): Promise<IteratorResult<SubgraphResult>> => {
    if (broken) return { done: true, value: undefined }
    try {
      return await iterator.next()
    } catch (error) {
      broken = true
      return { done: false, value: { errors: [noAnswer(service, error)] } }
    }
  }
  const end = async (): Promise<IteratorResult<SubgraphResult>> => {
    await iterator.return?.()
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) }
}

type Ready = { prepared: Prepared; variables: Json } | { errors: GraphQLError[] }

async function makeReady(generation: Generation, ask: Ask): Promise<Ready> {
  try {
    const document = ask.document ?? generation.document(ask.query ?? '')
    const prepared = await generation.prepare(document, ask.operationName)
    const { coerced, errors } = generation.variables(prepared, ask.variables ?? {})
    return errors ? { errors } : { prepared, variables: coerced }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [invalid(error)] }
    // The planner's own words name subgraphs and internals.
    const originalError = error instanceof Error ? error : undefined
    const message = 'The operation cannot be planned.'
    return {
      errors: [
        new GraphQLError(message, { originalError, extensions: { code: 'INTERNAL', retryable: false } }),
      ],
    }
  }
}

function begin(generation: Generation, flights: Flights, ask: Ask, variables: Json): Run {
  const { transports, isConcrete } = generation
  const { context, signal, deadline, dedupeKey } = ask
  return {
    transports,
    isConcrete,
    flights,
    variables,
    context,
    signal,
    deadline,
    dedupeKey,
    data: {},
    errors: [],
  }
}

function finish(prepared: Prepared, run: Run): Answer {
  const violations: Violation[] = []
  const schemaData = prepared.introspect(run.variables)
  const data = prepared.project(
    schemaData ? { ...run.data, ...schemaData } : run.data,
    run.variables,
    violations,
  )
  const errors = [...run.errors, ...violationErrors(violations, run.errors)]
  return errors.length > 0 ? { data, errors: errors.map((error) => cutToAnswer(error, data)) } : { data }
}

function refuse(message: string): { errors: GraphQLError[] } {
  return { errors: [invalid(new GraphQLError(message))] }
}

// What a timer can hold; it fires at once if it is given more.
const LONGEST = 2 ** 31 - 1

/** The signal that ends upstream requests: the caller's, or the deadline's, whichever comes first. */
function limit({ signal, deadline }: Ask): { signal: AbortSignal | undefined; clear: () => void } {
  if (deadline === undefined) return { signal, clear: () => {} }
  const controller = new AbortController()
  const late = () => controller.abort(new DOMException('The deadline passed.', 'TimeoutError'))
  const left = deadline - Date.now()
  const timer = left > 0 ? setTimeout(late, Math.min(left, LONGEST)) : undefined
  if (left <= 0) late()
  const gone = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', gone, { once: true })
  if (signal?.aborted) gone()
  const clear = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', gone)
  }
  return { signal: controller.signal, clear }
}
