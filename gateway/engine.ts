import { channel } from 'node:diagnostics_channel'
import { type GraphQLSchema, getOperationAST } from 'graphql'
import type { ApolloServerOptionsWithGateway, BaseContext } from '@apollo/server'
import type { Answer, Ask } from './answer.ts'
import { answer, stream } from './answer.ts'
import type { Transports } from './fleet.ts'
import { Fleet } from './fleet.ts'
import { Flights } from './flights.ts'
import { overHttp } from './remote.ts'

/** What Apollo Server asks of a gateway. */
export type Gateway = ApolloServerOptionsWithGateway<BaseContext>['gateway']

/** What an engine is made of. */
export interface EngineOptions {
  supergraphSdl: string
  /** How a subgraph is reached, asked once per name and url; by HTTP at its url unless said. */
  transports?: Transports
  /** How many plans, and how many parsed texts, are kept; 1000 of each unless said. */
  cacheSize?: number
}

/** What the engine must know of a request and can only learn from its context. */
export interface FromContext {
  signal?: (context: unknown) => AbortSignal | undefined
  deadline?: (context: unknown) => number | undefined
  dedupeKey?: (context: unknown) => string | undefined
}

/** A federated graph in service. */
export interface Engine {
  /** The schema that clients see now; another object after each swap. */
  readonly schema: GraphQLSchema
  /** The supergraph in service now. */
  readonly supergraphSdl: string
  /** How many plans are kept for the supergraph in service. */
  readonly planCount: number
  /** Answers a query or mutation. Rejects only if the caller gave up; all else is in the answer. */
  execute(ask: Ask): Promise<Answer>
  /** Starts a subscription: a stream of answers, or one answer that says why it cannot start. */
  subscribe(ask: Ask): Promise<Answer | AsyncGenerator<Answer, void, void>>
  /**
   * Puts another supergraph in service. What is under way ends on the one that it began with. Subgraphs of
   * the same name and url keep their transports, unless new ones are given. Throws, and changes nothing, if
   * the new supergraph cannot be used.
   */
  swap(supergraphSdl: string, transports?: Transports): void
  /** Calls back after every swap; what it returns ends that. */
  onSwap(listener: () => void): () => void
  /** The engine as the `gateway` of an Apollo Server. */
  asGateway(from?: FromContext): Gateway
  /** Lets go of the transports once the last request is over. */
  stop(): void
}

/** One operation that was answered, or one subscription that began. */
export interface Answered {
  kind: 'query' | 'mutation' | 'subscription' | 'unknown'
  /** partial: data and errors; cancelled: the caller gave up. */
  outcome: 'ok' | 'partial' | 'error' | 'cancelled'
  durationMs: number
}

/** Where each operation of this process is told when it is answered, as `Answered`, to whoever measures. */
export const answered = channel('erp-supergraph:answered')

/** Puts a supergraph in service. Its SDL is all that it needs; then subgraphs are reached at their urls. */
export function createEngine(options: EngineOptions): Engine {
  const { supergraphSdl, transports = (_name, url) => overHttp(url), cacheSize = 1000 } = options
  const fleet = new Fleet(supergraphSdl, transports, cacheSize)
  const flights = new Flights()
  const listeners = new Set<() => void>()
  const engine: Engine = {
    get schema() {
      return fleet.current.generation.graph.apiSchema
    },
    get supergraphSdl() {
      return fleet.current.generation.graph.sdl
    },
    get planCount() {
      return fleet.current.generation.planCount
    },
    execute: (ask) => timed(ask, () => executeOn(fleet, flights, ask)),
    subscribe: (ask) => timed(ask, () => subscribeOn(fleet, flights, ask)),
    swap(sdl, reach) {
      fleet.swap(sdl, reach)
      for (const listener of listeners) listener()
    },
    onSwap(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    asGateway: (from) => gatewayOf(engine, from ?? {}),
    stop: () => fleet.stop(),
  }
  return engine
}

async function timed<T extends Answer | AsyncGenerator>(ask: Ask, work: () => Promise<T>): Promise<T> {
  if (!answered.hasSubscribers) return work()
  const started = performance.now()
  const tell = (outcome: Answered['outcome']): void => {
    const operation = ask.document && getOperationAST(ask.document, ask.operationName)
    const durationMs = performance.now() - started
    answered.publish({ kind: operation?.operation ?? 'unknown', outcome, durationMs } satisfies Answered)
  }
  try {
    const answer = await work()
    tell(outcomeOf(answer))
    return answer
  } catch (error) {
    tell('cancelled')
    throw error
  }
}

function outcomeOf(answer: Answer | AsyncGenerator): Answered['outcome'] {
  if (!('errors' in answer) || !answer.errors?.length) return 'ok'
  return answer.data ? 'partial' : 'error'
}

async function executeOn(fleet: Fleet, flights: Flights, ask: Ask): Promise<Answer> {
  const service = fleet.board(ask.schema)
  try {
    return await answer(service.generation, flights, ask)
  } finally {
    fleet.leave(service)
  }
}

async function subscribeOn(fleet: Fleet, flights: Flights, ask: Ask) {
  const service = fleet.board(ask.schema)
  const ended = () => fleet.leave(service)
  const started = await stream(service.generation, flights, ask, ended)
  if (!(Symbol.asyncIterator in started)) ended()
  return started
}

function gatewayOf(engine: Engine, from: FromContext): Gateway {
  const stops = new Set<() => void>()
  return {
    onSchemaLoadOrUpdate(callback) {
      const tell = () => callback({ apiSchema: engine.schema, coreSupergraphSdl: engine.supergraphSdl })
      const stop = engine.onSwap(tell)
      stops.add(stop)
      tell()
      return stop
    },
    async load() {
      return {
        executor: ({ request, document, operationName, context, schema }) => {
          const limits = {
            signal: from.signal?.(context),
            deadline: from.deadline?.(context),
            dedupeKey: from.dedupeKey?.(context),
          }
          return engine.execute({
            document,
            operationName,
            variables: request.variables,
            context,
            schema,
            ...limits,
          })
        },
      }
    },
    async stop() {
      for (const stop of stops) stop()
      engine.stop()
    },
  }
}
