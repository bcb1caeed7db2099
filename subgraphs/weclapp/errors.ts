import { z } from 'zod'
import { type ErrorCode, type ErrorDetails, ErpError } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { exactOrNull } from '../json.ts'

const words = z.string().nullish().catch(null)
const finding = z.object({ type: words, title: words, detail: words, location: words }).catch({})
/** The body of a refusal: https://www.weclapp.com/api/ (errors). Some come as text/plain, some not as JSON at all. */
const problem = z
  .object({ type: words, title: words, detail: words, error: words, validationErrors: z.array(finding) })
  .partial()
  .catch({})

type Verdict = [ErrorCode, ErrorDetails?]
type Finding = z.output<typeof finding>

const FINAL = { retryable: false }
/** By the last segment of `type`; the texts are in the user's language and say nothing reliable. */
const BY_TYPE: Record<string, Verdict> = {
  unauthorized: ['AUTHENTICATION_FAILED'],
  forbidden: ['PERMISSION_DENIED'],
  entity_not_found: ['NOT_FOUND'],
  not_found: ['NOT_FOUND'],
  optimistic_lock: ['CONFLICT'],
  context: ['CONFLICT', FINAL],
  persistence: ['CONFLICT'],
}
const BY_STATUS: Record<number, Verdict> = {
  401: ['AUTHENTICATION_FAILED'],
  403: ['PERMISSION_DENIED'],
  404: ['NOT_FOUND'],
  409: ['CONFLICT'],
  429: ['RATE_LIMITED'],
}

function tail(type: string | null | undefined): string {
  return type?.split('/').at(-1) ?? ''
}

/** `$.orderItems[0].articleId` and `customerId` name the field, and with it what kind of thing is wrong. */
function byFinding({ type, location }: Finding): Verdict {
  const field = location?.replace(/^\$\./, '') || undefined
  const kind = tail(type)
  const last = field?.split('.').at(-1)
  if (kind === 'reference' || kind === 'blocked') {
    if (last === 'customerId') return ['INVALID_CUSTOMER', { field }]
    if (last === 'articleId') return ['INVALID_ITEM', { field }]
  }
  if (kind === 'not_empty' || kind === 'empty') return ['MISSING_REQUIRED_FIELD', { field }]
  if (kind === 'duplicate')
    return [last === 'orderNumber' ? 'DUPLICATE_ORDER' : 'CONFLICT', { field, ...FINAL }]
  if (kind === 'authorization') return ['PERMISSION_DENIED', { field }]
  return ['VALIDATION', { field }]
}

function verdict(status: number, type: string, findings: Finding[]): Verdict {
  const [first] = findings
  if (status === 400 && first) return byFinding(first)
  const known = BY_TYPE[type] ?? BY_STATUS[status]
  if (known) return known
  return status >= 500 ? ['UNAVAILABLE'] : ['VALIDATION']
}

/** What a refusal of weclapp means; `said` holds its own words. */
export function toErpError(answer: HttpAnswer): ErpError {
  const { status, text } = answer
  const { type, title, detail, error, validationErrors = [] } = problem.parse(exactOrNull(text))
  const [code, details] = verdict(status, tail(type), validationErrors)
  const found = validationErrors.map((one) =>
    [one.location, one.detail ?? one.title].filter(Boolean).join(': '),
  )
  const said = [detail ?? error ?? title, ...found].filter(Boolean).join(' | ') || text.slice(0, 300)
  return new ErpError(code, `weclapp refused with ${status}${type ? ` (${tail(type)})` : ''}: ${said}`, {
    ...details,
    said,
    retryAfterMs: retryAfter(answer.headers),
  })
}
