import Big from 'big.js'
import { Num, type Row } from '../../exact.ts'
import type { SandboxAnswer } from '../../sandbox.ts'

/** The number in a value; 0 where there is none. */
export function bigOf(value: unknown): Big {
  return value instanceof Num ? value.big : new Big(0)
}

/** The text in a value; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The object in a value; an empty one where there is none. */
export function rowOf(value: unknown): Row {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Num)
    ? (value as Row)
    : {}
}

/** The objects in a list. */
export function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(rowOf) : []
}

/** The id in a reference. */
export function refId(value: unknown): string {
  return textOf(rowOf(value).value)
}

function sunday(year: number, month: number, nth: number): number {
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay()
  return Date.UTC(year, month, 1 + ((7 - first) % 7) + 7 * (nth - 1))
}

/** Milliseconds since 1970 as QuickBooks writes instants: whole seconds in US Pacific time, with its offset. */
export function timeOf(ms: number, fraction = false): string {
  const year = new Date(ms).getUTCFullYear()
  const summer = ms >= sunday(year, 2, 2) + 10 * 3_600_000 && ms < sunday(year, 10, 1) + 9 * 3_600_000
  const hours = summer ? 7 : 8
  const local = new Date(ms - hours * 3_600_000).toISOString()
  return `${local.slice(0, fraction ? 23 : 19)}-0${hours}:00`
}

/** What the server refuses, thrown from deep inside. */
export class Refusal extends Error {
  readonly code: string
  readonly detail: string
  readonly element: string | undefined
  readonly status: number

  constructor(code: string, message: string, detail: string, element?: string, status = 400) {
    super(message)
    this.code = code
    this.detail = detail
    this.element = element
    this.status = status
  }

  /** The fault as validation writes it. */
  get fault(): object {
    const { message: Message, detail: Detail, code, element } = this
    const type = this.status >= 500 ? 'SystemFault' : 'ValidationFault'
    return { Error: [{ Message, Detail, code, ...(element && { element }) }], type }
  }

  get answer(): SandboxAnswer {
    return { status: this.status, body: { Fault: this.fault, time: timeOf(Date.now(), true) } }
  }
}

/** The fault of the gateway: small letters, another nesting, a time in milliseconds. */
export function gateway(
  status: number,
  code: string,
  message: string,
  detail: string,
  type: string,
): SandboxAnswer {
  return {
    status,
    body: {
      warnings: null,
      intuitObject: null,
      fault: { error: [{ message, detail, code, element: null }], type },
      report: null,
      queryResponse: null,
      batchItemResponse: [],
      attachableResponse: [],
      syncErrorResponse: null,
      requestId: null,
      time: Date.now(),
      status: null,
      cdcresponse: [],
    },
  }
}
