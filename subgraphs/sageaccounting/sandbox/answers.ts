import { Answered } from '../../refusal.ts'
import { createHash } from 'node:crypto'
import type { SandboxAnswer } from '../../sandbox.ts'

/** A record of Sage; numbers are raw, so that no digit is lost. */
export type Row = Record<string, unknown>

/** Errors always come as a list, also one alone (https://developer.sage.com/accounting/guides/concepts/response_codes). */
export function errorAnswer(
  status: number,
  dataCode: string,
  message: string,
  source = '',
  headers: Record<string, string> = {},
): SandboxAnswer {
  const one = { $severity: 'error', $dataCode: dataCode, $message: message, $source: source }
  return { status, headers, body: [one] }
}

/** Refuses a body for one of its fields. */
export function invalid(message: string, source: string, dataCode = 'ValidationError'): Answered {
  return new Answered(errorAnswer(422, dataCode, message, source))
}

/** The answer to an unknown id or path. */
export function notFound(source = ''): Answered {
  return new Answered(errorAnswer(404, 'RecordNotFound', 'The record was not found.', source))
}

/** An id of 32 hexadecimal digits, the same in every run. */
export function idOf(seed: string): string {
  return createHash('md5').update(seed).digest('hex')
}

/** A decimal as a bare number, digit by digit; one without a fraction gets ".0", as the server writes it. */
export function num(text: string): object {
  return JSON.rawJSON(text.includes('.') ? text : `${text}.0`)
}

/** The text of a bare number. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '0'
  return JSON.isRawJSON(value) ? JSON.stringify(value) : String(value)
}

/** A record or constant as others name it. */
export function ref(path: string, id: string, displayed: string): Row {
  return { id, displayed_as: displayed, $path: `/${path}/${id}` }
}

/** JSON whose numbers stay as they were written. */
export function parseRaw(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? JSON.rawJSON(context?.source ?? String(value)) : value,
  )
}

declare global {
  interface JSON {
    /** Whether a value was made by JSON.rawJSON (ECMAScript proposal "JSON.parse source text access"). */
    isRawJSON(value: unknown): boolean
  }
}
