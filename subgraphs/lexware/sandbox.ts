import type { Demo } from '../demo.ts'
import { Answered } from '../refusal.ts'
import type {
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { refIn } from './words.ts'
import * as people from './sandbox/contacts.ts'
import { type Doc, SERIES, create, openOf } from './sandbox/documents.ts'
import * as booking from './sandbox/vouchers.ts'
import { errors } from './sandbox/errors.ts'
import { delivery, subscribe, subscriptions } from './sandbox/hooks.ts'
import { webhookKey } from './sandbox/key.ts'
import { articles, contacts, nameOf, paged, vouchers } from './sandbox/lists.ts'
import { gateway, legacy, regular } from './sandbox/refuse.ts'
import { articleOf, priceOf, seed } from './sandbox/seed.ts'
import { ORGANIZATION, type Row, Store, num } from './sandbox/store.ts'

/** The key of the demo; it may ask as often as it likes. */
export const KEY = 'vKx2fYp~9Qm.demo-3T8sL0wZb6Nc'
/** A key that is held to two requests a second, as every real one is. */
export const STRICT_KEY = 'aR7uHd~1Ge.strict-5Yk2Vx8Jq4Mt'
/** A key that may only read. */
export const READ_KEY = 'eW4zBn~6Cs.readonly-0Pf9Uo3Li7D'

const TOKENS = 2

/** Two tokens, and two more each second; a call that finds none is not executed. */
class Bucket {
  #left = TOKENS
  #at = performance.now()

  take(): boolean {
    const now = performance.now()
    this.#left = Math.min(TOKENS, this.#left + ((now - this.#at) / 1000) * TOKENS)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}

function admit({ method, headers }: SandboxRequest, bucket: Bucket): void {
  const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  if (key !== KEY && key !== STRICT_KEY && key !== READ_KEY) throw new Answered(gateway(401, 'Unauthorized'))
  if (key === STRICT_KEY && !bucket.take()) throw new Answered(gateway(429, 'Too Many Requests'))
  if (key === READ_KEY && method !== 'GET') throw new Answered(gateway(403, 'Forbidden'))
  if ((method === 'POST' || method === 'PUT') && !headers['content-type']?.startsWith('application/json'))
    throw new Answered(regular(415, '/v1', 'Unsupported media type'))
}

/** What every create and change answers; the number of a document is not in it. */
function done(resource: string, row: Row, status: number): SandboxAnswer {
  const { id, createdDate, updatedDate, version } = row
  const resourceUri = `https://api.lexware.io/v1/${resource}/${id}`
  return { status, body: { id, resourceUri, createdDate, updatedDate, version } }
}

function paymentsOf(store: Store, id: string): SandboxAnswer {
  const booked = store.find('vouchers', id)
  const written = Object.entries(SERIES).flatMap(([collection, { type }]) => {
    const doc = store.find(collection, id) as Doc | undefined
    return doc ? [{ doc, type }] : []
  })
  const [found] = booked ? [booking.asDoc(store, booked)] : written
  if (!found) throw new Answered(regular(404, `/v1/payments/${id}`, 'not found'))
  const { doc, type } = found
  if (doc.voucherStatus === 'draft' || doc.voucherStatus === 'unchecked')
    throw new Answered(regular(406, `/v1/payments/${id}`, 'The voucher is a draft'))
  const open = openOf(doc)
  const body = {
    // A sample of the documentation writes it as a text.
    openAmount: open.toFixed(2),
    currency: 'EUR',
    paymentStatus: open.eq(0) ? 'balanced' : 'openRevenue',
    voucherType: type,
    voucherStatus: doc.voucherStatus,
    paidDate: open.eq(0) ? (doc.paid.at(-1)?.postingDate ?? null) : null,
    paymentItems: doc.paid.map((one) => ({ ...one, currency: 'EUR' })),
  }
  return { status: 200, body }
}

function read(
  store: Store,
  demo: Demo,
  [resource = '', id]: string[],
  query: URLSearchParams,
): SandboxAnswer {
  const path = `/v1/${resource}`
  const shown = (row: Row | undefined, missing: SandboxAnswer): SandboxAnswer => {
    if (!row) throw new Answered(missing)
    const { paid: _, ...body } = row
    return { status: 200, body }
  }
  if (resource === 'profile') {
    const created = { userId: ORGANIZATION, userName: 'Erika Muster', userEmail: 'erika@muster.example' }
    const rest = { companyName: demo.company, created, taxType: 'net', smallBusiness: false }
    return { status: 200, body: { organizationId: ORGANIZATION, connectionId: ORGANIZATION, ...rest } }
  }
  if (resource === 'payments' && id) return paymentsOf(store, id)
  if (resource === 'contacts' && id)
    return shown(store.find(resource, id), legacy(404, 'missing_entity', 'id'))
  if (resource === 'contacts') return paged(contacts(store, query), query, path)
  if (resource === 'vouchers' && id)
    return shown(store.find(resource, id), legacy(404, 'missing_entity', 'id'))
  if (resource === 'articles' && !id) return paged(articles(store, query), query, path)
  if (resource === 'voucherlist' && !id) return paged(vouchers(store, query), query, path)
  const missing = regular(404, path, `no ${resource}`)
  if (id && (resource === 'articles' || Object.hasOwn(SERIES, resource)))
    return shown(store.find(resource, id), missing)
  throw new Answered(missing)
}

async function handle(
  store: Store,
  demo: Demo,
  bucket: Bucket,
  request: SandboxRequest,
): Promise<SandboxAnswer> {
  const { method, path, query, body } = request
  if (path === '/webhookSignature/public/public_key.pub') return { status: 200, body: webhookKey().pem }
  admit(request, bucket)
  const [, rest] = /^\/v1\/(.+)$/.exec(path) ?? []
  const [resource = '', id, more] = (rest ?? '').split('/').map(decodeURIComponent)
  if (!rest || more !== undefined) throw new Answered(gateway(404, 'Not Found'))
  if (resource === 'event-subscriptions')
    return method === 'POST' ? subscribe(store, body) : subscriptions(store, method, id)
  if (method === 'GET') return read(store, demo, [resource, ...(id === undefined ? [] : [id])], query)
  if (method === 'POST' && resource === 'contacts' && id === undefined)
    return done(resource, people.create(store, body), 200)
  if (method === 'POST' && resource === 'vouchers' && id === undefined)
    return done(resource, booking.create(store, body), 200)
  if (method === 'PUT' && resource === 'contacts' && id !== undefined)
    return done(resource, people.replace(store, id, body), 200)
  if (
    method === 'POST' &&
    ['order-confirmations', 'invoices', 'quotations'].includes(resource) &&
    id === undefined
  )
    return done(resource, create(store, resource, body, query), 201)
  throw new Answered(regular(405, path, `${method} is not allowed`))
}

function perform(store: Store, action: SandboxAction): void {
  const article = (sku: string): Row => {
    const row = store.all('articles').find(({ articleNumber }) => articleNumber === sku)
    if (!row) throw new Error(`The sandbox has no article ${sku}.`)
    return row
  }
  const status = (collection: string, id: string, voucherStatus: string): void => {
    const row = store.find(collection, id)
    if (row) store.change(collection, row, { voucherStatus })
  }
  if (action.do === 'addItem') store.insert('articles', articleOf({ ...action, listPrice: action.price }))
  if (action.do === 'addCustomer')
    store.insert('contacts', {
      roles: { customer: { number: num(store.next('contacts', 10001)) } },
      company: { name: action.name },
      addresses: {},
      emailAddresses: { business: [action.email] },
      phoneNumbers: {},
    })
  if (action.do === 'setPrice')
    store.change('articles', article(action.sku), { price: priceOf(action.price) })
  if (action.do === 'setOrderStatus') status('order-confirmations', action.id, action.status)
  if (action.do === 'setQuoteStatus') status('quotations', action.id, action.status)
  if (action.do === 'deleteItem') store.remove('articles', article(action.sku).id)
  // Lexware has no stock, and its keys end after 24 months only.
}

function ledger(store: Store): Ledger {
  const state = ({ archived, voucherStatus }: Doc) =>
    archived ? 'cancelled' : voucherStatus === 'draft' ? 'draft' : 'booked'
  return {
    orders: (store.all('order-confirmations') as Doc[]).map((doc) => ({
      id: doc.id,
      number: doc.voucherNumber,
      ref: refIn((doc.remark as string | undefined) ?? null),
      customer: doc.address.contactId,
      state: state(doc),
      total: doc.totalPrice.totalGrossAmount.text,
    })),
    customers: contacts(store, new URLSearchParams({ customer: 'true' })).map((row) => ({
      id: row.id,
      name: nameOf(row),
      email: Object.values(row.emailAddresses ?? {}).flat()[0] ?? null,
    })),
  }
}

/** An imitation of a Lexware Office organisation: https://developers.lexware.io/docs/ */
export const sandbox: SandboxFactory = (demo): Sandbox => {
  const store = new Store()
  const bucket = new Bucket()
  seed(store, demo)
  store.open()
  return {
    async handle(request) {
      try {
        return await handle(store, demo, bucket, request)
      } catch (error) {
        if (error instanceof Answered) return error.answer
        throw error
      }
    },
    ledger: () => ledger(store),
    act: (action) => perform(store, action),
    errors,
    hook: delivery,
    watch: (listener) => store.watch(listener),
    config: (url) => ({ url, apiKey: KEY, organizationId: ORGANIZATION, webhookPublicKey: webhookKey().pem }),
  }
}
