import type { Demo } from '../../demo.ts'
import { Num, type Row, bigOf, num, parseBody, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { noMatch } from './answers.ts'
import { UDFS } from './custom.ts'
import { Master } from './master.ts'
import { priceOf } from './pricing.ts'
import { type Shelf, collect, shown } from './query.ts'
import { type DocumentSet, Sales } from './sales.ts'
import { clock, dayOf, etag } from './values.ts'

const ROOT = '/b1s/v2/'
const ONE = /^(\w+)\((?:'((?:[^']|'')*)'|(-?\d+))\)(?:\/(\w+))?$/
const DOCUMENTS: DocumentSet[] = [
  ...(['Orders', 'Drafts', 'Quotations', 'DeliveryNotes'] as const),
  ...(['Invoices', 'CreditNotes', 'Returns'] as const),
]
/** Documents of which a client may change what is not reckoned. */
const CHANGED = new Set(['Orders', 'CreditNotes'])

function isDocument(set: string): set is DocumentSet {
  return (DOCUMENTS as string[]).includes(set)
}

/** A company with everything below /b1s/v2/ that stands behind the login. */
export class Company {
  readonly master: Master
  readonly sales: Sales
  readonly #subscriptions = new Map<string, Row>()

  constructor(demo: Demo, branches: string[]) {
    this.master = new Master(demo)
    this.sales = new Sales(this.master, demo, branches)
  }

  answer(request: SandboxRequest): SandboxAnswer {
    const path = decodeURIComponent(request.path)
    if (!path.startsWith(ROOT)) throw new Refusal(404, '-1000', 'Unknown path')
    const name = path.slice(ROOT.length)
    const [, set, text, number, action] = ONE.exec(name) ?? []
    if (set !== undefined)
      return this.#entity(request, set, text?.replaceAll("''", "'") ?? number ?? '', action)
    const shelf = this.#shelf(name)
    if (shelf && request.method === 'GET')
      return collect(shelf, request.query, request.headers.prefer ?? '', UDFS)
    if (request.method !== 'POST') throw new Refusal(404, '-1000', `Unrecognized resource path '${name}'`)
    return this.#post(name, bodyOf(request.body), request)
  }

  #shelf(set: string): Shelf | undefined {
    const key = 'DocEntry'
    if (isDocument(set)) {
      const [any = {}] = this.sales.rows.Orders
      return {
        set,
        entity: 'Document',
        key,
        rows: this.sales.rows[set],
        fields: [...Object.keys(any), 'DocObjectCode'],
      }
    }
    if (set === 'IncomingPayments') return { set, entity: 'Payment', key, rows: this.sales.payments }
    return this.master.shelf(set)
  }

  #entity(request: SandboxRequest, set: string, key: string, action: string | undefined): SandboxAnswer {
    if (set === 'EventSubscriptions') return this.#subscription(request, key, action)
    const shelf = this.#shelf(set)
    const row = shelf?.rows.find((one) => {
      const value = one[shelf.key]
      return (value instanceof Num ? value.text : value) === key
    })
    if (!shelf) throw new Refusal(404, '-1000', `Unrecognized resource path '${set}'`)
    if (!row) throw noMatch(404)
    if (action !== undefined) return this.#act(set, row, action)
    const { method, headers, query } = request
    if (method === 'GET') {
      const select = query.get('$select')?.split(',') ?? null
      return { status: 200, headers: { etag: etag(row.DataVersion) }, body: shown(row, shelf, UDFS, select) }
    }
    if (method === 'PATCH' && set === 'BusinessPartners')
      this.master.patchPartner(row, bodyOf(request.body), headers['if-match'])
    else if (method === 'PATCH' && CHANGED.has(set)) this.sales.patch(row, bodyOf(request.body))
    else throw new Refusal(400, '-5006', 'The requested action is not supported for this object.')
    return { status: 204, body: null }
  }

  #act(set: string, row: Row, action: string): SandboxAnswer {
    const known = set === 'Orders' || set === 'Quotations' || set === 'Drafts'
    if (known && action === 'Cancel') this.sales.cancel(row)
    else if (known && action === 'Close') this.sales.close(row)
    else throw new Refusal(400, '-5006', 'The requested action is not supported for this object.')
    return { status: 204, body: null }
  }

  #post(name: string, body: Row, request: SandboxRequest): SandboxAnswer {
    const inner = (body.Document ?? {}) as Row
    const { day, time } = clock()
    const named: Record<string, () => object | null> = {
      OrdersService_Preview: () => this.sales.preview(inner),
      CompanyService_GetItemPrice: () => this.#itemPrice((body.ItemPriceParams ?? {}) as Row),
      CompanyService_GetCompanyInfo: () => ({ CompanyName: 'Nordlicht Handel GmbH', Version: num(1000260) }),
      SBOBobService_GetLocalCurrency: () => ({ value: 'EUR' }),
      CompanyService_GetCurrentServerTime: () => ({ CurrentDate: dayOf(day), CurrentTime: time }),
      DraftsService_SaveDraftToDocument: () => {
        this.sales.saveDraft(bigOf(inner, 'DocEntry').toFixed())
        return null
      },
      Orders: () => this.sales.add(body),
      BusinessPartners: () => this.master.addPartner(body),
      EventSubscriptions: () => this.#subscribe(body),
    }
    const run = Object.hasOwn(named, name) ? named[name] : undefined
    if (!run) throw new Refusal(404, '-1000', `Unrecognized resource path '${name}'`)
    const answer = run()
    if (answer === null) return { status: 204, body: null }
    const shelf = this.#shelf(name)
    if (!shelf) return { status: name === 'EventSubscriptions' ? 201 : 200, body: answer }
    return this.#created(shelf, answer as Row, request.headers.prefer ?? '')
  }

  #created(shelf: Shelf, row: Row, prefer: string): SandboxAnswer {
    const key = row[shelf.key]
    const location = `/b1s/v2/${shelf.set}(${key instanceof Num ? key.text : `'${String(key)}'`})`
    const headers = { location, etag: etag(row.DataVersion) }
    if (prefer.includes('return-no-content'))
      return { status: 204, headers: { ...headers, 'preference-applied': 'return-no-content' }, body: null }
    return { status: 201, headers, body: shown(row, shelf, UDFS, null) }
  }

  #itemPrice(ask: Row): object {
    const [item, buyer] = [
      this.master.item(textOf(ask, 'ItemCode')),
      this.master.partner(textOf(ask, 'CardCode')),
    ]
    if (!item || !buyer) throw noMatch(400)
    const line = { Quantity: ask.UoMQuantity, UoMEntry: ask.UoMEntry }
    const { price, currency } = priceOf(this.master, item, buyer, line, textOf(ask, 'Date'))
    return { Price: num(price), Currency: currency, Discount: num(0) }
  }

  #subscribe(body: Row): Row {
    const id = textOf(body, 'WebhookID')
    if (!/^https?:/.test(textOf(body, 'WebhookURL'))) throw new Refusal(400, '-1000', 'Invalid WebhookURL')
    if (this.#subscriptions.has(id))
      throw new Refusal(400, '-2035', 'This entry already exists in the following tables (ODBC -2035)')
    const { AuthenticationCred: _, ...shown } = body
    const row = { ...shown, State: 'Active', WorkMode: 'Standard' }
    this.#subscriptions.set(id, row)
    return row
  }

  #subscription({ method }: SandboxRequest, key: string, action: string | undefined): SandboxAnswer {
    const row = this.#subscriptions.get(key)
    if (!row) throw noMatch(404)
    if (action === 'Resume' || action === 'Pause') row.State = action === 'Resume' ? 'Active' : 'Inactive'
    else if (method === 'GET') return { status: 200, body: row }
    else throw new Refusal(400, '-5006', 'The requested action is not supported for this object.')
    return { status: 204, body: null }
  }
}

function bodyOf(text: string): Row {
  if (text === '') return {}
  const body = parseBody(text)
  if (body && typeof body === 'object' && !Array.isArray(body)) return body as Row
  throw new Refusal(400, '-1000', 'Invalid JSON document')
}
