import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'
import { authenticationFailure, controlFailure, errorMessage, result, results } from './gateway.ts'
import { refused } from './rest.ts'

const QUERY = 'POST /ia/api/v1/services/core/query'
const CUSTOMER = 'POST /ia/api/v1/objects/accounts-receivable/customer'
const ORDER = '<create_sotransaction>'
const PAGE = '<html><body>The service is being maintained</body></html>'

function html(status: number): SandboxAnswer {
  return { status, headers: { 'content-type': 'text/html' }, body: PAGE }
}

function reading(code: ErrorCode, answer: SandboxAnswer, on: NativeError['on'] = 'items'): NativeError {
  return { on, match: QUERY, answer, code }
}

function customer(code: ErrorCode, status: number, words: string): NativeError {
  const details = [{ code: 'BL01001973', message: `${words} [Support ID: kxi78]`, correction: '' }]
  const answer = refused(status, 'operationFailed', 'Operation create object customer failed', details)
  return { on: 'upsertCustomer', match: CUSTOMER, answer, code }
}

function pushing(code: ErrorCode, answer: SandboxAnswer): NativeError {
  return { on: 'pushOrder', match: ORDER, answer, code }
}

function failed(
  code: ErrorCode,
  words: string,
  errorno = 'BL01001973',
  errorid: string | null = null,
): NativeError {
  const name = 'create_sotransaction'
  return pushing(code, results(...result('failure', name, 'order', errorMessage(errorno, words, errorid))))
}

const aborted = results(
  ...result(
    'aborted',
    'create',
    'contact',
    errorMessage('XL03000009', 'The entire transaction was rolled back.'),
  ),
  ...result(
    'failure',
    'create_sotransaction',
    'order',
    errorMessage('BL01001973', 'Item WID-1 is not valid'),
  ),
)
const nested = {
  'ia::result': { 'ia::error': { code: 'operationFailed', message: 'Field creditScore not found' } },
}
const tokenInvalid = {
  error: {
    ...{ code: 'tokenInvalid', message: 'Token is not valid', errorId: 'REST-2102', supportId: 'x' },
    additionalInfo: { messageId: 'IA.TOKEN_IS_INVALID', placeholders: {} },
  },
}

/** Every error class of both interfaces: https://developer.sage.com/intacct/docs/developer-portal/guides/error-handling */
export const errors: Record<string, NativeError> = {
  invalidToken: reading('AUTHENTICATION_FAILED', refused(400, 'invalidRequest', 'Invalid token')),
  tokenInvalid: reading('AUTHENTICATION_FAILED', { status: 401, body: tokenInvalid }),
  clientInactive: reading(
    'AUTHENTICATION_FAILED',
    refused(400, 'GW-0011', 'The client is inactive'),
    'stock',
  ),
  forbidden: reading('PERMISSION_DENIED', refused(403, 'GW-0042', 'You are not allowed to do this')),
  unknownField: reading('VALIDATION', refused(400, 'invalidRequest', 'Query Failed: field x is unknown')),
  nested: reading('NOT_FOUND', { status: 200, body: nested }),
  throttled: reading('RATE_LIMITED', {
    status: 429,
    headers: { 'X-IA-Throttle-Retry-After': '30' },
    body: { 'ia::error': { code: 'GW-0010', message: 'Too many requests at the same time' } },
  }),
  serverError: reading('UNAVAILABLE', refused(500, 'GW-0001', 'An internal error occurred'), 'stock'),
  maintenance: reading('UNAVAILABLE', { ...html(503), headers: { 'retry-after': '60' } }, 'stock'),
  duplicateCustomer: customer('VALIDATION', 422, 'Another Customer with the given value(s) already exists'),
  missingName: customer('MISSING_REQUIRED_FIELD', 422, 'Name is required'),
  smartRule: customer('VALIDATION', 422, 'Our own rule says no'),
  idempotencyKey: customer('DUPLICATE_ORDER', 409, 'The idempotency key was used before'),
  senderRefused: pushing(
    'AUTHENTICATION_FAILED',
    controlFailure('XL03000006', 'Sign-in information is incorrect'),
  ),
  companyExpired: pushing(
    'AUTHENTICATION_FAILED',
    controlFailure('PL04000055', 'This demo company has expired'),
  ),
  elementOrder: pushing('VALIDATION', controlFailure('XL03000003', 'XML validation failed at element price')),
  sessionEnded: pushing(
    'AUTHENTICATION_FAILED',
    authenticationFailure('XL03000006', 'The session has expired'),
  ),
  httpExpired: pushing('AUTHENTICATION_FAILED', { status: 498, body: '' }),
  noPermission: failed(
    'PERMISSION_DENIED',
    'You do not have permission for API operation CREATE of object SODOCUMENT',
  ),
  customerInvalid: failed('INVALID_CUSTOMER', 'Customer C-99999 is not valid'),
  customerOnHold: failed('INVALID_CUSTOMER', 'Customer C-10025 is on hold'),
  creditLimit: failed('CREDIT_HOLD', 'The credit limit of the customer has been exceeded'),
  itemInvalid: failed('INVALID_ITEM', 'Item WID-1 is not valid'),
  abortedItem: pushing('INVALID_ITEM', aborted),
  unitMissing: failed('MISSING_REQUIRED_FIELD', 'Unit', 'BL01001973', 'INV-1359'),
  fieldMissing: failed('MISSING_REQUIRED_FIELD', 'Term is required'),
  controlIdUsed: failed('DUPLICATE_ORDER', 'A function with the control ID order was executed before'),
  documentExists: failed('DUPLICATE_ORDER', 'The document SO0023 already exists'),
  periodClosed: failed('PERIOD_CLOSED', 'The period for the date 11/20/2026 is closed'),
  converted: failed('CONFLICT', 'Document Sales Order-SO0023 cannot be edited'),
  deletePolicy: failed('CONFLICT', 'The delete policy forbids it', 'BL01001973', 'INV-1372'),
  companyRule: failed('VALIDATION', 'Our own rule says no', 'BL04002055'),
  rateInside: pushing('RATE_LIMITED', { status: 200, body: 'API rate limit exceeded' }),
  tryLater: failed('RATE_LIMITED', 'Please Try Again Later'),
  offline: failed('UNAVAILABLE', 'The Service is Temporarily Off-line'),
  gatewayPage: pushing('UNAVAILABLE', html(502)),
}
