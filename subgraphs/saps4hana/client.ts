import { ErpError } from '../../schema/errors.ts'
import { type Auth, basic, bearer, fixed, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { askToken } from '../oauth2.ts'
import {
  type Collection,
  type PartAnswer,
  type Query,
  address,
  anyOf,
  collectionOf,
  literal,
} from '../odata.ts'
import { type BatchPart, multipartAnswers, multipartBatch } from '../odata2.ts'
import type { Config } from './config.ts'
import { bodyOf, errorOf } from './errors.ts'

/** The services, as https://api.sap.com/api/<name>/overview documents them. */
export type Service =
  | 'API_PRODUCT_SRV'
  | 'API_BUSINESS_PARTNER'
  | 'API_MATERIAL_STOCK_SRV'
  | 'API_PRODUCT_AVAILY_INFO_BASIC'
  | 'API_SALES_ORDER_SIMULATION_SRV'
  | 'API_SLSPRICINGCONDITIONRECORD_SRV'
  | 'API_SALES_ORDER_SRV'
  | 'API_SALES_QUOTATION_SRV'
  | 'API_BILLING_DOCUMENT_SRV'
  | 'API_OPLACCTGDOCITEMCUBE_SRV'

/** Dispatchers and proxies cut addresses at 4 to 8 kB. */
const MAX_KEYS_LENGTH = 3_000
const MAX_PAGES = 1_000
/** Parts of one $batch. */
const MAX_PARTS = 100
/** A work process is ended after 600 s; we stop waiting for a write before. */
const WRITE_TIMEOUT_MS = 90_000
const SECRET_HEADERS = new Set(['authorization', 'apikey', 'x-csrf-token', 'cookie'])

/** Fits into a filter together: values whose conditions stay short of what an address may have. */
export function groups(field: string, values: Iterable<string>): string[] {
  const all: string[][] = []
  let length = Infinity
  for (const value of new Set(values)) {
    const size = encodeURIComponent(`${field} eq ${literal(value)} or `).length
    if (length + size > MAX_KEYS_LENGTH) {
      all.push([])
      length = 0
    }
    all.at(-1)?.push(literal(value))
    length += size
  }
  return all.map((some) => anyOf(field, some))
}

/**
 * The token that every write needs, together with the cookies of the session it was given in. A token that is
 * refused was told before anything was done, so the write may be sent once more.
 */
function csrf(http: Http, url: string, headers: Record<string, string>): Auth {
  let current: Promise<Record<string, string>> | null = null
  const read = async (): Promise<Record<string, string>> => {
    const answer = await http.send({ method: 'GET', url, headers: { ...headers, 'x-csrf-token': 'Fetch' } })
    const token = answer.headers['x-csrf-token']
    if (token === undefined || /^required$/i.test(token)) {
      if (answer.status >= 300) throw errorOf({ ...answer, body: bodyOf(answer.text) })
      throw new ErpError('BAD_ANSWER', 'The service gave no CSRF token.', { field: 'x-csrf-token' })
    }
    const cookies = (answer.headers['set-cookie'] ?? '').split('\n').map((one) => one.split(';')[0]?.trim())
    const cookie = cookies.filter(Boolean).join('; ')
    return { 'x-csrf-token': token, ...(cookie && { cookie }) }
  }
  return {
    headers() {
      current ??= read().catch((error: unknown) => {
        current = null
        throw error
      })
      return current
    },
    async renew(refused) {
      const now = await current?.catch(() => null)
      if (now?.['x-csrf-token'] === refused['x-csrf-token']) current = null
      return true
    },
    expired: ({ status, headers: told }) => status === 403 && /^required$/i.test(told['x-csrf-token'] ?? ''),
  }
}

function credentials(config: Config, http: Http): Auth {
  const { tokenUrl, clientId = '', clientSecret = '', scope, user, password = '', apiKey = '' } = config
  if (!tokenUrl) return user ? basic(user, password) : fixed('apikey', apiKey)
  const login = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  return bearer(http, () =>
    askToken(http, {
      url: tokenUrl,
      form: { grant_type: 'client_credentials', ...(scope && { scope }) },
      headers: { authorization: `Basic ${login}` },
      repeatable: true,
      refused: 'AUTHENTICATION_FAILED',
    }),
  )
}

/** The wire: OData v2 of the SAP Gateway. */
export class Client {
  readonly config: Config
  readonly #signed: Http
  readonly #tokens = new Map<Service, Auth>()
  readonly #fixed: Record<string, string>

  constructor(config: Config, http: Http) {
    this.config = config
    const auth = credentials(config, http)
    this.#signed = { vault: http.vault, send: (request) => sendAs(auth, http, request) }
    this.#fixed = {
      accept: 'application/json',
      // Messages are classed by their English words, and units are told in the language of the session.
      'accept-language': 'en',
      ...(config.client && { 'sap-client': config.client }),
      ...(config.apiKey && { apikey: config.apiKey }),
    }
  }

  /** The description of a service, with what the tenant has added to it. */
  async metadata(service: Service): Promise<string> {
    const headers = { ...this.#fixed, accept: 'application/xml' }
    const answer = await this.#signed.send({
      method: 'GET',
      url: `${this.#root(service)}/$metadata`,
      headers,
    })
    return passed(answer).text
  }

  /** One page of a set. */
  async page(service: Service, set: string, query: Query): Promise<Collection> {
    return this.#get(address(`${this.#root(service)}/${set}`, query))
  }

  /** All rows of a query, over as many pages as the server makes of them. */
  async rows(service: Service, set: string, query: Query): Promise<Json[]> {
    const first = await this.page(service, set, query)
    const all = [...first.rows]
    let { next } = first
    for (let pages = 0; next !== null; pages += 1) {
      if (pages >= MAX_PAGES) throw new ErpError('BAD_ANSWER', 'A collection does not end.')
      const page = await this.#get(next)
      all.push(...page.rows)
      next = page.next
    }
    return all
  }

  /** The rows whose `field` is one of the values; one call for as many as an address can carry. */
  async rowsOf(
    service: Service,
    set: string,
    field: string,
    values: string[],
    query: Query = {},
  ): Promise<Json[]> {
    const parts = groups(field, values).map((some) =>
      this.rows(service, set, { ...query, filter: query.filter ? `${some} and ${query.filter}` : some }),
    )
    return (await Promise.all(parts)).flat()
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  request(
    method: 'POST' | 'PATCH',
    service: Service,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): WireRequest {
    return {
      method,
      url: `${this.#root(service)}/${path}`,
      headers: { ...this.#fixed, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }
  }

  /** The request as a log may show it, with everything that is added when it is sent. */
  shown(request: WireRequest): WireRequest {
    const names = [
      this.config.tokenUrl || this.config.user ? 'authorization' : 'apikey',
      'x-csrf-token',
      'cookie',
    ]
    const headers = Object.entries(request.headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.has(name) ? '•••' : value,
    ])
    return {
      ...request,
      headers: { ...Object.fromEntries(headers), ...Object.fromEntries(names.map((one) => [one, '•••'])) },
    }
  }

  /** Sends a write, or with `repeatable` a question that is asked by POST, with the token it needs. */
  async write(service: Service, request: WireRequest, repeatable = false): Promise<HttpAnswer> {
    const method = request.method as HttpRequest['method']
    const timeout = repeatable ? {} : { timeoutMs: WRITE_TIMEOUT_MS }
    return passed(
      await sendAs(this.#token(service), this.#signed, { ...request, ...timeout, method, repeatable }),
    )
  }

  /** Several requests in one call; a failed part does not stop the others. */
  async batch(service: Service, parts: BatchPart[], repeatable: boolean): Promise<PartAnswer[][]> {
    const answers: PartAnswer[][] = []
    for (let from = 0; from < parts.length; from += MAX_PARTS) {
      const some = parts.slice(from, from + MAX_PARTS)
      const { headers, body } = multipartBatch(some)
      const url = `${this.#root(service)}/$batch`
      const request = { method: 'POST', url, headers: { ...this.#fixed, ...headers }, body }
      const answer = await this.write(service, request, repeatable)
      answers.push(...multipartAnswers(answer.text, answer.headers['content-type'] ?? '', some.length))
    }
    return answers
  }

  async #get(url: string): Promise<Collection> {
    const answer = await this.#signed.send({ method: 'GET', url, headers: this.#fixed })
    return collectionOf(passed(answer).json(), this.config.url)
  }

  #root(service: Service): string {
    return `${this.config.url}/sap/opu/odata/sap/${service}`
  }

  #token(service: Service): Auth {
    const known = this.#tokens.get(service) ?? csrf(this.#signed, `${this.#root(service)}/`, this.#fixed)
    this.#tokens.set(service, known)
    return known
  }
}

function passed(answer: HttpAnswer): HttpAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw errorOf({ status: answer.status, headers: answer.headers, body: bodyOf(answer.text) })
}
