import type { ErrorCode } from '../../../schema/errors.ts'
import type { NativeError, SandboxAnswer } from '../../sandbox.ts'

function met(
  status: number,
  body: SandboxAnswer['body'],
  code: ErrorCode,
  on: NativeError['on'] = 'pushOrder',
  headers?: Record<string, string>,
): NativeError {
  const match = on === 'pushOrder' ? 'order.upsert' : 'customer.upsert'
  return { on, match, answer: { status, body, headers }, code }
}

function told(code: ErrorCode, message: string, field?: string): object {
  return { ok: false, code, message, field }
}

/** Every class of answer that an endpoint gives, by what it means. */
export const ERRORS: Record<string, NativeError> = {
  badSignature: met(401, 'invalid signature', 'AUTHENTICATION_FAILED'),
  forbidden: met(403, 'this sender is not allowed', 'AUTHENTICATION_FAILED', 'upsertCustomer'),
  unknownCustomer: met(
    400,
    told('INVALID_CUSTOMER', 'There is no debtor D-9.', 'customer'),
    'INVALID_CUSTOMER',
  ),
  unknownItem: met(422, told('INVALID_ITEM', 'There is no article X.', 'lines.0.sku'), 'INVALID_ITEM'),
  creditHold: met(422, told('CREDIT_HOLD', 'The debtor is over the limit.'), 'CREDIT_HOLD'),
  refused: met(422, { error: 'the delivery address is incomplete' }, 'VALIDATION'),
  strangeCode: met(400, { code: 'UNAVAILABLE', message: 'not one of your words' }, 'VALIDATION'),
  moved: met(302, '', 'VALIDATION', 'pushOrder', { location: 'https://erp.customer.example/new' }),
  wrongAddress: met(404, 'not found', 'NOT_FOUND'),
  wrongMethod: met(405, 'method not allowed', 'NOT_FOUND'),
  gone: met(410, 'this endpoint was switched off', 'NOT_FOUND'),
  tooLarge: met(413, 'payload too large', 'VALIDATION'),
  duplicate: met(409, { message: 'another order has this id' }, 'DUPLICATE_ORDER'),
  conflict: met(409, { message: 'another debtor has this id' }, 'CONFLICT', 'upsertCustomer'),
  slow: met(408, 'request timeout', 'UNAVAILABLE'),
  early: met(425, 'too early', 'UNAVAILABLE'),
  busy: met(429, 'slow down please', 'RATE_LIMITED', 'pushOrder', { 'retry-after': '7' }),
  broken: met(500, '<html><body>Internal Server Error</body></html>', 'UNAVAILABLE'),
}
