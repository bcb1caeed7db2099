import { ErpError } from '../schema/errors.ts'
import type { Json } from './json.ts'

/** The options of a query (OData v4, part 2, 5.1); texts inside `filter` must come from `literal`. */
export interface Query {
  filter?: string
  select?: string[]
  expand?: string
  orderby?: string
  top?: number
  skip?: number
}

/** One request inside a JSON $batch; `url` is relative to the service root. */
export interface Part {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: object
}

/** What one part of a $batch was answered. */
export interface PartAnswer {
  status: number
  headers: Record<string, string>
  body: Json
}

/** The code and the words of an error body, in the forms of v2, v3 and v4; empty texts where it is none. */
export interface Fault {
  code: string
  message: string
}

/** Rows of a collection and the address of the next page, null on the last one. */
export interface Collection {
  rows: Json[]
  next: string | null
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is a GUID, which stands in addresses without quotes. */
export function isGuid(text: string): boolean {
  return GUID.test(text)
}

/** A text as a literal: in quotes, its own doubled, so that it can never end the literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** "(f eq 1 or f eq 2)" over one field; the literals must be ready. */
export function anyOf(field: string, literals: string[]): string {
  return `(${literals.map((one) => `${field} eq ${one}`).join(' or ')})`
}

/** All of the conditions that are there, joined by "and"; undefined without any. */
export function allOf(...conditions: (string | undefined)[]): string | undefined {
  const said = conditions.filter((one) => one !== undefined)
  return said.length > 0 ? said.join(' and ') : undefined
}

/** A path with its query options, percent-encoded. */
export function address(path: string, query: Query = {}): string {
  const options: [string, string | undefined][] = [
    ['$filter', query.filter],
    ['$select', query.select?.join(',')],
    ['$expand', query.expand],
    ['$orderby', query.orderby],
    ['$top', query.top?.toString()],
    ['$skip', query.skip?.toString()],
  ]
  const said = options.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return said.length > 0 ? `${path}${path.includes('?') ? '&' : '?'}${said.join('&')}` : path
}

/** The header for writing over a known version; "*" takes any. */
export function ifMatch(version: string | null): Record<string, string> {
  return { 'if-match': version ?? '*' }
}

function members(value: Json | undefined): { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/** The version of a row: `@odata.etag`, in v3 `odata.etag`, in v2 `__metadata.etag`; null without one. */
export function etagOf(row: Json): string | null {
  const fields = members(row)
  const tag = fields['@odata.etag'] ?? fields['odata.etag'] ?? members(fields.__metadata).etag
  return typeof tag === 'string' && tag !== '' ? tag : null
}

/** A link of the server, only on the host of `base`, so that credentials never leave it; else BAD_ANSWER. */
export function sameHost(link: string, base: string): string {
  const url = URL.canParse(link, base) ? new URL(link, base) : null
  if (url && url.origin === new URL(base).origin) return url.href
  throw new ErpError('BAD_ANSWER', 'The next page is named on another host; it is not followed.', {
    field: '@odata.nextLink',
    said: link.slice(0, 300),
  })
}

/** The rows of a collection in the envelope of v2, v3 or v4; BAD_ANSWER where there is none. */
export function collectionOf(body: Json, base: string): Collection {
  const top = members(body)
  const old = members(top.d)
  const rows = top.value ?? old.results ?? (Array.isArray(top.d) ? top.d : undefined)
  const next = top['@odata.nextLink'] ?? top['odata.nextLink'] ?? old.__next ?? null
  if (!Array.isArray(rows)) {
    throw new ErpError('BAD_ANSWER', 'The answer is no collection of OData.', { field: 'value' })
  }
  if (next !== null && typeof next !== 'string') {
    throw new ErpError('BAD_ANSWER', 'The address of the next page is no text.', { field: '@odata.nextLink' })
  }
  return { rows, next: next === null ? null : sameHost(next, base) }
}

/** What an error body says. */
export function faultOf(body: Json): Fault {
  const top = members(body)
  const error = members(top.error ?? top['odata.error'])
  const message = typeof error.message === 'string' ? error.message : members(error.message).value
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
  return { code: text(error.code), message: text(message) }
}

/** The body of a JSON $batch (OData JSON format 4.01, 19); ids are the places, from 1. */
export function batchBody(parts: Part[]): string {
  const requests = parts.map(({ method, url, headers, body }, index) => ({
    id: String(index + 1),
    method,
    url,
    ...(headers && { headers }),
    ...(body && { body }),
  }))
  return JSON.stringify({ requests })
}

/**
 * The answers of a JSON $batch in the order of its parts. A server may stop behind the first part that it refuses;
 * BAD_ANSWER where one is missing otherwise, or is unreadable.
 */
export function batchAnswers(body: Json, count: number): PartAnswer[] {
  const responses = members(body).responses
  if (!Array.isArray(responses)) {
    throw new ErpError('BAD_ANSWER', 'The answer is no $batch.', { field: 'responses' })
  }
  const byId = new Map(responses.map((one) => [members(one).id, members(one)]))
  const answers: PartAnswer[] = []
  for (let id = 1; id <= count; id += 1) {
    const found = byId.get(String(id))
    if (!found && answers.some(({ status }) => status >= 400)) break
    answers.push(partOf(found, id))
  }
  return answers
}

function partOf(found: { [key: string]: Json } | undefined, id: number): PartAnswer {
  if (typeof found?.status !== 'string' || !/^[1-5]\d\d$/.test(found.status)) {
    throw new ErpError('BAD_ANSWER', `Part ${id} of a $batch was not answered.`, { field: 'responses' })
  }
  const headers = Object.entries(members(found.headers)).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
  )
  return { status: Number(found.status), headers: Object.fromEntries(headers), body: found.body ?? null }
}

/** "In_x0020_Review" -> "In Review": how member names of enums write other signs than letters and digits. */
export function decodeName(name: string): string {
  return name.replace(/_x([0-9a-f]{4})_/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

/** "In Review" -> "In_x0020_Review". */
export function encodeName(caption: string): string {
  return caption.replace(
    /[^A-Za-z0-9_]/g,
    (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  )
}
