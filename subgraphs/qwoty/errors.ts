import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import type { Json } from '../json.ts'

/** What a request is about: decides which class "not found" has. */
export type About = 'quote' | 'customer' | 'contact' | 'product' | 'price' | 'setting'

const GONE: Partial<Record<About, ErrorCode>> = { customer: 'INVALID_CUSTOMER', product: 'INVALID_ITEM' }
/** How long to wait after a 429 that does not say; the vendor names no header. */
const PAUSE_MS = 2_000

const TEXTS: [RegExp, ErrorCode][] = [
  [
    /invalid api token|unauthori[sz]ed|authentication|forbidden|not allowed|permission/i,
    'AUTHENTICATION_FAILED',
  ],
  [/rate limit|too many requests/i, 'RATE_LIMITED'],
  [/required|missing/i, 'MISSING_REQUIRED_FIELD'],
  [/not found|does not exist/i, 'NOT_FOUND'],
  [/conflict|already exists/i, 'CONFLICT'],
  [/internal|unavailable|try again/i, 'UNAVAILABLE'],
]

function byText(said: string, about: About): ErrorCode {
  const code = TEXTS.find(([pattern]) => pattern.test(said))?.[1] ?? 'VALIDATION'
  return code === 'NOT_FOUND' ? (GONE[about] ?? code) : code
}

function byStatus(status: number, said: string, about: About): ErrorCode {
  if (status < 300) return byText(said, about)
  if (status === 400 || status === 422)
    return /required/i.test(said) ? 'MISSING_REQUIRED_FIELD' : 'VALIDATION'
  if (status === 401 || status === 403) return 'AUTHENTICATION_FAILED'
  if (status === 404) return GONE[about] ?? 'NOT_FOUND'
  if (status === 409) return 'CONFLICT'
  if (status === 429) return 'RATE_LIMITED'
  return status >= 500 ? 'UNAVAILABLE' : 'BAD_ANSWER'
}

/** The field that a message names: "name is required", "Unknown field: foo". */
function fieldIn(said: string): string | undefined {
  const named = /["']?([a-z]\w*(?:\.\w+|\[\w+\])*)["']? (?:is|are) (?:required|invalid|missing)/.exec(said)
  return (named ?? /field:? ["']?([\w.[\]]+)/i.exec(said))?.[1]
}

/** Qwoty's own words in an answer; the bare text where it is no JSON (a proxy's page). */
function wordsOf(answer: HttpAnswer): string {
  try {
    const body = answer.json()
    const { error, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, Json>
    const text = error ?? message ?? body
    return (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, 300)
  } catch {
    return answer.text.slice(0, 300)
  }
}

/** A refusal as one of our classes, by status; a 200 with `success: false` by its text. */
export function refusalOf(answer: HttpAnswer, about: About): ErpError {
  const said = wordsOf(answer)
  const code = byStatus(answer.status, said, about)
  return new ErpError(code, `Qwoty refused a request about a ${about} (${answer.status}).`, {
    said,
    field: code === 'MISSING_REQUIRED_FIELD' || code === 'VALIDATION' ? fieldIn(said) : undefined,
    retryAfterMs:
      code === 'RATE_LIMITED' ? (retryAfter(answer.headers) ?? PAUSE_MS) : retryAfter(answer.headers),
  })
}

/** Whether an error says that the thing does not exist. */
export function isGone(error: unknown): boolean {
  return error instanceof ErpError && ['NOT_FOUND', 'INVALID_CUSTOMER', 'INVALID_ITEM'].includes(error.code)
}
