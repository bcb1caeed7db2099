import type { ErrorCode } from './typed/graphql.ts'

/** One error of a GraphQL answer, as it came. */
export interface Told {
  message: string
  path?: readonly (string | number)[]
  extensions?: Record<string, unknown>
}

/** What else is known of an error. */
export interface ErrorDetails {
  retryable?: boolean
  /** All errors of the answer. */
  errors?: readonly Told[]
  /** What was answered beside the errors. */
  data?: unknown
  cause?: unknown
}

/** The one error that the client throws: a refusal of the server, or an answer that never came. */
export class GraphError extends Error {
  /**
   * A code of the server's closed list. UNAVAILABLE: no answer came, so that a change may have happened; send it
   * again with the same idempotency key. BAD_ANSWER: what answered is not the graph.
   */
  readonly code: ErrorCode
  /** Whether the same request may succeed later without anyone changing anything. */
  readonly retryable: boolean
  /** How long to wait before that, if the server said. */
  readonly retryAfterMs: number | null
  readonly connection: string | null
  /** The argument or input field that is at fault. */
  readonly field: string | null
  /** What an operator finds in the server's log. */
  readonly requestId: string | null
  readonly errors: readonly Told[]
  readonly data: unknown

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'GraphError'
    this.code = code
    this.errors = details.errors ?? []
    this.data = details.data ?? null
    const { retryable, retryAfterMs, connection, field, requestId } = this.errors[0]?.extensions ?? {}
    this.retryable = details.retryable ?? retryable === true
    this.retryAfterMs = typeof retryAfterMs === 'number' ? retryAfterMs : null
    this.connection = textOf(connection)
    this.field = textOf(field)
    this.requestId = textOf(requestId)
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** The errors of an answer as one: the first speaks for all. */
export function errorOf(errors: readonly Told[], data: unknown = null): GraphError {
  const code = (textOf(errors[0]?.extensions?.code) ?? 'INTERNAL') as ErrorCode
  return new GraphError(code, errors[0]?.message ?? 'The server gave no reason.', { errors, data })
}

/** What the server, or another federation router in front of it, says of a document that it does not know. */
const UNKNOWN = ['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED', 'PERSISTED_DOCUMENT_NOT_FOUND']

/** Whether the text is wanted in place of the id. */
export function wantsText({ errors }: GraphError): boolean {
  return errors.some(({ extensions: { code, field } = {} }) => {
    return UNKNOWN.includes(String(code)) || (code === 'NOT_FOUND' && field === 'documentId')
  })
}
