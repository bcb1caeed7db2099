import Big from 'big.js'
import type { Change, RawRequest } from '../connector.ts'
import type { Demo } from '../demo.ts'
import { type Row, bigOf, num, parseBody, textOf } from '../exact.ts'
import { Refusal } from '../refusal.ts'
import type { Sandbox, SandboxAction, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { CANCELLED } from './documents.ts'
import { referenceOf } from './reference.ts'
import { ERRORS, refuse } from './sandbox/answers.ts'
import { Company } from './sandbox/company.ts'
import { type Part, runBatch } from './sandbox/batch.ts'
import { Subscriptions } from './sandbox/subscriptions.ts'
import { guidOf } from './sandbox/values.ts'

const CLIENT = { id: '6f1c2b8e-demo-4f7a-9d2e-0b5a7c3e1f42', secret: 'demo~secret.Q8x_businesscentral-0001' }
const PERSON = { user: 'NORDLICHT\\API', accessKey: 'demo+access/key=businesscentral-0001' }
const TENANT = 'nordlicht.example'
const SCOPE = 'https://api.businesscentral.dynamics.com/.default'
const SETS: Partial<Record<Change['kind'], string>> = {
  item: 'items',
  customer: 'customers',
  order: 'salesOrders',
  invoice: 'salesInvoices',
  quote: 'salesQuotes',
}

/** One environment of the demo company with all the roots of the server. */
class Environment implements Sandbox {
  readonly errors = ERRORS
  readonly #company: Company
  readonly #subscriptions: Subscriptions
  #generation = 1

  constructor(demo: Demo, url: () => string) {
    this.#company = new Company(demo, url)
    this.#subscriptions = new Subscriptions()
  }

  handle(request: SandboxRequest): SandboxAnswer | Promise<SandboxAnswer> {
    if (request.path === `/${TENANT}/oauth2/v2.0/token`) return this.#token(request)
    if (request.headers.authorization !== `Bearer ${this.#accessToken}` && !isPerson(request.headers))
      return refuse(
        401,
        'Authentication_InvalidCredentials',
        'The server has rejected the client credentials.',
      )
    if (request.path.endsWith('/$batch')) return this.#batch(request)
    if (request.path.startsWith('/api/v2.0/subscriptions')) return this.#subscriptions.handle(request)
    return this.#one(request)
  }

  get #accessToken(): string {
    return `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.demo-businesscentral-${this.#generation}`
  }

  #token({ method, body }: SandboxRequest): SandboxAnswer {
    const form = new URLSearchParams(body)
    const no = (status: number, error: string, error_description: string): SandboxAnswer => {
      return { status, body: { error, error_description, error_codes: [7000215] } }
    }
    if (method !== 'POST' || form.get('grant_type') !== 'client_credentials')
      return no(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.')
    if (form.get('client_id') !== CLIENT.id || form.get('client_secret') !== CLIENT.secret)
      return no(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.')
    if (form.get('scope') !== SCOPE)
      return no(400, 'invalid_scope', 'AADSTS70011: The provided value for scope is not valid.')
    const token = { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 }
    return { status: 200, body: { ...token, access_token: this.#accessToken } }
  }

  /** A Refusal from deep inside as the server's error body. */
  #one(request: SandboxRequest): SandboxAnswer {
    try {
      return this.#company.answer(request)
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.status, error.code, error.message)
      throw error
    }
  }

  #batch(request: SandboxRequest): SandboxAnswer {
    const root = request.path.slice(0, -'/$batch'.length)
    const body = parseBody(request.body) as { requests?: Part[] } | undefined
    if (request.method !== 'POST' || !Array.isArray(body?.requests))
      return refuse(400, 'BadRequest', 'The batch request has no array of requests.')
    const back = request.headers.isolation === 'snapshot' ? this.#company.sales.snapshot() : () => undefined
    return runBatch(body.requests, request, root, (part) => this.#one(part), back)
  }

  act(action: SandboxAction): void {
    const { tables } = this.#company
    if (action.do === 'expireTokens') return void (this.#generation += 1)
    if (action.do === 'addItem') return this.#company.addItem(action.sku, action.name, action.price)
    if (action.do === 'addCustomer') return this.#company.addCustomer(action.name, action.email)
    if (action.do === 'setOrderStatus' && this.#bill(action.id, action.status)) return
    if (action.do === 'setOrderStatus' || action.do === 'setQuoteStatus') {
      const row = this.#company.sales.find(action.do === 'setOrderStatus' ? 'order' : 'quote', action.id)
      if (!row) throw new Error(`There is no document ${action.id}.`)
      row.status = action.status
      this.#company.sales.touch(row)
      return this.#company.tell({ kind: action.do === 'setOrderStatus' ? 'order' : 'quote', id: action.id })
    }
    const item = tables.items.find((row) => row.number === action.sku)
    if (!item) throw new Error(`There is no item ${action.sku}.`)
    const id = textOf(item, 'id')
    if (action.do === 'deleteItem') {
      tables.items.splice(tables.items.indexOf(item), 1)
      return this.#company.tell({ kind: 'item', id }, true)
    }
    if (action.do === 'setPrice') {
      item.unitPrice = num(action.price)
      this.#company.sales.touch(item)
      return this.#company.tell({ kind: 'item', id })
    }
    const places = tables.stock.get(action.sku) ?? new Map<string, string>()
    places.set(action.warehouse, action.onHand)
    tables.stock.set(action.sku, places)
    // A calculated field: the row does not count as changed.
    item.inventory = num([...places.values()].reduce((sum, one) => sum.plus(one), new Big(0)))
  }

  /** POSTED_IN_HALVES: two invoices hold half of each line. INVOICE_CANCELED: its first one that stands was taken back. */
  #bill(id: string, status: string): boolean {
    const { sales } = this.#company
    const invoice = sales.rows.invoice.find((row) => row.orderId === id && row.status === 'Open')
    if (status === 'INVOICE_CANCELED' && invoice) sales.cancelInvoice(invoice)
    const order = sales.find('order', id)
    if (status !== 'POSTED_IN_HALVES' || !order) return status === 'INVOICE_CANCELED'
    for (const line of sales.linesOf(order)) line.quantity = num(bigOf(line, 'quantity').div(2))
    sales.post(order, 'Open')
    sales.rows.order.push(order)
    sales.post(order, 'Open')
    return true
  }

  watch(listener: (change: Change) => void): void {
    this.#company.listener = listener
  }

  hook({ kind, id, deleted, at }: Change, secret: string): RawRequest {
    const set = this.#company.sales.find('creditMemo', id) ? 'salesCreditMemos' : SETS[kind]
    const changed = at ?? '2026-11-21T08:15:00Z'
    const one = {
      subscriptionId: guidOf(`subscription ${kind}`).replaceAll('-', ''),
      clientState: secret,
      expirationDateTime: '2026-11-24T08:00:00Z',
      resource: `api/v2.0/companies(${this.#company.id})/${set ?? `${kind}s`}(${id})`,
      changeType: deleted ? 'deleted' : 'updated',
      lastModifiedDateTime: changed,
    }
    const body = Buffer.from(JSON.stringify({ value: [one] }))
    return { headers: { 'content-type': 'application/json' }, body, query: {} }
  }

  ledger() {
    const { sales, tables } = this.#company
    const refOf = (row: Row) => referenceOf(textOf(row, 'externalDocumentNumber'))
    const open = sales.rows.order.map((row) => {
      const cancelled = sales.linesOf(row).some(({ description }) => description === CANCELLED)
      return {
        id: textOf(row, 'id'),
        number: textOf(row, 'number'),
        ref: refOf(row),
        customer: textOf(row, 'customerId'),
        state: cancelled ? ('cancelled' as const) : ('booked' as const),
        total: bigOf(row, 'totalAmountIncludingTax').toFixed(2),
      }
    })
    const posted = sales.rows.invoice.map((row) => ({
      id: textOf(row, 'orderId'),
      number: textOf(row, 'orderNumber'),
      ref: refOf(row),
      customer: textOf(row, 'customerId'),
      state: 'booked' as const,
      total: bigOf(row, 'totalAmountIncludingTax').toFixed(2),
    }))
    const customers = tables.customers.map((row) => ({
      id: textOf(row, 'id'),
      name: textOf(row, 'displayName'),
      email: textOf(row, 'email') || null,
    }))
    return { orders: [...open, ...posted], customers }
  }

  config(url: string): Record<string, unknown> {
    return {
      url,
      tenant: TENANT,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      tokenUrl: `${url}/${TENANT}/oauth2/v2.0/token`,
      company: 'CRONUS Nordlicht',
    }
  }
}

/** Business Central online, version 27, with the published pages of prices and customers. */
export const sandbox: SandboxFactory = (demo, url) => new Environment(demo, url)

/** By the basic authentication of a server on premises. */
function isPerson({ authorization }: SandboxRequest['headers']): boolean {
  const login = Buffer.from(`${PERSON.user}:${PERSON.accessKey}`).toString('base64')
  return authorization === `Basic ${login}`
}

/** How the imitation is reached on premises: by a user instead of an app. */
export function onPremises(): Record<string, unknown> {
  return { ...PERSON, tenant: undefined, clientId: undefined, clientSecret: undefined, tokenUrl: undefined }
}
