import type { NativeError, SandboxAnswer } from '../../sandbox.ts'

/** The only token that the sandbox takes. */
export const TOKEN = `qwt_prod_${'demo0123456789ab'.repeat(4)}`

/** A refusal in the vendor's envelope; only the form for 401 is published. https://docs.qwoty.io/llms.txt */
export function refuse(status: number, error: string, headers?: Record<string, string>): SandboxAnswer {
  return { status, headers, body: { success: false, error } }
}

/** A value in the vendor's envelope. */
export function give(data: object, status = 200): SandboxAnswer {
  return { status, body: { success: true, data } }
}

/** What is wrong with a body, in words; null when it is right. */
export function complaint(
  body: Record<string, unknown>,
  fields: Record<string, (value: unknown) => boolean>,
): string | null {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(fields, name)) return `Unknown field: ${name}`
    if (!fields[name]?.(value)) return `${name} is invalid`
  }
  return null
}

/** A text, empty ones included. */
export const isText = (value: unknown): boolean => typeof value === 'string'
/** A text or null, which clears. */
export const mayBeText = (value: unknown): boolean => value === null || typeof value === 'string'

/** Every class of error, as the vendor words it or, where that is not published, as we assume. */
export const ERRORS: Record<string, NativeError> = {
  invalidToken: {
    on: 'items',
    match: 'GET /products',
    answer: refuse(401, 'Invalid API token'),
    code: 'AUTHENTICATION_FAILED',
  },
  forbidden: {
    on: 'items',
    match: 'GET /products',
    answer: refuse(403, 'Forbidden'),
    code: 'AUTHENTICATION_FAILED',
  },
  serverError: {
    on: 'items',
    match: 'GET /products',
    answer: refuse(500, 'Internal server error'),
    code: 'UNAVAILABLE',
  },
  rateLimited: {
    on: 'items',
    match: 'GET /products',
    answer: refuse(429, 'Rate limit exceeded', { 'retry-after': '7' }),
    code: 'RATE_LIMITED',
  },
  rateLimitedSilently: {
    on: 'items',
    match: 'GET /products',
    answer: refuse(429, 'Rate limit exceeded'),
    code: 'RATE_LIMITED',
  },
  falseSuccess: {
    on: 'items',
    match: 'GET /products',
    answer: refuse(200, 'Invalid API token'),
    code: 'AUTHENTICATION_FAILED',
  },
  required: {
    on: 'upsertCustomer',
    match: 'POST /customers',
    answer: refuse(422, 'segment_id is required'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  invalid: {
    on: 'upsertCustomer',
    match: 'POST /customers',
    answer: refuse(400, 'tax_ids is invalid'),
    code: 'VALIDATION',
  },
  conflict: {
    on: 'upsertCustomer',
    match: 'POST /customers',
    answer: refuse(409, 'id_erp already exists'),
    code: 'CONFLICT',
  },
  customerGone: {
    on: 'upsertCustomer',
    match: '/customers',
    answer: refuse(404, 'Customer not found'),
    code: 'INVALID_CUSTOMER',
  },
  falseRequired: {
    on: 'upsertCustomer',
    match: 'POST /customers',
    answer: refuse(200, 'name is required'),
    code: 'MISSING_REQUIRED_FIELD',
  },
  writeLimited: {
    on: 'upsertCustomer',
    match: 'POST /customers',
    answer: refuse(429, 'Rate limit exceeded'),
    code: 'RATE_LIMITED',
  },
}
