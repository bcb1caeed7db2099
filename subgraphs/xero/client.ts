import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, basic, bearer, sendAs } from '../auth.ts'
import type { Found, Ref, WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { askToken, refreshToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { errorOf, isOtherRequest, mustBeSaved } from './errors.ts'

/** The sets of the Accounting API that we use: the last part of the path, and the plural name in the answer. */
export type SetName =
  'Items' | 'Contacts' | 'Invoices' | 'CreditNotes' | 'Payments' | 'Quotes' | 'Organisations' | 'Currencies'

/** Parameters of a request; a list is joined by commas, and what is undefined is left out. */
export type Query = Record<string, string | number | boolean | string[] | undefined>

const PATHS: Partial<Record<SetName, string>> = { Organisations: 'Organisation' }
const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' }
/** A token is good for 30 minutes; renewed three minutes before (developer.xero.com, token types). */
const SHARE = 0.9
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const WRITE_TIMEOUT_MS = 60_000
/** Ids in one address: about 40 keep it shorter than what proxies cut. */
export const PER_ADDRESS = 40

const tenants = z.array(z.object({ tenantId: z.string().regex(GUID), tenantType: z.string() }))

/** Whether a text is an id of Xero. */
export function isGuid(text: string): boolean {
  return GUID.test(text)
}

/** Where tokens are got. */
export function tokenUrl({ identityUrl }: Config): string {
  return `${identityUrl}/connect/token`
}

/** Whether a text can stand inside quotes of a `where` filter without ending them. */
export function isQuotable(text: string): boolean {
  // Control characters never stand in what is looked for.
  return !/["\\]|\p{Cc}/u.test(text)
}

/** Values in groups that fit into one address, without repeats. */
export function groups<T>(values: Iterable<T>): T[][] {
  const all = [...new Set(values)]
  return Array.from({ length: Math.ceil(all.length / PER_ADDRESS) }, (_, index) =>
    all.slice(index * PER_ADDRESS, (index + 1) * PER_ADDRESS),
  )
}

/** https://developer.xero.com/documentation/guides/oauth2/auth-flow: with a secret in a header, or none at all. */
function credentials(config: Config, http: Http): Auth {
  const { clientId, clientSecret, scopes } = config
  const url = tokenUrl(config)
  const own = clientSecret ? basic(clientId, clientSecret).headers({ method: 'POST', url }) : {}
  const headers = own as Record<string, string>
  const form: Record<string, string> = clientSecret ? {} : { client_id: clientId }
  if (config.grant === 'custom') {
    const scope = scopes
      .split(' ')
      .filter((one) => one !== 'offline_access')
      .join(' ')
    const grant = { ...form, grant_type: 'client_credentials', scope }
    return bearer(http, () =>
      askToken(http, {
        url,
        form: grant,
        headers,
        repeatable: true,
        refused: 'AUTHENTICATION_FAILED',
        share: SHARE,
      }),
    )
  }
  // Every refresh ends the token before it: the vault saves the new one before it is used.
  const renew = refreshToken(http, { url, form, headers, share: SHARE })
  const first = config.refreshToken ? { refreshToken: config.refreshToken } : null
  return bearer(http, (stored) => renew(stored?.refreshToken ? stored : first))
}

/** The wire: the Accounting API 2.0. */
export class Client {
  readonly config: Config
  readonly #http: Http
  readonly #auth: Auth
  readonly #tenant: Kept<string>

  constructor(config: Config, http: Http) {
    this.config = config
    this.#http = http
    // A missing scope is a 401 too, which no new token helps.
    const expired = ({ status, text }: HttpAnswer) =>
      status === 401 && !/AuthorizationUnsuccessful/.test(text)
    this.#auth = { ...credentials(config, http), expired }
    this.#tenant = new Kept(() => this.#onlyTenant())
  }

  /** The id of the organisation: as the operator told it, else the only one of the consent. */
  async tenant(): Promise<string> {
    return this.config.tenantId ?? this.#tenant.get()
  }

  /** The rows of a set; none where nothing has changed since `since`, an instant in milliseconds. */
  async rows(set: SetName, query: Query = {}, since?: number): Promise<Json[]> {
    const headers = await this.#headers()
    // Seconds of UTC without a zone (developer.xero.com/documentation/api/accounting/requests-and-responses).
    if (since !== undefined) headers['if-modified-since'] = new Date(since).toISOString().slice(0, 19)
    const answer = await this.send({ method: 'GET', url: this.#url(PATHS[set] ?? set, query), headers })
    return answer.status === 304 ? [] : rowsOf(answer.json(), set)
  }

  /** One row by its id; undefined where there is none. */
  async row(set: SetName, id: string, query: Query = {}): Promise<Json | undefined> {
    if (!isGuid(id)) return undefined
    try {
      return (await this.rows(`${set}/${id}` as SetName, query))[0]
    } catch (error) {
      if (error instanceof ErpError && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  /** A write as it will go out; the same object is shown by `plan` and sent by `write`. */
  async request(method: 'PUT' | 'POST', path: string, query: Query, body: object, key?: string) {
    const headers = { ...(await this.#headers()), ...JSON_HEADERS }
    return {
      method,
      url: this.#url(path, query),
      headers: key ? { ...headers, 'idempotency-key': key } : headers,
      body: JSON.stringify(body),
    }
  }

  /** Sends a write and gives the saved elements; throws what Xero says of one that it did not save. */
  async write(request: WireRequest, set: SetName): Promise<Json[]> {
    const method = request.method as HttpRequest['method']
    const answer = await this.send({ ...request, method, timeoutMs: WRITE_TIMEOUT_MS })
    const saved = rowsOf(answer.json(), set)
    if (saved.length === 0) throw new ErpError('BAD_ANSWER', 'Xero answered no element for what was sent.')
    saved.forEach(mustBeSaved)
    return saved
  }

  /**
   * Sends a write that creates, and gives what `refOf` makes of the saved elements. Where its key stands for another
   * request, what that one left is given, if `find` sees it. If not, Xero refused it and it was corrected since: the
   * correction goes out under a key of its own, for the old one would be refused for as long as Xero knows it.
   */
  async create(
    request: WireRequest,
    set: SetName,
    find: () => Promise<Found | null>,
    refOf: (rows: Json[]) => Ref,
  ): Promise<Ref> {
    try {
      return refOf(await this.write(request, set))
    } catch (error) {
      if (!isOtherRequest(error)) throw error
      const found = await find()
      if (found?.done) return found.ref
      if (found) throw error
      return refOf(await this.write(corrected(request), set))
    }
  }

  /** The request as a log may show it. */
  shown(request: WireRequest): WireRequest {
    return { ...request, headers: { ...request.headers, authorization: '•••' } }
  }

  /** Sends with credentials; throws ErpError for anything but a success. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if ((answer.status >= 200 && answer.status < 300) || answer.status === 304) return answer
    throw errorOf(answer)
  }

  #url(path: string, query: Query): string {
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
    return `${this.config.url}/api.xro/2.0/${path}${text && `?${text}`}`
  }

  async #headers(): Promise<Record<string, string>> {
    return {
      // Without it the answer is XML.
      accept: 'application/json',
      'xero-tenant-id': await this.tenant(),
    }
  }

  /** https://developer.xero.com/documentation/guides/oauth2/tenants: `tenantId`, never the id of the connection. */
  async #onlyTenant(): Promise<string> {
    const request = { method: 'GET', url: `${this.config.url}/connections` } as const
    const answer = await this.send({ ...request, headers: { accept: 'application/json' } })
    const all = shaped(tenants, answer.json(), 'The list of connections')
    const [only, ...others] = all.filter(({ tenantType }) => tenantType === 'ORGANISATION')
    if (only && others.length === 0) return only.tenantId
    const why = only ? 'several organisations; fill in tenantId' : 'no organisation'
    throw new ErpError('VALIDATION', `The consent is for ${why}.`, { field: 'tenantId' })
  }
}

/** The request under a key that also says what it holds. */
function corrected({ headers, ...request }: WireRequest): WireRequest {
  const hash = createHash('sha256')
    .update(request.body ?? '')
    .digest('hex')
  return {
    ...request,
    headers: { ...headers, 'idempotency-key': `${headers['idempotency-key']}-${hash.slice(0, 8)}` },
  }
}

/** The payload always is a list under the plural name, also for one object. */
function rowsOf(body: Json, set: string): Json[] {
  const name = set.split('/')[0] ?? ''
  const rows = typeof body === 'object' && body !== null && !Array.isArray(body) ? body[name] : undefined
  if (Array.isArray(rows)) return rows
  throw new ErpError('BAD_ANSWER', `The answer of Xero has no list of ${name}.`, { field: name })
}
