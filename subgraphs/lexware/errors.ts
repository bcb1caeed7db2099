import { z } from 'zod'
import { type ErrorCode, type ErrorDetails, ErpError } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { exactOrNull } from '../json.ts'

const words = z.string().nullish().catch(null)
const finding = z.object({ violation: words, field: words, message: words }).catch({})
const issue = z.object({ i18nKey: words, source: words, type: words }).catch({})
/** Both shapes of a refusal, and the gateway's own: https://developers.lexware.io/docs/ (error codes) */
const problem = z
  .object({
    message: words,
    error: words,
    details: z.array(finding).nullish(),
    IssueList: z.array(issue).nullish(),
  })
  .partial()
  .catch({})

type Verdict = [ErrorCode, ErrorDetails?]

/** One thing that was wrong, in the words of either shape. */
interface Wrong {
  kind: string
  field?: string
}

const BY_STATUS: Record<number, Verdict> = {
  401: ['AUTHENTICATION_FAILED'],
  402: ['AUTHENTICATION_FAILED', { field: 'plan' }],
  // The key lacks a scope; scopes are chosen when a key is made, so a new key is what helps.
  403: ['AUTHENTICATION_FAILED'],
  404: ['NOT_FOUND'],
  409: ['CONFLICT'],
  429: ['RATE_LIMITED'],
}
const MISSING = /^(NOTNULL|NOTBLANK|NOTEMPTY|missing_entity)$/i
/** Lexware names no time to wait; its bucket fills within a second. */
const BUCKET_MS = 1_000

/** What 406 means is told by the first finding alone: the texts are German. */
function byFinding({ kind, field }: Wrong, text: string): Verdict {
  if (text.includes('MATERIAL_NUMBER_ALREADY_EXISTS')) return ['CONFLICT', { field, retryable: false }]
  if (field === 'version') return ['CONFLICT', { field }]
  if (field?.endsWith('address.contactId')) return ['INVALID_CUSTOMER', { field }]
  if (/lineItems\[\d+\]\.id$/.test(field ?? '')) return ['INVALID_ITEM', { field }]
  return [MISSING.test(kind) ? 'MISSING_REQUIRED_FIELD' : 'VALIDATION', { field }]
}

/** What a refusal of Lexware means; `said` holds its own words. */
export function toErpError(answer: HttpAnswer): ErpError {
  const { status, text, headers } = answer
  const { message, error, details, IssueList } = problem.parse(exactOrNull(text))
  const wrong: Wrong[] = [
    ...(details ?? []).map((one) => ({ kind: one.violation ?? '', field: one.field ?? undefined })),
    ...(IssueList ?? []).map((one) => ({ kind: one.i18nKey ?? '', field: one.source ?? undefined })),
  ]
  const [first] = wrong
  const known: Verdict = BY_STATUS[status] ?? [status >= 500 ? 'UNAVAILABLE' : 'VALIDATION']
  const [code, more] = status === 406 && first ? byFinding(first, text) : known
  const found = wrong.map(({ kind, field }, at) => {
    return [field, kind, details?.[at]?.message].filter(Boolean).join(' ')
  })
  const said = [message ?? error, ...found].filter(Boolean).join(' | ') || text.slice(0, 300)
  return new ErpError(code, `Lexware refused with ${status}: ${said}`, {
    ...more,
    said,
    retryAfterMs: retryAfter(headers) ?? (status === 429 ? BUCKET_MS : undefined),
  })
}
