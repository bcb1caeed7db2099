import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'

/** What Odoo raised: the Python class, its message, and the HTTP status it came with. */
export interface Raised {
  name: string
  message: string
}

interface Meaning {
  code: ErrorCode
  field?: string
  retryable?: boolean
}

/**
 * Python class first, then the English text, because every business rule is a UserError or a ValidationError.
 * https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
 */
const CLASSES: [RegExp, Meaning][] = [
  [/^odoo\.exceptions\.AccessDenied$|Unauthorized$|SessionExpired/, { code: 'AUTHENTICATION_FAILED' }],
  [/^odoo\.exceptions\.AccessError$|Forbidden$/, { code: 'PERMISSION_DENIED' }],
  [/^odoo\.exceptions\.LockError$/, { code: 'RECORD_LOCKED' }],
  [/SerializationFailure|DeadlockDetected|LockNotAvailable/, { code: 'CONFLICT' }],
  [/^builtins\.AttributeError$|NotFound$/, { code: 'NOT_SUPPORTED' }],
  [/^builtins\.|UnprocessableEntity$|BadRequest$/, { code: 'VALIDATION' }],
]

const TEXTS: [RegExp, Meaning][] = [
  [/Record: res\.partner\(/, { code: 'INVALID_CUSTOMER' }],
  [/Record: product\.product\(/, { code: 'INVALID_ITEM' }],
  [/order lines are missing a product/, { code: 'INVALID_ITEM' }],
  [/Record does not exist or has been deleted/, { code: 'NOT_FOUND' }],
  [/Contacts require a name/, { code: 'MISSING_REQUIRED_FIELD', field: 'name' }],
  [
    /Missing required value|mandatory field is not set|Missing required fields/,
    { code: 'MISSING_REQUIRED_FIELD' },
  ],
  [/lock date/i, { code: 'PERIOD_CLOSED' }],
  [/not in a state requiring confirmation|must be in draft/, { code: 'CONFLICT', retryable: false }],
  [/cannot cancel a locked order|in a locked order/, { code: 'CONFLICT', retryable: false }],
  [/of a confirmed order|sales order is confirmed/, { code: 'CONFLICT', retryable: false }],
  [/Object \S+ doesn't exist/, { code: 'NOT_SUPPORTED' }],
  [/database "[^"]*" does not exist/, { code: 'VALIDATION', field: 'database' }],
]

function meaningOf({ name, message }: Raised): Meaning {
  const byClass = CLASSES.find(([pattern]) => pattern.test(name))
  if (byClass) return byClass[1]
  const byText = TEXTS.find(([pattern]) => pattern.test(message))
  if (byText) return byText[1]
  if (/^odoo\.exceptions\./.test(name)) return { code: 'VALIDATION' }
  return { code: 'UNAVAILABLE' }
}

/** What Odoo raised, in the words of the house; `said` keeps Odoo's own sentence. */
export function toError(raised: Raised): ErpError {
  const { code, field, retryable } = meaningOf(raised)
  const named = code === 'MISSING_REQUIRED_FIELD' ? /\((\w+)\)/.exec(raised.message)?.[1] : undefined
  return new ErpError(code, `Odoo refused: ${raised.name.split('.').pop()}.`, {
    field: field ?? named,
    retryable,
    said: raised.message.trim(),
  })
}

const STATUSES: Record<number, [ErrorCode, string, string?]> = {
  400: ['VALIDATION', 'Odoo could not read the request.'],
  401: ['AUTHENTICATION_FAILED', 'Odoo refused the key.'],
  403: ['PERMISSION_DENIED', 'Odoo refused the access.'],
  404: ['VALIDATION', 'Odoo does not serve this database at this address.', 'database'],
  415: ['VALIDATION', 'Odoo does not take this content type.'],
  429: ['RATE_LIMITED', 'Odoo is asked too often.'],
}

/** An answer that carries none of Odoo's own errors: a proxy's page, or Odoo before it chose a database. */
export function statusError(answer: HttpAnswer): ErpError {
  const [code, message, field] = STATUSES[answer.status] ?? [
    'UNAVAILABLE',
    `Odoo answered with status ${answer.status}.`,
  ]
  return new ErpError(code, message, {
    field,
    retryAfterMs: retryAfter(answer.headers),
    said: answer.text
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 300),
  })
}
