import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { type Json, parseExact } from '../json.ts'

interface Meaning {
  code: ErrorCode
  field?: string
  /** False where the class may be retried in general, but this one never helps. */
  retryable?: boolean
}

/** https://developer.sage.com/accounting/guides/concepts/response_codes */
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
}

interface Told {
  dataCode: string
  message: string
  source: string
}

function textIn(row: { [key: string]: Json }, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

/** Errors always come as a list, also one alone; a page of a proxy has none. */
function toldBy(text: string): Told[] {
  let body: Json
  try {
    body = parseExact(text)
  } catch {
    return []
  }
  return (Array.isArray(body) ? body : [body]).flatMap((row) => {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) return []
    const message = textIn(row, '$message')
    return message ? [{ dataCode: textIn(row, '$dataCode'), message, source: textIn(row, '$source') }] : []
  })
}

const MISSING = /required|can't be blank|cannot be blank|must be (present|provided)/i
const TWICE = /already (been )?(taken|used|exists)|duplicate|not unique|must be unique/i
const CLOSED = /lock(ed)? ?down|period .*(closed|locked)|before the .*(lock|start) date/i

function meaningOf({ message, source, dataCode }: Told, status: number, path: string): Meaning {
  const own = { field: source || undefined }
  const document = /sales_(quote|estimate|invoice)/.test(path)
  if (status === 422 && MISSING.test(message)) return { code: 'MISSING_REQUIRED_FIELD', ...own }
  if (status === 404 || status === 422) {
    if (/contact_id$/.test(source)) return { code: 'INVALID_CUSTOMER', field: 'customer' }
    if (/(product|service|stock_item)_id$/.test(source)) return { code: 'INVALID_ITEM', ...own }
  }
  if (status === 422 && (TWICE.test(message) || dataCode === 'DuplicateRecord'))
    return { code: document ? 'DUPLICATE_ORDER' : 'CONFLICT', retryable: false, ...own }
  if (status === 422 && CLOSED.test(message)) return { code: 'PERIOD_CLOSED', ...own }
  const code = BY_STATUS[status] ?? (status >= 500 || status < 400 ? 'UNAVAILABLE' : 'VALIDATION')
  return { code, ...own }
}

/** What Sage refused, as one of our classes; `path` tells what the request was about. */
export function errorOf(answer: HttpAnswer, path: string): ErpError {
  const { status } = answer
  const told = toldBy(answer.text)
  const [first = { dataCode: '', message: '', source: '' }] = told
  const said = told.map(({ message, source }) => [message, source].filter(Boolean).join(' – ')).join('; ')
  const { code, ...rest } = meaningOf(first, status, path)
  const words = [first.dataCode, first.message].filter(Boolean).join(': ')
  return new ErpError(code, `Sage Accounting answers ${status}${words ? `: ${words}` : ''}.`, {
    ...rest,
    said: said || undefined,
    retryAfterMs: retryAfter(answer.headers),
  })
}
