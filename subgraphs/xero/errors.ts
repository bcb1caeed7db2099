import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { type Json, exactOrNull } from '../json.ts'

interface Meaning {
  code: ErrorCode
  field?: string
  /** False where the class may be retried in general, but this one never helps. */
  retryable?: boolean
}

const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  // The tenant is missing, wrong or disconnected (developer.xero.com/documentation/oauth2/troubleshooting).
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  412: 'CONFLICT',
  413: 'VALIDATION',
  429: 'RATE_LIMITED',
}
/** A ValidationException has no codes, only English sentences; the first that fits decides. */
const WORDS: [RegExp, Meaning][] = [
  [/(invoice|quote) (#|number).*(unique|already)/i, { code: 'DUPLICATE_ORDER' }],
  [/contact (name|number) .*already assigned/i, { code: 'CONFLICT', field: 'name', retryable: false }],
  [/contact must be specified/i, { code: 'MISSING_REQUIRED_FIELD', field: 'customer' }],
  [
    /contact.*(not be found|not found|archived|does not exist)/i,
    { code: 'INVALID_CUSTOMER', field: 'customer' },
  ],
  [/item code '.*' is not valid/i, { code: 'INVALID_ITEM', field: 'sku' }],
  [/lock date|period .*locked/i, { code: 'PERIOD_CLOSED' }],
  [/not of valid status/i, { code: 'CONFLICT', retryable: false }],
  [/idempotency/i, { code: 'CONFLICT', retryable: false }],
  [/must be specified|is required|(cannot|must not) be empty/i, { code: 'MISSING_REQUIRED_FIELD' }],
]

function classOf(said: string): Meaning {
  return WORDS.find(([words]) => words.test(said))?.[1] ?? { code: 'VALIDATION' }
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function messages(element: Json | undefined): string[] {
  if (!isRecord(element)) return []
  const { ValidationErrors: own, LineItems: lines } = element
  const told = Array.isArray(own) ? own : []
  return [
    ...told.flatMap((one) => (isRecord(one) && typeof one.Message === 'string' ? [one.Message] : [])),
    ...(Array.isArray(lines) ? lines.flatMap(messages) : []),
  ]
}

function refusal(said: string): ErpError {
  const { code, ...rest } = classOf(said)
  return new ErpError(code, said, { ...rest, said })
}

/** Whether Xero refused because the key of the request stands for another request. */
export function isOtherRequest(error: unknown): boolean {
  return error instanceof ErpError && /idempotency.*(different|other)/is.test(error.said ?? '')
}

/** Throws what Xero says of an element that it did not save: such an answer has status 200. */
export function mustBeSaved(element: Json): void {
  if (!isRecord(element)) throw new ErpError('BAD_ANSWER', 'Xero answered no element for what was sent.')
  const said = messages(element).join(' ')
  const state = element.StatusAttributeString
  // A warning is a success; an element that says no state at all is judged by what is wrong with it.
  if (state === 'OK' || state === 'WARNING' || (state !== 'ERROR' && said === '')) return
  throw refusal(said || 'Xero did not save it and does not say why.')
}

/** The words of an answer: of its elements, of the exception, or of the problem; null for a page of a proxy. */
function wordsOf(text: string): string | null {
  const body = exactOrNull(text)
  if (!isRecord(body)) return /^[^<]{8,300}$/.test(text) ? text : null
  const { Elements: elements, Detail: detail, Message: message } = body
  const said = Array.isArray(elements) ? elements.flatMap(messages).join(' ') : ''
  return [said, detail, message].find((one) => typeof one === 'string' && one !== '') as string | null
}

/** What Xero refused, as one of our classes. The body may be JSON, plain text or XML: the status is read first. */
export function errorOf(answer: HttpAnswer): ErpError {
  const { status } = answer
  const said = wordsOf(answer.text) ?? undefined
  const known = BY_STATUS[status]
  if (status === 400 && said) return refusal(said)
  const code = known ?? (status >= 500 || status < 400 ? 'UNAVAILABLE' : 'VALIDATION')
  const problem = answer.headers['x-rate-limit-problem']
  return new ErpError(code, `Xero answers ${status}${problem ? ` (limit: ${problem})` : ''}.`, {
    said,
    retryAfterMs: retryAfter(answer.headers),
  })
}
