import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, basic, bearer, sendAs } from '../auth.ts'
import type { Id, WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { type Json, exactOrNull } from '../json.ts'
import { Kept } from '../kept.ts'
import { askToken } from '../oauth2.ts'
import {
  type Collection,
  type Part,
  type Query,
  address,
  batchAnswers,
  batchBody,
  collectionOf,
  isGuid,
} from '../odata.ts'
import { shaped } from '../shape.ts'
import { type Config, tokenUrl } from './config.ts'
import { errorOf } from './errors.ts'

/** The parts of the server: the business API, the analytics API, published pages, the Field Service API. */
export type Root = 'api/v2.0' | 'api/microsoft/analytics/v1.0' | 'ODataV4' | `api/${string}`

/** A company of the environment. */
export interface CompanyRow {
  id: Id
  name: string
  version: string | null
}

/** A batch takes at most 100 operations (.../dev-itpro/api-reference/v2.0/operational-limits-online). */
const MAX_PARTS = 100
/** Keeps the address of one part short of what proxies cut. */
const PER_PART = 20
const MAX_PAGES = 1_000
const EARLY_SHARE = 0.9
/** A request is cut by the server after 10 minutes; we stop waiting for a write before. */
const WRITE_TIMEOUT_MS = 90_000
const ENGLISH = { accept: 'application/json', 'accept-language': 'en-US' }

const companyRow = z.object({ id: z.string(), name: z.string(), systemVersion: z.string().nullish() })

/** Values in groups that fit into one filter. */
export function groups<T>(values: Iterable<T>): T[][] {
  const all = [...new Set(values)]
  return Array.from({ length: Math.ceil(all.length / PER_PART) }, (_, index) =>
    all.slice(index * PER_PART, (index + 1) * PER_PART),
  )
}

/** On premises a user with a web service access key (.../v2.0/endpoints-apis-for-dynamics), else an Entra app. */
function authOf(config: Config, http: Http): Auth {
  const { user, accessKey = '', clientId = '', clientSecret = '', scope } = config
  if (user) return basic(user, accessKey)
  return bearer(http, () =>
    askToken(http, {
      url: tokenUrl(config),
      form: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope },
      repeatable: true,
      refused: 'AUTHENTICATION_FAILED',
      share: EARLY_SHARE,
    }),
  )
}

/** The wire: OData v4. */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth
  readonly #company: Kept<CompanyRow[]>

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = authOf(config, http)
    this.#company = new Kept(async () => {
      const { rows } = await this.page(`${config.url}/api/v2.0/companies`)
      return rows.map((row) => {
        const { id, name, systemVersion } = shaped(companyRow, row, 'A company')
        return { id, name, version: systemVersion || null }
      })
    })
  }

  /** The company of this connection; VALIDATION where the environment has none of that name. */
  async company(): Promise<CompanyRow> {
    const wanted = this.config.company.toLowerCase()
    const found = await this.#company.find((all) =>
      all.find(({ id, name }) => id.toLowerCase() === wanted || name.toLowerCase() === wanted),
    )
    if (found) return found
    throw new ErpError('VALIDATION', `There is no company ${this.config.company}.`, { field: 'company' })
  }

  /** The path of the company below a root; published pages know companies by name only. */
  async inCompany(root: Root, path: string): Promise<string> {
    const { id, name } = await this.company()
    if (!isGuid(id)) throw new ErpError('BAD_ANSWER', 'The id of the company is no GUID.', { field: 'id' })
    const company =
      root === 'ODataV4' ? `Company('${encodeURIComponent(name.replaceAll("'", "''"))}')` : `companies(${id})`
    return `${company}/${path}`
  }

  /** One page by its absolute address; `size` is the most rows that the server should give. */
  async page(url: string, size?: number): Promise<Collection> {
    const headers: Record<string, string> = { ...ENGLISH }
    if (size !== undefined) headers.prefer = `odata.maxpagesize=${size}`
    const answer = await this.send({ method: 'GET', url, headers })
    return collectionOf(answer.json(), this.config.url)
  }

  /** The first rows of a set of the company. */
  async first(path: string, query: Query, size?: number): Promise<Collection> {
    const inside = await this.inCompany('api/v2.0', path)
    return this.page(`${this.config.url}/api/v2.0/${address(inside, query)}`, size)
  }

  /** All rows of several queries in one call, and what did not fit into it page by page. */
  async read(queries: [path: string, query?: Query][], root: Root = 'api/v2.0'): Promise<Json[][]> {
    const parts = await Promise.all(
      queries.map(async ([path, query]): Promise<Part> => {
        return { method: 'GET', url: address(await this.inCompany(root, path), query) }
      }),
    )
    const all: Json[][] = []
    for (let from = 0; from < parts.length; from += MAX_PARTS) {
      const some = parts.slice(from, from + MAX_PARTS)
      const answer = await this.send({
        method: 'POST',
        url: `${this.config.url}/${root}/$batch`,
        headers: { ...ENGLISH, 'content-type': 'application/json', prefer: 'odata.continue-on-error' },
        body: batchBody(some),
        repeatable: true,
      })
      for (const part of batchAnswers(answer.json(), some.length)) {
        if (part.status >= 300) throw errorOf(part)
        all.push(await this.#rest(collectionOf(part.body, this.config.url)))
      }
    }
    return all
  }

  async #rest({ rows, next }: Collection): Promise<Json[]> {
    const all = [...rows]
    for (let pages = 0; next !== null; pages += 1) {
      if (pages >= MAX_PAGES) throw new ErpError('BAD_ANSWER', 'A collection does not end.')
      const page = await this.page(next)
      all.push(...page.rows)
      next = page.next
    }
    return all
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  async request(
    method: 'POST' | 'PATCH',
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<WireRequest> {
    const inside = await this.inCompany('api/v2.0', path)
    return {
      method,
      url: `${this.config.url}/api/v2.0/${inside}`,
      headers: { ...ENGLISH, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }
  }

  /** Sends a write and gives the row that it answers. */
  async write(request: WireRequest): Promise<Json> {
    const method = request.method as HttpRequest['method']
    const answer = await this.send({ ...request, method, timeoutMs: WRITE_TIMEOUT_MS })
    return answer.json()
  }

  /** Writes that count together or not at all (.../dev-itpro/webservices/use-odata-batch). */
  async writeAll(parts: Part[]): Promise<void> {
    const answer = await this.send({
      method: 'POST',
      url: `${this.config.url}/api/v2.0/$batch`,
      headers: { ...ENGLISH, 'content-type': 'application/json', isolation: 'snapshot' },
      body: batchBody(parts),
      timeoutMs: WRITE_TIMEOUT_MS,
    })
    const refused = batchAnswers(answer.json(), parts.length).find(({ status }) => status >= 300)
    if (refused) throw errorOf(refused)
  }

  /** The request as a log may show it. */
  shown(request: WireRequest): WireRequest {
    return { ...request, headers: { ...request.headers, authorization: '•••' } }
  }

  /** Sends with credentials; throws ErpError for anything but a success. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw errorOf({ status: answer.status, headers: answer.headers, body: exactOrNull(answer.text) })
  }
}
