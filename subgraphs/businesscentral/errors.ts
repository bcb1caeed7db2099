import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { retryAfter } from '../http.ts'
import type { Json } from '../json.ts'
import { type Fault, faultOf } from '../odata.ts'

/** A refused answer, of a request or of a part of a $batch. */
export interface Refused {
  status: number
  headers: Record<string, string>
  body: Json
}

const BY_CODE: Record<string, ErrorCode> = {
  Request_EntityChanged: 'CONFLICT',
  Internal_EntityWithSameKeyExists: 'DUPLICATE_ORDER',
  BadRequest_RequiredParamNotProvided: 'MISSING_REQUIRED_FIELD',
  Internal_CompanyNotFound: 'VALIDATION',
  Internal_TenantUnavailable: 'UNAVAILABLE',
  Application_TooManyRequests: 'RATE_LIMITED',
}
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  409: 'CONFLICT',
  412: 'CONFLICT',
  429: 'RATE_LIMITED',
}
/** English words, which `Accept-Language: en-US` asks for. The field where the words name one is group 1. */
const WORDS: [RegExp, ErrorCode][] = [
  [/^A "(\w+)" or a "\w+" must be provided/, 'MISSING_REQUIRED_FIELD'],
  [/^A "(\w+)" must be provided/, 'MISSING_REQUIRED_FIELD'],
  [/^Field '(\w+)' must not be blank/, 'MISSING_REQUIRED_FIELD'],
  [/^(.{1,60}?) must have a value in/, 'MISSING_REQUIRED_FIELD'],
  [/(?:sell-to|bill-to) customer cannot be found/i, 'INVALID_CUSTOMER'],
  [/related table \(Customer\)/, 'INVALID_CUSTOMER'],
  [/^Item does not exist|related table \(Item\)/, 'INVALID_ITEM'],
  [/is not within your range of allowed posting dates/, 'PERIOD_CLOSED'],
  [/credit limit/i, 'CREDIT_HOLD'],
  [/locked by another user|deadlock/i, 'RECORD_LOCKED'],
]

/**
 * What Business Central refused, as one of our classes; `said` holds its words without the correlation id.
 * Codes and words decide before the status (.../dev-itpro/webservices/dynamics-error-codes).
 */
export function errorOf({ status, headers, body }: Refused): ErpError {
  const { code, message } = faultOf(body)
  const said = message.replace(/\s*CorrelationId:.*$/s, '').trim()
  const [found, field] = classOf(status, { code, message: said })
  return new ErpError(found, said || `Business Central answers ${status}.`, {
    said: said ? `${code}: ${said}` : undefined,
    field,
    retryAfterMs: retryAfter(headers),
  })
}

function classOf(status: number, { code, message }: Fault): [ErrorCode, string?] {
  if (status === 401 || status === 403 || status === 429) return [BY_STATUS[status] ?? 'VALIDATION']
  if (status >= 500) return ['UNAVAILABLE']
  for (const [words, meant] of WORDS) {
    const match = words.exec(message)
    if (match) return [meant, match[1]]
  }
  if (status === 409) return [code === 'Internal_EntityWithSameKeyExists' ? 'DUPLICATE_ORDER' : 'CONFLICT']
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  return [known ?? BY_STATUS[status] ?? (status >= 300 && status < 400 ? 'UNAVAILABLE' : 'VALIDATION')]
}
