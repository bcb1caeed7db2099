import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, bearer, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { type Json, parseExact } from '../json.ts'
import { askToken, refreshToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { errorOf, faultOf, isExpired, refusalOf } from './errors.ts'

/** {"$eq": {"id": "C-10025"}} */
export type Filter = Record<`$${string}`, Record<string, string | string[]>>

/** A question to the query service. https://developer.sage.com/intacct/apis/intacct/1/intacct-openapi */
export interface Query {
  object: string
  fields: string[]
  filters?: Filter[]
  /** "1 and (2 or 3)", filters counted from 1; all of them when left out. */
  expression?: string
  orderBy?: Record<string, 'asc' | 'desc'>[]
  size?: number
  /** True for a search: capital and small letters are alike. */
  anyCase?: boolean
}

/** A row with its references as objects, as single records come. */
export type Row = Record<string, unknown>

/** The service gives at most 4000 rows. */
export const MAX_ROWS = 4000
/** Values of one filter, and records of one GET (500 are allowed, but an address has its limits). */
const MAX_VALUES = 1000
const MAX_KEYS = 200
const EARLY_SHARE = 0.95
/** Documents may take long; https://developer.sage.com/intacct/docs/developer-portal/api-essentials */
export const WRITE_TIMEOUT_MS = 120_000
const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' }

const rows = z.object({ 'ia::result': z.array(z.record(z.string(), z.unknown())) })
const records = z.object({
  'ia::result': z.union([z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())]),
})
const parts = z.object({ 'ia::result': z.array(z.unknown()) })

/** "term.id" -> term: { id }: query rows are flat, single records are nested. */
export function nested(flat: Row): Row {
  const whole: Row = {}
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.')
    const last = names.pop() ?? path
    let place = whole
    for (const name of names) {
      const next = Object.hasOwn(place, name) ? place[name] : null
      const inside: Row = next !== null && typeof next === 'object' ? (next as Row) : {}
      place = place[name] = inside
    }
    if (last !== '__proto__') place[last] = value
  }
  return whole
}

/** Values in groups that one filter can hold. */
export function groups<T>(values: Iterable<T>, size = MAX_VALUES): T[][] {
  const all = [...new Set(values)]
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}

function bodyOf(query: Query): object {
  const { object, fields, filters = [], expression, orderBy, size = MAX_ROWS, anyCase = false } = query
  return {
    object,
    fields,
    ...(filters.length > 0 && { filters, filterExpression: expression ?? 'and' }),
    filterParameters: { caseSensitiveComparison: !anyCase, includePrivate: true },
    orderBy: orderBy ?? [{ key: 'asc' }],
    start: 1,
    size,
  }
}

/** The REST API of one company. */
export class Client {
  readonly config: Config
  readonly api: string
  readonly #http: Http
  readonly #auth: Auth

  constructor(config: Config, http: Http) {
    this.config = config
    this.api = `${config.url}/ia/api/v1`
    this.#http = http
    const { clientId, clientSecret, user, company, entity } = config
    const ask = {
      url: `${this.api}/oauth2/token`,
      form: { client_id: clientId, client_secret: clientSecret },
      share: EARLY_SHARE,
    }
    const username = `${user}@${company}${entity ? `|${entity}` : ''}`
    const get =
      config.grant === 'authorization_code'
        ? refreshToken(http, ask)
        : () =>
            askToken(http, {
              ...ask,
              form: { grant_type: 'client_credentials', ...ask.form, username },
              repeatable: true,
              refused: 'AUTHENTICATION_FAILED',
            })
    this.#auth = { ...bearer(http, get), expired: isExpired }
  }

  get #headers(): Record<string, string> {
    const { entity } = this.config
    return { ...JSON_HEADERS, ...(entity && { 'x-ia-api-param-entity': entity }) }
  }

  /** One page of rows. */
  async query(query: Query): Promise<Row[]> {
    const answer = await this.#post('/services/core/query', bodyOf(query))
    return shaped(rows, answer.json(), `The answer about ${query.object}`)['ia::result'].map(nested)
  }

  /** All rows, in the order of their keys: each page is a fresh query, so it goes on behind the last key. */
  async all(query: Query): Promise<Row[]> {
    const fields = [...new Set(['key', ...query.fields])]
    return this.#rest({ ...query, fields }, await this.query({ ...query, fields }))
  }

  /** All rows of several queries, the first pages of which come in one call. */
  async together(queries: Query[]): Promise<Row[][]> {
    const wanted = queries.map((query) => ({ ...query, fields: [...new Set(['key', ...query.fields])] }))
    const body = wanted.map((query, at) => ({
      method: 'POST',
      path: '/services/core/query',
      body: bodyOf(query),
      resultReference: `part${at + 1}`,
    }))
    const answer = await this.#post('/services/core/composite', body)
    const all = shaped(parts, answer.json(), 'The composite answer')['ia::result']
    const found = wanted.map((query, at) => {
      const part = (all[at] ?? null) as Json
      const fault = faultOf(part)
      if (fault) throw errorOf(fault, Number((part as { 'ia::status'?: string })['ia::status'] ?? 400))
      return shaped(rows, part, `The part about ${query.object}`)['ia::result'].map(nested)
    })
    return Promise.all(wanted.map((query, at) => this.#rest(query, found[at] ?? [])))
  }

  async #rest(query: Query, first: Row[]): Promise<Row[]> {
    const found = [...first]
    for (let page = first; page.length >= MAX_ROWS;) {
      const key = String(page.at(-1)?.key)
      const { filters = [], expression } = query
      const before = expression ?? filters.map((_, at) => at + 1).join(' and ')
      const last = filters.length + 1
      page = await this.query({
        ...query,
        filters: [...filters, { $gt: { key } }],
        expression: before ? `(${before}) and ${last}` : String(last),
      })
      if (page[0] && BigInt(String(page[0].key)) <= BigInt(key))
        throw new ErpError('BAD_ANSWER', `Sage Intacct did not go on behind key ${key}.`, { field: 'key' })
      found.push(...page)
    }
    return found
  }

  /** Whole records by their keys, with their lines, in as few calls as addresses may be long. */
  async records(object: string, keys: string[]): Promise<Row[]> {
    const found = await Promise.all(
      groups(keys, MAX_KEYS).map(async (some) => {
        const url = `${this.api}/objects/${pathOf(object)}/${some.join(',')}`
        const answer = await this.#send({ method: 'GET', url, headers: this.#headers })
        const result = shaped(records, answer.json(), `The answer about ${object}`)['ia::result']
        return (Array.isArray(result) ? result : [result]).filter((row) => !('ia::error' in row))
      }),
    )
    return found.flat()
  }

  /** The fields of an object, standard and custom: https://developer.sage.com/intacct/docs/openapi/common (Models). */
  async model(object: string): Promise<Json> {
    const url = `${this.api}/services/core/model?name=${encodeURIComponent(object)}`
    return (await this.#send({ method: 'GET', url, headers: this.#headers })).json()
  }

  /** A small answer of a service; it carries credentials and is not written down. */
  async secret(path: string): Promise<Json> {
    const request = { method: 'GET', url: `${this.api}${path}`, headers: this.#headers } as const
    return (await this.#send({ ...request, confidential: true })).json()
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  request(method: 'POST' | 'PATCH', path: string, body: object): WireRequest {
    return { method, url: `${this.api}/objects/${path}`, headers: this.#headers, body: JSON.stringify(body) }
  }

  /** Sends a write; it answers with a reference only. */
  async write(request: WireRequest): Promise<Json> {
    const method = request.method as HttpRequest['method']
    return (await this.#send({ ...request, method, timeoutMs: WRITE_TIMEOUT_MS })).json()
  }

  async #post(path: string, body: object): Promise<HttpAnswer> {
    const request = { method: 'POST', url: `${this.api}${path}`, headers: this.#headers } as const
    return this.#send({ ...request, body: JSON.stringify(body), repeatable: true })
  }

  /** An answer with status 200 may still be a refusal: `ia::error` stands at the top or inside `ia::result`. */
  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer)
    if (answer.text.includes('ia::error') && answer.status !== 207) {
      const fault = faultOf(parseExact(answer.text))
      if (fault) throw errorOf(fault, 400)
    }
    return answer
  }
}

/** "order-entry/document::Sales Order" as it stands in an address. */
export function pathOf(object: string): string {
  return object.split('/').map(encodeURIComponent).join('/').replaceAll('%3A%3A', '::')
}

/** A write as a person may see it. */
export function shown(request: WireRequest): WireRequest {
  return { ...request, headers: { ...request.headers, authorization: '•••' } }
}
