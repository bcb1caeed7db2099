import { createHmac } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import Big from 'big.js'
import type { Change, RawRequest } from '../connector.ts'
import type { Demo } from '../demo.ts'
import { type Row, num, parseBody } from '../exact.ts'
import type {
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { displayName } from './map.ts'
import { noted } from './reference.ts'
import { APP, Access } from './sandbox/access.ts'
import { Books } from './sandbox/books.ts'
import { errors } from './sandbox/errors.ts'
import { PerMinute, Throttled, throttled } from './sandbox/limits.ts'
import { runQuery } from './sandbox/query.ts'
import { Refusal, bigOf, gateway, refId, rowOf, rowsOf, textOf, timeOf } from './sandbox/rows.ts'
import { ENTITIES, Seed, customerRow, headOf, itemRow } from './sandbox/seed.ts'

const PARALLEL = 10
const PARTS = 30
const CAPTURED = 1_000
const LOOK_BACK_MS = 30 * 24 * 3_600_000
const EVENTS: Partial<Record<Change['kind'], string>> = {
  item: 'item',
  customer: 'customer',
  order: 'estimate',
  quote: 'estimate',
  invoice: 'invoice',
  payment: 'payment',
}
const PREFIXED = /^(creditmemo|salesreceipt)-/
/** What an event calls the entity of a change. */
function nameOf(kind: Change['kind'], id: string): string {
  const [, prefix] = PREFIXED.exec(id) ?? []
  return prefix ?? EVENTS[kind] ?? kind
}

const UNITS = { '': 'H87', 'CABLE-': 'MTR', 'PAINT-': 'LTR', 'SCREW-': 'KGM', 'FIT-': 'HUR' }

/** A sales receipt is voided by an update that includes it, and in no other way. */
function operationOf(entity: string, query: URLSearchParams): string | null {
  const operation = query.get('operation')
  if (entity !== 'SalesReceipt') return operation
  if (operation === 'void') return 'void without include'
  return operation === 'update' && query.get('include') === 'void' ? 'void' : operation
}

function changedAt(row: Row): number {
  return Date.parse(textOf(rowOf(row.MetaData).LastUpdatedTime))
}

/** One company of QuickBooks Online. */
export class QuickBooks implements Sandbox {
  readonly errors = errors
  readonly access = new Access()
  readonly books: Books
  /** A real company has 500 requests a minute, 120 batches among them; the shared checks need more room. */
  readonly requests = new PerMinute()
  readonly batches = new PerMinute()
  /** Which rows of too many change data capture tells; it is documented only that they are a thousand. */
  cut: 'oldestFirst' | 'newestFirst' = 'oldestFirst'
  readonly #demo: Demo
  readonly #stock: Map<string, Map<string, string>>
  #active = 0

  constructor(demo: Demo) {
    const seed = new Seed(demo)
    this.#demo = demo
    this.#stock = seed.stock
    this.books = new Books(seed.tables)
  }

  async handle(request: SandboxRequest): Promise<SandboxAnswer> {
    if (request.path === '/connect/oauth2') return this.access.authorize(request)
    if (request.path === '/oauth2/v1/tokens/bearer') return this.access.token(request)
    if (!this.access.admits(request)) {
      const told = 'message=AuthenticationFailed; errorCode=003200; statusCode=401'
      return gateway(401, '3200', told, 'Token expired: AB01', 'AUTHENTICATION')
    }
    this.#active += 1
    try {
      if (this.#active > PARALLEL) return throttled()
      this.requests.count()
      await turn()
      return this.#answer(request)
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      if (error instanceof Throttled) return throttled()
      throw error
    } finally {
      this.#active -= 1
    }
  }

  #answer(request: SandboxRequest): SandboxAnswer {
    const base = `/v3/company/${APP.company}/`
    if (request.path.startsWith('/v3/company/') && !request.path.startsWith(base))
      return gateway(
        403,
        '3100',
        'message=ApplicationAuthorizationFailed',
        'No such company for this app.',
        'AUTHORIZATION',
      )
    const answer = request.path.startsWith(base)
      ? this.#inside(request, request.path.slice(base.length))
      : null
    if (!answer) return { status: 404, body: 'The requested resource is not available.' }
    if (request.headers.accept !== 'application/json')
      return { status: 200, headers: { 'content-type': 'application/xml' }, body: '<IntuitResponse/>' }
    return { status: 200, body: { ...answer, time: timeOf(Date.now(), true) } }
  }

  #inside(request: SandboxRequest, path: string): object | null {
    const { method, query } = request
    if (path === 'query') {
      const text = method === 'POST' ? request.body : (query.get('query') ?? '')
      return { QueryResponse: runQuery(text, this.books.tables) }
    }
    if (path === 'batch' && method === 'POST') return { BatchItemResponse: this.#batch(request) }
    if (path === 'cdc') return { CDCResponse: [{ QueryResponse: this.#captured(query) }] }
    if (path === 'preferences') return { Preferences: this.#preferences() }
    if (path === `companyinfo/${APP.company}`) return { CompanyInfo: this.#info() }
    const [resource = '', id] = path.split('/')
    const entity = ENTITIES.find((one) => one.toLowerCase() === resource)
    if (!entity) return null
    if (method === 'GET' && id) return { [entity]: this.books.find(entity, id) }
    if (method !== 'POST' || id) return null
    if (!/^application\/json/.test(request.headers['content-type'] ?? ''))
      throw new Refusal('500', 'Unsupported Operation', 'The content type is not supported.', undefined, 415)
    const body = parseBody(request.body)
    if (body === undefined)
      throw new Refusal('2010', 'Request has invalid or unsupported property', 'No JSON')
    return {
      [entity]: this.books.write(entity, rowOf(body), operationOf(entity, query), query.get('requestid')),
    }
  }

  /** Parts are independent; their answers come in another order. */
  #batch({ body }: SandboxRequest): object[] {
    this.batches.count()
    const parts = rowsOf(rowOf(parseBody(body)).BatchItemRequest)
    if (parts.length > PARTS)
      throw new Refusal('1040', 'Batch Size Exceeded', `The number of batch items is above ${PARTS}`)
    return parts.map((part) => ({ bId: part.bId, ...this.#part(part) })).toReversed()
  }

  #part(part: Row): object {
    try {
      if (typeof part.Query === 'string') return { QueryResponse: runQuery(part.Query, this.books.tables) }
      const entity = ENTITIES.find((one) => Object.hasOwn(part, one)) ?? ''
      const operation = part.operation === 'create' ? null : textOf(part.operation)
      return { [entity]: this.books.write(entity, rowOf(part[entity]), operation, null) }
    } catch (error) {
      if (error instanceof Refusal) return { Fault: error.fault }
      throw error
    }
  }

  #captured(query: URLSearchParams): object[] {
    const since = Date.parse(query.get('changedSince') ?? '')
    if (Number.isNaN(since) || since < Date.now() - LOOK_BACK_MS)
      throw new Refusal('6000', 'A business validation error', 'changedSince is more than 30 days ago.')
    return (query.get('entities') ?? '').split(',').map((entity) => {
      const all = [...this.books.table(entity).values(), ...(this.books.gone.get(entity) ?? [])]
      const found = all
        .filter((row) => changedAt(row) >= since)
        .toSorted((one, other) => changedAt(one) - changedAt(other))
      const rows = this.cut === 'oldestFirst' ? found.slice(0, CAPTURED) : found.slice(-CAPTURED)
      return rows.length === 0 ? {} : { [entity]: rows, startPosition: 1, maxResults: rows.length }
    })
  }

  #info(): Row {
    return {
      CompanyName: this.#demo.company,
      LegalName: this.#demo.company,
      Country: this.books.preferences.country,
      ...headOf('1', 0),
    }
  }

  #preferences(): Row {
    return {
      SalesFormsPrefs: { CustomTxnNumbers: true, AllowDiscount: true },
      CurrencyPrefs: { MultiCurrencyEnabled: true, HomeCurrency: { value: this.#demo.currency } },
      TaxPrefs: { UsingSalesTax: true },
      ProductAndServicesPrefs: { QuantityOnHand: true },
      ...headOf('1', 0),
    }
  }

  act(action: SandboxAction): void {
    const { books } = this
    if (action.do === 'expireTokens') return this.access.expire()
    if (action.do === 'addItem') {
      const product = { sku: action.sku, name: action.name, listPrice: action.price }
      return void books.add('Item', itemRow(books.newId(), Date.now(), product))
    }
    if (action.do === 'addCustomer')
      return void books.add('Customer', customerRow(books.newId(), Date.now(), action))
    if (action.do === 'setOrderStatus' || action.do === 'setQuoteStatus') {
      const row = books.find('Estimate', action.id)
      row.TxnStatus = action.status
      return void books.touch('Estimate', row)
    }
    const item = [...books.table('Item').values()].find(({ Sku }) => Sku === action.sku)
    if (!item) throw new Error(`There is no item ${action.sku}.`)
    if (action.do === 'setPrice') item.UnitPrice = num(action.price)
    // Items cannot be deleted: they are made inactive, and their name says so.
    if (action.do === 'deleteItem')
      Object.assign(item, { Active: false, Name: `${textOf(item.Name)} (deleted)` })
    if (action.do === 'setStock') {
      const places = this.#stock.get(action.sku) ?? new Map<string, string>()
      this.#stock.set(action.sku, places.set(action.warehouse, action.onHand))
      item.QtyOnHand = num([...places.values()].reduce((sum, one) => sum.plus(one), new Big(0)))
    }
    books.touch('Item', item)
  }

  watch(listener: (change: Change) => void): void {
    this.books.listener = listener
  }

  /** An array of CloudEvents; events of other companies may stand in it. */
  hook({ kind, id, deleted, at }: Change, secret: string): RawRequest {
    const event = (account: string, name: string, entityId: string) => ({
      specversion: '1.0',
      id: `88cd52aa-33b6-4351-9aa4-${Buffer.from(`${kind}${id}`).toString('hex').padStart(12, '0').slice(-12)}`,
      source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
      type: `qbo.${name}.${deleted ? 'deleted' : 'updated'}.v1`,
      datacontenttype: 'application/json',
      time: (at ?? '2026-11-21T08:15:00.000Z').replace(/(\.\d{3})?Z$/, '.123456789Z'),
      intuitentityid: entityId,
      intuitaccountid: account,
      data: {},
    })
    const foreign = event('9130350000000009', 'vendor', '7')
    const body = Buffer.from(
      JSON.stringify([foreign, event(APP.company, nameOf(kind, id), id.replace(PREFIXED, ''))]),
    )
    const signature = createHmac('sha256', secret).update(body).digest('base64')
    return { headers: { 'content-type': 'application/json', 'intuit-signature': signature }, body, query: {} }
  }

  ledger(): Ledger {
    const orders = [...this.books.table('Estimate').values()].filter(
      ({ TxnStatus }) => TxnStatus !== 'Pending',
    )
    return {
      orders: orders.map((row) => ({
        id: textOf(row.Id),
        number: textOf(row.DocNumber),
        ref: noted(textOf(row.PrivateNote), 'ref'),
        customer: refId(row.CustomerRef),
        state: row.TxnStatus === 'Rejected' ? 'cancelled' : 'booked',
        total: bigOf(row.TotalAmt).toFixed(2),
      })),
      customers: [...this.books.table('Customer').values()].map((row) => ({
        id: textOf(row.Id),
        name:
          displayName(textOf(row.CompanyName)) === row.DisplayName
            ? textOf(row.CompanyName)
            : textOf(row.DisplayName),
        email: textOf(rowOf(row.PrimaryEmailAddr).Address) || null,
      })),
    }
  }

  config(url: string): Record<string, unknown> {
    return {
      url,
      company: APP.company,
      clientId: APP.id,
      clientSecret: APP.secret,
      refreshToken: APP.token,
      authorizeUrl: `${url}/connect/oauth2`,
      tokenUrl: `${url}/oauth2/v1/tokens/bearer`,
      units: UNITS,
      timeZone: 'Europe/Berlin',
    }
  }
}

/** QuickBooks Online with the demo company: German, multi-currency, one figure of stock for all warehouses. */
export const sandbox: SandboxFactory = (demo) => new QuickBooks(demo)
