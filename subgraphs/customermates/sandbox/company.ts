import { createHmac } from 'node:crypto'
import type { Change, RawRequest } from '../../connector.ts'
import type { Demo } from '../../demo.ts'
import { exactNumber } from '../../json.ts'
import type { Sandbox, SandboxAction, SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { type Name, uuid } from './columns.ts'
import type { Row } from './query.ts'
import { Tables } from './tables.ts'

/** The key of the user whom the demo has for the integration. */
export const KEY = 'demoKey0'.repeat(8)

/** The body of a request; undefined where it is no JSON. */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What installations of both generations have in common: the demo company, and who changed what. */
export abstract class Company implements Sandbox {
  abstract readonly errors: Sandbox['errors']
  readonly tables: Tables
  readonly company: string
  /** Who is at work: a person, unless a request of the API is handled. */
  #author = 'user seller'
  #listener: (change: Change) => void = () => undefined

  constructor(demo: Demo) {
    this.company = demo.company
    this.tables = new Tables(demo)
  }

  abstract handle(request: SandboxRequest): SandboxAnswer
  /** The payload of a webhook about a record. */
  abstract payload(name: Name, id: string, what: string): { event: string; payload: object }

  act(action: SandboxAction): void {
    const { tables } = this
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
    if (action.do === 'deleteItem') return void (services.rows = services.rows.filter((one) => one !== row))
    row.amount = exactNumber(action.price)
    tables.touch(row)
  }

  #setStage(id: string, stage: string): void {
    const row = this.tables.all.deals.rows.find((one) => one.id === id)
    if (!row) throw new Error(`The installation has no deal ${id}.`)
    this.tables.put('deals', row, 'Stage', stage)
    this.changed('deals', row)
  }

  /** Writes down that a row was changed, and tells those who get webhooks. */
  changed(name: Name, row: Row): void {
    this.tables.touch(row)
    const kind = name === 'deals' ? 'quote' : name === 'services' ? 'item' : 'customer'
    this.#listener({ kind, id: row.id, deleted: false, at: row.updatedAt })
  }

  /** Runs what the user of the integration does. */
  asIntegration<T>(work: () => T): T {
    this.#author = 'user integration'
    try {
      return work()
    } finally {
      this.#author = 'user seller'
    }
  }

  watch(listener: (change: Change) => void): void {
    this.#listener = listener
  }

  /** A delivery; it carries no time that is signed by itself. */
  hook({ kind, id, deleted, at }: Change, secret: string): RawRequest {
    const entityId = id.replace(/^contact:/, '')
    const person = id === entityId ? 'organizations' : 'contacts'
    const name = kind === 'item' ? 'services' : kind === 'quote' ? 'deals' : person
    const { event, payload } = this.payload(name, entityId, deleted ? 'deleted' : 'updated')
    const ids = {
      userId: uuid(this.company, this.#author),
      companyId: uuid(this.company, 'company'),
      entityId,
    }
    const timestamp = at ?? this.tables.now()
    const body = Buffer.from(JSON.stringify({ event, data: { ...ids, payload }, timestamp }))
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return {
      headers: { 'content-type': 'application/json', 'x-webhook-signature': signature },
      body,
      query: {},
    }
  }

  ledger() {
    const { organizations, contacts } = this.tables.all
    const mail = this.tables.column('organizations', 'E-Mail')
    const companies = organizations.rows.map((row) => ({
      id: row.id,
      name: String(row.name),
      email: this.tables.valueOf(row, mail),
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
      user: uuid(this.company, 'user integration'),
      columns: {
        services: { sku: this.tables.column('services', 'Artikelnummer'), unit: 'Einheit' },
        organizations: ORGANIZATIONS,
        deals: { ...DEALS, currency: 'Währung' },
      },
      stageOfOrder: { CANCELLED: 'Lost' },
      units: { Stück: 'H87', kg: 'KGM', m: 'MTR', l: 'LTR', 'Std.': 'HUR' },
    }
  }
}

const ORGANIZATIONS = {
  erpNumber: 'Kundennummer',
  taxId: 'USt-IdNr.',
  email: 'E-Mail',
  phone: 'Telefon',
  currency: 'Währung',
  street: 'Straße',
  postalCode: 'PLZ',
  city: 'Ort',
  country: 'Land',
  balance: 'Saldo',
  overdue: 'Überfällig',
  creditLimit: 'Kreditlimit',
  onHold: 'Gesperrt',
  dunningLevel: 'Mahnstufe',
}
const DEALS = {
  stage: 'Stage',
  discountPercent: 'Rabatt %',
  purchaseOrderNumber: 'Bestellnummer',
  validUntil: 'Gültig bis',
  orderNumber: 'ERP-Auftrag',
  orderState: 'ERP-Status',
  failure: 'ERP-Fehler',
  syncStatus: 'ERP-Abgleich',
  invoiceNumber: 'Rechnung',
  paymentStatus: 'Zahlung',
}
