import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, bearer, fixed, sendAs } from '../auth.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { refreshToken } from '../oauth2.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { toErpError } from './errors.ts'

/** What a filter compares with. */
export type Operand = string | number | string[]
/** [field, operator, value], or with the child table's DocType in front. */
export type Filter = [string, string, Operand] | [string, string, string, Operand]

/** A list call: https://docs.frappe.io/framework/user/en/api/rest */
export interface Listing {
  fields: string[]
  filters?: Filter[]
  /** Any of these, besides all filters. */
  anyOf?: Filter[]
  order?: string
  /** Rows at most; 0 is all. ERPNext gives 20 when nothing is said. */
  limit: number
  /** The parent's DocType, when a child table is listed. */
  parent?: string
}

const LONGEST_URL = 4_000
const envelope = z.object({ data: z.unknown() })
const returned = z.object({ message: z.unknown().optional() })

/** A key never ends; a token of an OAuth Client does and is renewed with the refresh token of the sign-in. */
function credentials(config: Config, http: Http): Auth {
  const { apiKey, apiSecret, clientId = '', clientSecret } = config
  if (apiKey && apiSecret) return fixed('authorization', `token ${apiKey}:${apiSecret}`)
  const url = `${config.url}/api/method/frappe.integrations.oauth2.get_token`
  const form = { client_id: clientId, ...(clientSecret ? { client_secret: clientSecret } : {}) }
  const renew = refreshToken(http, { url, form })
  const first = config.refreshToken ? { refreshToken: config.refreshToken } : null
  return bearer(http, (stored) => renew(stored?.refreshToken ? stored : first))
}

/** ERPNext's REST v1 of one site. */
export class Client {
  readonly #http: Http
  readonly #auth: Auth
  readonly #url: string

  constructor(config: Config, http: Http) {
    this.#http = http
    this.#url = config.url
    this.#auth = credentials(config, http)
  }

  /** Rows of a DocType. Filters are data: they go as JSON, and the server binds them. */
  async list<T>(doctype: string, form: z.ZodType<T>, listing: Listing): Promise<T[]> {
    const request = this.#listRequest(doctype, listing)
    const rows = request.method === 'GET' ? await this.#data(request) : await this.#message(request)
    return shaped(z.array(form), rows, doctype)
  }

  /** One whole document; null where there is none. */
  async document<T>(doctype: string, name: string, form: z.ZodType<T>): Promise<T | null> {
    try {
      const body = await this.#data({ method: 'GET', url: this.#at(doctype, name), headers: ACCEPT })
      return shaped(form, body, doctype)
    } catch (error) {
      if (error instanceof ErpError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }

  /** What a whitelisted method returns, for a method that only reads. */
  async ask<T>(method: string, form: z.ZodType<T>, args: object = {}): Promise<T> {
    const url = `${this.#url}/api/method/${method}`
    const plain = Object.keys(args).length === 0
    const request: HttpRequest = plain
      ? { method: 'GET', url, headers: ACCEPT }
      : { method: 'POST', url, headers: SENDING, body: JSON.stringify(args), repeatable: true }
    return shaped(form, await this.#message(request), method)
  }

  /** The request that inserts a document. */
  inserting(doctype: string, body: object): HttpRequest {
    return { method: 'POST', url: this.#at(doctype), headers: SENDING, body: JSON.stringify(body) }
  }

  /** The request that changes a document; only the given fields. `name` may be {{1.id}}. */
  changing(doctype: string, name: string, body: object): HttpRequest {
    return { method: 'PUT', url: this.#at(doctype, name), headers: SENDING, body: JSON.stringify(body) }
  }

  /** The request that calls a method which writes. */
  calling(method: string, args: object): HttpRequest {
    return {
      method: 'POST',
      url: `${this.#url}/api/method/${method}`,
      headers: SENDING,
      body: JSON.stringify(args),
    }
  }

  /** Sends a write and reads the document that it answers with. */
  async write<T>(request: HttpRequest, form: z.ZodType<T>): Promise<T> {
    const answer = await this.#send(request, true)
    return shaped(form, shaped(envelope, answer.json(), 'answer').data, 'document')
  }

  /** Sends a write whose answer says nothing of use. */
  async act(request: HttpRequest): Promise<void> {
    await this.#send(request, true)
  }

  /** The request that deletes a draft. */
  deleting(doctype: string, name: string): HttpRequest {
    return { method: 'DELETE', url: this.#at(doctype, name), headers: ACCEPT }
  }

  /** Where a person sees the document. */
  page(doctype: string, name: string): string {
    return `${this.#url}/app/${doctype.toLowerCase().replaceAll(' ', '-')}/${encodeURIComponent(name)}`
  }

  #at(doctype: string, name?: string): string {
    const place = `${this.#url}/api/resource/${encodeURIComponent(doctype)}`
    if (name === undefined) return place
    // The ids of a plan's earlier steps stay readable.
    return `${place}/${name.startsWith('{{') ? name : encodeURIComponent(name)}`
  }

  #listRequest(doctype: string, { fields, filters = [], anyOf, order, limit, parent }: Listing): HttpRequest {
    const query = new URLSearchParams({ fields: JSON.stringify(fields), filters: JSON.stringify(filters) })
    if (anyOf) query.set('or_filters', JSON.stringify(anyOf))
    if (order) query.set('order_by', order)
    query.set('limit_page_length', String(limit))
    if (parent) query.set('parent', parent)
    const url = `${this.#at(doctype)}?${query.toString()}`
    if (url.length <= LONGEST_URL) return { method: 'GET', url, headers: ACCEPT }
    const args = {
      doctype,
      fields,
      filters,
      or_filters: anyOf,
      order_by: order,
      limit_page_length: limit,
      parent,
    }
    return { ...this.calling('frappe.client.get_list', args), repeatable: true }
  }

  async #data(request: HttpRequest): Promise<unknown> {
    return shaped(envelope, (await this.#send(request, false)).json(), 'answer').data
  }

  async #message(request: HttpRequest): Promise<unknown> {
    return shaped(returned, (await this.#send(request, false)).json(), 'answer').message ?? null
  }

  async #send(request: HttpRequest, writing: boolean): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw toErpError(answer, writing)
  }
}

const ACCEPT = { accept: 'application/json' }
const SENDING = { accept: 'application/json', 'content-type': 'application/json' }
