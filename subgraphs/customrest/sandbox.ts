import { createHmac, createHash } from 'node:crypto'
import { ErpError } from '../../schema/errors.ts'
import type { Change, RawRequest } from '../connector.ts'
import type {
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { errorsOf } from './sandbox/errors.ts'
import { restManifest, rpcManifest } from './sandbox/manifest.ts'
import { METHODS } from './sandbox/methods.ts'
import type { Params } from './sandbox/parts.ts'
import { type Record_, Refusal, Store } from './sandbox/store.ts'

const SECRETS = {
  clientId: 'nordwerk-shop',
  clientSecret: 'Nw-s3cret/Grün&mehr',
  username: 'shop',
  password: 'Sch1ff&Hafen/9',
}

function act(store: Store, action: SandboxAction): void {
  const touched = (table: Store['articles'], row: Record_ | undefined, fields: object): void => {
    if (!row) throw new Error('Nordwerk has no such record.')
    table.touch(Object.assign(row, fields))
  }
  if (action.do === 'addItem') store.addArticle(action.sku, action.name, action.price)
  if (action.do === 'addCustomer') {
    const limit = { amount: '0', cur: 'EUR' }
    const row = store.customers.add({
      name1: action.name,
      contact: { mail: action.email },
      lock: '',
      class: 'retail',
      limit,
    })
    row.no = `C-${row.id}`
  }
  if (action.do === 'setStock') {
    const level = store.stock.get(action.sku)?.find(({ wh }) => wh === action.warehouse)
    if (level) level.qty = action.onHand
  }
  if (action.do === 'setPrice') {
    store.listPrices.set(action.sku, action.price)
    touched(store.articles, store.article(action.sku), { price: { net: action.price, cur: 'EUR' } })
  }
  if (action.do === 'setOrderStatus')
    touched(store.orders, store.orders.rows.get(Number(action.id)), { state: action.status })
  if (action.do === 'setQuoteStatus')
    touched(store.quotes, store.quotes.rows.get(Number(action.id)), { state: action.status })
  if (action.do === 'deleteItem') touched(store.articles, store.article(action.sku), { deleted: true })
}

function ledger(store: Store): Ledger {
  return {
    orders: [...store.orders.rows.values()].map(({ id, no, extRef, customer, state, sum }) => ({
      id: String(id),
      number: String(no),
      ref: typeof extRef === 'string' ? extRef : null,
      customer: String(customer),
      state: state === 'STO' ? 'cancelled' : 'booked',
      total: (sum as { gross: string }).gross,
    })),
    customers: [...store.customers.rows.values()].map(({ id, name1, contact }) => ({
      id: String(id),
      name: String(name1),
      email: (contact as { mail?: string }).mail ?? null,
    })),
  }
}

const TYPES: Partial<Record<Change['kind'], string>> = {
  order: 'order.state',
  item: 'article',
  customer: 'customer',
}

function webhook({ kind, id }: Change, secret: string): RawRequest {
  const type = TYPES[kind]
  if (!type) throw new ErpError('NOT_SUPPORTED', `Nordwerk sends no webhook for ${kind}.`)
  const event = kind === 'item' ? { type, article: id } : { type, id: Number(id) }
  const body = Buffer.from(JSON.stringify({ eventId: `e-${id}`, events: [event] }))
  const time = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')
  return {
    headers: { 'x-nordwerk-time': time, 'x-nordwerk-signature': `sha256=${signature}` },
    body,
    query: {},
  }
}

/** What both interfaces share: tokens that can be made to end. */
class Tokens {
  #generation = 0
  #opened = 0
  readonly #sessions = new Set<string>()

  give(): string {
    return createHash('sha256').update(`nordwerk ${this.#generation}`).digest('hex')
  }

  /** A session of its own, for as long as nobody ends it. */
  open(): string {
    this.#opened += 1
    const session = createHash('sha256').update(`session ${this.#opened}`).digest('hex')
    this.#sessions.add(session)
    return session
  }

  isOpen(session: string): boolean {
    return this.#sessions.has(session)
  }

  close(session: string): void {
    this.#sessions.delete(session)
  }

  end(): void {
    this.#generation += 1
    this.#sessions.clear()
  }
}

function said(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error
}

const ROUTES: [string, RegExp, string][] = [
  ['GET', /^\/ping$/, 'ping'],
  ['POST', /^\/stock\/query$/, 'stock.query'],
  ['POST', /^\/pricing\/simulate$/, 'pricing.simulate'],
  ['GET', /^\/(jobs)\/([^/]+)$/, '*.get'],
  ['GET', /^\/(articles|warehouses|customers|orders|invoices|payments|quotes)$/, '*.list'],
  ['POST', /^\/(customers|orders|invoices|payments)$/, '*.create'],
  ['PATCH', /^\/(customers)\/([^/]+)$/, '*.update'],
  ['POST', /^\/(orders)\/([^/]+)\/cancel$/, '*.cancel'],
]

function wrong(refusal: Refusal): SandboxAnswer {
  const { status, code, message, path } = refusal
  return { status, body: { error: { code, text: message, ...(path && { path }) } } }
}

function rest(store: Store, tokens: Tokens, request: SandboxRequest): SandboxAnswer {
  const { method, path, query, headers, body } = request
  if (path === '/oauth/token') return token(tokens, request)
  if (headers.authorization !== `Bearer ${tokens.give()}`)
    return wrong(new Refusal(401, 'TOKEN', 'The token is missing or has ended'))
  const inside = /^\/rest\/v2\/NW01(\/.*)$/.exec(path)?.[1]
  const route = ROUTES.find(([verb, pattern]) => verb === method && inside && pattern.test(inside))
  if (!route || !inside)
    return wrong(new Refusal(404, 'NO_ROUTE', `There is no ${method} ${path.slice(0, 100)}`))
  const [, kind = '', id] = route[1].exec(inside) ?? []
  try {
    const params: Params = method === 'GET' ? Object.fromEntries(query) : (JSON.parse(body || '{}') as Params)
    if (id !== undefined) params.id = decodeURIComponent(id)
    if (headers['if-match']) params.rev = headers['if-match']
    const result = METHODS[route[2].replace('*', kind)]?.(store, params) ?? {}
    if ('job' in result)
      return { status: 202, headers: { location: `/rest/v2/NW01/jobs/${String(result.job)}` }, body: '' }
    return { status: route[2] === '*.create' ? 201 : 200, body: result }
  } catch (error) {
    if (error instanceof SyntaxError) return wrong(new Refusal(400, 'INVALID', 'The body is no JSON'))
    return wrong(said(error))
  }
}

function token(tokens: Tokens, { headers, body }: SandboxRequest): SandboxAnswer {
  const form = new URLSearchParams(body)
  const coded = [SECRETS.clientId, SECRETS.clientSecret].map((text) =>
    new URLSearchParams({ t: text }).toString().slice(2),
  )
  const wanted = `Basic ${Buffer.from(coded.join(':')).toString('base64')}`
  if (headers.authorization !== wanted || form.get('grant_type') !== 'client_credentials')
    return { status: 401, body: { error: 'invalid_client', error_description: 'Unknown client' } }
  return { status: 200, body: { access_token: tokens.give(), token_type: 'Bearer', expires_in: 3600 } }
}

/** JSON-RPC writes decimals as bare numbers, digit by digit. */
const FIGURES = new Set([
  'net',
  'gross',
  'tax',
  'gross_list',
  'qty',
  'res',
  'avail',
  'ordered',
  'price',
  'disc',
  'open',
  'amount',
  'from',
  'minQty',
  'shipped',
  'invoiced',
])

function numeric(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => numeric(one))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, numeric(part, key)]))
  return typeof value === 'string' && FIGURES.has(name) ? JSON.rawJSON(value) : value
}

function rpc(store: Store, tokens: Tokens, { method, path, headers, body }: SandboxRequest): SandboxAnswer {
  if (method !== 'POST' || path !== '/rpc') return { status: 404, body: 'Not here' }
  const answer = (more: object): SandboxAnswer => ({ status: 200, body: { jsonrpc: '2.0', id: 1, ...more } })
  const fail = ({ code, message, path: at }: Refusal) =>
    answer({ error: { code: -32_000, message, data: { code, ...(at && { path: at }) } } })
  try {
    const { method: name, params } = JSON.parse(body) as { method: string; params: Params }
    if (name === 'login') {
      if (
        params.user !== SECRETS.username ||
        params.password !== SECRETS.password ||
        params.company !== 'NW01'
      )
        throw new Refusal(200, 'LOGIN', 'User or password is wrong')
      return answer({ result: { session: tokens.open(), seconds: 1800 } })
    }
    const session = headers['x-session'] ?? ''
    if (!tokens.isOpen(session)) throw new Refusal(200, 'TOKEN', 'The session is missing or has ended')
    if (name === 'logout') {
      tokens.close(session)
      return answer({ result: {} })
    }
    const work = METHODS[name]
    if (!work) throw new Refusal(200, 'INVALID', `There is no method ${String(name).slice(0, 60)}`)
    return answer({ result: numeric(work(store, params)) })
  } catch (error) {
    if (error instanceof SyntaxError) return { status: 400, body: 'Parse error' }
    return fail(said(error))
  }
}

const UNITS = { ST: 'H87', KG: 'KGM', M: 'MTR', L: 'LTR', STD: 'HUR' }

function factory(asRpc: boolean): SandboxFactory {
  return (demo): Sandbox => {
    let store: Store | null = null
    const opened = (): Store => (store ??= new Store(demo))
    const tokens = new Tokens()
    return {
      handle: (request) => (asRpc ? rpc : rest)(opened(), tokens, request),
      ledger: () => ledger(opened()),
      act: (action) => (action.do === 'expireTokens' ? tokens.end() : act(opened(), action)),
      errors: errorsOf(asRpc),
      hook: webhook,
      config: (url) => ({
        url,
        manifest: (asRpc ? rpcManifest : restManifest)(new URL(url).hostname),
        settings: { company: 'NW01' },
        credentials: asRpc
          ? { username: SECRETS.username, password: SECRETS.password }
          : { clientId: SECRETS.clientId, clientSecret: SECRETS.clientSecret },
        units: UNITS,
      }),
    }
  }
}

/** Nordwerk, an invented ERP: its REST interface. Nothing of it exists outside this file's folder. */
export const sandbox: SandboxFactory = factory(false)

/** The same company through JSON-RPC. */
export const variants: Record<string, SandboxFactory> = { rpc: factory(true) }
