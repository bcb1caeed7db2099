import { z } from 'zod'
import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { type Json, exactOrNull } from '../json.ts'

const told = z.string().nullish()
const upper = z.object({
  Fault: z.object({
    Error: z.array(z.object({ Message: told, Detail: told, code: told, element: told })).min(1),
  }),
})
const lower = z.object({
  fault: z.object({
    error: z.array(z.object({ message: told, detail: told, code: told, element: told })).min(1),
  }),
})

/** The first error of a fault; both spellings of the envelope read alike. */
export interface Refused {
  code: string
  element: string
  message: string
  detail: string
}

/** The fault in an answer: validation writes `Fault`, the gateway writes `fault`; null where there is none. */
export function faultOf(body: Json): Refused | null {
  const [first] = upper.safeParse(body).data?.Fault.Error ?? []
  if (first) return plain(first.code, first.element, first.Message, first.Detail)
  const [other] = lower.safeParse(body).data?.fault.error ?? []
  return other ? plain(other.code, other.element, other.message, other.detail) : null
}

type Told = string | null | undefined

function plain(code: Told, element: Told, message: Told, detail: Told): Refused {
  return { code: code ?? '', element: element ?? '', message: message ?? '', detail: detail ?? '' }
}

/** Codes of developer.intuit.com, "Handling common errors". */
const BY_CODE: Record<string, ErrorCode> = {
  '120': 'AUTHENTICATION_FAILED',
  // A request id that was used before: what stands under it is looked up, not written again.
  '600': 'DUPLICATE_ORDER',
  '610': 'NOT_FOUND',
  '2020': 'MISSING_REQUIRED_FIELD',
  '3001': 'RATE_LIMITED',
  '3100': 'AUTHENTICATION_FAILED',
  '3200': 'AUTHENTICATION_FAILED',
  '5010': 'CONFLICT',
  '6140': 'DUPLICATE_ORDER',
  '6190': 'UNAVAILABLE',
  '6210': 'PERIOD_CLOSED',
  '6240': 'CONFLICT',
  '6540': 'CONFLICT',
  '10000': 'UNAVAILABLE',
}
/** What waiting does not heal, although its class usually does. */
const LASTING = new Set(['6190', '6240', '6540'])
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  429: 'RATE_LIMITED',
}

function classOf(status: number, { code, element, message, detail }: Refused): ErrorCode {
  const byStatus = BY_STATUS[status]
  if (byStatus && status !== 404) return byStatus
  if (status >= 500 || (status >= 300 && status < 400)) return 'UNAVAILABLE'
  // One published table prints 6210 for the duplicate number.
  if (/duplicate document number/i.test(`${message} ${detail}`)) return 'DUPLICATE_ORDER'
  if (code === '2500' || code === '610') {
    const where = code === '2500' ? `${element} ${detail}` : element
    if (/CustomerRef|Names element/i.test(where)) return 'INVALID_CUSTOMER'
    if (/ItemRef|\bItem\b|\bLine\b/i.test(where)) return 'INVALID_ITEM'
  }
  const byCode = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  return byCode ?? byStatus ?? 'VALIDATION'
}

function fieldOf({ code, element, detail }: Refused): string | undefined {
  const [, named] = (code === '2020' && /Required param(?:eter)? (\w+)/.exec(detail)) || []
  return element || named
}

/** A fault as one of our classes; `said` holds the words of QuickBooks. */
export function refusalOf(status: number, fault: Refused, headers: Record<string, string> = {}): ErpError {
  const words = [fault.message, fault.detail].filter(Boolean).join(': ')
  return new ErpError(classOf(status, fault), words || `QuickBooks answers ${status}.`, {
    said: `${fault.code}: ${words}`.slice(0, 500),
    field: fieldOf(fault),
    retryAfterMs: retryAfter(headers),
    ...(LASTING.has(fault.code) && { retryable: false }),
  })
}

/** What a refused answer means; the body may be XML or HTML of the edge. */
export function errorOf({ status, headers, text }: HttpAnswer): ErpError {
  return refusalOf(status, faultOf(exactOrNull(text)) ?? plain('', '', '', ''), headers)
}
