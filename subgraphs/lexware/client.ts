import { z } from 'zod'
import { type Auth, fixed, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { toErpError } from './errors.ts'

/** Rows of one page at most: https://developers.lexware.io/docs/ (paging) */
export const PAGE = 250
/** Rows that paging can reach; beyond, "Maximum search window size exceeded". */
export const WINDOW = 10_000

const envelope = z.object({
  content: z.array(z.record(z.string(), z.unknown())),
  last: z.boolean(),
  totalPages: z.string().regex(/^\d{1,9}$/),
})
const written = z.object({ id: z.string().min(1), version: z.string() })

/** What every create and change answers; the number of a document is not in it. */
export type Written = z.output<typeof written>
/** A row as it came. */
export type Raw = Record<string, unknown>

/** One page of a collection. */
export interface Listed {
  rows: Raw[]
  last: boolean
  pages: number
}

const ASKING = { accept: 'application/json' }
const SENDING = { ...ASKING, 'content-type': 'application/json' }

/** The public API of one organisation: https://developers.lexware.io/docs/ */
export class Client {
  readonly #http: Http
  readonly #auth: Auth
  readonly #url: string

  constructor({ url, apiKey }: Config, http: Http) {
    this.#http = http
    this.#auth = fixed('authorization', `Bearer ${apiKey}`)
    this.#url = `${url}/v1`
  }

  /** One page, counted from 0. */
  async page(path: string, filters: Record<string, string>, page: number, size = PAGE): Promise<Listed> {
    const query = Object.entries({ ...filters, page: String(page), size: String(size) })
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&')
    const answer = await this.get(`${path}?${query}`)
    const { content, last, totalPages } = shaped(envelope, answer.json(), path)
    return { rows: content, last, pages: Number(totalPages) }
  }

  /** Throws NOT_FOUND for what is not there. */
  get(path: string): Promise<HttpAnswer> {
    return this.send({ method: 'GET', url: `${this.#url}/${path}`, headers: ASKING })
  }

  /** Null for what is not there. */
  async maybe(path: string): Promise<HttpAnswer | null> {
    const request: HttpRequest = { method: 'GET', url: `${this.#url}/${path}`, headers: ASKING }
    const answer = await sendAs(this.#auth, this.#http, request)
    return answer.status === 404 ? null : passed(answer)
  }

  /** The request that creates or replaces. */
  writing(method: 'POST' | 'PUT', path: string, body: object): HttpRequest {
    return { method, url: `${this.#url}/${path}`, headers: SENDING, body: JSON.stringify(body) }
  }

  async write(request: HttpRequest): Promise<Written> {
    return shaped(written, (await this.send(request)).json(), 'The action result')
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    return passed(await sendAs(this.#auth, this.#http, request))
  }
}

function passed(answer: HttpAnswer): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw toErpError(answer)
}

/** A request as a person may see it: the key is added on the way out. */
export function shown({ method, url, headers, body }: HttpRequest): WireRequest {
  return { method, url, headers: { ...headers, authorization: '•••' }, body: body ?? null }
}

/** Lexware's ids are UUIDs; anything else is no id and is not asked for. */
export function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
}

/**
 * Text for a filter of contacts: `%` and `_` are taken as letters, and `&`, `<` and `>` are encoded for HTML before
 * the address is made. https://developers.lexware.io/docs/ (filtering contacts)
 */
export function literal(text: string): string {
  return text
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
