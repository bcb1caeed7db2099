import type { NativeError, SandboxAnswer } from '../../sandbox.ts'

/** The only key that the sandbox takes, and the tenant that it belongs to. */
export const KEY = 'afo_demo0123456789abcdefghijklmnopqrstuvwxyzABCDEF'
export const TENANT = 'ten_demo'

/** A refusal by RFC 7807; the inner form of `errors` is assumed. https://docs.aforo.ai */
export function refuse(status: number, detail: string, more: object = {}, headers = {}): SandboxAnswer {
  const type = `https://errors.aforo.ai/${status}`
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': '4f0d77aa', ...headers },
    body: { type, title: 'Refused', status, detail, instance: '/api/v1', ...more },
  }
}

/** A refusal of one field. */
export function refuseField(field: string, message: string): SandboxAnswer {
  return refuse(422, '1 field is invalid', { errors: [{ field, message }] })
}

/** A value in the vendor's envelope. */
export function give(data: object, status = 200): SandboxAnswer {
  return { status, body: { success: true, data, meta: {} } }
}

/** What a list may look like; every service has its own. https://docs.aforo.ai */
export type Envelope = 'wrapped' | 'page' | 'bare'

/** The greatest size is not published: a larger one is cut down without a word. */
const LARGEST = 40

function numberOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name)
  if (text === null) return otherwise
  return /^\d{1,6}$/.test(text) ? Number(text) : -1
}

/** A page of a list; counted from 0. */
export function listed(rows: object[], query: URLSearchParams, envelope: Envelope): SandboxAnswer {
  const number = numberOf(query, 'page', 0)
  const size = Math.min(LARGEST, numberOf(query, 'size', 20))
  if (number < 0 || size < 1) return refuse(400, 'page or size is invalid')
  const content = rows.slice(number * size, (number + 1) * size)
  if (envelope === 'bare') return { status: 200, body: content }
  const [totalElements, totalPages] = [rows.length, Math.ceil(rows.length / size)]
  const page = { content, totalElements, totalPages, number, size }
  return envelope === 'page' ? { status: 200, body: page } : give(page)
}

const limited = { code: 'RATE_LIMITED', retryAfter: 12 }
const window = {
  'x-ratelimit-limit': '300',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': '1795169000',
  'x-ratelimit-window': '60',
}

function error(on: 'customers' | 'invoices', code: NativeError['code'], answer: SandboxAnswer): NativeError {
  return { on, match: `GET /${on === 'invoices' ? 'billing' : 'customer'}/api/v1/${on}`, answer, code }
}

/** Every class of error that a read can meet. https://docs.aforo.ai */
export const ERRORS: Record<string, NativeError> = {
  malformed: error('invoices', 'VALIDATION', refuse(400, 'X-Tenant-Id is missing')),
  revoked: error('invoices', 'AUTHENTICATION_FAILED', refuse(401, 'The key is missing or revoked')),
  role: error('customers', 'AUTHENTICATION_FAILED', refuse(403, 'The role BILLING_ADMIN is needed')),
  gone: error('invoices', 'NOT_FOUND', refuse(404, 'Not found')),
  conflict: error('customers', 'CONFLICT', refuse(409, 'The state does not allow it')),
  invalid: error('customers', 'VALIDATION', refuseField('size', 'must be a number')),
  required: error('invoices', 'MISSING_REQUIRED_FIELD', refuseField('customer_id', 'is required')),
  limited: error(
    'invoices',
    'RATE_LIMITED',
    refuse(429, 'Rate limit of 300 requests per minute exceeded', limited, {
      ...window,
      'retry-after': '12',
    }),
  ),
  limitedInBody: error('customers', 'RATE_LIMITED', refuse(429, 'Rate limit exceeded', limited, window)),
  broken: error('invoices', 'UNAVAILABLE', refuse(500, 'Internal error')),
  unavailable: error(
    'customers',
    'UNAVAILABLE',
    refuse(503, 'Service unavailable', {}, { 'retry-after': '30' }),
  ),
}
