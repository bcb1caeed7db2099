import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, bearer, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { askToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { errorOf, faultOf, refusalOf } from './errors.ts'

/** Since 2025-08-01 every call behaves as 75 (developer.intuit.com, minor versions). */
const MINOR = 'minorversion=75'
/** Most items of one batch, and most rows of one query (developer.intuit.com, data queries). */
const MAX_PARTS = 30
/** Batches of any minute: QuickBooks allows a company 120, whoever sends them (blogs.intuit.com/2025/08/13). */
const MAX_BATCHES = 100
const MINUTE_MS = 60_000
/** Most rows that one query gives. */
export const MAX_ROWS = 1_000
/** How many values stand in one IN: keeps a query short. */
const PER_QUERY = 100
const LONGEST_URL = 4_000
const WRITE_TIMEOUT_MS = 60_000
/** A token lives an hour and is renewed five minutes before. */
const SHARE = 55 / 60
const JSON_ONLY = { accept: 'application/json' }

/** What can be asked for by query. */
export type Entity =
  | 'Item'
  | 'Customer'
  | 'Estimate'
  | 'Invoice'
  | 'SalesReceipt'
  | 'CreditMemo'
  | 'Payment'
  | 'TimeActivity'
  | 'Purchase'
  | 'Term'
  | 'PaymentMethod'

/** What a write does. */
type Operation = 'create' | 'update' | 'void'

/** A query; the conditions must all hold, there is no OR. */
export interface Query {
  entity: Entity
  where?: string[]
  order?: string
  from?: number
  max?: number
}

const rows = z.array(z.record(z.string(), z.unknown()))
const response = z.record(z.string(), z.unknown())
const batch = z.object({
  BatchItemResponse: z.array(z.looseObject({ bId: z.string(), QueryResponse: z.unknown().optional() })),
})
const single = z.object({ QueryResponse: response })

/** A row as it came. */
export type Row = z.output<typeof rows>[number]

/** A text as a value of the query language; it can't end the value (developer.intuit.com, data queries). */
export function literal(text: string): string {
  return `'${text.toWellFormed().replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Inactive names and items are left out unless they are asked for. */
export function withInactive(entity: Entity): string[] {
  return entity === 'Item' || entity === 'Customer' ? ['Active IN (true, false)'] : []
}

function textOf({ entity, where = [], order, from, max = MAX_ROWS }: Query): string {
  const conditions = [...where, ...withInactive(entity)]
  return [
    `select * from ${entity}`,
    conditions.length > 0 ? `where ${conditions.join(' and ')}` : '',
    order ? `orderby ${order}` : '',
    from === undefined ? '' : `startposition ${from}`,
    `maxresults ${max}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** Queries for the rows whose `field` has one of the values; equal ones are asked for once. */
export function among(entity: Entity, field: string, values: Iterable<string>): Query[] {
  const all = [...new Set(values)]
  return Array.from({ length: Math.ceil(all.length / PER_QUERY) }, (_, index) => {
    const some = all.slice(index * PER_QUERY, (index + 1) * PER_QUERY)
    return { entity, where: [`${field} IN (${some.map(literal).join(', ')})`] }
  })
}

/** Whether a text can be an id: decimal digits. */
export function isId(text: string): boolean {
  return /^\d{1,19}$/.test(text)
}

/** The wire: JSON over the v3 API of one company, OAuth 2.0 with a refresh token that changes. */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth
  /** When the batches of the last minute went out. */
  #batches: number[] = []

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    this.#auth = credentials(config, http)
  }

  /** The company's id; NEEDS_AUTH where nobody has told it yet. */
  get company(): string {
    const { company } = this.config
    if (company) return company
    throw new ErpError(
      'NEEDS_AUTH',
      'Nobody has signed in for this connection yet: the company is not known.',
    )
  }

  get #base(): string {
    return `${this.config.url}/v3/company/${this.company}`
  }

  /** The rows of each query: thirty in one call, as long as the minute has batches left. */
  async query(queries: Query[]): Promise<Row[][]> {
    const all: Row[][] = []
    for (let at = 0; at < queries.length; at += MAX_PARTS) {
      const some = queries.slice(at, at + MAX_PARTS)
      const alone = (some.length === 1 && some.every((one) => this.#fits(one))) || !this.#mayBatch()
      all.push(...(await (alone ? Promise.all(some.map((one) => this.#ask(one))) : this.#batch(some))))
    }
    return all
  }

  /** Whether one more batch may go out; then it is counted. What may not, goes out query by query. */
  #mayBatch(): boolean {
    const now = performance.now()
    this.#batches = this.#batches.filter((at) => at > now - MINUTE_MS)
    return this.#batches.length < MAX_BATCHES && this.#batches.push(now) > 0
  }

  #address(query: Query): string {
    return `${this.#base}/query?query=${encodeURIComponent(textOf(query))}&${MINOR}`
  }

  #fits(query: Query): boolean {
    return this.#address(query).length <= LONGEST_URL
  }

  /** One query; a long one stands in the body, because addresses are cut. */
  async #ask(query: Query): Promise<Row[]> {
    const short: HttpRequest = { method: 'GET', url: this.#address(query), headers: JSON_ONLY }
    const headers = { ...JSON_ONLY, 'content-type': 'application/text' }
    const url = `${this.#base}/query?${MINOR}`
    const long: HttpRequest = { method: 'POST', url, headers, body: textOf(query), repeatable: true }
    const answer = await this.send(this.#fits(query) ? short : long)
    return rowsOf(shaped(single, answer.json(), 'A query').QueryResponse, query)
  }

  async #batch(some: Query[]): Promise<Row[][]> {
    const body = { BatchItemRequest: some.map((one, index) => ({ bId: `q${index}`, Query: textOf(one) })) }
    const answer = await this.send({
      method: 'POST',
      url: `${this.#base}/batch?${MINOR}`,
      headers: { ...JSON_ONLY, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      repeatable: true,
    })
    const parts = shaped(batch, answer.json(), 'A batch').BatchItemResponse
    return some.map((one, index) => partOf(parts, `q${index}`, one))
  }

  /** An object that stands alone, by its path: "preferences". */
  async get(path: string): Promise<Json> {
    const url = `${this.#base}/${path}${path.includes('?') ? '&' : '?'}${MINOR}`
    return (await this.send({ method: 'GET', url, headers: JSON_ONLY })).json()
  }

  /**
   * A write as it will go out; the same object is shown by `plan` and sent by `write`. A create carries a request
   * id made from what it says: the same one gets the first answer again (blogs.intuit.com/2015/04/06/15346).
   */
  request(resource: string, body: object, operation: Operation): WireRequest {
    const text = JSON.stringify(body)
    const hash = createHash('sha256').update(`${resource}\n${text}`).digest('hex')
    const id = hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    // A sales receipt is voided by an update that says so.
    const voided = resource === 'salesreceipt' ? '&operation=update&include=void' : '&operation=void'
    const more = { create: `&requestid=${id}`, update: '', void: voided }[operation]
    return {
      method: 'POST',
      url: `${this.#base}/${resource}?${MINOR}${more}`,
      headers: { ...JSON_ONLY, 'content-type': 'application/json' },
      body: text,
    }
  }

  /** Sends a write and gives the object it answers with; creating answers 200, too. */
  async write(request: WireRequest, entity: Entity): Promise<Row> {
    const answer = await this.send({ ...request, method: 'POST', timeoutMs: WRITE_TIMEOUT_MS })
    return shaped(response, shaped(response, answer.json(), 'The answer')[entity], `The written ${entity}`)
  }

  /** The request as a log may show it. */
  shown(request: WireRequest): WireRequest {
    return { ...request, headers: { ...request.headers, authorization: '•••' } }
  }

  /** Sends with credentials; throws ErpError for anything but a success, a fault under status 200 included. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status < 200 || answer.status >= 300) throw errorOf(answer)
    const fault = faultOf(answer.json())
    if (fault) throw refusalOf(400, fault)
    return answer
  }
}

/**
 * Each answer brings a newer refresh token, which is kept before it is used. The one before it lives another 24
 * hours, so a renewal whose answer was lost may be asked again (github.com/intuit/oauth-jsclient).
 */
function credentials(
  { clientId, clientSecret, tokenUrl: url, refreshToken: first }: Config,
  http: Http,
): Auth {
  const value = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  return bearer(http, (stored) => {
    const token = stored?.refreshToken ?? first
    if (!token) throw new ErpError('NEEDS_AUTH', 'Nobody has signed in for this connection yet.')
    return askToken(http, {
      url,
      form: { grant_type: 'refresh_token', refresh_token: token },
      headers: { authorization: value },
      repeatable: true,
      refused: 'NEEDS_AUTH',
      share: SHARE,
    })
  })
}

/** No hit is an answer without the name of the entity, not an empty list. */
function rowsOf(answer: Record<string, unknown>, { entity }: Query): Row[] {
  return shaped(rows, answer[entity] ?? [], `The list of ${entity}`)
}

/** Parts come in any order and may fail one by one. */
function partOf(parts: z.output<typeof batch>['BatchItemResponse'], id: string, query: Query): Row[] {
  const part = parts.find(({ bId }) => bId === id)
  const fault = part && faultOf(part as Json)
  if (fault) throw refusalOf(400, fault)
  return rowsOf(shaped(single, part, 'A part of a batch').QueryResponse, query)
}
