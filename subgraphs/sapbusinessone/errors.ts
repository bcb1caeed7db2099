import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { retryAfter } from '../http.ts'
import { type Json, parseExact } from '../json.ts'
import { type Fault, faultOf } from '../odata.ts'

/** A refused answer, of a request or of a part of a $batch. */
export interface Refused {
  status: number
  headers: Record<string, string>
  text: string
}

/** "No matching records found": a missing record, missing master data, or an order that awaits approval. */
export const NO_MATCH = '-2028'

const BY_CODE: Record<string, ErrorCode> = {
  '301': 'AUTHENTICATION_FAILED',
  '-304': 'AUTHENTICATION_FAILED',
  '-6006': 'PERMISSION_DENIED',
  '-2039': 'CONFLICT',
  '-2038': 'RECORD_LOCKED',
  '-1116': 'RECORD_LOCKED',
  '-2035': 'DUPLICATE_ORDER',
  '407': 'UNAVAILABLE',
}
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  412: 'CONFLICT',
  429: 'RATE_LIMITED',
}
/** English words, a second hint behind the code. The field where the words name one is group 1. */
const WORDS: [RegExp, ErrorCode][] = [
  [/already (?:exists|assigned)/i, 'VALIDATION'],
  [/^Property '([^']{1,60})'/, 'VALIDATION'],
  [
    /(?:partner|customer)\b.*\b(?:inactive|frozen)|(?:inactive|frozen)\b.*\b(?:partner|customer)/i,
    'INVALID_CUSTOMER',
  ],
  [/invalid (?:bp|customer|business partner)/i, 'INVALID_CUSTOMER'],
  [/invalid item|item code|item\b.*\b(?:inactive|frozen)/i, 'INVALID_ITEM'],
  [/credit (?:limit|line)|commitment limit/i, 'CREDIT_HOLD'],
  [/posting period|permissible range/i, 'PERIOD_CLOSED'],
  [/(?:invalid|not in|must be|cannot)\b.*\[\w{4}\.(\w+)\]/i, 'VALIDATION'],
  [/\[\w{4}\.(\w+)\]/, 'MISSING_REQUIRED_FIELD'],
]

/** The code and the words of an answer that may be no JSON at all (the page of a proxy). */
export function faultIn(text: string): Fault {
  let body: Json
  try {
    body = parseExact(text)
  } catch {
    return { code: '', message: '' }
  }
  return faultOf(body)
}

/**
 * What the Service Layer refused, as one of our classes. Codes decide before words, because words follow the login
 * language ("Working with SAP Business One Service Layer", 10.0, error handling).
 */
export function errorOf({ status, headers, text }: Refused): ErpError {
  const fault = faultIn(text)
  const [code, field] = classOf(status, fault)
  const said = fault.message.trim()
  return new ErpError(code, said || `SAP Business One answers ${status}.`, {
    said: said ? `${fault.code}: ${said}` : undefined,
    field,
    retryAfterMs: retryAfter(headers),
  })
}

/** Whether the words say that what was to be written is there already. */
export function isTaken(error: unknown): boolean {
  return error instanceof ErpError && /already (?:exists|assigned)/i.test(error.said ?? '')
}

/** Whether an answer says "No matching records found". */
export function isNoMatch(error: unknown): error is ErpError {
  return error instanceof ErpError && (error.said ?? '').startsWith(`${NO_MATCH}:`)
}

function classOf(status: number, { code, message }: Fault): [ErrorCode, string?] {
  if (status === 401 || status === 403 || status === 429) return [BY_STATUS[status] ?? 'VALIDATION']
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  if (known) return [known]
  if (status >= 500) return ['UNAVAILABLE']
  for (const [words, meant] of WORDS) {
    const match = words.exec(message)
    if (match) return [meant, match[1]]
  }
  return [BY_STATUS[status] ?? (status >= 300 && status < 400 ? 'UNAVAILABLE' : 'VALIDATION')]
}
