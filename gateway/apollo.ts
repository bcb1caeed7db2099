import type { IncomingHttpHeaders } from 'node:http'
import { ApolloServer, type ApolloServerPlugin, type BaseContext, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { GraphQLError } from 'graphql'
import { ErpError } from '../schema/errors.ts'
import { report } from '../subgraphs/report.ts'
import type { Format } from './errors.ts'
import { LIMITS, tooManyRows } from './limits.ts'
import type { Parameters } from './request.ts'
import type { Contextual, Shared } from './server.ts'

/** An answer on its way to HTTP. */
export interface HttpAnswer {
  status: number
  type: string
  text: string
  /** Headers beside the content type. */
  more: Record<string, string>
}

const JSON_ANSWER = 'application/json; charset=utf-8'
const GRAPHQL_ANSWER = 'application/graphql-response+json; charset=utf-8'
const BROKEN = new ErpError('INTERNAL', 'Something went wrong on our side.')
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** Answers queries and mutations through Apollo Server. */
export class Apollo<C extends Contextual> {
  readonly #server: ApolloServer<C>
  readonly #options: Shared<C>

  constructor(options: Shared<C>) {
    this.#options = options
    this.#server = new ApolloServer<C>({
      gateway: options.engine.asGateway({
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
      // What goes wrong is written down and worded below, where the request's id is known.
      logger: SILENT,
      plugins: [
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
        rules(options.format) as ApolloServerPlugin<C>,
      ],
    })
  }

  start(): Promise<void> {
    return this.#server.start()
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }

  async answer(
    method: string,
    headers: IncomingHttpHeaders,
    parameters: Parameters,
    context: C,
  ): Promise<HttpAnswer> {
    const { gate, documents } = this.#options
    const { variables } = parameters
    const query = documents.textOf(parameters)
    if (query instanceof GraphQLError) return this.#deny(query, headers.accept, context.requestId)
    const refusal = (query && gate.refuses(query)) || gate.refusesValues(variables)
    if (refusal) return this.#refuse(refusal, 400, headers.accept, context.requestId)
    // A document that was found by its hash is a plain text from here on.
    const extensions = query && !parameters.query ? null : parameters.extensions
    const asked: Parameters = { ...parameters, query, documentId: null, extensions }
    const result = await this.#server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method,
        headers: new HeaderMap(headers.accept ? [['accept', headers.accept]] : []),
        search: method === 'GET' ? searchOf(asked) : '',
        body: asked,
      },
      context: async () => context,
    })
    const { 'content-type': type = JSON_ANSWER, ...more } = Object.fromEntries(result.headers)
    if (result.status === 500) return this.#refuse(BROKEN, 500, headers.accept, context.requestId)
    const text = result.body.kind === 'complete' ? result.body.string : ''
    return { status: statusOf(result.status, type), type, text, more }
  }

  /** A document that may not run is refused for good; one that is not known is a request that is wrong. */
  #deny(error: GraphQLError, accept: string | undefined, requestId: string): HttpAnswer {
    return this.#refuse(error, error.extensions.code === 'FORBIDDEN' ? 403 : 400, accept, requestId)
  }

  #refuse(error: Error, status: number, accept: string | undefined, requestId: string): HttpAnswer {
    const type = prefersNew(accept) ? GRAPHQL_ANSWER : JSON_ANSWER
    const text = JSON.stringify({ errors: [this.#options.format(error, requestId)] })
    return { status: statusOf(status, type), type, text, more: {} }
  }
}

/** Counts rows before anything runs, and lets every error carry the request's id. */
function rules(format: Format): ApolloServerPlugin<Contextual & BaseContext> {
  return {
    async unexpectedErrorProcessingRequest({ error, requestContext: { contextValue } }) {
      if (!contextValue.signal?.aborted) report(error, `request ${contextValue.requestId}`)
    },
    async requestDidStart() {
      return {
        async didResolveOperation({ document, request }) {
          const error = tooManyRows(document, request.operationName, request.variables ?? {})
          if (error) throw asRefusal(error)
        },
        async willSendResponse({ errors, response, contextValue }) {
          if (!errors || response.body.kind !== 'single') return
          response.body.singleResult.errors = errors.map((error) => format(error, contextValue.requestId))
        },
      }
    },
  }
}

/** Tells Apollo Server that the request is at fault, which else counts a rule's error as its own. */
function asRefusal({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } })
}

function searchOf({ query, operationName, variables, extensions }: Parameters): string {
  const search = new URLSearchParams()
  if (query) search.set('query', query)
  if (operationName) search.set('operationName', operationName)
  if (variables) search.set('variables', JSON.stringify(variables))
  if (extensions) search.set('extensions', JSON.stringify(extensions))
  return `?${search}`
}

function prefersNew(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((part) => part.split(';')[0]?.trim())
  const found = types.find(
    (type) => type === 'application/json' || type === 'application/graphql-response+json',
  )
  return found === 'application/graphql-response+json'
}

/**
 * GraphQL over HTTP: with application/json a well-formed request is answered 200 even if the document cannot
 * be parsed or validated, or its variables be coerced; a status of refusal is for graphql-response+json.
 */
function statusOf(status: number | undefined, type: string): number {
  return status === 400 && type.startsWith('application/json') ? 200 : (status ?? 200)
}
