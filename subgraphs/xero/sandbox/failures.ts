import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError } from '../../sandbox.ts'
import { NOBODY, envelope, exception, invalid, problem } from './answers.ts'

const PUSH = 'PUT /api.xro/2.0/Invoices'
const ITEMS = 'GET /api.xro/2.0/Items'

/** A push that is refused with one sentence. */
function push(message: string, code: ErrorCode): NativeError {
  const element = { InvoiceID: NOBODY, Type: 'ACCREC', ValidationErrors: [{ Message: message }] }
  return { on: 'pushOrder', match: PUSH, answer: invalid([element]), code }
}

function items(answer: NativeError['answer'], code: ErrorCode): NativeError {
  return { on: 'items', match: ITEMS, answer, code }
}

function text(status: number, body: string, headers: Record<string, string> = {}): NativeError['answer'] {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body }
}

const saved = envelope('Invoices', [
  {
    InvoiceID: NOBODY,
    StatusAttributeString: 'ERROR',
    HasErrors: true,
    ValidationErrors: [{ Message: "Item code 'NOPE' is not valid" }],
  },
])
const CONTACT = { ContactID: NOBODY }

/** Errors as Xero words them: there are no codes inside a ValidationException, only sentences. */
export const errors: Record<string, NativeError> = {
  noContact: push('A Contact must be specified for this type of transaction', 'MISSING_REQUIRED_FIELD'),
  unknownContact: push('The Contact could not be found', 'INVALID_CUSTOMER'),
  archivedContact: push('The Contact is archived. Restore it to use it.', 'INVALID_CUSTOMER'),
  unknownItem: push("Item code 'NOPE' is not valid", 'INVALID_ITEM'),
  savedWithError: { on: 'pushOrder', match: PUSH, answer: saved, code: 'INVALID_ITEM' },
  missing: push('Description must be specified', 'MISSING_REQUIRED_FIELD'),
  twice: push('Invoice # must be unique.', 'DUPLICATE_ORDER'),
  account: push("Account code '999' is not a valid code for this document.", 'VALIDATION'),
  locked: push('The document date cannot be before the period lock date.', 'PERIOD_CLOSED'),
  status: push('Invoice not of valid status for modification', 'CONFLICT'),
  keyReused: {
    on: 'pushOrder',
    match: PUSH,
    answer: exception('ValidationException', 'The Idempotency-Key was already used for a different request'),
    code: 'CONFLICT',
  },
  contactName: {
    on: 'upsertCustomer',
    match: 'PUT /api.xro/2.0/Contacts',
    answer: invalid([
      {
        ...CONTACT,
        ValidationErrors: [
          {
            Message:
              'The contact name X is already assigned to another contact. The contact name must be unique across all active contacts.',
          },
        ],
      },
    ]),
    code: 'CONFLICT',
  },
  where: items(exception('QueryParseException', 'Syntax error in the where clause', 16), 'VALIDATION'),
  json: {
    on: 'pushOrder',
    match: PUSH,
    answer: exception('PostDataInvalidException', 'The request body is no valid JSON.'),
    code: 'VALIDATION',
  },
  expired: items(
    problem(401, 'Unauthorized', 'TokenExpired: token expired at 11/20/2026 09:00:00'),
    'AUTHENTICATION_FAILED',
  ),
  scope: items(problem(401, 'Unauthorized', 'AuthorizationUnsuccessful'), 'AUTHENTICATION_FAILED'),
  tenant: items(problem(403, 'Forbidden', 'AuthenticationUnsuccessful'), 'AUTHENTICATION_FAILED'),
  unknown: {
    on: 'pushOrder',
    match: PUSH,
    answer: text(404, "The resource you're looking for cannot be found"),
    code: 'NOT_FOUND',
  },
  precondition: { on: 'pushOrder', match: PUSH, answer: text(412, 'Precondition failed'), code: 'CONFLICT' },
  large: {
    on: 'pushOrder',
    match: PUSH,
    answer: text(413, 'Request entity too large'),
    code: 'VALIDATION',
  },
  day: items(text(429, '', { 'retry-after': '36000', 'x-rate-limit-problem': 'day' }), 'RATE_LIMITED'),
  broken: {
    on: 'pushOrder',
    match: PUSH,
    answer: text(500, 'An error occurred in Xero. Check the API Status page'),
    code: 'UNAVAILABLE',
  },
  offline: items(text(503, 'The Organisation is offline', { 'retry-after': '60' }), 'UNAVAILABLE'),
}
