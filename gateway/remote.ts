import { GraphQLError } from 'graphql'
import { createClient } from 'graphql-sse'
import { Agent, request as send } from 'undici'
import { mapEvents } from './events.ts'
import { isObject } from './representations.ts'
import type { SubgraphError, SubgraphRequest, SubgraphResult, Transport } from './transport.ts'

/** How a subgraph over HTTP is spoken to. */
export interface HttpOptions {
  /** How long a query or mutation may take, in milliseconds; 30 seconds unless said. */
  timeoutMs?: number
  /** Headers of a request: authorisation, tracing. */
  headers?: (context: unknown, request: SubgraphRequest) => Record<string, string>
  /** The most bytes that an answer may have; 32 MiB unless said. */
  maxBytes?: number
}

/** The header that tells a subgraph how many milliseconds it has left to answer. */
export const DEADLINE_HEADER = 'x-deadline-ms'

const ACCEPT = 'application/graphql-response+json, application/json'

/**
 * Reaches a subgraph by GraphQL over HTTP, on kept-alive connections; subscriptions come as server-sent
 * events (graphql-sse, distinct connections) from the same address. Rejects with UNAVAILABLE, BAD_ANSWER or
 * a TimeoutError when what comes back is no GraphQL answer.
 */
export function overHttp(url: string, options: HttpOptions = {}): Transport {
  const { timeoutMs = 30_000, maxBytes = 32 * 1024 * 1024 } = options
  const dispatcher = new Agent({
    maxResponseSize: maxBytes,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  const headersOf = (request: SubgraphRequest): Record<string, string> => ({
    ...(request.deadline === undefined
      ? {}
      : { [DEADLINE_HEADER]: String(Math.max(0, Math.round(request.deadline - Date.now()))) }),
    ...options.headers?.(request.context, request),
  })
  return {
    async execute(request) {
      const limit = AbortSignal.timeout(timeoutMs)
      const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit
      const headers = { 'content-type': 'application/json', accept: ACCEPT, ...headersOf(request) }
      const answer = await send(url, { method: 'POST', headers, body: bodyOf(request), signal, dispatcher })
      return readAnswer(answer.statusCode, await answer.body.text())
    },
    async subscribe(request) {
      return subscribeOver(url, headersOf(request), request)
    },
    close: () => dispatcher.close(),
  }
}

function bodyOf({ query, operationName, variables, extensions }: SubgraphRequest): string {
  return JSON.stringify({ query, operationName, variables, extensions })
}

function readAnswer(status: number, text: string): SubgraphResult {
  const body = parseJson(text)
  // A refusal may well have a status of 400 or 500: if it is GraphQL, it says more than the status.
  if (isObject(body) && ('data' in body || Array.isArray(body['errors']))) return toResult(body)
  if (status >= 500 || status === 429)
    throw fault('UNAVAILABLE', `The subgraph answered with status ${status}.`)
  if (status >= 400) throw fault('BAD_ANSWER', `The subgraph refused the request with status ${status}.`)
  throw fault('BAD_ANSWER', 'The subgraph answered with something that is not GraphQL.')
}

function toResult(body: Record<string, unknown>): SubgraphResult {
  const errors = Array.isArray(body['errors']) ? body['errors'].filter(isObject).map(toError) : undefined
  return { data: isObject(body['data']) ? body['data'] : null, errors }
}

function toError(error: Record<string, unknown>): SubgraphError {
  const { message, path, extensions } = error
  const keys = Array.isArray(path)
    ? path.filter((key) => typeof key === 'string' || typeof key === 'number')
    : undefined
  return { message: String(message), path: keys, extensions: isObject(extensions) ? extensions : undefined }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function fault(code: 'UNAVAILABLE' | 'BAD_ANSWER', message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, retryable: true } })
}

function subscribeOver(
  url: string,
  headers: Record<string, string>,
  request: SubgraphRequest,
): AsyncIterable<SubgraphResult> {
  const { query, operationName, variables, signal } = request
  const client = createClient({ url, headers, retryAttempts: 0 })
  const stop = () => client.dispose()
  signal?.addEventListener('abort', stop, { once: true })
  const events = client.iterate<Record<string, unknown>>({ query, operationName, variables })
  return mapEvents(
    events,
    ({ data, errors }) => toResult({ data, errors }),
    () => signal?.removeEventListener('abort', stop),
  )
}
