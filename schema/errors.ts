/**
 * The closed list of error codes with the sentence that tells a person what to do next. `retryable` says
 * whether the same request may succeed later without anyone changing anything.
 */
export const ERROR_CODES = {
  INVALID_CUSTOMER: {
    retryable: false,
    resolution: 'Check the customer id, or switch on createMissingCustomers for the connection.',
  },
  INVALID_ITEM: { retryable: false, resolution: 'Check that the SKU exists and can be sold in the ERP.' },
  MISSING_REQUIRED_FIELD: {
    retryable: false,
    resolution: 'Fill in the named field and send the request again.',
  },
  DUPLICATE_ORDER: {
    retryable: false,
    resolution: 'The ERP already has this document; look it up by its reference.',
  },
  AUTHENTICATION_FAILED: {
    retryable: false,
    resolution: "Renew the connection's credentials in the ERP and here.",
  },
  PERMISSION_DENIED: { retryable: false, resolution: "Give the connection's ERP user the missing right." },
  CONFLICT: {
    retryable: true,
    resolution: 'The record changed meanwhile; read it again and repeat the change.',
  },
  RECORD_LOCKED: {
    retryable: true,
    resolution: 'Someone is editing the record in the ERP; it is tried again by itself.',
  },
  PERIOD_CLOSED: { retryable: false, resolution: 'Choose a date in an open accounting period.' },
  CREDIT_HOLD: {
    retryable: false,
    resolution: "Release the customer's credit hold in the ERP, then retry the operation.",
  },
  RATE_LIMITED: {
    retryable: true,
    resolution: 'Wait for retryAfterMs; work that was accepted goes on by itself.',
  },
  UNAVAILABLE: {
    retryable: true,
    resolution: 'The ERP does not answer; check that it is running and reachable.',
  },
  DEADLINE_EXCEEDED: {
    retryable: true,
    resolution: 'Ask again: a late answer fills the cache; or allow a longer deadlineMs.',
  },
  NOT_FOUND: { retryable: false, resolution: 'Check the id; it may have been deleted.' },
  NOT_SUPPORTED: {
    retryable: false,
    resolution: 'This system cannot do it; see capabilities in the systems query.',
  },
  VALIDATION: { retryable: false, resolution: 'Correct the named value and send the request again.' },
  MAPPING_MISSING: { retryable: false, resolution: 'Map the named value for this connection.' },
  BAD_ANSWER: {
    retryable: true,
    resolution: 'The ERP answered with something unreadable; check for a proxy or an upgrade in between.',
  },
  UNCERTAIN: {
    retryable: false,
    resolution: 'Look in the ERP whether the document exists, then call resolveOperation.',
  },
  NEEDS_AUTH: { retryable: false, resolution: 'Sign in to the ERP again for this connection.' },
  UNAUTHENTICATED: { retryable: false, resolution: 'Send a valid API key as Authorization: Bearer.' },
  FORBIDDEN: { retryable: false, resolution: 'Use an API key that has the scope named in the message.' },
  IDEMPOTENCY_MISMATCH: {
    retryable: false,
    resolution: 'Use a new idempotency key for a different request.',
  },
  LIMIT_EXCEEDED: { retryable: false, resolution: 'Make the query smaller or ask for fewer rows at once.' },
  CURSOR_EXPIRED: {
    retryable: false,
    resolution: 'Read the current state, then subscribe again without a cursor.',
  },
  INTERNAL: { retryable: true, resolution: 'Report the requestId to the operator.' },
} as const

/** One code of the closed list. */
export type ErrorCode = keyof typeof ERROR_CODES

/** What an error can say beside its code; `said` holds the ERP's own words, without secrets. */
export interface ErrorDetails {
  connection?: string
  retryable?: boolean
  retryAfterMs?: number
  field?: string
  said?: string
}

/** The one error class of the house: everything that an ERP, the hub or the gateway refuses becomes one. */
export class ErpError extends Error {
  readonly code: ErrorCode
  readonly connection?: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
  readonly field?: string
  readonly said?: string

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message)
    this.name = 'ErpError'
    this.code = code
    this.connection = details.connection
    this.retryable = details.retryable ?? ERROR_CODES[code].retryable
    this.retryAfterMs = details.retryAfterMs
    this.field = details.field
    this.said = details.said
  }

  /** What a GraphQL error carries of it; graphql-js takes it over from the original error. */
  get extensions(): Record<string, unknown> {
    const { code, connection, retryable, retryAfterMs, field } = this
    return { code, retryable, connection, retryAfterMs, field }
  }

  /** The sentence that tells a person what to do next. */
  get resolution(): string {
    return ERROR_CODES[this.code].resolution
  }
}
