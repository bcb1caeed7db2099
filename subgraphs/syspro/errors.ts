import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'

/** SYSPRO has no English-only mode; numbers decide where they are known, English words are the fallback. */
const WORDS: [RegExp, ErrorCode][] = [
  [
    /maximum number of users|licen[cs]es? (?:are )?(?:in use|used up|exceeded)|no (?:free )?licen[cs]e/i,
    'UNAVAILABLE',
  ],
  [/exception raised: 100000/i, 'VALIDATION'],
  [/locked by|in use by|being maintained/i, 'RECORD_LOCKED'],
  [/(?:order|po) number .*(?:already|exists|duplicate)|duplicate .*(?:order|po) number/i, 'DUPLICATE_ORDER'],
  [/already (?:exists|on file)/i, 'CONFLICT'],
  [/no access|not (?:allowed|authori[sz]ed|permitted)|access denied/i, 'PERMISSION_DENIED'],
  [
    /password|operator .*(?:invalid|not found|locked|unknown)|invalid (?:operator|company)|company .*(?:not found|invalid)/i,
    'AUTHENTICATION_FAILED',
  ],
  [/must be entered|is mandatory|must be supplied/i, 'MISSING_REQUIRED_FIELD'],
  [/customer .*(?:not found|not on file|on hold)/i, 'INVALID_CUSTOMER'],
  [
    /stock code .*(?:not found|not on file|on hold)|not stocked in warehouse|warehouse .*(?:not found|not stocked)/i,
    'INVALID_ITEM',
  ],
  [/credit (?:limit|check)|over the credit/i, 'CREDIT_HOLD'],
  [/period .*(?:closed|not open)/i, 'PERIOD_CLOSED'],
  [/not found|not on file|does not exist/i, 'NOT_FOUND'],
]
/** Elements of a set-up object -> the field of our input. */
const FIELDS: Record<string, string> = {
  customer: 'customer',
  name: 'name',
  email: 'email',
  telephone: 'phone',
  termscode: 'paymentTerms',
  currency: 'currency',
  customerclass: 'group',
  companytaxnumber: 'taxId',
  soldpostalcode: 'addresses',
}

/** Any of these means that there is no session: an unknown id, or one that the server cannot even read. */
const NO_SESSION = /supplied UserID is invalid|registry string BaseDir/i

/** Whether an answer says that the session is gone. */
export function isLostSession(text: string): boolean {
  return text.startsWith('ERROR:') && NO_SESSION.test(text)
}

/** The class of SYSPRO's own words; VALIDATION for words that nobody knows. */
export function codeOf(words: string): ErrorCode {
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'VALIDATION'
}

/** SYSPRO's words as our error; `element` is the one that they stand beside. */
export function refusalOf(words: string, element?: string): ErpError {
  const said = words.trim().slice(0, 500)
  const field = element === undefined ? undefined : (FIELDS[element.toLowerCase()] ?? element)
  const found = codeOf(said)
  // A code that is missing beside an element is a wrong value of ours, not a record that is gone.
  const code = found === 'NOT_FOUND' && element !== undefined ? 'VALIDATION' : found
  const retryable = code === 'CONFLICT' ? false : undefined
  return new ErpError(code, `SYSPRO refuses it: ${said}`, { said, field, retryable })
}

/** An answer that is no success at all: everything that SYSPRO itself says comes with 200. */
export function statusError({ status, headers, text }: HttpAnswer): ErpError {
  const retryAfterMs = retryAfter(headers)
  const said = text.slice(0, 300)
  const of = (code: ErrorCode, message: string) => new ErpError(code, message, { said, retryAfterMs })
  if (status === 429) return of('RATE_LIMITED', 'The SYSPRO service asks for fewer requests.')
  if (status === 401) return of('AUTHENTICATION_FAILED', 'The SYSPRO service refuses the credentials.')
  if (status === 403) return of('PERMISSION_DENIED', 'The SYSPRO service refuses the operator.')
  if (status === 414 || status === 400) return of('VALIDATION', 'The SYSPRO service refuses the request.')
  if (status >= 500) return of('UNAVAILABLE', 'The SYSPRO service cannot answer.')
  return of('BAD_ANSWER', `The SYSPRO service answers with status ${status}.`)
}
