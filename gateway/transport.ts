import type { DocumentNode, GraphQLSchema } from 'graphql'
import { execute, parse, subscribe, validate } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Compiled } from './compiled.ts'
import { compileOperation } from './compiled.ts'
import type { Json } from './plan.ts'

/** One operation on its way to one subgraph. */
export interface SubgraphRequest {
  service: string
  operation: 'query' | 'mutation' | 'subscription'
  query: string
  /** The parsed query where the sender has it; the text alone is enough. */
  document?: DocumentNode
  operationName?: string
  variables: Json
  /** What the caller of the engine gave: authorisation, loaders, request id. */
  context: unknown
  /** Aborted when the client went away or the deadline passed. */
  signal?: AbortSignal
  /** When an answer stops being of use, in milliseconds since 1970. */
  deadline?: number
  extensions?: Json
}

/** One error of a subgraph, in process or read from JSON. */
export interface SubgraphError {
  message: string
  path?: readonly (string | number)[]
  extensions?: Json
  originalError?: Error | null
}

/** What a subgraph answered; `data` of a failed answer may be null or half. */
export interface SubgraphResult {
  data?: Json | null
  errors?: readonly SubgraphError[]
}

/**
 * How a subgraph is reached. A rejected promise means that it was not reached; a GraphQLError with a `code`
 * says more than that. Answers belong to the caller, who changes them.
 */
export interface Transport {
  execute(request: SubgraphRequest): Promise<SubgraphResult>
  subscribe?(request: SubgraphRequest): Promise<AsyncIterable<SubgraphResult>>
  /** Lets go of sockets once the last request is over. */
  close?(): Promise<void>
}

/** What may be set for a subgraph in this process. */
export interface InProcessOptions {
  /** Makes the resolvers' context; without it they get the engine's context as it is. */
  context?: (request: SubgraphRequest) => unknown
}

// The gateway's own plans bring their documents, so this is for requests by text; plans are far fewer.
const DOCUMENTS = 1000

interface Known {
  document: DocumentNode
  run: Compiled | null
}

/** Reaches a schema in this process. Every operation is parsed, validated and compiled once. */
export function inProcess(schema: GraphQLSchema, options: InProcessOptions = {}): Transport {
  const known = new LRUCache<string, Known>({ max: DOCUMENTS })
  const prepare = ({ query, document: parsed, operationName }: SubgraphRequest): Known => {
    const key = `${operationName ?? ''}\n${query}`
    const found = known.get(key)
    if (found) return found
    const document = parsed ?? parse(query)
    const [error] = validate(schema, document)
    if (error) throw error
    const made = { document, run: compileOperation(schema, document, operationName) }
    known.set(key, made)
    return made
  }
  const contextOf = (request: SubgraphRequest) =>
    options.context ? options.context(request) : request.context
  const argsOf = (request: SubgraphRequest) => {
    const { variables: variableValues, operationName } = request
    return {
      schema,
      document: prepare(request).document,
      variableValues,
      operationName,
      contextValue: contextOf(request),
    }
  }
  return {
    async execute(request) {
      const { run } = prepare(request)
      return run ? run(request.variables, contextOf(request)) : execute(argsOf(request))
    },
    async subscribe(request) {
      const events = await subscribe(argsOf(request))
      return Symbol.asyncIterator in events ? events : once(events)
    },
  }
}

async function* once(result: SubgraphResult): AsyncGenerator<SubgraphResult> {
  yield result
}
