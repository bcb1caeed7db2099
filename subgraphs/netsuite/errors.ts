import { z } from 'zod'
import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'

/**
 * The body of an error (help section_156570709583). `detail` comes in the language of the user: codes and paths
 * decide first, words only where NetSuite gives nothing else.
 */
const problem = z.object({
  title: z.string().nullish(),
  'o:errorDetails': z
    .array(
      z.object({
        detail: z.string().nullish(),
        'o:errorCode': z.string().nullish(),
        'o:errorPath': z.string().nullish(),
        'o:errorQueryParam': z.string().nullish(),
        'o:errorHeader': z.string().nullish(),
        'o:urlPath': z.string().nullish(),
      }),
    )
    .nullish(),
})

interface Detail {
  code: string
  path: string
  said: string
}

const BY_CODE: Record<string, ErrorCode> = {
  CONCURRENCY_LIMIT_EXCEEDED: 'RATE_LIMITED',
  SSS_REQUEST_LIMIT_EXCEEDED: 'RATE_LIMITED',
  DUP_RCRD: 'DUPLICATE_ORDER',
  UNIQUE_CUST_ID_REQD: 'DUPLICATE_ORDER',
  IDEMPOTENCY_ERROR: 'DUPLICATE_ORDER',
  NONEXISTENT_ID: 'NOT_FOUND',
  INVALID_LOGIN: 'AUTHENTICATION_FAILED',
  INVALID_LOGIN_ATTEMPT: 'AUTHENTICATION_FAILED',
  INSUFFICIENT_PERMISSION: 'PERMISSION_DENIED',
  RCRD_HAS_BEEN_CHANGED: 'CONFLICT',
  RCRD_LOCKED: 'RECORD_LOCKED',
  USER_ERROR: 'VALIDATION',
  UNEXPECTED_ERROR: 'UNAVAILABLE',
}
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
}
const WORDS: [RegExp, ErrorCode][] = [
  [/already exist|bereits vorhanden|existiert bereits|existe déjà|ya existe/i, 'DUPLICATE_ORDER'],
  [/has been changed|wurde geändert|a été modifié/i, 'CONFLICT'],
  [/\blocked\b|gesperrt|verrouillé/i, 'RECORD_LOCKED'],
]
const MISSING =
  /(?:please enter values? ?(?:\(s\))? for|geben sie (?:einen )?werte? ein für|veuillez saisir [^:]*)\s*:?\s*(.*)/i

/** What NetSuite refused, as one of our classes; `said` holds its own words, `field` the place it names. */
export function errorOf(answer: HttpAnswer): ErpError {
  const detail = detailOf(answer)
  const { said } = detail
  const missing = answer.status < 500 && !detail.path ? MISSING.exec(said) : null
  if (missing) {
    const field = missing[1]?.replace(/\.$/, '') || undefined
    return new ErpError('MISSING_REQUIRED_FIELD', `NetSuite wants a value for ${field ?? 'a field'}.`, {
      field,
      said,
    })
  }
  const code = codeOf(answer.status, detail)
  const message = said || `NetSuite answers ${answer.status}.`
  const retryAfterMs = retryAfter(answer.headers)
  return new ErpError(code, message, { said: said || undefined, field: fieldOf(detail.path), retryAfterMs })
}

function detailOf(answer: HttpAnswer): Detail {
  try {
    const body = problem.parse(answer.json())
    const first = body['o:errorDetails']?.[0]
    const path =
      first?.['o:errorPath'] ??
      first?.['o:errorQueryParam'] ??
      first?.['o:errorHeader'] ??
      first?.['o:urlPath']
    const said = (body['o:errorDetails'] ?? []).map(({ detail }) => detail).filter(Boolean)
    return {
      code: first?.['o:errorCode'] ?? '',
      path: path ?? '',
      said: said.join(' ') || (body.title ?? ''),
    }
  } catch {
    return { code: '', path: '', said: answer.text.slice(0, 300) }
  }
}

function codeOf(status: number, { code, path, said }: Detail): ErrorCode {
  if (status >= 500 || (status >= 300 && status < 400)) return 'UNAVAILABLE'
  if (path === 'entity') return 'INVALID_CUSTOMER'
  if (/^item\.items\[\d+\]\.item$/.test(path)) return 'INVALID_ITEM'
  if (code === 'USER_ERROR' || code === '') {
    const worded = status === 400 ? WORDS.find(([words]) => words.test(said))?.[1] : undefined
    return worded ?? BY_STATUS[status] ?? 'VALIDATION'
  }
  return BY_CODE[code] ?? BY_STATUS[status] ?? 'VALIDATION'
}

/** "item.items[2].item" -> "lines.2.item": the path as the caller knows it. */
function fieldOf(path: string): string | undefined {
  return path.replace(/^item\.items\[(\d+)\]/, 'lines.$1') || undefined
}
