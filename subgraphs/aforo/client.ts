import { z } from 'zod'
import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { type Http, type HttpAnswer, retryAfter } from '../http.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'

/** Calls one tenant of Aforo. Throws ErpError. https://docs.aforo.ai */
export interface Client {
  /** The row of a list by its id, or null when Aforo does not know it, or another tenant owns it. */
  row(list: List, id: string): Promise<Json | null>
  /** The pages of a list from one on, counted from 0. */
  pages(list: List, from: number, size?: number): AsyncGenerator<Listing>
}

/** What can be listed; each belongs to a service of its own. */
export type List = 'invoices' | 'customers'

/** A page of a list; never empty. */
export interface Listing {
  number: number
  rows: Json[]
}

/** The greatest size is not published, so a smaller page than asked for is no end by itself. */
const SIZE = 100
const MAX_PAGES = 2_000
const whole = z.string().regex(/^\d+$/, 'is no whole number').transform(Number).nullish()
const paged = z.object({ content: z.array(z.unknown()), size: whole, totalPages: whole })
const problem = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  retryAfter: z.string().optional(),
  errors: z
    .array(z.object({ field: z.string().optional(), message: z.string().optional() }))
    .optional()
    .catch(undefined),
})

const CODES: Record<number, ErrorCode> = {
  400: 'VALIDATION',
  401: 'AUTHENTICATION_FAILED',
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'VALIDATION',
  429: 'RATE_LIMITED',
}

/** RFC 7807; a page of a proxy has none of its fields. */
function problemOf(answer: HttpAnswer): z.output<typeof problem> {
  try {
    return problem.parse(answer.json())
  } catch {
    return { detail: answer.text }
  }
}

/** A refusal as one of our classes, with the words of Aforo and the id its support asks for. https://docs.aforo.ai */
export function refusalOf(answer: HttpAnswer): ErpError {
  const { status, headers } = answer
  const { title, detail, code: native, retryAfter: seconds, errors = [] } = problemOf(answer)
  const fields = errors.map(({ field, message }) => `${field ?? '?'} ${message ?? ''}`)
  const words = [detail ?? title, native, ...fields, headers['x-request-id']]
  const said = words.filter(Boolean).join('; ').slice(0, 300)
  const lacking = status === 422 && /required/i.test(said)
  const code = CODES[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'BAD_ANSWER')
  const told = seconds && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined
  return new ErpError(lacking ? 'MISSING_REQUIRED_FIELD' : code, `Aforo refused a request (${status}).`, {
    said,
    field: errors[0]?.field,
    retryAfterMs: retryAfter(headers) ?? told,
  })
}

/** What an answer is about, out of the envelope that some paths have and others do not. */
function unwrapped(answer: HttpAnswer): Json {
  const body = answer.json()
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  if (body.success === false) throw refusalOf(answer)
  return body.data ?? body
}

/** A page in each of the published forms: bare, with `content`, and either of them inside `data`. */
function listingOf(body: Json): { rows: Json[]; size: number; pages: number } {
  if (Array.isArray(body)) return { rows: body, size: 0, pages: 0 }
  const { content, size, totalPages } = shaped(paged, body, 'A list of Aforo')
  return { rows: content as Json[], size: size ?? 0, pages: totalPages ?? 0 }
}

/** Opens the way to one tenant. */
export function openClient(config: Config, http: Http): Client {
  const bases = { invoices: config.url, customers: config.customerUrl }
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${config.key}`,
    'x-tenant-id': config.tenant,
  }
  const get = (list: List, path: string): Promise<HttpAnswer> =>
    http.send({ method: 'GET', url: `${bases[list]}/api/v1/${list}${path}`, headers })

  return {
    async row(list, id) {
      if (/^\.*$/.test(id)) return null
      const answer = await get(list, `/${encodeURIComponent(id)}`)
      if (answer.status === 404) return null
      if (answer.status !== 200) throw refusalOf(answer)
      return unwrapped(answer)
    },
    /** Ends with an empty page, a short one, or the same one again where the service has but one. */
    async *pages(list, from, size = SIZE) {
      let last = ''
      for (let number = from; number < from + MAX_PAGES; number += 1) {
        const answer = await get(list, `?page=${number}&size=${size}`)
        if (answer.status !== 200) throw refusalOf(answer)
        const page = listingOf(unwrapped(answer))
        const text = JSON.stringify(page.rows)
        if (page.rows.length === 0 || text === last) return
        last = text
        yield { number, rows: page.rows }
        if (page.size > page.rows.length && number + 1 >= page.pages) return
      }
      throw new ErpError('BAD_ANSWER', 'A list of Aforo does not end.')
    },
  }
}
