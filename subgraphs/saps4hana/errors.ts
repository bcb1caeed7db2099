import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { retryAfter } from '../http.ts'
import { type Json, parseExact } from '../json.ts'
import { type Fault, faultOf } from '../odata.ts'
import { readXml, textAt } from '../xml.ts'

/** A refused answer, of a request or of a part of a $batch. */
export interface Refused {
  status: number
  headers: Record<string, string>
  body: Json
}

interface Said extends Fault {
  field?: string
}

const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  409: 'CONFLICT',
  412: 'CONFLICT',
  428: 'CONFLICT',
  429: 'RATE_LIMITED',
}
/** A service that nobody activated answers so, whatever was asked (SAP Note 1797736). */
const NO_SERVICE = '/IWFND/MED/170'
/** Stands for anything that an inner call met, a missing authorisation too; its words tell which. */
const CATCH_ALL = '/IWFND/CM_BEC/026'
/** Wraps the messages of the application, which stand in the details. */
const WRAPPER = '/IWBEP/CX_MGW_BUSI_EXCEPTION'
/** English words, which `Accept-Language: en` asks for; numbers of messages differ between releases. */
const WORDS: [RegExp, ErrorCode][] = [
  [/currently being processed|is locked by|locked by (user|another)/i, 'RECORD_LOCKED'],
  [/\bmaterial\b.*(not (defined|maintained|exist)|does not exist|is blocked|discontinued)/i, 'INVALID_ITEM'],
  [
    /\b(sold-to party|customer|business partner)\b.*(not (defined|maintained|exist)|blocked)/i,
    'INVALID_CUSTOMER',
  ],
  [/no customer master record/i, 'INVALID_CUSTOMER'],
  [/^(please )?enter\b|\b(is|are) (required|mandatory)\b|required field/i, 'MISSING_REQUIRED_FIELD'],
  [/(posting )?period .*not open/i, 'PERIOD_CLOSED'],
  [/credit (limit|check|block)/i, 'CREDIT_HOLD'],
]

/** A body that may be JSON, XML, a page or a plain text. */
export function bodyOf(text: string): Json {
  try {
    return parseExact(text)
  } catch {
    return text
  }
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function inXml(text: string): Said {
  try {
    const root = readXml(text)
    return { code: textAt(root, 'code') ?? '', message: textAt(root, 'message') ?? '' }
  } catch {
    return { code: '', message: text.startsWith('<') ? '' : text.slice(0, 200) }
  }
}

/** The first error of the details that is no wrapper says more than the error itself. */
function saidIn(body: Json): Said {
  if (typeof body === 'string') return inXml(body)
  const fault = faultOf(body)
  const details = member(member(member(body, 'error'), 'innererror'), 'errordetails')
  const inner = (Array.isArray(details) ? details : []).find(
    (one) => member(one, 'severity') === 'error' && member(one, 'code') !== WRAPPER,
  )
  if (!inner || fault.code === NO_SERVICE) return fault
  const field = textOf(member(inner, 'propertyref')) || textOf(member(inner, 'target'))
  const message = textOf(member(inner, 'message')) || fault.message
  return {
    code: textOf(member(inner, 'code')) || fault.code,
    message,
    field: field.split('/').at(-1) || undefined,
  }
}

function classOf(status: number, { code, message }: Said): ErrorCode {
  if (status === 401 || status === 429) return BY_STATUS[status] ?? 'VALIDATION'
  if (code === NO_SERVICE) return 'VALIDATION'
  if (code === CATCH_ALL && /\bauthori[sz]/i.test(message)) return 'PERMISSION_DENIED'
  if (status >= 500 || status < 400) return 'UNAVAILABLE'
  const words =
    status === 400 || status === 409 ? WORDS.find(([pattern]) => pattern.test(message)) : undefined
  return words?.[1] ?? BY_STATUS[status] ?? 'VALIDATION'
}

/** Whether a service is closed to this user, or was never activated. */
export function isClosed(error: unknown): boolean {
  if (!(error instanceof ErpError)) return false
  return error.code === 'PERMISSION_DENIED' || (error.said ?? '').startsWith(`${NO_SERVICE}:`)
}

/** What SAP refused, as one of our classes; `said` holds its own code and words. */
export function errorOf({ status, headers, body }: Refused): ErpError {
  const said = saidIn(body)
  const found = classOf(status, said)
  return new ErpError(found, said.message || `SAP S/4HANA answers ${status}.`, {
    said: said.message ? `${said.code}: ${said.message}` : undefined,
    field: said.field,
    retryAfterMs: retryAfter(headers),
    // A request without a version is our own mistake; sending it again would not help.
    ...(status === 428 && { retryable: false }),
  })
}
