import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { fixed, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { type About, isGone, refusalOf } from './errors.ts'

/** One request in words: path below the base address, and the body as it will be written. */
export interface Step {
  method: 'POST' | 'PATCH'
  path: string
  body: object
}

/** A page of a list: `next` is an absolute address on the same host, null on the last page. */
export interface Listing {
  rows: Json[]
  next: string | null
  /** How many rows the whole list has, where Qwoty tells. */
  total: number | null
}

/** Calls Qwoty. Throws ErpError. https://docs.qwoty.io/llms.txt */
export interface Client {
  /** The row under a path, or null when Qwoty does not know it. */
  row(about: About, path: string): Promise<Json | null>
  /** A page of a list, by path below the base address or by `next` of the page before. */
  page(about: About, where: string): Promise<Listing>
  /** All rows of a list, page by page. */
  all(about: About, path: string): Promise<Json[]>
  /** Writes; never sent twice. */
  write(about: About, step: Step): Promise<Json>
  /** The request that `write` sends, without the token. */
  plan(step: Step): WireRequest
}

const HIDDEN = '•••'
const MAX_PAGES = 2_000
const number = z.string().regex(/^\d+$/).transform(Number)
const listed = z.object({
  data: z.array(z.unknown()),
  total: number.nullish(),
  next: z.string().nullish(),
  limit: number.nullish(),
  offset: number.nullish(),
})
const wrapped = z.object({ data: z.unknown() })

/** An id as one segment of a path; null where it cannot be one. */
export function segment(id: string): string | null {
  return /^\.*$/.test(id) ? null : encodeURIComponent(id)
}

function bodyOf(answer: HttpAnswer, about: About): Json {
  if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer, about)
  const body = answer.json()
  if (typeof body === 'object' && body !== null && !Array.isArray(body) && body.success === false) {
    throw refusalOf(answer, about)
  }
  return body
}

/** The next page, only on the host that the token belongs to. */
function sameHost(next: string, base: string): string {
  const url = URL.canParse(next, base) ? new URL(next, base) : null
  if (url?.origin === new URL(base).origin) return url.href
  throw new ErpError('BAD_ANSWER', 'Qwoty names a next page on another host; it is not followed.', {
    said: next.slice(0, 300),
  })
}

/**
 * A page in any of the three forms that the pages of the vendor show: with `next`, bare, and with limit and
 * offset. https://docs.qwoty.io/llms.txt
 */
export function listingOf(body: Json, at: string, base: string): Listing {
  const { data, total, next, limit, offset } = shaped(listed, body, 'A list of Qwoty')
  const rows = data as Json[]
  if (next) return { rows, next: sameHost(next, base), total: total ?? null }
  const end = (offset ?? 0) + rows.length
  if (typeof limit !== 'number' || typeof total !== 'number' || rows.length === 0 || end >= total)
    return { rows, next: null, total: total ?? null }
  const url = new URL(at)
  url.searchParams.set('limit', String(limit))
  url.searchParams.set('offset', String(end))
  return { rows, next: url.href, total }
}

function requestOf({ method, path, body }: Step, { url }: Config): HttpRequest {
  return {
    method,
    url: `${url}${path}`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}

/** Every row of a list. Throws BAD_ANSWER for one that goes in a circle, or ends before the rows that it counts. */
async function allOf(client: Client, about: About, path: string): Promise<Json[]> {
  const rows: Json[] = []
  const seen = new Set<string>()
  for (let next: string | null = path; next !== null;) {
    if (seen.has(next) || seen.size >= MAX_PAGES)
      throw new ErpError('BAD_ANSWER', 'A list of Qwoty does not end.')
    seen.add(next)
    const page: Listing = await client.page(about, next)
    rows.push(...page.rows)
    next = page.next
    if (next === null && rows.length < (page.total ?? 0))
      throw new ErpError('BAD_ANSWER', `Qwoty listed ${rows.length} of ${page.total} rows.`)
  }
  return rows
}

/** Opens the way to one workspace. */
export function openClient(config: Config, http: Http): Client {
  const auth = fixed('authorization', `Bearer ${config.token}`)
  const get = async (about: About, url: string): Promise<Json> =>
    bodyOf(await sendAs(auth, http, { method: 'GET', url, headers: { accept: 'application/json' } }), about)
  const client: Client = {
    async row(about, path) {
      try {
        const body = await get(about, `${config.url}${path}`)
        return shaped(wrapped, body, `A ${about} of Qwoty`).data as Json
      } catch (error) {
        if (isGone(error)) return null
        throw error
      }
    },
    async page(about, where) {
      const url = where.startsWith('/') ? `${config.url}${where}` : sameHost(where, config.url)
      return listingOf(await get(about, url), url, config.url)
    },
    all: (about, path) => allOf(client, about, path),
    async write(about, step) {
      const body = bodyOf(await sendAs(auth, http, requestOf(step, config)), about)
      return shaped(wrapped, body, `The answer to a written ${about}`).data as Json
    },
    plan(step) {
      const { method, url, headers = {}, body = null } = requestOf(step, config)
      return { method, url, headers: { ...headers, authorization: HIDDEN }, body }
    },
  }
  return client
}
