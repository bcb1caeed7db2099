import { setImmediate as turn } from 'node:timers/promises'
import type { KeyObject } from 'node:crypto'
import type { Demo } from '../demo.ts'
import type { Sandbox, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { SIGNATURE, sign } from './hook.ts'
import { ACCOUNT, Access, CERTIFICATE, CLIENT, demoKey } from './sandbox/access.ts'
import { act, ledgerOf } from './sandbox/acts.ts'
import { Refused, json, problem } from './sandbox/answers.ts'
import { errors } from './sandbox/errors.ts'
import { bodyOf } from './sandbox/fields.ts'
import { Jobs } from './sandbox/jobs.ts'
import type { OrderRules } from './sandbox/orders.ts'
import { Records } from './sandbox/record.ts'
import { State } from './sandbox/state.ts'
import { type Catalogue, run } from './sandbox/suiteql/run.ts'
import { SqlError } from './sandbox/suiteql/tokens.ts'
import { catalogue } from './sandbox/tables.ts'

/** What one account does otherwise than another. */
export interface SandboxOptions extends Partial<OrderRules> {
  /** Requests at the same time; the smallest service tier has 5. */
  concurrency?: number
  /** Whether SuiteQL shows "SalesOrd:B" instead of "B", as some releases do. */
  longStatus?: boolean
  /** Public keys of further certificates, by certificate id. */
  certificates?: Record<string, KeyObject>
}

const RULES: OrderRules = { approval: 'none', script: 'none', german: false }
const MAX_PAGE = 1000
const MAX_ROWS = 100_000
const RECORDS = '/services/rest/record/v1/'
const JOBS = '/services/rest/async/v1/job/'

class NetSuite implements Sandbox {
  readonly errors = errors
  readonly access: Access
  readonly state: State
  readonly #options: SandboxOptions
  readonly #records: Records
  readonly #jobs: Jobs
  readonly #catalogue: Catalogue
  readonly #url: () => string
  #running = 0
  #turns = 0

  constructor(demo: Demo, url: () => string, options: SandboxOptions) {
    this.#options = options
    this.#url = url
    this.state = new State(demo)
    this.access = new Access(url)
    for (const [id, key] of Object.entries(options.certificates ?? {})) this.access.certificates.set(id, key)
    this.#records = new Records(
      this.state,
      { ...RULES, ...options },
      () => `${url()}/services/rest/record/v1`,
    )
    this.#jobs = new Jobs(this.#records, () => `${url()}/services/rest`)
    this.#catalogue = catalogue(this.state, { longStatus: options.longStatus ?? false }, Date.now)
  }

  async handle(request: SandboxRequest): Promise<SandboxAnswer> {
    if (request.path.endsWith('/auth/oauth2/v1/token')) return this.access.token(request)
    if (request.path.endsWith('/oauth2/authorize.nl')) return this.access.authorize(request)
    if (this.#running >= (this.#options.concurrency ?? 5))
      return this.errors.busy?.answer ?? problem(429, '', '')
    this.#running += 1
    try {
      // Lets requests that arrived together meet here, as they do in an account.
      await turn()
      this.access.check(request)
      return this.#answer(request)
    } catch (error) {
      if (error instanceof Refused) return error.answer
      throw error
    } finally {
      this.#running -= 1
    }
  }

  #answer(request: SandboxRequest): SandboxAnswer {
    const { path, method } = request
    if (path === '/services/rest/query/v1/suiteql' && method === 'POST') return this.#suiteql(request)
    if (path.startsWith(RECORDS)) {
      const rest = path.slice(RECORDS.length)
      return this.#jobs.isMeant(request)
        ? this.#jobs.start(rest, request)
        : this.#records.handle(rest, request)
    }
    if (path.startsWith(JOBS) && method === 'GET') return this.#jobs.show(path.slice(JOBS.length))
    if (path === '/services/rest/system/v1/governanceLimits') {
      const limit = this.#options.concurrency ?? 5
      return json(200, { accountConcurrencyLimit: limit, accountUnallocatedConcurrencyLimit: limit })
    }
    throw new Refused(404, 'NONEXISTENT_ID', `The resource ${path} does not exist.`)
  }

  #suiteql({ headers, query, body }: SandboxRequest): SandboxAnswer {
    if (!headers.prefer?.split(',').some((one) => one.trim() === 'transient')) {
      const detail = 'The required request header Prefer is missing or invalid. Set it to transient.'
      throw new Refused(400, 'INVALID_HEADER', detail, { header: 'Prefer' })
    }
    const { limit, offset } = windowOf(query)
    const statement = bodyOf(body).q
    if (typeof statement !== 'string') {
      throw new Refused(400, 'INVALID_CONTENT', 'Missing the statement.', { path: 'q' })
    }
    const all = this.#rows(statement)
    const rows = all.slice(offset, offset + limit)
    const self = `${this.#url()}/services/rest/query/v1/suiteql`
    const hasMore = offset + limit < all.length
    const next = { rel: 'next', href: `${self}?limit=${limit}&offset=${offset + limit}` }
    return json(200, {
      links: [{ rel: 'self', href: `${self}?limit=${limit}&offset=${offset}` }, ...(hasMore ? [next] : [])],
      count: rows.length,
      hasMore,
      items: rows.map((row) => ({ links: [], ...row })),
      offset,
      totalResults: all.length,
    })
  }

  #rows(statement: string): Record<string, string>[] {
    try {
      const { rows, ordered } = run(statement, this.#catalogue)
      if (ordered) return rows
      // Without ORDER BY no two pages of a statement agree.
      this.#turns += 1
      const at = this.#turns % Math.max(rows.length, 1)
      return [...rows.slice(at), ...rows.slice(0, at)]
    } catch (error) {
      if (!(error instanceof SqlError)) throw error
      const detail = `Invalid search query. Detailed unprocessed description follows. ${error.message}`
      throw new Refused(400, 'INVALID_PARAMETER', detail, { query: 'q' })
    }
  }

  ledger() {
    return ledgerOf(this.state)
  }

  act(action: Parameters<Sandbox['act']>[0]): void {
    if (action.do === 'expireTokens') this.access.expire()
    else act(this.state, action)
  }

  hook(change: Parameters<NonNullable<Sandbox['hook']>>[0], secret: string) {
    const types = { order: 'salesOrder', invoice: 'invoice', payment: 'customerPayment', quote: 'estimate' }
    const recordType = { ...types, item: 'inventoryItem', customer: 'customer' }[change.kind]
    const event = { recordType, id: change.id, eventType: change.deleted ? 'delete' : 'edit', at: change.at }
    const body = Buffer.from(JSON.stringify(event))
    return {
      headers: { 'content-type': 'application/json', [SIGNATURE]: sign(body, secret) },
      body,
      query: {},
    }
  }

  config(url: string): Record<string, unknown> {
    return {
      account: ACCOUNT,
      url,
      auth: {
        kind: 'certificate',
        clientId: CLIENT.id,
        certificateId: CERTIFICATE,
        privateKey: demoKey().export({ type: 'pkcs8', format: 'pem' }),
        algorithm: 'ES256',
      },
      subsidiary: '1',
      discountItem: '900',
    }
  }
}

function windowOf(query: URLSearchParams): { limit: number; offset: number } {
  const [limit, offset] = [Number(query.get('limit') ?? MAX_PAGE), Number(query.get('offset') ?? 0)]
  const good = Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE && Number.isInteger(offset)
  if (good && offset >= 0 && offset % limit === 0 && offset < MAX_ROWS) return { limit, offset }
  throw new Refused(400, 'INVALID_PARAMETER', 'Provided offset must be divisible by the limit (1 to 1000).', {
    query: 'offset',
  })
}

/** An account with its own ways, for tests. */
export function netsuiteSandbox(options: SandboxOptions = {}): SandboxFactory {
  return (demo, url) => new NetSuite(demo, url, options)
}

/** The demo company in NetSuite. */
export const sandbox: SandboxFactory = netsuiteSandbox()
