import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, bearer, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { refreshToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { errorOf } from './errors.ts'

/** Parameters of a request; what is undefined is left out. */
export type Query = Record<string, string | number | undefined>

/** A page of a list, and how many rows there are in all. */
export interface Rows {
  rows: Json[]
  total: number
  more: boolean
}

/** Rows of one page at most. */
export const PAGE = 200
/** Requests at the same time. */
export const PARALLEL = 4
const ID = /^[\da-f]{32}$/i
const WRITE_TIMEOUT_MS = 60_000

/** The size stands under one of two names, depending on the endpoint; we need neither. */
const envelope = z.object({
  $total: z.string().regex(/^\d+$/),
  $next: z.string().nullish(),
  $items: z.array(z.unknown()),
})
const businesses = z.array(z.object({ id: z.string().min(1), displayed_as: z.string().nullish() }))

/** Whether a text is an id of a record: 32 hexadecimal digits without hyphens. */
export function isId(text: string): boolean {
  return ID.test(text)
}

function credentials(config: Config, http: Http): Auth {
  const { clientId, clientSecret, grantUrl: url } = config
  // A refresh token works once: the vault saves the next one before its access token is used.
  const renew = refreshToken(http, { url, form: { client_id: clientId, client_secret: clientSecret } })
  const first = config.refreshToken ? { refreshToken: config.refreshToken } : null
  return bearer(http, (stored) => renew(stored?.refreshToken ? stored : first))
}

/** The wire: the Accounting API 3.1 (https://developer.sage.com/accounting/). */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth
  /** The business that every request names: without it the lead business of the person would answer. */
  readonly business: Kept<{ id: string; name: string }>
  readonly #kept = new Map<string, Kept<Json[]>>()

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = credentials(config, http)
    this.business = new Kept(() => this.#business())
  }

  /** The answer to a question; throws ErpError for anything but a success. */
  async get(path: string, query: Query = {}): Promise<Json> {
    const request = { method: 'GET', url: this.#url(path, query), headers: await this.#headers() } as const
    return (await this.#send(request, path)).json()
  }

  /** One record by its id with everything nested in it; null where there is none. */
  async one(path: string, id: string, query: Query = {}): Promise<Json> {
    if (!isId(id)) return null
    try {
      return await this.get(`${path}/${id}`, { nested_attributes: 'all', ...query })
    } catch (error) {
      if (error instanceof ErpError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  /** A page of a list. Without `attributes` it would hold ids alone. */
  async page(path: string, query: Query, page = 1, size = PAGE): Promise<Rows> {
    const body = await this.get(path, { ...query, attributes: 'all', items_per_page: size, page })
    const { $total, $next, $items } = shaped(envelope, body, `The list of ${path}`)
    return { rows: $items as Json[], total: Number($total), more: ($next ?? null) !== null }
  }

  /**
   * Every row of a list. Only as many pages are asked for at once as may go out: the last of a hundred in the queue
   * would wait for longer than a minute's limit allows, be refused, and spoil all that were read before it.
   */
  async all(path: string, query: Query = {}): Promise<Json[]> {
    const { rows, total } = await this.page(path, query)
    const count = Math.ceil(total / PAGE)
    for (let next = 2; next <= count; next += PARALLEL) {
      const pages = Array.from({ length: Math.min(PARALLEL, count - next + 1) }, (_, at) => next + at)
      const read = await Promise.all(pages.map((page) => this.page(path, query, page)))
      rows.push(...read.flatMap((one) => one.rows))
    }
    return rows
  }

  /** Every row of a list that is set up once, such as tax rates; kept for a while. */
  kept(path: string): Kept<Json[]> {
    const kept = this.#kept.get(path) ?? new Kept(() => this.all(path))
    this.#kept.set(path, kept)
    return kept
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  async request(method: HttpRequest['method'], path: string, body: object | null): Promise<WireRequest> {
    const headers = await this.#headers()
    return {
      method,
      url: this.#url(path, {}),
      headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
      body: body && JSON.stringify(body),
    }
  }

  /** Sends a write and gives the record that it answers with. */
  async write(request: WireRequest): Promise<Json> {
    const method = request.method as HttpRequest['method']
    const send = { ...request, method, timeoutMs: WRITE_TIMEOUT_MS, repeatable: false }
    const answer = await this.#send(send, request.url)
    return answer.status === 204 ? null : answer.json()
  }

  /** The request as a log may show it. */
  shown(request: WireRequest): WireRequest {
    return { ...request, headers: { ...request.headers, authorization: '•••' } }
  }

  async #send(request: HttpRequest, path: string): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw errorOf(answer, path)
  }

  #url(path: string, query: Query): string {
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`)
    return `${this.config.url}/${path}${text.length > 0 ? `?${text.join('&')}` : ''}`
  }

  async #headers(): Promise<Record<string, string>> {
    const id = this.config.businessId ?? (await this.business.get()).id
    return { accept: 'application/json', 'x-business': id }
  }

  /** https://developer.sage.com/accounting/guides/concepts/multiple_businesses */
  async #business(): Promise<{ id: string; name: string }> {
    const url = this.#url('businesses', { items_per_page: PAGE })
    const answer = await this.#send({ method: 'GET', url, headers: { accept: 'application/json' } }, url)
    const { $items } = shaped(envelope, answer.json(), 'The list of businesses')
    const all = shaped(businesses, $items, 'The list of businesses')
    const { businessId } = this.config
    const fits = businessId === undefined ? all : all.filter(({ id }) => id === businessId)
    const [only, ...others] = fits
    if (only && others.length === 0) return { id: only.id, name: only.displayed_as || only.id }
    const why = only ? 'has several businesses; fill in businessId' : 'has no such business'
    throw new ErpError('VALIDATION', `The person who signed in ${why}.`, { field: 'businessId' })
  }
}
