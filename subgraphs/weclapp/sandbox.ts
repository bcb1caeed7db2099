import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Change, Kind, RawRequest } from '../connector.ts'
import { Answered } from '../refusal.ts'
import type { Ledger, Sandbox, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { perform } from './sandbox/acts.ts'
import { bodyOf } from './sandbox/check.ts'
import { seedDocuments } from './sandbox/documents.ts'
import { errors } from './sandbox/failures.ts'
import { fieldsOf } from './sandbox/fields.ts'
import { actOnOrder, changeOrder, deleteOrder, orderOf } from './sandbox/orders.ts'
import { changeParty, createParty, owed } from './sandbox/parties.ts'
import { priceRows } from './sandbox/pricing.ts'
import { problem } from './sandbox/problem.ts'
import { filtered, listed } from './sandbox/query.ts'
import { newVersion } from './sandbox/quotations.ts'
import { REFERENCE } from './sandbox/custom.ts'
import { seedArticles, seedParties, seedSetup } from './sandbox/seed.ts'
import { type Row, Store } from './sandbox/store.ts'
import { changeWebhook, createWebhook } from './sandbox/webhooks.ts'

/** The token of the demo's API user. */
export const TOKEN = '3f1c7a52-9d04-4b8e-a6c1-5e20f7d1b9aa'
/** A token of a user who may only read. */
export const READ_ONLY_TOKEN = '77aa0d19-1b52-4c3f-8e57-0c6d92e4f1bb'

const ENTITIES: Partial<Record<Kind, string>> = {
  item: 'article',
  customer: 'party',
  order: 'salesOrder',
  invoice: 'salesInvoice',
  quote: 'quotation',
}

function webhook(change: Change, secret: string): RawRequest {
  const entityName = ENTITIES[change.kind]
  if (!entityName) throw new ErpError('NOT_SUPPORTED', `weclapp sends no webhook for a ${change.kind}.`)
  const type = change.deleted ? 'DELETE' : 'UPDATE'
  return {
    headers: { 'content-type': 'application/json', 'user-agent': 'weclapp/22 (weclapp webhook sender)' },
    body: Buffer.from(JSON.stringify({ entityId: change.id, entityName, type })),
    query: { secret },
  }
}

/** Stock of an article by warehouse, over storage places and reservations. */
function quantities(store: Store, article: Row, counts: (row: Row) => boolean): object[] {
  const sums = new Map<unknown, Big>()
  for (const row of store.all('warehouseStock')) {
    if (row.articleId !== article.id || !counts(row)) continue
    sums.set(row.warehouseId, (sums.get(row.warehouseId) ?? new Big(0)).plus(String(row.quantity)))
  }
  return [...sums].map(([warehouseId, quantity]) => ({ warehouseId, quantity: quantity.toFixed() }))
}

function computed(store: Store, resource: string, name: string, row: Row): unknown {
  if (resource === 'article') {
    if (name === 'totalStockQuantity') return quantities(store, row, () => true)
    if (name === 'reservedStockQuantity')
      return quantities(store, row, (one) => one.salesOrderItemId !== undefined)
    if (name === 'pickableStockQuantity')
      return quantities(store, row, (one) => one.salesOrderItemId === undefined)
  }
  if (resource === 'party' && name === 'customerSalesOpenItemSum') return owed(store, row)
  throw new Answered(problem(400, 'validation', `unexpected additional property ${name}`))
}

/** The rows of a resource; prices stand inside articles, and those of a few articles are not looked for in all. */
function rowsOf(store: Store, resource: string, query: URLSearchParams): Row[] {
  if (resource !== 'articlePrice') return store.all(resource)
  const list = query.get('articleId-in')
  return priceRows(store, list?.startsWith('[') ? new Set((JSON.parse(list) as unknown[]).map(String)) : null)
}

function read(store: Store, [resource = '', second, third]: string[], query: URLSearchParams): object {
  if (resource === 'currency' && second === 'companyCurrency')
    return { result: store.all('currency').find(({ name }) => name === 'EUR') }
  if (fieldsOf(resource).size === 0) throw new Answered(problem(404, 'not_found', `no resource ${resource}`))
  if (second === 'id') return store.get(resource, third ?? '')
  const rows = rowsOf(store, resource, query)
  if (second === 'count') return { result: filtered(resource, rows, query).length }
  if (second !== undefined) throw new Answered(problem(404, 'not_found', `no action ${second}`))
  return listed(store, resource, rows, query, (name, row) => computed(store, resource, name, row))
}

function created(row: Row, resource: string, url: string): SandboxAnswer {
  return { status: 201, headers: { location: `${url}/webapp/api/v2/${resource}/id/${row.id}` }, body: row }
}

function write(
  store: Store,
  method: string,
  parts: string[],
  request: SandboxRequest,
  url: string,
): SandboxAnswer {
  const [resource, second, id = '', action] = parts
  const dryRun = request.query.get('dryRun') === 'true'
  const partial = request.query.get('ignoreMissingProperties') === 'true'
  if (method === 'DELETE' && resource === 'salesOrder' && second === 'id') {
    deleteOrder(store, id)
    return { status: 204, body: null }
  }
  const body = bodyOf(request.body)
  if (method === 'POST' && resource === 'salesOrder' && second === undefined) {
    const order = orderOf(store, body)
    return dryRun
      ? { status: 200, body: order }
      : created(store.insert('salesOrder', order), 'salesOrder', url)
  }
  if (method === 'POST' && resource === 'party' && second === undefined)
    return created(createParty(store, body), 'party', url)
  if (method === 'POST' && resource === 'webhook' && second === undefined)
    return created(createWebhook(store, body), 'webhook', url)
  if (method === 'PUT' && second === 'id' && resource === 'webhook')
    return { status: 200, body: changeWebhook(store, id, body, partial) }
  if (method === 'PUT' && second === 'id' && resource === 'party')
    return { status: 200, body: changeParty(store, id, body, partial) }
  if (method === 'PUT' && second === 'id' && resource === 'salesOrder')
    return { status: 200, body: changeOrder(store, id, body, partial) }
  if (method === 'POST' && second === 'id' && resource === 'salesOrder' && action)
    return { status: 200, body: actOnOrder(store, id, action) }
  if (method === 'POST' && second === 'id' && resource === 'quotation' && action === 'createNewVersion')
    return { status: 200, body: { result: newVersion(store, id) } }
  throw new Answered(problem(404, 'not_found', `no ${method} of ${request.path}`))
}

/** Who is asking; refuses everybody else. */
function mayWrite({ headers }: SandboxRequest): boolean {
  const basic = Buffer.from((headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8')
  const token = headers.authenticationtoken ?? basic.replace(/^\*:/, '')
  if (token !== TOKEN && token !== READ_ONLY_TOKEN)
    throw new Answered(problem(401, 'unauthorized', 'the authentication token is not valid'))
  return token === TOKEN
}

function handle(store: Store, request: SandboxRequest, url: string): SandboxAnswer {
  const writes = mayWrite(request)
  const [, path] = /^\/webapp\/api\/v[23]\/(.+)$/.exec(request.path) ?? []
  if (path === undefined) throw new Answered(problem(404, 'not_found', `no resource ${request.path}`))
  if (request.headers.cookie)
    throw new Answered(problem(400, 'conversation', 'no conversation in a browser session'))
  const parts = path.split('/').map(decodeURIComponent)
  if (request.method === 'GET') return { status: 200, body: read(store, parts, request.query) }
  if (!writes) throw new Answered(problem(403, 'forbidden', 'the user may not write'))
  if (request.method !== 'DELETE' && !request.headers['content-type']?.startsWith('application/json'))
    throw new Answered(problem(415, 'unsupported_mime_type', 'unsupported mime type'))
  return write(store, request.method, parts, request, url)
}

function ledger(store: Store): Ledger {
  const attribute = store.all('customAttributeDefinition').find((row) => row.attributeKey === REFERENCE)?.id
  const states = { ORDER_ENTRY_IN_PROGRESS: 'draft', CANCELLED: 'cancelled' } as const
  const own = (row: Row) =>
    ((row.customAttributes ?? []) as Record<string, unknown>[]).find(
      (one) => one.attributeDefinitionId === attribute,
    )
  return {
    orders: store.all('salesOrder').map((row) => ({
      id: row.id,
      number: String(row.orderNumber),
      ref: (own(row)?.stringValue as string | undefined) ?? null,
      customer: String(row.customerId),
      state: states[row.status as keyof typeof states] ?? 'booked',
      total: String(row.grossAmount),
    })),
    customers: store
      .all('party')
      .filter((row) => row.customer)
      .map((row) => ({
        id: row.id,
        name: String(row.company),
        email: (row.email as string | undefined) ?? null,
      })),
  }
}

/** An imitation of a weclapp tenant: https://www.weclapp.com/api/ */
export const sandbox: SandboxFactory = (demo, url): Sandbox => {
  const store = new Store()
  const ids = seedSetup(store, demo)
  const parties = seedParties(store, ids, demo)
  seedArticles(store, ids, demo, parties)
  seedDocuments(store, demo, parties)
  store.open()
  return {
    handle(request) {
      try {
        return handle(store, request, url())
      } catch (error) {
        if (error instanceof Answered) return error.answer
        throw error
      }
    },
    ledger: () => ledger(store),
    act: (action) => perform(store, ids, demo, action),
    errors,
    hook: webhook,
    watch: (listener) => store.watch(listener),
    config: (address) => ({ url: address, token: TOKEN }),
  }
}
