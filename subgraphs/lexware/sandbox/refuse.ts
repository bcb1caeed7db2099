import { Answered } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { stamp } from '../time.ts'

/** One finding of the regular shape. */
export interface Detail {
  violation: string
  field: string
  message: string
}

const WORDS: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The shape of articles, documents, the voucher list and subscriptions: https://developers.lexware.io/docs/ (error codes) */
export function regular(
  status: number,
  path: string,
  message: string,
  details: Detail[] = [],
): SandboxAnswer {
  const error = WORDS[status] ?? 'Error'
  return {
    status,
    body: {
      timestamp: stamp(Date.parse('2026-11-20T09:00:00.123Z')),
      status,
      error,
      path,
      traceId: '90d78d0777be',
      message:
        details.length > 0
          ? 'Validation failed for request. Please see details list for specific causes.'
          : message,
      ...(details.length > 0 ? { details } : {}),
    },
  }
}

/** The shape of contacts, vouchers, files and the profile. */
export function legacy(
  status: number,
  i18nKey: string,
  source: string,
  type = 'validation_failure',
): SandboxAnswer {
  return { status, body: { IssueList: [{ i18nKey, source, type, additionalData: null, args: null }] } }
}

/** The gateway's own words. */
export function gateway(status: number, message: string): SandboxAnswer {
  return { status, body: { message } }
}

/** Refuses a document with one finding. */
export function invalid(path: string, violation: string, field: string, message: string): Answered {
  return new Answered(regular(406, path, message, [{ violation, field, message }]))
}
