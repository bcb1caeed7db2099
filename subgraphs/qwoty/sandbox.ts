import { createHmac } from 'node:crypto'
import type { Change } from '../connector.ts'
import type { Demo } from '../demo.ts'
import type { Sandbox, SandboxAction, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { ERRORS, TOKEN, give, refuse } from './sandbox/answers.ts'
import { catalogue } from './sandbox/catalogue.ts'
import { SEGMENTS, people } from './sandbox/people.ts'
import { QuoteWriter, fileSignature, offered } from './sandbox/quotes.ts'

const TERMS = [
  { id: 'ptm_1', name: '14 days net' },
  { id: 'ptm_2', name: '30 days net' },
  { id: 'ptm_3', name: '60 days net' },
]

function bodyOf(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

/** One workspace of the demo company. */
class Workspace implements Sandbox {
  readonly errors = ERRORS
  readonly #goods
  readonly #people
  readonly #quotes = offered()
  readonly #writer: QuoteWriter
  #listener: (change: Change) => void = () => undefined
  /** Links to files made before the newest generation have expired. */
  #files = 1

  constructor(demo: Demo, url: () => string) {
    this.#goods = catalogue(demo, url)
    this.#people = people(demo)
    this.#writer = new QuoteWriter(demo, this.#people, url)
  }

  handle(request: SandboxRequest): SandboxAnswer {
    if (request.path.startsWith('/files/')) return this.#file(request)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(401, 'Invalid API token')
    if (request.method === 'GET') return this.#get(request)
    if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
      return refuse(400, 'Content-Type must be application/json')
    const body = bodyOf(request.body)
    return body ? this.#write(request, body) : refuse(400, 'The body is no JSON object')
  }

  #get({ path, query }: SandboxRequest): SandboxAnswer {
    const [, list, id = '', extra] = path.split('/').map(decodeURIComponent)
    if (extra !== undefined) return refuse(404, 'Not found')
    if (list === 'payment-terms') return give(TERMS)
    if (list === 'customers' && id) return this.#people.get(id)
    if (list === 'quote' && id) {
      const found = this.#quotes.find((quote) => quote.id === id)
      return found ? give({ quote: this.#writer.write(found, this.#files) }) : refuse(404, 'Quote not found')
    }
    return this.#goods.get(path, query) ?? refuse(404, 'Not found')
  }

  #write({ method, path }: SandboxRequest, body: Record<string, unknown>): SandboxAnswer {
    const [, list, id = ''] = path.split('/').map(decodeURIComponent)
    const what = `${method} ${list}${id ? '/id' : ''}`
    if (what === 'POST customers') return this.#people.create(body)
    if (what === 'PATCH customers/id') return this.#people.change(id, body)
    if (what === 'POST contacts') return this.#people.createContact(body)
    if (what === 'POST products') return this.#goods.create(body)
    if (what === 'PATCH prices/id') return this.#goods.changePrice(id, body)
    return refuse(404, 'Not found')
  }

  #file({ path, query }: SandboxRequest): SandboxAnswer {
    const id = /^\/files\/(.*)\.pdf$/.exec(path)?.[1] ?? ''
    if (query.get('signature') !== fileSignature(id, this.#files)) return refuse(403, 'The link has expired')
    return { status: 200, headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7' }
  }

  act(action: SandboxAction): void {
    if (action.do === 'addItem') return this.#goods.add(action.sku, action.name, action.price)
    if (action.do === 'addCustomer') return this.#people.add(action.name, action.email)
    if (action.do === 'expireTokens') return void (this.#files += 1)
    if (action.do === 'setQuoteStatus') return this.#setStatus(action.id, action.status)
    if (action.do === 'setPrice' || action.do === 'deleteItem') {
      const row = this.#goods.rows.find(({ sku }) => sku === action.sku)
      if (!row) throw new Error(`The workspace has no product ${action.sku}.`)
      if (action.do === 'setPrice') row.price = action.price
      else row.active = false
      return
    }
    throw new Error(`Nobody can do ${action.do} in Qwoty.`)
  }

  #setStatus(id: string, status: string): void {
    const quote = this.#quotes.find((one) => one.id === id)
    if (!quote) throw new Error(`The workspace has no quote ${id}.`)
    quote.status = status
    this.#listener({ kind: 'quote', id, deleted: false, at: null })
  }

  watch(listener: (change: Change) => void): void {
    this.#listener = listener
  }

  hook({ kind, id }: Change, secret: string) {
    const group = kind === 'item' ? 'product' : kind
    const status = this.#quotes.find((quote) => quote.id === id)?.status
    const event = status?.toLowerCase().replace(/[\s-]+/g, '_') ?? 'updated'
    const body = Buffer.from(JSON.stringify({ event_type: `${group}.${event}`, id }))
    const at = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')
    const headers = {
      'content-type': 'application/json',
      'x-qwoty-timestamp': at,
      'x-qwoty-signature': signature,
    }
    return { headers, body, query: {} }
  }

  ledger() {
    const email = (id: string) =>
      this.#people.contacts.find((contact) => contact.customer_id === id)?.email ?? null
    return {
      orders: [],
      customers: this.#people.rows.map(({ id, name }) => ({ id, name, email: email(id) })),
    }
  }

  config(url: string): Record<string, unknown> {
    return {
      url,
      token: TOKEN,
      quotes: this.#quotes.map(({ id }) => id),
      customers: this.#people.rows.map(({ id }) => id),
      pricebook: 'standard',
      segments: SEGMENTS,
      webhook: { timestampHeader: 'x-qwoty-timestamp', signs: 'timestamp.body' },
    }
  }
}

/** A Qwoty workspace with the demo company's products and customers and a quote in each status. */
export const sandbox: SandboxFactory = (demo, url) => new Workspace(demo, url)
