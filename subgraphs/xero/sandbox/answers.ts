import { createHash } from 'node:crypto'
import { exactNumber } from '../../json.ts'
import type { SandboxAnswer } from '../../sandbox.ts'

/** A row as it stands on the wire; numbers keep their text. */
export interface Row {
  [name: string]: unknown
}

/** The id that Xero gives where nothing was saved. */
export const NOBODY = '00000000-0000-0000-0000-000000000000'

/** An id made from a name, the same in every run. */
export function guid(name: string): string {
  const hex = createHash('sha1').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A decimal text as a number on the wire. */
export function num(text: string): object {
  return exactNumber(text)
}

/** The text of a number on the wire; "0" for none. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '0'
  return typeof value === 'object' && 'rawJSON' in value ? String(value.rawJSON) : String(value)
}

/** An instant or a day; quotes leave the offset out. */
export function stamp(ms: number, offset = '+0000'): string {
  return `/Date(${ms}${offset})/`
}

/** A problem that has nothing to do with the data. */
export function problem(status: number, title: string, detail: string): SandboxAnswer {
  const id = guid(`${status} ${detail}`)
  return {
    status,
    body: { Type: null, Title: title, Status: status, Detail: detail, Instance: id, Extensions: {} },
  }
}

/** A refused request: an exception without elements. */
export function exception(type: string, message: string, number = 17): SandboxAnswer {
  return { status: 400, body: { ErrorNumber: number, Type: type, Message: message } }
}

/** Elements that were not saved. */
export function invalid(elements: Row[]): SandboxAnswer {
  return {
    status: 400,
    body: {
      ErrorNumber: 10,
      Type: 'ValidationException',
      Message: 'A validation exception occurred',
      Elements: elements,
    },
  }
}

/** An answer with rows under their plural name. */
export function envelope(set: string, rows: Row[], more: Row = {}): SandboxAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: {
      Id: guid(`answer ${set}`),
      Status: 'OK',
      ProviderName: 'Unified Data API',
      DateTimeUTC: stamp(Date.now(), ''),
      ...more,
      [set]: rows,
    },
  }
}
