import { type ErrorCode, type ErrorDetails, ErpError } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { type Json, parseExact } from '../json.ts'
import { plainText } from './words.ts'

type Verdict = [ErrorCode, ErrorDetails?]
interface Refusal {
  type: string
  said: string
  /** Whether a record was to be written: then an unknown customer or item is an invalid input. */
  writing: boolean
}

const FINAL = { retryable: false }

/** By `exc_type`: https://github.com/frappe/frappe/blob/version-15/frappe/exceptions.py */
const BY_TYPE: Record<string, Verdict> = {
  CancelledLinkError: ['VALIDATION'],
  AuthenticationError: ['AUTHENTICATION_FAILED'],
  SessionExpired: ['AUTHENTICATION_FAILED'],
  InvalidKeyError: ['AUTHENTICATION_FAILED'],
  CSRFTokenError: ['AUTHENTICATION_FAILED'],
  InvalidAuthorizationToken: ['AUTHENTICATION_FAILED'],
  InvalidAuthorizationHeader: ['AUTHENTICATION_FAILED'],
  InvalidAuthorizationPrefix: ['AUTHENTICATION_FAILED'],
  TimestampMismatchError: ['CONFLICT'],
  DocumentLockedError: ['RECORD_LOCKED'],
  DocstatusTransitionError: ['CONFLICT', FINAL],
  UpdateAfterSubmitError: ['CONFLICT', FINAL],
  LinkExistsError: ['CONFLICT', FINAL],
  QueryDeadlockError: ['CONFLICT'],
  QueryTimeoutError: ['CONFLICT'],
  TooManyRequestsError: ['RATE_LIMITED'],
  RateLimitExceededError: ['RATE_LIMITED'],
  SessionStopped: ['UNAVAILABLE'],
  InReadOnlyMode: ['UNAVAILABLE'],
  DuplicateEntryError: ['DUPLICATE_ORDER'],
  PartyFrozen: ['CREDIT_HOLD', { field: 'customer' }],
  PartyDisabled: ['INVALID_CUSTOMER', { field: 'customer' }],
  FiscalYearError: ['PERIOD_CLOSED'],
  PeriodClosedError: ['PERIOD_CLOSED'],
  ClosedAccountingPeriod: ['PERIOD_CLOSED'],
  // Errors of our own making inside the server's code: it answers them with 500.
  TypeError: ['VALIDATION'],
  KeyError: ['VALIDATION'],
  AttributeError: ['VALIDATION'],
  ValueError: ['VALIDATION'],
  JSONDecodeError: ['VALIDATION'],
}

/** ERPNext's label of a linked field, and which of our fields it stands for. */
const FIELDS: Record<string, string> = {
  Customer: 'customer',
  'Item Code': 'sku',
  Warehouse: 'warehouse',
  UOM: 'unit',
  Currency: 'currency',
  'Delivery Date': 'requestedDelivery',
  Items: 'lines',
  'Payment Terms Template': 'paymentTerms',
  'Customer Name': 'name',
  'Customer Group': 'group',
}

function fieldOf(label: string, row: string | undefined): string {
  const field = FIELDS[label] ?? label.toLowerCase().replaceAll(' ', '_')
  return row ? `lines[${Number(row) - 1}].${field}` : field
}

/** "Could not find Row #1: Item Code: X" */
function badLink({ said }: Refusal): Verdict {
  const [, row, label = ''] = /Could not find (?:Row #(\d+): )?([^:]+):/.exec(said) ?? []
  const field = fieldOf(label, row)
  if (label === 'Customer') return ['INVALID_CUSTOMER', { field }]
  if (label === 'Item Code') return ['INVALID_ITEM', { field }]
  return ['VALIDATION', { field }]
}

/** "Item X not found"; of a record that was to be written it is the link that is wrong. */
function notFound({ said, writing }: Refusal): Verdict {
  if (/^DocType /.test(said)) return ['VALIDATION']
  if (writing && /^Customer .* not found/m.test(said)) return ['INVALID_CUSTOMER', { field: 'customer' }]
  if (writing && /^Item .* not found/m.test(said)) return ['INVALID_ITEM', { field: 'lines' }]
  return ['NOT_FOUND']
}

/** "Error: Sales Order Item Row #1: Value missing for: Item Name", "Value missing for Sales Order: Customer" */
function missing({ said }: Refusal): Verdict {
  const [, row, label = ''] = /(?:Row #(\d+): )?Value missing for(?: [^:]+)?: ?([\w ]+)/.exec(said) ?? []
  return ['MISSING_REQUIRED_FIELD', label ? { field: fieldOf(label.trim(), row) } : {}]
}

function businessRule({ said }: Refusal): Verdict {
  if (/already exists against Customer's Purchase Order/.test(said)) {
    return ['DUPLICATE_ORDER', { field: 'purchaseOrderNumber' }]
  }
  const [, wanted] =
    /^Please enter ([A-Z][\w ]+)$/m.exec(said) ?? /^([A-Z][\w ]+) is (?:required|mandatory)/m.exec(said) ?? []
  if (wanted) return ['MISSING_REQUIRED_FIELD', { field: fieldOf(wanted, undefined) }]
  if (/credit limit has been crossed/i.test(said)) return ['CREDIT_HOLD', { field: 'customer' }]
  if (/Item .* (is disabled|has reached its end of life|is a template|is not a sales item)/i.test(said)) {
    return ['INVALID_ITEM']
  }
  if (/(is not in any active Fiscal Year|books (have been )?closed|period is closed)/i.test(said))
    return ['PERIOD_CLOSED']
  return ['VALIDATION']
}

function judge(refusal: Refusal, status: number): Verdict {
  const { type, said } = refusal
  if (type === 'LinkValidationError') return badLink(refusal)
  if (type === 'DoesNotExistError') return notFound(refusal)
  if (type === 'MandatoryError') return missing(refusal)
  if (type === 'UniqueValidationError') return ['DUPLICATE_ORDER']
  // A stripped Authorization header makes us the anonymous "Guest"; the ERP calls that a missing right.
  if (type === 'PermissionError')
    return [/User Guest /.test(said) ? 'AUTHENTICATION_FAILED' : 'PERMISSION_DENIED']
  const known = BY_TYPE[type]
  if (known) return known
  if (status === 401) return ['AUTHENTICATION_FAILED']
  if (status === 403) return ['PERMISSION_DENIED']
  if (status === 404) return ['NOT_FOUND']
  if (status === 409) return ['DUPLICATE_ORDER']
  if (status === 429) return ['RATE_LIMITED']
  if (status >= 500) return ['UNAVAILABLE']
  return businessRule(refusal)
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** `_server_messages` is the JSON text of an array of JSON texts, and the messages are HTML. */
function messages(text: string): string {
  if (!text) return ''
  try {
    const list = parseExact(text)
    if (!Array.isArray(list)) return ''
    const parts = list.map((one) => {
      const inner = typeof one === 'string' ? parseExact(one) : one
      return inner && typeof inner === 'object' && !Array.isArray(inner) ? textOf(inner.message) : ''
    })
    return parts.map(plainText).filter(Boolean).join('\n')
  } catch {
    return ''
  }
}

function bodyOf(answer: HttpAnswer): { [key: string]: Json } {
  try {
    const body = answer.json()
    return body && typeof body === 'object' && !Array.isArray(body) ? body : {}
  } catch {
    return {}
  }
}

/**
 * What ERPNext refused, as an ErpError with the ERP's own words. It answers nearly everything with 417, so the
 * class comes from `exc_type`: https://github.com/frappe/frappe/blob/version-15/frappe/utils/response.py
 */
export function toErpError(answer: HttpAnswer, writing: boolean): ErpError {
  const body = bodyOf(answer)
  const exception = textOf(body.exception)
  const type = textOf(body.exc_type) || (/^(?:[\w.]*\.)?(\w+)/.exec(exception)?.[1] ?? '')
  const raised = plainText(exception.replace(/^[\w.]+:?\s*/, ''))
  const said = messages(textOf(body._server_messages)) || raised || plainText(textOf(body._error_message))
  // A body that is JSON has a traceback in it, so only a text that is none may be quoted.
  const words = said || (Object.keys(body).length > 0 ? '' : plainText(answer.text).slice(0, 300))
  const [code, details] = judge({ type, said, writing }, answer.status)
  const detailsFound: ErrorDetails = { ...details, said: [type, words].filter(Boolean).join(': ') }
  const retryAfterMs = retryAfter(answer.headers)
  if (retryAfterMs !== undefined) detailsFound.retryAfterMs = retryAfterMs
  return new ErpError(code, `ERPNext refused: ${words || `status ${answer.status}`}`, detailsFound)
}
