import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { type Auth, fixed, sendAs } from '../auth.ts'
import type { WireRequest } from '../connector.ts'
import type { Http, HttpAnswer, HttpRequest } from '../http.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { toErpError } from './errors.ts'

/** [property, operator, value]; a list is written as JSON, and `null` and `notnull` take no value. */
export type Condition = [property: string, operator: string, value?: string | string[]]

/** A list call: https://www.weclapp.com/api/ (query parameters). */
export interface Listing {
  /** All of these. */
  where?: Condition[]
  /** And any of these. */
  anyOf?: Condition[]
  sort?: string
  /** Rows of a page; weclapp allows 1000. */
  size?: number
  page?: number
  properties?: string
  /** References whose targets come along. */
  include?: string
  /** Computed properties, one list each, aligned with the rows. */
  computed?: string
  /** Whether the rows hold secrets, and are not written down. */
  confidential?: boolean
}

/** Rows as they came, with what was asked for beside them. */
export interface Listed {
  rows: Record<string, unknown>[]
  referenced: Record<string, unknown[]>
  computed: Record<string, unknown>
}

/** Rows of one page at most. */
export const PAGE = 1000
/** Values in one address at most. */
const VALUES = 200
/** Letters of one address: weclapp's proxies refuse those beyond about 8 kB. */
const LONGEST = 7_500
/** What values get of it in any case, however long the rest of the address is. */
const LEAST = 1_000

const records = z.array(z.record(z.string(), z.unknown()))
const listed = z.object({
  result: records,
  referencedEntities: z.record(z.string(), z.array(z.unknown())).nullish(),
  additionalProperties: z.record(z.string(), z.unknown()).nullish(),
})
const wrapped = z.object({ result: z.unknown() })

const ASKING = {
  accept: 'application/json',
  'accept-encoding': 'gzip',
  'user-agent': 'erp-supergraph',
}
const SENDING = { ...ASKING, 'content-type': 'application/json' }

function parameter(group: string, [property, operator, value]: Condition): string {
  const name = `${group}${property}-${operator}`
  if (value === undefined) return name
  return `${name}=${encodeURIComponent(Array.isArray(value) ? JSON.stringify(value) : value)}`
}

function queryOf({ where = [], anyOf = [], ...rest }: Listing): string {
  const { sort, size = PAGE, page, properties, include, computed } = rest
  return [
    ...where.map((one) => parameter('', one)),
    ...anyOf.map((one) => parameter('or-', one)),
    ...(sort ? [`sort=${sort}`] : []),
    `pageSize=${size}`,
    ...(page ? [`page=${page}`] : []),
    ...(properties ? [`properties=${properties}`] : []),
    ...(include ? [`includeReferencedEntities=${include}`] : []),
    ...(computed ? [`additionalProperties=${computed}`] : []),
  ].join('&')
}

/** Values in as few lists as fit into so many letters of an address. */
function partsOf(values: string[], room: number): string[][] {
  const parts: string[][] = []
  let left = 0
  for (const value of values) {
    const size = encodeURIComponent(`${JSON.stringify(value)},`).length
    const last = parts.at(-1)
    if (last && last.length < VALUES && size <= left) {
      last.push(value)
      left -= size
    } else {
      parts.push([value])
      left = room - size
    }
  }
  return parts
}

/** Text for `like` and its kin, with its wildcards taken as letters. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** The REST API of one tenant. */
export class Client {
  readonly #http: Http
  readonly #auth: Auth
  readonly #url: string

  constructor({ url, token, apiVersion }: Config, http: Http) {
    this.#http = http
    this.#auth = fixed('AuthenticationToken', token)
    this.#url = `${url}/webapp/api/${apiVersion}`
  }

  /** One page of a resource. */
  async list(resource: string, listing: Listing): Promise<Listed> {
    const url = `${this.#url}/${resource}?${queryOf(listing)}`
    const { confidential } = listing
    const answer = await this.#send({ method: 'GET', url, headers: ASKING, confidential })
    const { result, referencedEntities, additionalProperties } = shaped(listed, answer.json(), resource)
    return { rows: result, referenced: referencedEntities ?? {}, computed: additionalProperties ?? {} }
  }

  /** Every row of a resource that fits, page by page in the order of ids. */
  async all(resource: string, listing: Listing = {}): Promise<Pick<Listed, 'rows' | 'referenced'>> {
    const rows: Listed['rows'] = []
    const referenced: Listed['referenced'] = {}
    for (let page = 1; ; page += 1) {
      const found = await this.list(resource, { sort: 'id', ...listing, page })
      rows.push(...found.rows)
      for (const [name, more] of Object.entries(found.referenced))
        referenced[name] = [...(referenced[name] ?? []), ...more]
      if (found.rows.length < PAGE) return { rows, referenced }
    }
  }

  /** Every row whose property has one of these values, in as few calls as addresses may be long. */
  async among(resource: string, property: string, values: string[], listing: Listing = {}) {
    const rest = `${this.#url}/${resource}?${queryOf(listing)}&sort=id&page=100&${property}-in=`
    const parts = partsOf(values, Math.max(LEAST, LONGEST - rest.length))
    const found = await Promise.all(
      parts.map((part) => {
        const where: Condition[] = [[property, 'in', part], ...(listing.where ?? [])]
        return this.all(resource, { ...listing, where })
      }),
    )
    return {
      rows: found.flatMap(({ rows }) => rows),
      referenced: (name: string) => found.flatMap(({ referenced }) => referenced[name] ?? []),
    }
  }

  /** A small answer of its own, such as `currency/companyCurrency`. */
  async ask<T extends z.ZodType>(path: string, form: T): Promise<z.output<T>> {
    const answer = await this.#send({ method: 'GET', url: `${this.#url}/${path}`, headers: ASKING })
    return shaped(form, shaped(wrapped, answer.json(), path).result, path)
  }

  /** The request that creates a record. */
  creating(resource: string, body: object): HttpRequest {
    return { method: 'POST', url: `${this.#url}/${resource}`, headers: SENDING, body: JSON.stringify(body) }
  }

  /** The request that only tries to create a record: weclapp checks and prices it, and stores nothing. */
  trying(resource: string, body: object): HttpRequest {
    return { ...this.creating(`${resource}?dryRun=true`, body), repeatable: true }
  }

  /** The request that changes only the properties it names; `id` may be {{1.id}}. */
  changing(resource: string, id: string, body: object): HttpRequest {
    const url = `${this.#url}/${resource}/id/${id}?ignoreMissingProperties=true`
    return { method: 'PUT', url, headers: SENDING, body: JSON.stringify(body) }
  }

  /** The request for an action of a record. */
  acting(resource: string, id: string, action: string): HttpRequest {
    const url = `${this.#url}/${resource}/id/${id}/${action}`
    return { method: 'POST', url, headers: SENDING, body: '{}' }
  }

  /** Sends a create or change and reads the record: writes answer with it bare. */
  async write<T extends z.ZodType>(request: HttpRequest, form: T): Promise<z.output<T>> {
    return shaped(form, (await this.#send(request)).json(), 'The written record')
  }

  /** Sends an action: actions wrap the record. */
  async act<T extends z.ZodType>(request: HttpRequest, form: T): Promise<z.output<T>> {
    const { result } = shaped(wrapped, (await this.#send(request)).json(), 'The answer')
    return shaped(form, result, 'The record')
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await sendAs(this.#auth, this.#http, request)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw toErpError(answer)
  }
}

/** A request as a person may see it: the token is added on the way out. */
export function shown({ method, url, headers, body }: HttpRequest): WireRequest {
  return { method, url, headers: { ...headers, AuthenticationToken: '•••' }, body: body ?? null }
}

/** weclapp's ids are numbers written as text; anything else is no id and is not asked for. */
export function isId(text: string): boolean {
  return /^\d{1,19}$/.test(text)
}

/**
 * Fails when a row came that the filter leaves out: an unknown filter is documented to be ignored, and then
 * every record would come back as if it were the one asked for. https://www.weclapp.com/api/
 */
export function mustFit(fits: boolean, what: string): void {
  if (!fits) throw new ErpError('BAD_ANSWER', `weclapp did not obey the filter on ${what}.`, { field: what })
}
