import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { fixed, sendAs } from '../auth.ts'
import { type Http, type HttpAnswer, type HttpRequest, retryAfter } from '../http.ts'
import type { Json } from '../json.ts'
import type { Config } from './config.ts'

/** A request; reads are sent again when they were lost, and so are writes that say so. */
export interface Call {
  method: HttpRequest['method']
  path: string
  body?: object
  repeatable?: boolean
}

/** Sends to one installation, for both generations. Throws ErpError; null instead of 404 where `orNull` says so. */
export type Wire = (call: Call, orNull?: boolean) => Promise<Json>

const CODES: Record<number, ErrorCode> = {
  400: 'VALIDATION',
  401: 'AUTHENTICATION_FAILED',
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'CONFLICT',
  429: 'RATE_LIMITED',
}
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  NOT_FOUND: 'Customermates has no such address; check the base address of the API.',
  CONFLICT: 'The record or the model changed in Customermates meanwhile.',
}

interface Refusal {
  said: string
  field?: string
}

function issueOf(body: Json): Refusal | null {
  const { error } = (typeof body === 'object' && body !== null ? body : {}) as { error?: unknown }
  const { issues, kind } = (error ?? {}) as { issues?: unknown; kind?: unknown }
  const [first] = Array.isArray(issues) ? (issues as { path?: unknown; message?: unknown }[]) : []
  if (!first) return null
  const field = Array.isArray(first.path) ? first.path.join('.') : ''
  return { said: `${String(kind)}: ${String(first.message)}`, field: field || undefined }
}

/**
 * Customermates' own words: the body of a refusal is a JSON string in the first generation and
 * `{error: {kind, issues: [{path, message, customCode}]}}` in the second; bare text where a proxy answered.
 * https://github.com/customermates/customermates
 */
function wordsOf(answer: HttpAnswer): Refusal {
  try {
    const body = answer.json()
    if (typeof body === 'string') return { said: body, field: /→ at (\S+)/.exec(body)?.[1] }
    return issueOf(body) ?? { said: JSON.stringify(body) }
  } catch {
    return { said: answer.text }
  }
}

function refusalOf(answer: HttpAnswer): ErpError {
  const { said, field } = wordsOf(answer)
  const lacks = answer.status === 400 && /required|undefined/i.test(said)
  const otherwise = answer.status >= 500 ? 'UNAVAILABLE' : 'BAD_ANSWER'
  const code = lacks ? 'MISSING_REQUIRED_FIELD' : (CODES[answer.status] ?? otherwise)
  return new ErpError(code, MESSAGES[code] ?? `Customermates refused a request (${answer.status}).`, {
    said: said.slice(0, 300),
    field,
    retryAfterMs: retryAfter(answer.headers),
  })
}

/** Opens the way to one installation. https://customermates.com/docs/api-keys */
export function openWire(config: Config, http: Http): Wire {
  const auth = fixed('x-api-key', config.key)
  return async ({ method, path, body, repeatable = true }, orNull = false) => {
    const answer = await sendAs(auth, http, {
      method,
      url: `${config.url}/v1/${path}`,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
      repeatable,
    })
    if (orNull && answer.status === 404) return null
    if (answer.status !== 200 && answer.status !== 201) throw refusalOf(answer)
    return answer.json()
  }
}
