import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { type Json, parseExact } from '../json.ts'

/** What DATEV says of a refused request or file (RFC 7807). */
interface Problem {
  type?: string
  title?: string
  detail?: string
  affected_elements?: { name?: string; reason?: string }[]
}

const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  // The service is not ordered for the company, or the person who signed in has no right for it.
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
}
/** Numbers of DATEV's help pages, which stand at the end of `type`. */
const BY_HELP: Record<string, ErrorCode> = {
  '1008829': 'AUTHENTICATION_FAILED',
  '1008838': 'AUTHENTICATION_FAILED',
  '1008837': 'UNAVAILABLE',
}
/** Which account is missing, as far as the reason tells. */
const BY_WORDS: [RegExp, ErrorCode, string][] = [
  [/debitor|debtor|personenkonto|personal account/i, 'INVALID_CUSTOMER', 'customer'],
  [/gegenkonto|sachkonto|revenue|ledger account .*(missing|exist|unknown)/i, 'INVALID_ITEM', 'sku'],
]

function isRecord(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bodyOf(text: string): { [key: string]: Json } {
  try {
    const body = parseExact(text)
    // DATEVconnect tells a list of problems.
    const first = Array.isArray(body) ? body[0] : body
    return isRecord(first) ? first : {}
  } catch {
    return {}
  }
}

function elements(body: { [key: string]: unknown }): string[] {
  const list = Array.isArray(body.affected_elements) ? body.affected_elements : []
  return list.map((one) => (isRecord(one) ? [one.name, one.reason].filter(Boolean).join(': ') : ''))
}

/** The words of a body, of whichever service: problem, gateway, DATEVconnect. */
function words(body: { [key: string]: unknown }): string | undefined {
  const names = ['title', 'detail', 'httpMessage', 'moreInformation', 'error', 'error_description']
  const parts = [...names.map((name) => body[name]), ...elements(body)]
  const said = parts.filter((part): part is string => typeof part === 'string' && part !== '')
  return said.length > 0 ? said.join(' – ') : undefined
}

/** What a service refused, as one of our classes. Never told to repeat a 500: `find` looks into the jobs first. */
export function errorOf(answer: HttpAnswer, who: string): ErpError {
  const { status, headers, text } = answer
  const code = BY_STATUS[status] ?? (status >= 500 || status < 400 ? 'UNAVAILABLE' : 'VALIDATION')
  return new ErpError(code, `${who} answers ${status}.`, {
    said: words(bodyOf(text)),
    retryAfterMs: retryAfter(headers),
  })
}

/** Why a file was not accepted, as one of our classes. */
export function fileError(problem: Problem): ErpError {
  const said = words({ ...problem }) ?? 'DATEV does not say why.'
  const help = /(\d+)\/?$/.exec(problem.type ?? '')?.[1] ?? ''
  const [, code, field] = BY_WORDS.find(([pattern]) => pattern.test(said)) ?? []
  const known = BY_HELP[help] ?? code ?? 'VALIDATION'
  return new ErpError(known, `DATEV did not accept the file: ${said}`.slice(0, 400), {
    said,
    field: known === code ? field : (problem.affected_elements?.[0]?.name ?? undefined),
  })
}
