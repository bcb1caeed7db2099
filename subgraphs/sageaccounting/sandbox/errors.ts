import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { errorAnswer } from './answers.ts'

function push(answer: SandboxAnswer, code: ErrorCode): NativeError {
  return { on: 'pushOrder', match: 'POST /sales_quotes', answer, code }
}

function items(answer: SandboxAnswer, code: ErrorCode): NativeError {
  return { on: 'items', match: 'GET /stock_items', answer, code }
}

function customer(answer: SandboxAnswer, code: ErrorCode): NativeError {
  return { on: 'upsertCustomer', match: 'POST /contacts', answer, code }
}

const invalid = (message: string, source: string): SandboxAnswer =>
  errorAnswer(422, 'RecordInvalid', message, source)

/** Errors as Sage words them (https://developer.sage.com/accounting/guides/concepts/response_codes). */
export const errors: Record<string, NativeError> = {
  malformed: push(errorAnswer(400, 'InvalidJson', 'The body is no valid JSON.'), 'VALIDATION'),
  expired: items(
    errorAnswer(401, 'AuthenticationFailure', 'The access token has expired or is invalid.'),
    'AUTHENTICATION_FAILED',
  ),
  forbidden: push(
    errorAnswer(403, 'AuthorizationFailure', 'The user has no access to this area.'),
    'AUTHENTICATION_FAILED',
  ),
  multiUser: items(
    errorAnswer(403, 'MultiUserAccessDenied', 'The user has no access to this business.'),
    'AUTHENTICATION_FAILED',
  ),
  consent: {
    on: 'items',
    match: 'GET /stock_items',
    answer: errorAnswer(401, 'AuthenticationFailure', 'The consent was withdrawn.'),
    code: 'AUTHENTICATION_FAILED',
  },
  unknown: push(errorAnswer(404, 'RecordNotFound', 'The record was not found.'), 'NOT_FOUND'),
  unknownContact: push(
    errorAnswer(404, 'RecordNotFound', 'The record was not found.', 'contact_id'),
    'INVALID_CUSTOMER',
  ),
  badContact: push(invalid('Contact: is invalid', 'contact_id'), 'INVALID_CUSTOMER'),
  badProduct: push(invalid('Product: is invalid', 'quote_lines[0].product_id'), 'INVALID_ITEM'),
  badService: push(invalid('Service: is invalid', 'quote_lines[0].service_id'), 'INVALID_ITEM'),
  required: push(
    errorAnswer(422, 'ValidationError', 'Tax rate: This field is required', 'quote_lines.tax_rate_id'),
    'MISSING_REQUIRED_FIELD',
  ),
  twice: push(invalid('Reference: has already been taken', 'reference'), 'DUPLICATE_ORDER'),
  contactTwice: customer(invalid('Reference: has already been taken', 'reference'), 'CONFLICT'),
  taxNumber: customer(invalid('Tax number: is invalid', 'tax_number'), 'VALIDATION'),
  locked: push(invalid('Date: must not be before the year end lockdown date', 'date'), 'PERIOD_CLOSED'),
  method: push(errorAnswer(405, 'MethodNotAllowed', 'The method is not allowed.'), 'VALIDATION'),
  mediaType: push(
    errorAnswer(415, 'UnsupportedMediaType', 'The content type is not supported.'),
    'VALIDATION',
  ),
  busy: items(
    errorAnswer(429, 'RateLimitExceeded', 'Too many requests.', '', { 'retry-after': '60' }),
    'RATE_LIMITED',
  ),
  broken: push(errorAnswer(500, 'UnexpectedError', 'An unexpected error occurred.'), 'UNAVAILABLE'),
  offline: items(
    {
      status: 503,
      headers: { 'content-type': 'text/html', 'retry-after': '60' },
      body: '<h1>Service Unavailable</h1>',
    },
    'UNAVAILABLE',
  ),
}
