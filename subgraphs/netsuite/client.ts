import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { type Config, addressOf } from './config.ts'
import { credentials } from './credentials.ts'
import { errorOf } from './errors.ts'

/** One row of SuiteQL as it came: lower-case keys, every value a text, nulls left out. */
export type Row = Record<string, unknown>

/** Rows of one page of SuiteQL and whether there are more. */
export interface RowPage {
  rows: Row[]
  more: boolean
}

const PAGE = 1000
/** A query gives at most 100 000 rows (help section_157909186990). */
const MAX_ROWS = 100_000
/** What a synchronous write may take before we stop waiting; NetSuite itself goes on for up to 15 minutes. */
const WRITE_TIMEOUT_MS = 90_000

const page = z.object({
  hasMore: z.boolean(),
  items: z.array(z.record(z.string(), z.unknown())),
})

/** The wire: SuiteQL for reading, the record API for writing. */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth
  readonly #root: string

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = credentials(config, http)
    this.#root = `${addressOf(config, 'suitetalk.api')}/services/rest`
  }

  /** One page of a SuiteQL statement, which must have a total ORDER BY. */
  async page(statement: string, limit = PAGE, offset = 0): Promise<RowPage> {
    const answer = await this.#send({
      method: 'POST',
      url: `${this.#root}/query/v1/suiteql?limit=${Math.min(limit, PAGE)}&offset=${offset}`,
      // Without this header NetSuite refuses the statement.
      headers: { 'content-type': 'application/json', accept: 'application/json', prefer: 'transient' },
      body: JSON.stringify({ q: statement }),
      repeatable: true,
    })
    const { items, hasMore } = shaped(page, answer.json(), 'The answer of SuiteQL')
    return { rows: items, more: hasMore }
  }

  /**
   * All rows of a SuiteQL statement, page after page; one page at a time spares the account's places. BAD_ANSWER
   * where there are more than a query can give, because what is missing would be taken for nothing.
   */
  async rows(statement: string): Promise<Row[]> {
    const rows: Row[] = []
    for (let offset = 0; offset < MAX_ROWS; offset += PAGE) {
      const { rows: more, more: goOn } = await this.page(statement, PAGE, offset)
      rows.push(...more)
      if (!goOn) return rows
    }
    throw new ErpError('BAD_ANSWER', `NetSuite has more than the ${MAX_ROWS} rows that a query gives.`)
  }

  /** A record with its sublists; null where there is none. `id` is an internal id or "eid:…". */
  async record(type: string, id: string): Promise<Json | null> {
    try {
      const url = `${this.#root}/record/v1/${type}/${id}?expandSubResources=true`
      const answer = await this.#send({ method: 'GET', url, headers: { accept: 'application/json' } })
      return answer.json()
    } catch (error) {
      if (error instanceof ErpError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  /** The JSON Schema of a record type with the account's own fields. */
  async catalogue(type: string): Promise<Json> {
    const url = `${this.#root}/record/v1/metadata-catalog/${type}`
    return (await this.#send({ method: 'GET', url, headers: { accept: 'application/schema+json' } })).json()
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  request(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): WireRequest {
    return {
      method,
      url: `${this.#root}/record/v1/${path}`,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
    }
  }

  /** Sends a write and gives the internal id from its Location, or null where the answer has none. */
  async write(request: WireRequest): Promise<string | null> {
    const answer = await this.#send({
      ...request,
      method: request.method as HttpRequest['method'],
      timeoutMs: WRITE_TIMEOUT_MS,
    })
    if (answer.status !== 204 && answer.text.trim().startsWith('<')) {
      throw new ErpError('BAD_ANSWER', 'NetSuite answers a page where nothing was expected.', {
        said: answer.text.slice(0, 300),
      })
    }
    return /\/(\d+)\/?$/.exec(answer.headers.location?.split('?')[0] ?? '')?.[1] ?? null
  }

  /** The request as a log may show it. */
  shown(request: WireRequest): WireRequest {
    return { ...request, headers: { ...request.headers, authorization: '•••' } }
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw errorOf(answer)
  }
}
