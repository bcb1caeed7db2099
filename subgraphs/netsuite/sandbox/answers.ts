import type { SandboxAnswer } from '../../sandbox.ts'

const TITLES: Record<number, [string, string]> = {
  400: ['Bad Request', '4.1'],
  401: ['Unauthorized', '4.2'],
  403: ['Forbidden', '4.4'],
  404: ['Not Found', '4.5'],
  405: ['Method Not Allowed', '4.6'],
  409: ['Conflict', '4.10'],
  429: ['Too Many Requests', '4'],
  500: ['Internal Server Error', '5.1'],
}

/** Where an error points: a field of the body, a query parameter or a header. */
export interface Place {
  path?: string
  query?: string
  header?: string
}

/** An error with the body that NetSuite gives (help section_156570709583). */
export function problem(status: number, code: string, detail: string, place: Place = {}): SandboxAnswer {
  const [title = '', section = ''] = TITLES[status] ?? []
  return {
    status,
    headers: {
      'content-type': 'application/vnd.oracle.resource+json; type=error; charset=utf-8',
      ...(status === 401 && { 'www-authenticate': 'Bearer realm="NetSuite"' }),
    },
    body: {
      type: `https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.${section}`,
      title,
      status,
      'o:errorDetails': [
        {
          detail,
          ...(place.query && { 'o:errorQueryParam': place.query }),
          ...(place.header && { 'o:errorHeader': place.header }),
          ...(place.path && { 'o:errorPath': place.path }),
          'o:errorCode': code,
        },
      ],
    },
  }
}

/** A refusal that stops the handling of a request. */
export class Refused extends Error {
  readonly answer: SandboxAnswer

  constructor(status: number, code: string, detail: string, place: Place = {}) {
    super(detail)
    this.answer = problem(status, code, detail, place)
  }
}

/** An answer in JSON; numbers made by `exactNumber` keep every digit. */
export function json(status: number, body: object, type = 'application/json; charset=utf-8'): SandboxAnswer {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(body) }
}

/** What a write answers: nothing but where the record is. */
export function written(location: string): SandboxAnswer {
  return { status: 204, headers: { location }, body: null }
}

/** The page that stands in front of NetSuite during maintenance. */
export const MAINTENANCE: SandboxAnswer = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>NetSuite Maintenance</title></head><body>Scheduled maintenance</body></html>',
}
