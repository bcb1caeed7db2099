import { ErpError } from '../schema/errors.ts'
import { type Json, parseExact } from './json.ts'
import type { PartAnswer } from './odata.ts'

/** One request inside a multipart $batch; `url` is relative to the service root. */
export interface Operation {
  method: string
  url: string
  headers?: Record<string, string>
  /** JSON, so that no line of it can ever look like a boundary. */
  body?: string | null
}

/** A read of a $batch, or the writes of a change set, which count together or not at all. */
export type BatchPart = Operation | Operation[]

/** A part of a multipart text. Header names are lower case. */
export interface Piece {
  headers: Record<string, string>
  body: string
}

const BATCH = 'batch_erp'
const CHANGES = 'changeset_erp'
const JSON_DATE = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/

/** A calendar day as a literal of a query (OData v2, Edm.DateTime). */
export function dateTime(day: string): string {
  return `datetime'${day}T00:00:00'`
}

/** An instant as a literal of a query (OData v2, Edm.DateTimeOffset). */
export function dateTimeOffset(instant: string): string {
  return `datetimeoffset'${instant}'`
}

/** A calendar day as JSON of v2: its midnight UTC. */
export function jsonDate(day: string): string {
  return `/Date(${Date.parse(`${day}T00:00:00Z`)})/`
}

/** The milliseconds since 1970 of a v2 date, "/Date(1795219200000+0000)/"; null for anything else. */
export function milliseconds(text: string): number | null {
  const ms = Number(JSON_DATE.exec(text)?.[1] ?? NaN)
  return Number.isNaN(new Date(ms).getTime()) ? null : ms
}

/** "PT10H10M10S" in seconds; null for anything else. */
export function secondsOf(time: string): number | null {
  const [whole, hours = 0, minutes = 0, seconds = 0] =
    /^PT(?:(\d{1,2})H)?(?:(\d{1,2})M)?(?:(\d{1,2})(?:\.\d+)?S)?$/.exec(time) ?? []
  return whole ? Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) : null
}

/** The one row of an answer, out of its envelope "d"; BAD_ANSWER where there is none. */
export function entityOf(body: Json): { [key: string]: Json } {
  const row = body !== null && typeof body === 'object' && !Array.isArray(body) ? body.d : null
  if (row && typeof row === 'object' && !Array.isArray(row)) return row
  throw new ErpError('BAD_ANSWER', 'The answer is no entity of OData v2.', { field: 'd' })
}

function httpText({ method, url, headers, body }: Operation): string {
  const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`)
  const size = body ? [`Content-Length: ${Buffer.byteLength(body)}`] : []
  return [`${method} ${url} HTTP/1.1`, ...lines, ...size, '', body ?? ''].join('\r\n')
}

function piece(boundary: string, headers: string[], body: string): string {
  return [`--${boundary}`, ...headers, '', body, ''].join('\r\n')
}

const HTTP = ['Content-Type: application/http', 'Content-Transfer-Encoding: binary']

/** A multipart $batch (OData v2, Batch Processing): reads stand outside of change sets, writes only inside. */
export function multipartBatch(parts: BatchPart[]): { headers: Record<string, string>; body: string } {
  const pieces = parts.map((part, index) => {
    if (!Array.isArray(part)) return piece(BATCH, HTTP, httpText(part))
    const name = `${CHANGES}_${index + 1}`
    const writes = part.map((one, nth) => piece(name, [...HTTP, `Content-ID: ${nth + 1}`], httpText(one)))
    return piece(BATCH, [`Content-Type: multipart/mixed; boundary=${name}`], `${writes.join('')}--${name}--`)
  })
  return {
    headers: { 'content-type': `multipart/mixed; boundary=${BATCH}`, accept: 'multipart/mixed' },
    body: `${pieces.join('')}--${BATCH}--\r\n`,
  }
}

function headed(text: string): Piece {
  const [, head = '', body = ''] = /^((?:[^\r\n]+\r?\n)*)(?:\r?\n)?([\s\S]*)$/.exec(text) ?? []
  const headers = head.split(/\r?\n/).flatMap((line): [string, string][] => {
    const at = line.indexOf(':')
    return at > 0 ? [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]] : []
  })
  return { headers: Object.fromEntries(headers), body }
}

/** The parts of a multipart text (RFC 2046, 5.1); BAD_ANSWER where it is none, or ends too early. */
export function pieces(text: string, contentType: string): Piece[] {
  const boundary = /^multipart\/mixed\b.*?boundary="?([^";,\s]+)"?/i.exec(contentType)?.[1]
  const marked = text.startsWith('--') ? `\n${text}` : text
  const split = boundary === undefined ? [] : marked.split(`\n--${boundary}`)
  const last = split.at(-1)
  if (split.length < 2 || !last?.startsWith('--')) {
    throw new ErpError('BAD_ANSWER', 'The answer is no multipart $batch, or was cut off.', {
      field: '$batch',
      said: text.slice(0, 300),
    })
  }
  return split.slice(1, -1).map((one) => headed(one.replace(/^[ \t]*\r?\n/, '').replace(/\r$/, '')))
}

/** The first line of a request or an answer inside a part, and what follows it. */
export function messageOf({ body }: Piece): Piece & { first: string } {
  const [, first = '', rest = ''] = /^([^\r\n]*)\r?\n?([\s\S]*)$/.exec(body) ?? []
  return { first, ...headed(rest) }
}

function jsonOf(text: string): Json {
  try {
    return parseExact(text)
  } catch {
    return text || null
  }
}

function answerOf(part: Piece): PartAnswer {
  const { first, headers, body } = messageOf(part)
  const status = Number(/^HTTP\/\d(?:\.\d)? ([1-5]\d\d)\b/.exec(first)?.[1] ?? NaN)
  if (Number.isNaN(status)) {
    throw new ErpError('BAD_ANSWER', 'A part of a $batch has no status.', { field: '$batch', said: first })
  }
  return { status, headers, body: jsonOf(body.trim()) }
}

/**
 * What each part of a multipart $batch was answered: one answer for a read, one for each write of a change set,
 * and one alone where a change set was refused. BAD_ANSWER where a part is missing or unreadable.
 */
export function multipartAnswers(text: string, contentType: string, count: number): PartAnswer[][] {
  const answers = pieces(text, contentType).map((part): PartAnswer[] => {
    const type = part.headers['content-type'] ?? ''
    return type.startsWith('multipart/') ? pieces(part.body, type).map(answerOf) : [answerOf(part)]
  })
  if (answers.length === count) return answers
  throw new ErpError('BAD_ANSWER', `A $batch of ${count} parts was answered with ${answers.length}.`, {
    field: '$batch',
  })
}
