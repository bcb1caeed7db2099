import { z } from 'zod'
import { type ErrorCode, ErpError } from '../../schema/errors.ts'
import { type HttpAnswer, retryAfter } from '../http.ts'
import { type Json, exactOrNull } from '../json.ts'
import { own } from './map.ts'
import { type Element, at, childrenOf, textAt } from '../xml.ts'

/** What either interface said: codes and words, whatever they were wrapped in. */
export interface Fault {
  codes: string[]
  said: string
}

const BY_CODE: Record<string, ErrorCode> = {
  'GW-0001': 'UNAVAILABLE',
  'GW-0010': 'RATE_LIMITED',
  'GW-0011': 'AUTHENTICATION_FAILED',
  'GW-0042': 'PERMISSION_DENIED',
  'REST-2102': 'AUTHENTICATION_FAILED',
  invalid_client: 'AUTHENTICATION_FAILED',
  tokenInvalid: 'AUTHENTICATION_FAILED',
  XL03000006: 'AUTHENTICATION_FAILED',
  PL04000055: 'AUTHENTICATION_FAILED',
  XL03000003: 'VALIDATION',
  BL04002055: 'VALIDATION',
  'INV-1359': 'MISSING_REQUIRED_FIELD',
  'INV-1372': 'CONFLICT',
}
/** Tokens that ended, are not for here, or were never given have numbers of their own. */
const TOKEN = /^GW-003[1-9]$/
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'DUPLICATE_ORDER',
  429: 'RATE_LIMITED',
  498: 'AUTHENTICATION_FAILED',
}
/**
 * The error codes are coarse (BL01001973 covers many causes), so words decide. The gateway says some of them
 * with status 200. https://developer.intacct.com/web-services/responses/
 */
const WORDS: [RegExp, ErrorCode][] = [
  [/API rate limit exceeded|Please Try Again Later/i, 'RATE_LIMITED'],
  [/Temporarily Off-?line/i, 'UNAVAILABLE'],
  [/do(es)? not have permission/i, 'PERMISSION_DENIED'],
  [/invalid token|sign-in information|session.{0,40}(expired|invalid|not valid)/i, 'AUTHENTICATION_FAILED'],
  [/control ?id|idempotency/i, 'DUPLICATE_ORDER'],
  [/credit limit/i, 'CREDIT_HOLD'],
  [/locked by|being edited by/i, 'RECORD_LOCKED'],
  [/period.{0,40}closed|closed.{0,20}period/i, 'PERIOD_CLOSED'],
  [/(document|order|transaction).{0,80}already exists/i, 'DUPLICATE_ORDER'],
  [/already exists/i, 'VALIDATION'],
  [
    /customer.{0,80}(not valid|invalid|inactive|on hold|not exist|not found)|invalid customer/i,
    'INVALID_CUSTOMER',
  ],
  [/item.{0,80}(not valid|invalid|inactive|not exist|not found)|invalid item/i, 'INVALID_ITEM'],
  [/(cannot|can't|can not) be (edited|changed|modified|updated|deleted|closed)/i, 'CONFLICT'],
  [/is required|is missing|required field|must provide/i, 'MISSING_REQUIRED_FIELD'],
  [/definition .{0,60} not found|query failed/i, 'VALIDATION'],
  [/not found|does not exist/i, 'NOT_FOUND'],
]

const words = z.string().nullish().catch(null)
const detail = z.object({ code: words, errorId: words, message: words, correction: words }).catch({})
const fault = detail.unwrap().extend({ details: z.array(detail).catch([]).default([]) })
const wrapped = z.object({
  'ia::error': fault.optional().catch(undefined),
  'ia::result': z.object({ 'ia::error': fault }).optional().catch(undefined),
  error: fault.optional().catch(undefined),
})

/** Messages end in an id for Sage's support, which says nothing to anybody else. */
function plainWords(text: string): string {
  return text
    .replaceAll(/\s*\[Support ID:[^\]]*\]/gi, '')
    .replaceAll('&#039;', "'")
    .trim()
}

/** The fault of a REST answer, in whichever of its three places it stands; null where there is none. */
export function faultOf(body: Json): Fault | null {
  const found = wrapped.safeParse(body).data
  const one = found?.['ia::error'] ?? found?.['ia::result']?.['ia::error'] ?? found?.error
  if (!one) return null
  // The outer message ("Operation create object ... failed") names the customer's object: details come first.
  const all = one.details.length > 0 ? one.details : [one]
  return {
    codes: [...one.details, one].flatMap((each) => [each.errorId, each.code]).filter((code) => code != null),
    said: plainWords(
      all
        .flatMap(({ message, correction }) => [message, correction])
        .filter(Boolean)
        .join(' '),
    ),
  }
}

/** The fault of an `errormessage` element; null where it holds no error. */
export function faultIn(message: Element | null): Fault | null {
  const errors = childrenOf(message, 'error')
  if (errors.length === 0) return null
  const codes = errors.flatMap((one) => [textAt(one, 'additionalinfo', 'errorid'), textAt(one, 'errorno')])
  const said = errors.flatMap((one) =>
    ['description', 'description2', 'correction'].map((name) => textAt(one, name)),
  )
  return {
    codes: codes.filter((code) => code !== null),
    said: plainWords([...new Set(said.filter((text) => text !== null))].join(' ')),
  }
}

/** What a fault means; the status decides only where codes and words say nothing. */
export function errorOf(
  { codes, said }: Fault,
  status: number,
  headers: Record<string, string> = {},
): ErpError {
  const coded = codes
    .map((code) => (TOKEN.test(code) ? 'AUTHENTICATION_FAILED' : own(BY_CODE, code)))
    .find(Boolean)
  const worded = WORDS.find(([words]) => words.test(said))?.[1]
  const busy = status === 401 || status === 403 || status === 429 ? BY_STATUS[status] : undefined
  const down = status >= 500 ? 'UNAVAILABLE' : undefined
  const code = busy ?? down ?? coded ?? worded ?? BY_STATUS[status] ?? 'VALIDATION'
  return new ErpError(code, said || `Sage Intacct answers ${status}.`, {
    said: said ? [codes[0], said].filter(Boolean).join(': ') : undefined,
    field: codes.includes('INV-1359') ? 'unit' : undefined,
    retryAfterMs: retryAfter(headers),
    // A document that was converted or is kept by its policy stays so.
    ...(code === 'CONFLICT' && { retryable: false }),
  })
}

/** What a refused REST answer means; the page of a proxy has no words of Sage's. */
export function refusalOf(answer: HttpAnswer): ErpError {
  const found = faultOf(exactOrNull(answer.text)) ?? { codes: [], said: '' }
  return errorOf(found, answer.status, answer.headers)
}

/** Whether a REST answer means that the token has ended: 401, or 400 with words about the token. */
export function isExpired({ status, text }: HttpAnswer): boolean {
  return status === 401 || (status === 400 && /invalid token|tokenInvalid|REST-2102|GW-003[1-9]/i.test(text))
}

/** The first error of a gateway answer above its results; null where control and authentication went well. */
export function gatewayFault(root: Element): { fault: Fault; authentication: boolean } | null {
  const none = { codes: [], said: 'The gateway refused without a word.' }
  if (root.name === 'errormessage') return { fault: faultIn(root) ?? none, authentication: false }
  if (textAt(root, 'control', 'status') !== 'success')
    return { fault: faultIn(at(root, 'errormessage')) ?? none, authentication: false }
  if (textAt(root, 'operation', 'authentication', 'status') !== 'success')
    return { fault: faultIn(at(root, 'operation', 'errormessage')) ?? none, authentication: true }
  return null
}
