import Big from 'big.js'
import type { Change, Kind } from '../connector.ts'
import { Refusal } from '../refusal.ts'
import type {
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { errors } from './sandbox/failures.ts'
import { type Door, HOME, gateway } from './sandbox/gateway.ts'
import { ENTITIES, refused, rest } from './sandbox/rest.ts'
import {
  CONTACTS,
  CUSTOMERS,
  ITEMS,
  ORDERS,
  QUOTES,
  STOCK,
  addCustomer,
  addItem,
  contact,
  plant,
} from './sandbox/seed.ts'
import { type Row, Store } from './sandbox/store.ts'

const CLIENT_ID = 'abc123.app.sage.com'
const CLIENT_SECRET = 'demo-intacct-client-secret'
const SENDER_PASSWORD = 'demo-intacct-sender-password'
const BASE = '/ia/xml/xmlgw.phtml'
const TOKEN_SECONDS = 21_600

/** The tokens and sessions of the company. */
class Lobby implements Door {
  readonly senderId = 'unified_sender'
  readonly senderPassword = SENDER_PASSWORD
  readonly sessions = new Map<string, string>()
  readonly completed = new Set<string>()
  readonly tokens = new Set<string>()
  readonly #url: () => string
  #count = 0
  /** An ended token is refused with 400 and with 401, one time so and one time so. */
  #ends = 0

  constructor(url: () => string) {
    this.#url = url
  }

  get endpoint(): string {
    return `${this.#url()}${HOME}`
  }

  newSession(path: string): string {
    const id = `fAkESesSiOnId${String(++this.#count).padStart(8, '0')}..`
    this.sessions.set(id, path)
    return id
  }

  end(): void {
    this.#ends += 1
    this.tokens.clear()
    this.sessions.clear()
  }

  token(body: string): SandboxAnswer {
    const form = new URLSearchParams(body)
    const invalid = {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Client is not valid' },
    }
    if (form.get('client_id') !== CLIENT_ID || form.get('client_secret') !== CLIENT_SECRET) return invalid
    const [user, entity] = (form.get('username') ?? '').split('|')
    const known = user === 'webservice@nordlicht' && (entity === undefined || ENTITIES.includes(entity))
    if (form.get('grant_type') !== 'client_credentials' || !known)
      return { status: 400, body: { error: 'invalid_grant', error_description: 'User is not valid' } }
    // A new grant of the same user in the same company ends the one before.
    this.tokens.clear()
    const token = `eyJ0eXAiOiJKV1Qi.${String(++this.#count).padStart(8, '0')}`
    this.tokens.add(token)
    const answer = { token_type: 'Bearer', access_token: token, refresh_token: `c8f1${this.#count}` }
    return { status: 200, body: { ...answer, expires_in: TOKEN_SECONDS } }
  }

  refusal({ headers }: SandboxRequest): SandboxAnswer | null {
    if (this.tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))) return null
    return refused(this.#ends % 2 === 1 ? 400 : 401, 'invalidRequest', 'Invalid token')
  }
}

function handle(store: Store, lobby: Lobby, request: SandboxRequest): SandboxAnswer {
  const { method, path, body } = request
  if (method === 'POST' && (path === BASE || path === HOME)) return gateway(store, lobby, path, body)
  const [, inside] = /^\/ia\/api\/v1(\/.+)$/.exec(path) ?? []
  if (inside === undefined) return refused(404, 'invalidRequest', `The path ${path} is not valid (REST-1107)`)
  if (inside === '/oauth2/token') return lobby.token(body)
  const refusal = lobby.refusal(request)
  if (refusal) return refusal
  if (inside === '/services/core/session/id') {
    const result = { sessionId: lobby.newSession(BASE), expiresIn: TOKEN_SECONDS }
    return {
      status: 200,
      body: { 'ia::result': result, 'ia::meta': { totalCount: 1, totalSuccess: 1, totalError: 0 } },
    }
  }
  try {
    return rest(store, request, inside)
  } catch (error) {
    if (error instanceof Refusal) return refused(error.status, error.code, error.message)
    throw error
  }
}

function needed(row: Row | undefined): Row {
  if (row) return row
  throw new Error('The company has no such record.')
}

function setStatus(store: Store, table: string, kind: Kind, id: string, status: string): void {
  const row = needed(store.table(table).get(id))
  row.state = status
  store.touch(row)
  store.tell(kind, id)
}

function perform(store: Store, lobby: Lobby, action: SandboxAction): void {
  if (action.do === 'expireTokens') return lobby.end()
  if (action.do === 'addItem') {
    addItem(store, action)
    return store.tell('item', action.sku)
  }
  if (action.do === 'addCustomer') {
    const { name, email } = action
    const id = `C-${30000 + store.all(CUSTOMERS).length}`
    addCustomer(store, { id, name, contacts: { default: contact(name, { email1: email }) } })
    store.insert(CONTACTS, { id: name, status: 'active', ...contact(name, { email1: email }) })
    return store.tell('customer', id)
  }
  if (action.do === 'setOrderStatus') return setStatus(store, ORDERS, 'order', action.id, action.status)
  if (action.do === 'setQuoteStatus') return setStatus(store, QUOTES, 'quote', action.id, action.status)
  if (action.do === 'setStock') {
    const { sku, warehouse, onHand } = action
    const rows = store.all(STOCK).filter((row) => (row.item as { id: string }).id === sku)
    needed(rows.find((row) => (row.warehouse as { id: string }).id === warehouse)).onHand = onHand
    return
  }
  const item = needed(store.byId(ITEMS, action.sku))
  if (action.do === 'setPrice') {
    item.basePrice = action.price
    store.touch(item)
    return store.tell('item', action.sku)
  }
  store.table(ITEMS).delete(item.key)
  for (const row of store.all(STOCK))
    if ((row.item as { id: string }).id === action.sku) store.table(STOCK).delete(row.key)
  store.tell('item', action.sku, true)
}

const STATES = new Map<unknown, Ledger['orders'][number]['state']>([
  ['draft', 'draft'],
  ['closed', 'cancelled'],
])

function ledger(store: Store): Ledger {
  return {
    orders: store.all(ORDERS).map((row) => ({
      id: row.key,
      number: String(row.documentNumber),
      ref: (row.referenceNumber as string | null) ?? null,
      customer: (row.customer as { id: string }).id,
      state: STATES.get(row.state) ?? 'booked',
      total: new Big(String(row.totalInTxnCurrency)).toFixed(2),
    })),
    customers: store.all(CUSTOMERS).map((row) => ({
      id: String(row.id),
      name: String(row.name),
      email: (row.contacts as { default?: { email1?: string | null } } | undefined)?.default?.email1 ?? null,
    })),
  }
}

function webhook({ kind, id, deleted, at }: Change, secret: string) {
  const body = JSON.stringify({ kind, id, event: deleted ? 'delete' : 'set', ...(at && { at }) })
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(body), query: { secret } }
}

/** An imitation of one company of Sage Intacct: the REST API and the XML gateway over the same records. */
export const sandbox: SandboxFactory = (demo, url): Sandbox => {
  const store = new Store()
  plant(store, demo)
  store.open()
  const lobby = new Lobby(url)
  return {
    handle: (request) => handle(store, lobby, request),
    ledger: () => ledger(store),
    act: (action) => perform(store, lobby, action),
    errors,
    hook: webhook,
    watch: (listener) =>
      store.watch((kind, id, deleted) => listener({ kind, id, deleted, at: new Date().toISOString() })),
    config: (address) => ({
      url: address,
      company: 'nordlicht',
      user: 'webservice',
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      senderId: 'unified_sender',
      senderPassword: SENDER_PASSWORD,
      baseCurrency: 'EUR',
      warehouse: 'MAIN',
    }),
  }
}
