import { randomUUID } from 'node:crypto'
import Big from 'big.js'
import type { Change, RawRequest } from '../connector.ts'
import type { Demo } from '../demo.ts'
import { Num, type Row, bigOf, num, parseBody, textOf } from '../exact.ts'
import { Refusal } from '../refusal.ts'
import type {
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { CREDIT_NOTE } from './credited.ts'
import { sign } from './hook.ts'
import { ERRORS, noSession, refuse } from './sandbox/answers.ts'
import { runBatch } from './sandbox/batch.ts'
import { Company } from './sandbox/company.ts'
import { itemPrices, itemRow, partnerRow } from './sandbox/seed.ts'
import { rowsIn } from './sandbox/values.ts'

const LOGIN = { CompanyDB: 'SBONORDLICHT', UserName: 'INT_API', Password: 'geheim-sapbusinessone-0001' }
const IDLE_MS = 30 * 60_000
const NODE = '.node1'
const OBJECTS: Record<Change['kind'], [string, string]> = {
  item: ['Items', 'ItemCode'],
  customer: ['BusinessPartners', 'CardCode'],
  order: ['Orders', 'DocEntry'],
  invoice: ['Invoices', 'DocEntry'],
  payment: ['IncomingPayments', 'DocEntry'],
  quote: ['Quotations', 'DocEntry'],
}

/** One company behind a Service Layer with one node. */
class ServiceLayer implements Sandbox {
  readonly errors = ERRORS
  readonly #company: Company
  readonly #demo: Demo
  readonly #sessions = new Map<string, number>()
  #count = 0

  constructor(demo: Demo, branches: string[] = []) {
    this.#demo = demo
    this.#company = new Company(demo, branches)
  }

  handle(request: SandboxRequest): SandboxAnswer {
    if (request.path === '/b1s/v2/Login' && request.method === 'POST') return this.#login(request)
    if (request.path === '/token') return this.#token(request)
    if (!this.#isKnown(request.headers)) return noSession()
    if (request.path === '/b1s/v2/Logout') {
      this.#sessions.clear()
      return { status: 204, body: null }
    }
    if (request.path === '/b1s/v2/$batch') return runBatch(request, (part) => this.#one(part))
    return this.#one(request)
  }

  #one(request: SandboxRequest): SandboxAnswer {
    try {
      return this.#company.answer(request)
    } catch (error) {
      if (error instanceof Refusal) return refuse(error.status, error.code, error.message)
      throw error
    }
  }

  #open(): string {
    const id = `PTRzIjYK-demo-sapb1-${String(++this.#count).padStart(12, '0')}`
    this.#sessions.set(id, Date.now())
    return id
  }

  #login({ body }: SandboxRequest): SandboxAnswer {
    const { CompanyDB, UserName, Password } = (parseBody(body) ?? {}) as Row
    if (CompanyDB !== LOGIN.CompanyDB || UserName !== LOGIN.UserName || Password !== LOGIN.Password)
      return refuse(401, '-304', 'Fail to SSO: invalid user name or password')
    const SessionId = this.#open()
    return {
      status: 200,
      headers: { 'set-cookie': [`B1SESSION=${SessionId};HttpOnly;`, `ROUTEID=${NODE}; path=/b1s`] },
      body: {
        '@odata.context': '$metadata#B1Sessions/$entity',
        SessionId,
        Version: '1000260',
        SessionTimeout: 30,
      },
    }
  }

  /** The identity provider of newer landscapes. */
  #token({ headers }: SandboxRequest): SandboxAnswer {
    const basic = Buffer.from(`${LOGIN.UserName}:${LOGIN.Password}`).toString('base64')
    if (headers.authorization !== `Basic ${basic}`) return { status: 401, body: { error: 'invalid_client' } }
    return { status: 200, body: { access_token: this.#open(), token_type: 'Bearer', expires_in: 3600 } }
  }

  /** By the cookies, of which the route must lead to this node, or by a token that names the company. */
  #isKnown({
    cookie = '',
    authorization = '',
    'x-b1-companyid': company,
  }: SandboxRequest['headers']): boolean {
    const route = /ROUTEID=([^;\s]+)/.exec(cookie)?.[1]
    const token = company === '7' ? authorization.slice('Bearer '.length) : ''
    const id = /B1SESSION=([^;\s]+)/.exec(cookie)?.[1] ?? token
    const used = this.#sessions.get(id)
    if (used === undefined || Date.now() - used > IDLE_MS || (route ?? NODE) !== NODE) return false
    this.#sessions.set(id, Date.now())
    return true
  }

  act(action: SandboxAction): void {
    const { master, sales } = this.#company
    if (action.do === 'expireTokens') return this.#sessions.clear()
    if (action.do === 'addItem') return this.#addItem(action.sku, action.name, action.price)
    if (action.do === 'addCustomer') {
      const CardCode = `C-${90000 + master.partners.size}`
      const row = partnerRow({ CardCode, CardName: action.name, EmailAddress: action.email }, 0)
      master.partners.set(CardCode, row)
      return master.touch(row)
    }
    if (action.do === 'setOrderStatus' || action.do === 'setQuoteStatus') {
      const isDraft = action.id.startsWith('draft:')
      const set = isDraft ? 'Drafts' : action.do === 'setOrderStatus' ? 'Orders' : 'Quotations'
      const row = sales.find(set, action.id.replace('draft:', ''))
      if (!row) throw new Error(`There is no document ${action.id}.`)
      if (action.status === 'DELIVERED') return sales.deliver(row)
      row[isDraft ? 'AuthorizationStatus' : 'DocumentStatus'] = action.status
      return sales.touch(row)
    }
    const item = master.item(action.sku)
    if (!item) throw new Error(`There is no item ${action.sku}.`)
    if (action.do === 'deleteItem') return this.#deleteItem(item)
    if (action.do === 'setPrice') {
      item.ItemPrices = itemPrices(action.price, this.#demo.usdRate)
      return master.touch(item)
    }
    const place = rowsIn(item, 'ItemWarehouseInfoCollection').find(
      ({ WarehouseCode }) => WarehouseCode === action.warehouse,
    )
    // A change of stock is no change of the item.
    if (place) place.InStock = num(action.onHand)
  }

  #addItem(sku: string, name: string, price: string): void {
    const [first] = this.#demo.products
    if (!first) return
    const row = itemRow({ ...first, sku, name, listPrice: price, stock: [] }, this.#demo, 0)
    this.#company.master.items.set(sku, row)
    this.#company.master.touch(row)
  }

  /** What stands in a document cannot be removed; it is frozen. */
  #deleteItem(item: Row): void {
    const { master, sales } = this.#company
    const sku = textOf(item, 'ItemCode')
    const documents = Object.values(sales.rows).flat()
    const sold = documents.some((row) =>
      rowsIn(row, 'DocumentLines').some(({ ItemCode }) => ItemCode === sku),
    )
    if (sold) {
      Object.assign(item, { Valid: 'tNO', Frozen: 'tYES' })
      return master.touch(item)
    }
    master.items.delete(sku)
    master.tell({ kind: 'item', id: sku, deleted: true, at: null })
  }

  watch(listener: (change: Change) => void): void {
    this.#company.master.listener = listener
  }

  hook({ kind, id, deleted, at }: Change, secret: string): RawRequest {
    const isCredit = id.startsWith(CREDIT_NOTE)
    const native = isCredit ? id.slice(CREDIT_NOTE.length) : id
    const [object, key] = isCredit ? ['CreditNotes', 'DocEntry'] : OBJECTS[kind]
    const event = {
      id: randomUUID(),
      specversion: '1.0',
      source: '/default/sap.b1/SBONORDLICHT',
      type: `sap.b1.${object}.${deleted ? 'Deleted' : 'Updated'}.v1`,
      subject: native,
      time: at ?? new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { [key]: native },
    }
    const body = Buffer.from(JSON.stringify([event]))
    const headers = { 'content-type': 'application/json', 'x-b1-webhook-signature': sign(body, secret) }
    return { headers, body, query: {} }
  }

  ledger(): Ledger {
    const { master, sales } = this.#company
    const toOrder = (row: Row, prefix: string) => ({
      id: `${prefix}${(row.DocEntry as Num).text}`,
      number: (row.DocNum as Num).text,
      ref: textOf(row, 'U_ExtRef') || null,
      customer: textOf(row, 'CardCode'),
      total: new Big(bigOf(row, 'DocTotal')).toFixed(2),
    })
    const orders = sales.rows.Orders.map((row) => ({
      ...toOrder(row, ''),
      state: row.Cancelled === 'tYES' ? ('cancelled' as const) : ('booked' as const),
    }))
    const open = sales.rows.Drafts.filter(({ DocumentStatus }) => DocumentStatus === 'bost_Open')
    const drafts = open.map((row) => ({ ...toOrder(row, 'draft:'), state: 'draft' as const }))
    const customers = [...master.partners.values()].map((row) => ({
      id: textOf(row, 'CardCode'),
      name: textOf(row, 'CardName'),
      email: textOf(row, 'EmailAddress') || null,
    }))
    return { orders: [...orders, ...drafts], customers }
  }

  config(url: string): Record<string, unknown> {
    const { CompanyDB: company, UserName: user, Password: password } = LOGIN
    return { url, company, user, password }
  }
}

/** Service Layer 10.0 FP 2602, OData v4. Orders above one million fall under an approval procedure. */
export const sandbox: SandboxFactory = (demo) => new ServiceLayer(demo)

/** The same company with two branches, 1 and 3: it takes no order without the number of one of them. */
export const branched: SandboxFactory = (demo) => new ServiceLayer(demo, ['1', '3'])
