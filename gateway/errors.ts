import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { ERROR_CODES, ErpError, type ErrorCode } from '../schema/errors.ts'
import { report } from '../subgraphs/report.ts'

/** What Apollo Server calls its own refusals, in the words of the closed list. */
const OURS: Record<string, ErrorCode> = {
  GRAPHQL_PARSE_FAILED: 'VALIDATION',
  GRAPHQL_VALIDATION_FAILED: 'VALIDATION',
  BAD_USER_INPUT: 'VALIDATION',
  BAD_REQUEST: 'VALIDATION',
  OPERATION_RESOLUTION_FAILURE: 'VALIDATION',
  PERSISTED_QUERY_NOT_FOUND: 'NOT_FOUND',
  PERSISTED_QUERY_NOT_SUPPORTED: 'NOT_SUPPORTED',
}

/** Turns an error into what a client may see of it. */
export type Format = (error: unknown, requestId?: string) => GraphQLFormattedError

function isKnown(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
}

/** What is safe to keep of an error's extensions; a stack trace is not. */
function safe(extensions: Record<string, unknown> | undefined): Record<string, unknown> {
  const { connection, id, retryable, retryAfterMs, field, service } = extensions ?? {}
  return { connection, id, retryable, retryAfterMs, field, service }
}

function codeOf(error: unknown, extensions: Record<string, unknown> | undefined): ErrorCode | null {
  const given = extensions?.code
  if (isKnown(given)) return given
  const ours = OURS[String(given)]
  if (ours) return ours
  const fromParser =
    error instanceof GraphQLError && !error.originalError && error.locations && given === undefined
  return fromParser ? 'VALIDATION' : null
}

function placeOf(error: unknown): Pick<GraphQLFormattedError, 'path' | 'locations'> {
  if (!(error instanceof GraphQLError)) return {}
  const { path, locations } = error
  return { ...(locations && { locations }), ...(path && { path }) }
}

function innermost(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error
}

function isGivenUp(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

/**
 * An error as it leaves the house: a code of the closed list, what helps the caller, the request's id; never a
 * stack trace. What is not ours to tell becomes INTERNAL and is written down under the request's id.
 */
export const formatError: Format = (error, requestId) => {
  const cause = innermost(error)
  const outer = error instanceof GraphQLError ? error.extensions : undefined
  const extensions = cause instanceof ErpError ? { ...outer, ...cause.extensions } : outer
  const code = codeOf(error, extensions)
  if (!code) {
    // Nobody waits any more for the answer to what was given up.
    if (!isGivenUp(cause)) report(cause, `request ${requestId}`)
    const message = 'Something went wrong on our side.'
    return { message, ...placeOf(error), extensions: { code: 'INTERNAL', retryable: true, requestId } }
  }
  const { retryable } = ERROR_CODES[code]
  const message = error instanceof Error ? error.message : String(error)
  return { message, ...placeOf(error), extensions: { retryable, ...safe(extensions), code, requestId } }
}

/**
 * The same for a graph that is not ours: what its subgraphs say, code and all, is meant for its clients. What
 * went wrong here, or has no code, is told as above.
 */
export const passError: Format = (error, requestId) => {
  const told = formatError(error, requestId)
  if (!(error instanceof GraphQLError) || error.originalError) return told
  if (codeOf(error, error.extensions)) return told
  const { stacktrace: _stacktrace, exception: _exception, http: _http, ...extensions } = error.extensions
  return {
    message: error.message,
    ...placeOf(error),
    extensions: { code: 'INTERNAL', ...extensions, requestId },
  }
}
