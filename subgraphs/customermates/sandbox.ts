import { createHmac } from 'node:crypto'
import type { Change } from '../connector.ts'
import type { Demo } from '../demo.ts'
import { exactNumber } from '../json.ts'
import type {
  NativeError,
  Sandbox,
  SandboxAction,
  SandboxAnswer,
  SandboxFactory,
  SandboxRequest,
} from '../sandbox.ts'
import { type Row, filterable, refuse, search } from './sandbox/query.ts'
import { type Name, Tables, uuid } from './sandbox/tables.ts'

const KEY = 'demoKey0'.repeat(8)
const ROUTE = /^\/v1\/(services|organizations|contacts|deals)\/([^/]+)$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const INVALID = '✖ Invalid input: expected string, received number\n  → at searchTerm'
const REQUIRED = '✖ Invalid input: expected string, received undefined\n  → at name'

function onItems(code: NativeError['code'], status: number, said: string): NativeError {
  return { on: 'items', match: '/v1/services/', answer: refuse(status, said), code }
}

const ERRORS: Sandbox['errors'] = {
  invalid: onItems('VALIDATION', 400, INVALID),
  required: onItems('MISSING_REQUIRED_FIELD', 400, REQUIRED),
  unauthorized: onItems('AUTHENTICATION_FAILED', 401, 'Unauthorized'),
  forbidden: onItems('AUTHENTICATION_FAILED', 403, 'Forbidden'),
  newer: onItems('NOT_FOUND', 404, 'Not found'),
  limited: onItems('RATE_LIMITED', 429, 'Too many requests'),
  broken: onItems('UNAVAILABLE', 500, 'Internal server error'),
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An installation of the older generation, which has addresses for contacts, organisations, deals and services. */
class Installation implements Sandbox {
  readonly errors = ERRORS
  readonly #tables: Tables
  readonly #company: string
  #listener: (change: Change) => void = () => undefined

  constructor(demo: Demo) {
    this.#company = demo.company
    this.#tables = new Tables(demo)
  }

  handle({ method, path, headers, body }: SandboxRequest): SandboxAnswer {
    if (headers['x-api-key'] !== KEY) return refuse(401, 'Unauthorized')
    if (method === 'GET' && path === '/v1/users/me')
      return { status: 200, body: { firstName: 'ERP', lastName: 'Brücke', country: 'de', avatarUrl: null } }
    const [, name, what = ''] = ROUTE.exec(path) ?? []
    if (!name) return refuse(404, 'Not found')
    const entity = name as Name
    if (method === 'POST' && what === 'search') return search(this.#table(entity), bodyOf(body))
    return method === 'GET' ? this.#get(entity, what) : refuse(404, 'Not found')
  }

  #get(entity: Name, what: string): SandboxAnswer {
    const table = this.#table(entity)
    const { columns: customColumns } = table
    if (what === 'configuration') {
      const sortableFields = ['name', 'createdAt', 'updatedAt']
      return { status: 200, body: { customColumns, filterableFields: filterable(table), sortableFields } }
    }
    if (!UUID.test(what)) return refuse(400, '✖ Invalid UUID\n  → at id')
    const row = table.rows.find(({ id }) => id === what) ?? null
    return { status: 200, body: { [entity.slice(0, -1)]: row, customColumns } }
  }

  #table(entity: Name) {
    const table = this.#tables.all[entity]
    return entity === 'deals'
      ? { ...table, rows: table.rows.map((row) => this.#tables.shownDeal(row)) }
      : table
  }

  act(action: SandboxAction): void {
    const tables = this.#tables
    if (action.do === 'addItem') return tables.addService(action.sku, action.name, action.price, 'Stück')
    if (action.do === 'addCustomer')
      return void tables.addOrganization(action.name, { 'E-Mail': action.email })
    if (action.do === 'expireTokens') return
    if (action.do === 'setQuoteStatus') return this.#setStage(action.id, action.status)
    if (action.do !== 'setPrice' && action.do !== 'deleteItem')
      throw new Error(`Nobody can do ${action.do} in Customermates.`)
    const row = tables.find('services', 'Artikelnummer', action.sku)
    if (!row) throw new Error(`The installation has no service ${action.sku}.`)
    const { services } = tables.all
    if (action.do === 'deleteItem') services.rows = services.rows.filter((one) => one !== row)
    else Object.assign(row, { amount: exactNumber(action.price), updatedAt: tables.now() })
  }

  #setStage(id: string, stage: string): void {
    const row = this.#tables.all.deals.rows.find((one) => one.id === id)
    if (!row) throw new Error(`The installation has no deal ${id}.`)
    this.#tables.put('deals', row, 'Stage', stage)
    row.updatedAt = this.#tables.now()
    this.#listener({ kind: 'quote', id, deleted: false, at: row.updatedAt })
  }

  watch(listener: (change: Change) => void): void {
    this.#listener = listener
  }

  /** A delivery with the whole record in it; it carries no time that is signed by itself. */
  hook({ kind, id, deleted, at }: Change, secret: string) {
    const entityId = id.replace(/^contact:/, '')
    const person = id === entityId ? 'organization' : 'contact'
    const entity = kind === 'item' ? 'service' : kind === 'quote' ? 'deal' : person
    const row: Row | undefined = this.#table(`${entity}s`).rows.find((one) => one.id === entityId)
    const ids = {
      userId: uuid(this.#company, 'user seller'),
      companyId: uuid(this.#company, 'company'),
      entityId,
    }
    const timestamp = at ?? this.#tables.now()
    const event = `${entity}.${deleted ? 'deleted' : 'updated'}`
    const sent = { event, data: { ...ids, payload: { [entity]: row, changes: {} } }, timestamp }
    const body = Buffer.from(JSON.stringify(sent))
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return {
      headers: { 'content-type': 'application/json', 'x-webhook-signature': signature },
      body,
      query: {},
    }
  }

  ledger() {
    const { organizations, contacts } = this.#tables.all
    const mail = this.#tables.column('organizations', 'E-Mail')
    const email = (row: Row) => row.customFieldValues.find(({ columnId }) => columnId === mail)?.value ?? null
    const companies = organizations.rows.map((row) => ({
      id: row.id,
      name: String(row.name),
      email: email(row),
    }))
    const people = contacts.rows.filter((row) => (row.organizations as object[]).length === 0)
    const persons = people.map(({ id, firstName, lastName, emails }) => ({
      id: `contact:${id}`,
      name: `${String(firstName)} ${String(lastName)}`,
      email: (emails as string[])[0] ?? null,
    }))
    return { orders: [], customers: [...companies, ...persons] }
  }

  /** Columns by label, and the SKU's by id, as operators fill in both. */
  config(url: string): Record<string, unknown> {
    return {
      url,
      key: KEY,
      user: uuid(this.#company, 'user integration'),
      columns: {
        services: { sku: this.#tables.column('services', 'Artikelnummer'), unit: 'Einheit' },
        organizations: {
          erpNumber: 'Kundennummer',
          taxId: 'USt-IdNr.',
          email: 'E-Mail',
          phone: 'Telefon',
          currency: 'Währung',
          street: 'Straße',
          postalCode: 'PLZ',
          city: 'Ort',
          country: 'Land',
        },
        deals: {
          stage: 'Stage',
          currency: 'Währung',
          discountPercent: 'Rabatt %',
          purchaseOrderNumber: 'Bestellnummer',
          validUntil: 'Gültig bis',
        },
      },
      units: { Stück: 'H87', kg: 'KGM', m: 'MTR', l: 'LTR', 'Std.': 'HUR' },
    }
  }
}

/** A Customermates installation with the demo company's services and organisations, and a deal in each stage. */
export const sandbox: SandboxFactory = (demo) => new Installation(demo)
