import { ErpError } from '../../schema/errors.ts'
import { type Auth, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { parseExact } from '../json.ts'
import { type Query, address, anyOf, collectionOf, literal } from '../odata.ts'
import { BOUNDARY, type Part, type PartAnswer, batchAnswers, batchBody } from './batch.ts'
import type { Config } from './config.ts'
import { errorOf } from './errors.ts'
import { authOf, shownAuth } from './session.ts'

/** A set and what is asked of it. */
export type Ask = [set: string, query: Query]

const ROOT = '/b1s/v2/'
const MAX_PARTS = 100
const MAX_PAGES = 1_000
/** Values in one filter: far below what the parser of the server was seen to take. */
const PER_FILTER = 50
/** A request line of Apache holds 8190 bytes; longer questions go into the body of a $batch. */
const MAX_URL = 6_000
const WRITE_TIMEOUT_MS = 90_000
const ACCEPT = { accept: 'application/json' }
/** Without it a page has 20 rows; 0 turns paging off (guide, chapter on pagination). */
const ALL_ROWS = 'odata.maxpagesize=0'

/** "(Field eq 'a' or …)" for all values, as many filters as are needed. */
export function filtersOf(field: string, values: Iterable<string>, quoted = true): string[] {
  const all = [...new Set(values)].map((value) => (quoted ? literal(value) : value))
  return Array.from({ length: Math.ceil(all.length / PER_FILTER) }, (_, index) =>
    anyOf(field, all.slice(index * PER_FILTER, (index + 1) * PER_FILTER)),
  )
}

/** A key as it stands in an address: its own quotes doubled, then percent-encoded. */
export function keyOf(key: string): string {
  return `('${encodeURIComponent(key.replaceAll("'", "''"))}')`
}

/** The wire: OData v4 of the Service Layer. */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = authOf(config, http)
  }

  /** All rows of several sets: in one call where they fit. */
  async read(asks: Ask[]): Promise<Json[][]> {
    const [only] = asks
    if (only && asks.length === 1 && address(...only).length < MAX_URL) return [await this.#all(only)]
    const answers = await this.batch(asks.map((ask) => this.part(ask)))
    return Promise.all(
      answers.map(async (answer) => {
        if (answer instanceof ErpError) throw answer
        return this.#rest(parseExact(answer.text))
      }),
    )
  }

  /** The first rows of a set, at most `size`. */
  async page([set, query]: Ask, size: number): Promise<Json[]> {
    const prefer = `odata.maxpagesize=${size}`
    const headers = { ...ACCEPT, prefer }
    const answer = await this.send({
      method: 'GET',
      url: this.url(address(set, { ...query, top: size })),
      headers,
    })
    return collectionOf(answer.json(), this.config.url).rows
  }

  /** A question as a part of a $batch. */
  part([set, query]: Ask): Part {
    return { method: 'GET', path: `${ROOT}${address(set, query)}`, headers: { Prefer: ALL_ROWS } }
  }

  /** An action as a part of a $batch; only for actions that change nothing. */
  action(name: string, body: object | null): Part {
    return { method: 'POST', path: `${ROOT}${name}`, body: body === null ? undefined : JSON.stringify(body) }
  }

  /**
   * Reads of one $batch. The server stops at the first part that it refuses, so what was not answered is sent
   * again behind it: one refused part costs one more call and no other row.
   */
  async batch(parts: Part[]): Promise<(PartAnswer | ErpError)[]> {
    const all: (PartAnswer | ErpError)[] = []
    while (all.length < parts.length) {
      const some = parts.slice(all.length, all.length + MAX_PARTS)
      const answer = await this.send({
        method: 'POST',
        url: this.url('$batch'),
        headers: { accept: 'multipart/mixed', 'content-type': `multipart/mixed;boundary=${BOUNDARY}` },
        body: batchBody(some),
        repeatable: true,
      })
      const answers = batchAnswers(answer.headers['content-type'], answer.text, some.length)
      if (answers.length === 0) throw new ErpError('BAD_ANSWER', 'A $batch was answered without a part.')
      all.push(...answers.map((one) => (one.status >= 300 ? errorOf(one) : one)))
    }
    return all
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  request(
    method: 'POST' | 'PATCH',
    path: string,
    body: object | null,
    version: string | null = null,
  ): WireRequest {
    return {
      method,
      url: this.url(path),
      headers: { ...ACCEPT, 'content-type': 'application/json', ...(version && { 'if-match': version }) },
      body: body === null ? null : JSON.stringify(body),
    }
  }

  /** Sends a write. */
  write(request: WireRequest): Promise<HttpAnswer> {
    const method = request.method as HttpRequest['method']
    return this.send({ ...request, method, timeoutMs: WRITE_TIMEOUT_MS })
  }

  /** The request as a log may show it. */
  shown(request: WireRequest): WireRequest {
    return { ...request, headers: { ...request.headers, ...shownAuth(this.config) } }
  }

  /** An address below the root of the Service Layer. */
  url(path: string): string {
    return `${this.config.url}${ROOT}${path}`
  }

  /** Sends with credentials; throws ErpError for anything but a success. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw errorOf(answer)
  }

  async #all([set, query]: Ask): Promise<Json[]> {
    return this.#rest((await this.#get(this.url(address(set, query)))).json())
  }

  #get(url: string): Promise<HttpAnswer> {
    return this.send({ method: 'GET', url, headers: { ...ACCEPT, prefer: ALL_ROWS } })
  }

  /** A next link is relative to the root, with or without it; it never leads to another host. */
  async #rest(first: Json): Promise<Json[]> {
    let { rows, next } = collectionOf(first, this.url(''))
    const all = [...rows]
    for (let pages = 0; next !== null; pages += 1) {
      if (pages >= MAX_PAGES) throw new ErpError('BAD_ANSWER', 'A collection does not end.')
      const { pathname, search } = new URL(next)
      const path = pathname.slice(pathname.indexOf(ROOT) + ROOT.length)
      ;({ rows, next } = collectionOf((await this.#get(this.url(`${path}${search}`))).json(), this.url('')))
      all.push(...rows)
    }
    return all
  }
}
