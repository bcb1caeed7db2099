import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { MAINTENANCE, problem } from './answers.ts'

const POST_ORDER = 'POST /services/rest/record/v1/salesOrder'
const PUT_CUSTOMER = 'PUT /services/rest/record/v1/customer'
const SUITEQL = 'POST /services/rest/query/v1/suiteql'

function order(answer: SandboxAnswer, code: NativeError['code']): NativeError {
  return { on: 'pushOrder', match: POST_ORDER, answer, code }
}

function read(answer: SandboxAnswer, code: NativeError['code']): NativeError {
  return { on: 'items', match: SUITEQL, answer, code }
}

const BUSY = 'Concurrent request limit exceeded. Request blocked.'
const FIELD =
  'Error while accessing resource: You have entered an Invalid Field Value 9999 for the following field:'

/** Every class of error of NetSuite, as it words it, and the class that it is for us. */
export const errors: Record<string, NativeError> = {
  badCustomer: order(
    problem(400, 'INVALID_CONTENT', `${FIELD} entity`, { path: 'entity' }),
    'INVALID_CUSTOMER',
  ),
  badCustomerKey: order(
    problem(400, 'INVALID_KEY_OR_REF', 'Invalid entity reference key 9999.', { path: 'entity' }),
    'INVALID_CUSTOMER',
  ),
  inactiveCustomer: order(
    problem(400, 'USER_ERROR', 'Customer C-10001 is inactive.', { path: 'entity' }),
    'INVALID_CUSTOMER',
  ),
  badItem: order(
    problem(400, 'INVALID_CONTENT', `${FIELD} item`, { path: 'item.items[0].item' }),
    'INVALID_ITEM',
  ),
  missingField: order(
    problem(400, 'USER_ERROR', 'Error while accessing a resource. Please enter value(s) for: Department.'),
    'MISSING_REQUIRED_FIELD',
  ),
  missingFieldInGerman: order(
    problem(400, 'USER_ERROR', 'Bitte geben Sie Werte ein für: Abteilung.'),
    'MISSING_REQUIRED_FIELD',
  ),
  unknownField: order(
    problem(400, 'INVALID_CONTENT', 'Unknown reference or field name custbody_x.', { path: 'custbody_x' }),
    'VALIDATION',
  ),
  duplicate: order(
    problem(400, 'USER_ERROR', 'Error while accessing a resource. This record already exists.'),
    'DUPLICATE_ORDER',
  ),
  duplicateLegacy: order(problem(400, 'DUP_RCRD', 'This entity already exists.'), 'DUPLICATE_ORDER'),
  asyncDuplicate: order(
    problem(400, 'IDEMPOTENCY_ERROR', 'A request with this idempotency key was already sent.'),
    'DUPLICATE_ORDER',
  ),
  changedMeanwhile: order(problem(400, 'USER_ERROR', 'Record has been changed.'), 'CONFLICT'),
  changedMeanwhile409: order(problem(409, 'RCRD_HAS_BEEN_CHANGED', 'Record has been changed.'), 'CONFLICT'),
  locked: order(problem(400, 'USER_ERROR', 'The record is locked by another process.'), 'RECORD_LOCKED'),
  script: order(problem(400, 'USER_ERROR', 'Unser Skript sagt nein 🙅'), 'VALIDATION'),
  permission: order(
    problem(403, 'INSUFFICIENT_PERMISSION', 'Permission Violation: You need the Sales Order permission.'),
    'PERMISSION_DENIED',
  ),
  login: order(problem(401, 'INVALID_LOGIN', 'Invalid login attempt.'), 'AUTHENTICATION_FAILED'),
  busy: order(problem(429, 'CONCURRENCY_LIMIT_EXCEEDED', BUSY), 'RATE_LIMITED'),
  busyAs400: order(problem(400, 'CONCURRENCY_LIMIT_EXCEEDED', BUSY), 'RATE_LIMITED'),
  frequency: order(problem(429, 'USER_ERROR', 'Request limit exceeded.'), 'RATE_LIMITED'),
  restletLimit: order(problem(400, 'SSS_REQUEST_LIMIT_EXCEEDED', 'Request limit exceeded.'), 'RATE_LIMITED'),
  system: order(
    problem(500, 'UNEXPECTED_ERROR', 'An unexpected error occurred. Error ID: kz2x9p1m'),
    'UNAVAILABLE',
  ),
  badCustomerField: {
    on: 'upsertCustomer',
    match: PUT_CUSTOMER,
    answer: problem(400, 'USER_ERROR', 'Invalid email address x', { path: 'email' }),
    code: 'VALIDATION',
  },
  badStatement: read(
    problem(
      400,
      'INVALID_PARAMETER',
      "Invalid search query. Detailed unprocessed description follows. Search error occurred: Unknown identifier 'x'.",
      { query: 'q' },
    ),
    'VALIDATION',
  ),
  missingPrefer: read(
    problem(400, 'INVALID_HEADER', 'The required request header Prefer is missing or invalid.', {
      header: 'Prefer',
    }),
    'VALIDATION',
  ),
  maintenance: read(MAINTENANCE, 'UNAVAILABLE'),
  wrongDataCentre: read({ status: 302, headers: { location: '/' }, body: null }, 'UNAVAILABLE'),
  notFound: read(
    problem(404, 'NONEXISTENT_ID', 'The record instance does not exist. Provide a valid record instance ID.'),
    'NOT_FOUND',
  ),
}
