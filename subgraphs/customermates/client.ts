import { ErpError, type ErrorCode } from '../../schema/errors.ts'
import { fixed, sendAs } from '../auth.ts'
import { type Http, type HttpAnswer, retryAfter } from '../http.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { type Column, configuration, found, user } from './shapes.ts'

/** A kind of record, as it stands in the path. */
export type Entity = 'services' | 'organizations' | 'contacts' | 'deals'

/** A condition; values are strings, and `hasNone` has none. */
export interface Filter {
  field: string
  operator: 'gte' | 'contains' | 'hasNone'
  value?: string
}

/** A question for rows, oldest first. */
export interface Search {
  filters: Filter[]
  searchTerm?: string
  sortBy: 'createdAt' | 'updatedAt'
  page: number
  pageSize: (typeof PAGE_SIZES)[number]
}

/** The only sizes of a page that the server takes. */
export const PAGE_SIZES = [5, 10, 25, 100] as const

type Wanted = Config['columns']

/** The custom columns of an entity: those that an operator named, by our name, and all of them. */
export interface Columns<K extends string = string> {
  by: Partial<Record<K, Column>>
  all: Column[]
}

/** Calls one installation. Throws ErpError. https://github.com/customermates/customermates */
export interface Client {
  /** The name of the user whom the key belongs to. */
  me(): Promise<string>
  search(entity: Entity, search: Search): Promise<{ rows: Json[]; total: number | null }>
  /** The row under an id, null where there is none. */
  one(entity: Entity, id: string): Promise<Json | null>
  /** The custom columns of an entity; MAPPING_MISSING where one that an operator named does not exist. */
  columns<E extends keyof Wanted>(entity: E): Promise<Columns<keyof Wanted[E] & string>>
}

const CODES: Record<number, ErrorCode> = {
  400: 'VALIDATION',
  401: 'AUTHENTICATION_FAILED',
  403: 'AUTHENTICATION_FAILED',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'CONFLICT',
  429: 'RATE_LIMITED',
}
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  // A record that is missing is 200 with null, so this is about the address: newer installations have none of them.
  NOT_FOUND:
    'Customermates has no such address; this connector speaks its API of contacts, deals and services.',
}

/** Customermates' own words: the body of a refusal is a JSON string; bare text where a proxy answered. */
function wordsOf(answer: HttpAnswer): string {
  try {
    const body = answer.json()
    return (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 300)
  } catch {
    return answer.text.slice(0, 300)
  }
}

function refusalOf(answer: HttpAnswer): ErpError {
  const said = wordsOf(answer)
  const lacks = answer.status === 400 && /required|undefined/i.test(said)
  const otherwise = answer.status >= 500 ? 'UNAVAILABLE' : 'BAD_ANSWER'
  const code = lacks ? 'MISSING_REQUIRED_FIELD' : (CODES[answer.status] ?? otherwise)
  return new ErpError(code, MESSAGES[code] ?? `Customermates refused a request (${answer.status}).`, {
    said,
    field: /→ at (\S+)/.exec(said)?.[1],
    retryAfterMs: retryAfter(answer.headers),
  })
}

function pick<E extends keyof Wanted>(all: Column[], wanted: Wanted[E]) {
  const by: Partial<Record<keyof Wanted[E] & string, Column>> = {}
  const missing: { name: string; text: string }[] = []
  for (const [name, text] of Object.entries(wanted) as [keyof Wanted[E] & string, string | undefined][]) {
    if (text === undefined) continue
    const column = all.find(({ id }) => id === text) ?? all.find(({ label }) => label === text)
    if (column) by[name] = column
    else missing.push({ name, text })
  }
  return { by, missing }
}

/** Opens the way to one installation. */
export function openClient(config: Config, http: Http): Client {
  const auth = fixed('x-api-key', config.key)
  async function call(path: string, body?: object): Promise<Json> {
    const answer = await sendAs(auth, http, {
      method: body ? 'POST' : 'GET',
      url: `${config.url}/v1/${path}`,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
      repeatable: true,
    })
    if (answer.status !== 200) throw refusalOf(answer)
    return answer.json()
  }
  const kept = new Map<Entity, Kept<Column[]>>()
  function columnsOf(entity: Entity): Kept<Column[]> {
    const known =
      kept.get(entity) ??
      new Kept(async () => {
        const body = await call(`${entity}/configuration`)
        return shaped(configuration, body, `The configuration of ${entity}`).customColumns
      })
    kept.set(entity, known)
    return known
  }
  return {
    async me() {
      const { firstName, lastName } = shaped(user, await call('users/me'), 'The user of Customermates')
      return [firstName, lastName].filter(Boolean).join(' ')
    },
    async search(entity, { filters, searchTerm, sortBy, page, pageSize }) {
      const sortDescriptor = { field: sortBy, direction: 'asc' }
      const body = { filters, searchTerm, sortDescriptor, pagination: { page, pageSize } }
      const { items, pagination } = shaped(found, await call(`${entity}/search`, body), `A page of ${entity}`)
      return { rows: items as Json[], total: pagination?.total ?? null }
    },
    async one(entity, id) {
      const body = await call(`${entity}/${id}`)
      const name = entity.slice(0, -1)
      const row = typeof body === 'object' && body !== null && !Array.isArray(body) ? body[name] : undefined
      if (row !== undefined) return row
      throw new ErpError('BAD_ANSWER', `The answer about a ${name} has none in it.`, { field: name })
    },
    async columns<E extends keyof Wanted>(entity: E) {
      const wanted = config.columns[entity]
      const columns = columnsOf(entity)
      await columns.find((all) => (pick(all, wanted).missing.length === 0 ? true : undefined))
      const all = await columns.get()
      const { by, missing } = pick<E>(all, wanted)
      const [first] = missing
      if (first === undefined) return { by, all }
      throw new ErpError(
        'MAPPING_MISSING',
        `Customermates has no custom column "${first.text}" for ${entity}.`,
        { field: `columns.${entity}.${first.name}` },
      )
    },
  }
}
