import Big from 'big.js'
import type { Change } from '../../connector.ts'
import type { Demo } from '../../demo.ts'
import { type Row, bigOf, num, parseBody, textOf } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { CANCELLED } from '../documents.ts'
import { dialog } from './answers.ts'
import { fieldsOf, gone, ledgerEntries, published } from './others.ts'
import { type Tables, customerRow, itemRow, tables } from './data.ts'
import { type Shelf, collect, etagOf, shown } from './query.ts'
import type { Kind } from './kinds.ts'
import { Sales } from './sales.ts'
import { guidOf, timeOf } from './values.ts'

const PATH = /^\/(api\/v2\.0|api\/microsoft\/analytics\/v1\.0|ODataV4)\/(.+)$/
const SALES: Record<string, [Kind, string]> = {
  salesOrders: ['order', 'salesOrderLines'],
  salesInvoices: ['invoice', 'salesInvoiceLines'],
  salesCreditMemos: ['creditMemo', 'salesCreditMemoLines'],
  salesQuotes: ['quote', 'salesQuoteLines'],
}
const PLAIN = new Set(['items', 'customers', 'locations', 'unitsOfMeasure', 'paymentTerms', 'currencies'])
const CUSTOMER = Object.keys(customerRow('', {}))
const READ_ONLY = new Set(['id', 'balanceDue', 'lastModifiedDateTime', 'taxAreaDisplayName'])
const TODAY = '2026-11-21'

/** The company "CRONUS Nordlicht": its sets, and what can be done to them. */
export class Company {
  readonly id = guidOf('company CRONUS Nordlicht')
  readonly name = 'CRONUS Nordlicht'
  readonly tables: Tables
  readonly sales: Sales
  listener: (change: Change) => void = () => undefined
  readonly #url: () => string
  #clock = Date.parse('2026-11-20T06:00:00Z')

  constructor(demo: Demo, url: () => string) {
    this.#url = url
    this.tables = tables(demo)
    this.sales = new Sales(this.tables, () => this.#now())
    this.#documents(demo)
    // From here on changes happen now, later than everything that stood there before.
    this.#clock = Math.max(this.#clock, Date.now())
  }

  /** Instants never stand still, so that every change is later than the one before. */
  #now(): string {
    this.#clock += 7
    return timeOf(this.#clock)
  }

  tell({ kind, id }: Pick<Change, 'kind' | 'id'>, deleted = false): void {
    this.listener({ kind, id, deleted, at: new Date(this.#clock).toISOString() })
  }

  /** A request below one of the roots. */
  answer(request: SandboxRequest): SandboxAnswer {
    const [, root = '', path = ''] = PATH.exec(decodeURIComponent(request.path)) ?? []
    if (root === 'api/v2.0' && path === 'companies') return this.#companies(request)
    const inside = new RegExp(`^(?:companies\\(${this.id}\\)|Company\\('${this.name}'\\))/(.+)$`).exec(path)
    if (!inside) throw new Refusal(404, 'Internal_CompanyNotFound', 'Company not found.')
    const [set = '', ...deeper] = (inside[1] ?? '').split('/')
    if (root !== 'api/v2.0' && request.method !== 'GET')
      throw new Refusal(405, 'BadRequest_MethodNotAllowed', 'Entity does not support insert.')
    if (root === 'ODataV4') return this.#collect(request, published(this.tables, set))
    if (root !== 'api/v2.0') return this.#collect(request, ledgerEntries(this.tables, set))
    const [, name = '', key] = /^(\w+)(?:\(([0-9a-f-]{36})\))?$/.exec(set) ?? []
    if (request.method === 'GET' && deeper.length === 0) return this.#get(request, name, key)
    return this.#write(request, name, key, deeper.join('/'))
  }

  #companies(request: SandboxRequest): SandboxAnswer {
    const row = {
      id: this.id,
      systemVersion: '27.0.1.0',
      timestamp: num(20416),
      name: this.name,
      displayName: this.name,
      businessProfileId: '',
      systemCreatedAt: '2026-01-02T08:00:00Z',
      systemModifiedAt: '2026-01-02T08:00:00Z',
    }
    return this.#collect(request, { rows: [row], fields: new Set(Object.keys(row)), expand: {} })
  }

  #collect(request: SandboxRequest, shelf: Shelf): SandboxAnswer {
    const address = `${this.#url()}${request.path}`
    const place = {
      address,
      context: `${this.#url()}/api/v2.0/$metadata`,
      prefer: request.headers.prefer ?? '',
    }
    return collect(shelf, request.query, place)
  }

  #get(request: SandboxRequest, name: string, key: string | undefined): SandboxAnswer {
    const shelf = this.#shelf(name)
    if (name.endsWith('Lines') && !/\b(documentId|id) eq/.test(request.query.get('$filter') ?? ''))
      throw dialog('You must specify an Id or a Document Id to get the lines.')
    if (key === undefined) return this.#collect(request, shelf)
    const row = shelf.rows.find(({ id }) => id === key)
    if (!row) throw new Refusal(404, 'BadRequest_ResourceNotFound', 'The record does not exist.')
    return { status: 200, body: shown(row, shelf, request.query) }
  }

  #shelf(name: string): Shelf {
    const sales = SALES[name]
    if (sales) {
      const [kind, lines] = sales
      const rows = this.sales.rows[kind]
      const expand = {
        [lines]: (row: Row) =>
          this.sales.linesOf(row).map((line) => ({ '@odata.etag': etagOf(line), ...line })),
      }
      return { rows, fields: fieldsOf(rows), expand }
    }
    const holder = Object.values(SALES).find(([, lines]) => lines === name)
    if (holder) {
      const rows = this.sales.rows[holder[0]].flatMap((row) => this.sales.linesOf(row))
      return { rows, fields: fieldsOf(rows), expand: {} }
    }
    const rows = this.tables[name as 'items'] as Row[] | undefined
    if (!rows || !(PLAIN.has(name) || name === 'companyInformation')) throw gone()
    const expand: Shelf['expand'] =
      name === 'customers' ? { customerFinancialDetails: (row) => this.#details(row) } : {}
    return { rows, fields: fieldsOf(rows), expand }
  }

  #details(customer: Row): Row {
    const sum = (kind: Kind, field: string) =>
      this.sales.rows[kind]
        .filter((row) => row.customerId === customer.id && row.status === 'Open')
        .reduce((total, row) => total.plus(bigOf(row, field)), new Big(0))
    const balance = sum('invoice', 'remainingAmount').minus(sum('creditMemo', 'totalAmountIncludingTax'))
    const { id, number, lastModifiedDateTime } = customer
    const amounts = { balance: num(balance), totalSalesExcludingTax: num(0), overdueAmount: num(0) }
    return { '@odata.etag': etagOf(customer), id, number, ...amounts, lastModifiedDateTime }
  }

  #write(request: SandboxRequest, name: string, key: string | undefined, deeper: string): SandboxAnswer {
    const what = `${request.method} ${name}${key ? '()' : ''}${deeper ? `/${deeper}` : ''}`
    const body = (request.body === '' ? {} : parseBody(request.body)) as Row | undefined
    if (!body || Array.isArray(body)) throw new Refusal(400, 'BadRequest', 'The body is no JSON object.')
    if (what === 'POST customers') return this.#createCustomer(body, request)
    if (what === 'PATCH customers()') return this.#changeCustomer(key ?? '', body, request)
    if (what === 'POST salesOrders') {
      const row = this.sales.insert(body)
      this.tell({ kind: 'order', id: textOf(row, 'id') })
      return { status: 201, body: shown(row, this.#shelf('salesOrders'), request.query) }
    }
    if (what === 'DELETE salesOrderLines()') return this.#removeLine(key ?? '')
    const order = name === 'salesOrders' ? this.sales.find('order', key ?? '') : undefined
    if (!order) throw gone()
    const id = textOf(order, 'id')
    if (what === 'POST salesOrders()/salesOrderLines') {
      const line = this.sales.insertLine(order, body)
      this.tell({ kind: 'order', id })
      return { status: 201, body: line }
    }
    if (what === 'POST salesOrders()/Microsoft.NAV.shipAndInvoice') {
      const invoice = this.sales.post(order, 'Open')
      this.tell({ kind: 'order', id }, true)
      this.tell({ kind: 'invoice', id: textOf(invoice, 'id') })
      return { status: 204, body: null }
    }
    throw new Refusal(405, 'BadRequest_MethodNotAllowed', 'Entity does not support this method.')
  }

  #removeLine(id: string): SandboxAnswer {
    const order = this.sales.holder(id)
    if (!order) throw gone('The record does not exist.')
    this.sales.removeLine(order, id)
    this.tell({ kind: 'order', id: textOf(order, 'id') })
    return { status: 204, body: null }
  }

  #checkCustomer(body: Row): void {
    for (const [name, value] of Object.entries(body)) {
      if (!CUSTOMER.includes(name) || READ_ONLY.has(name))
        throw new Refusal(
          400,
          'BadRequest',
          `The property '${name}' does not exist on type 'Microsoft.NAV.customer'.`,
        )
      if (name !== 'creditLimit' && name !== 'taxLiable' && typeof value !== 'string')
        throw new Refusal(400, 'BadRequest', `Cannot convert the value of '${name}'.`)
    }
    if (body.displayName === '') throw dialog('A "displayName" must be provided.')
  }

  #createCustomer(body: Row, request: SandboxRequest): SandboxAnswer {
    this.#checkCustomer(body)
    if (!body.displayName) throw dialog('A "displayName" must be provided.')
    const number = textOf(body, 'number').toUpperCase() || `C${String(this.tables.customers.length + 1)}`
    if (number.length > 20)
      throw new Refusal(400, 'Application_StringExceededLength', 'The number is longer than 20 characters.')
    if (this.tables.customers.some((row) => row.number === number)) {
      const said = `The record in table Customer already exists. Identification fields and values: No.='${number}'`
      throw new Refusal(400, 'Internal_EntityWithSameKeyExists', said)
    }
    const row = customerRow(number, { ...body, number, lastModifiedDateTime: this.#now() })
    this.tables.customers.push(row)
    this.tell({ kind: 'customer', id: textOf(row, 'id') })
    return { status: 201, body: shown(row, this.#shelf('customers'), request.query) }
  }

  #changeCustomer(id: string, body: Row, request: SandboxRequest): SandboxAnswer {
    const row = this.tables.customers.find((one) => one.id === id)
    if (!row) throw new Refusal(404, 'BadRequest_ResourceNotFound', 'The record does not exist.')
    const match = request.headers['if-match']
    if (match === undefined)
      throw new Refusal(
        400,
        'BadRequest_InvalidToken',
        'Could not validate the client concurrency token required by the service. Please provide a valid token in the client request.',
      )
    if (match !== '*' && match !== etagOf(row))
      throw new Refusal(409, 'Request_EntityChanged', 'Another user has already changed the record.')
    this.#checkCustomer(body)
    Object.assign(row, body)
    this.sales.touch(row)
    this.tell({ kind: 'customer', id })
    return { status: 200, body: shown(row, this.#shelf('customers'), request.query) }
  }

  addItem(sku: string, name: string, price: string): void {
    const product = { sku, name, unit: 'H87', category: 'Neu' } as const
    const row = itemRow(product, { unitPrice: num(price), lastModifiedDateTime: this.#now() })
    this.tables.items.push(row)
    this.tables.stock.set(sku, new Map())
    this.tell({ kind: 'item', id: textOf(row, 'id') })
  }

  addCustomer(name: string, email: string): void {
    const number = `C${String(90_000 + this.tables.customers.length)}`
    const row = customerRow(number, { displayName: name, email, lastModifiedDateTime: this.#now() })
    this.tables.customers.push(row)
    this.tell({ kind: 'customer', id: textOf(row, 'id') })
  }

  /** The documents of the demo company, and a quote in each status. */
  #documents(demo: Demo): void {
    const buyer = (number: string) => this.tables.customers.find((row) => row.number === number) as Row
    for (const document of demo.orders) {
      const customer = buyer(document.customer)
      const head = this.sales.head('order', customer, { orderDate: document.on, currencyCode: 'EUR' })
      for (const { sku, quantity, price } of document.lines) {
        const shipped = document.state === 'delivered' ? { shippedQuantity: num(quantity) } : {}
        const body = {
          lineType: 'Item',
          lineObjectNumber: sku,
          quantity: num(quantity),
          unitPrice: num(price),
        }
        if (document.state !== 'cancelled') this.sales.addLine(head, body, customer, shipped)
      }
      if (document.state === 'cancelled')
        this.sales.addLine(head, { lineType: 'Comment', description: CANCELLED }, customer)
      if (document.state === 'delivered') Object.assign(head, { status: 'Open', fullyShipped: true })
      if (document.state === 'invoiced') this.sales.post(head, document.on > '2026-11-10' ? 'Open' : 'Paid')
    }
    for (const [index, status] of ['Draft', 'Sent', 'Accepted', 'Expired_x0020_'].entries()) {
      const customer = buyer(demo.customers[index]?.number ?? '')
      const quote = this.sales.head('quote', customer, { status, documentDate: TODAY, currencyCode: 'EUR' })
      const goods = { lineType: 'Item', lineObjectNumber: demo.products[index]?.sku ?? '' }
      this.sales.addLine(quote, { ...goods, quantity: num(2 + index) }, customer)
    }
    for (const [index, status] of ['Paid', 'Open', 'Draft'].entries()) {
      const invoice = this.sales.rows.invoice[index]
      const [line] = invoice ? this.sales.linesOf(invoice) : []
      if (invoice && line) this.sales.credit(invoice, [{ ...line, quantity: num(1) }], status)
    }
  }
}
