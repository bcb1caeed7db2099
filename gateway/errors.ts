import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { ERROR_CODES, ErpError, type ErrorCode } from '../schema/errors.ts'

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

function isKnown(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in ERROR_CODES
}

/** What is safe to keep of an error's extensions; a stack trace is not. */
function safe(extensions: Record<string, unknown> | undefined): Record<string, unknown> {
  const { connection, id, retryable, retryAfterMs, field, service } = extensions ?? {}
  return { connection, id, retryable, retryAfterMs, field, service }
}

/**
 * An error as it leaves the house: a code of the closed list, what helps the caller, the request's id; never a
 * stack trace. What is not ours to tell becomes INTERNAL.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
  requestId?: string,
): GraphQLFormattedError {
  const cause = error instanceof GraphQLError ? error.originalError : error
  const extensions = cause instanceof ErpError ? cause.extensions : formatted.extensions
  const given = extensions?.code
  const code = isKnown(given) ? given : OURS[String(given)]
  const { path, locations } = formatted
  const place = { ...(locations && { locations }), ...(path && { path }) }
  const fromParser =
    error instanceof GraphQLError && !error.originalError && error.locations && given === undefined
  if (!code && !fromParser) {
    const rest = { code: 'INTERNAL', retryable: true, requestId }
    return { message: 'Something went wrong on our side.', ...place, extensions: rest }
  }
  const own = code ?? 'VALIDATION'
  const retryable = ERROR_CODES[own].retryable
  return {
    message: formatted.message,
    ...place,
    extensions: { retryable, ...safe(extensions), code: own, requestId },
  }
}
