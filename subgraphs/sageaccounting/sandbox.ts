import type { Demo } from '../demo.ts'
import { Answered } from '../refusal.ts'
import type { Ledger, SandboxAction, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { Access, BUSINESSES, CLIENT, FIRST_REFRESH, type Strictness } from './sandbox/access.ts'
import { type Row, errorAnswer, notFound, num, ref, textOf } from './sandbox/answers.ts'
import { errors } from './sandbox/errors.ts'
import type { WrittenList } from './sandbox/fields.ts'
import { envelope, list, one } from './sandbox/lists.ts'
import { BANK, CURRENCIES, PRICE_TYPES, TAX_RATES, emptyContact, status } from './sandbox/parts.ts'
import { LISTS, type ListName, Store } from './sandbox/store.ts'
import { Writes } from './sandbox/writes.ts'

const KEPT: Record<string, Row[]> = {
  tax_rates: TAX_RATES,
  product_sales_price_types: Object.values(PRICE_TYPES),
  currencies: Object.values(CURRENCIES),
  bank_accounts: [BANK],
  artefact_statuses: ['UNPAID', 'PART_PAID', 'PAID', 'VOID', 'DRAFT'].map((id) =>
    status('sales_invoices', id),
  ),
}

function isList(name: string): name is ListName {
  return (LISTS as readonly string[]).includes(name)
}

function isWritten(name: ListName): name is WrittenList {
  return !['stock_items', 'products', 'services'].includes(name)
}

/** One business, and everything that answers for it. */
class Business {
  readonly store: Store
  readonly #writes: Writes

  constructor(store: Store) {
    this.store = store
    this.#writes = new Writes(store)
  }

  handle(request: SandboxRequest): SandboxAnswer {
    const { method, path, query } = request
    const [name = '', id, action, ...more] = path.slice(1).split('/').map(decodeURIComponent)
    if (method === 'GET' && path === '/financial_settings') return { status: 200, body: settings() }
    if (method === 'GET' && id === undefined && KEPT[name]) return envelope(name, KEPT[name], query)
    if (!isList(name) || more.length > 0) throw notFound()
    if (id === undefined) {
      if (method === 'GET') return list(this.store, name, request)
      if (method === 'POST' && isWritten(name)) return this.#writes.create(name, request)
      throw notAllowed()
    }
    const row = this.store.rows[name].get(id)
    if (!row) throw notFound()
    if (action === 'release' && method === 'POST' && name === 'sales_invoices')
      return this.#writes.release(row)
    if (action !== undefined) throw notFound()
    if (method === 'GET') return one(row, query)
    if (!isWritten(name)) throw notAllowed()
    if (method === 'PUT') return this.#writes.update(name, row, request)
    if (method === 'DELETE') return this.#writes.remove(name, row, query)
    throw notAllowed()
  }
}

function notAllowed(): Answered {
  return new Answered(errorAnswer(405, 'MethodNotAllowed', 'The method is not allowed.'))
}

function settings(): Row {
  return { $path: '/financial_settings', base_currency: CURRENCIES.EUR, multi_currency_enabled: true }
}

/** Does what a person in Sage would do. */
function act(store: Store, action: Exclude<SandboxAction, { do: 'expireTokens' }>): void {
  if (action.do === 'addItem') {
    store.addItem('products', action.sku, action.name, [[PRICE_TYPES.usual, action.price]])
  } else if (action.do === 'addCustomer') {
    store.put('contacts', { ...emptyContact(action.name, 'CUSTOMER'), email: action.email })
  } else if (action.do === 'setStock') {
    store.item(action.sku)
    store.parts.get(action.sku)?.set(action.warehouse, action.onHand)
    store.count(action.sku)
  } else if (action.do === 'setPrice') {
    const { list: name, row } = store.item(action.sku)
    const [first] = (row.sales_prices ?? row.sales_rates) as Row[]
    Object.assign(first ?? {}, { [name === 'services' ? 'rate' : 'price']: num(action.price) })
    store.put(name, row)
  } else if (action.do === 'deleteItem') {
    const { list: name, row } = store.item(action.sku)
    store.remove(name, row)
  } else {
    const name = LISTS.find((one) => one.startsWith('sales_') && store.rows[one].has(action.id))
    if (!name) throw new Error(`There is no document ${action.id}.`)
    const row = store.rows[name].get(action.id) ?? {}
    store.put(name, Object.assign(row, { status: status(name, action.status) }))
  }
}

const STATES: Record<string, Ledger['orders'][number]['state']> = { VOID: 'cancelled', DECLINED: 'cancelled' }

/** What is really booked. A draft invoice is whole: a person goes on with it. */
function ledgerOf(store: Store): Ledger {
  const orders = (['sales_quotes', 'sales_estimates', 'sales_invoices'] as const).flatMap((name) =>
    [...store.rows[name].values()].map((row): Ledger['orders'][number] => ({
      id: String(row.id),
      number: String(row.displayed_as),
      ref: (row.reference as string | null) ?? null,
      customer: String((row.contact as Row).id),
      state: STATES[String((row.status as Row).id)] ?? 'booked',
      total: textOf(row.total_amount),
    })),
  )
  const customers = [...store.rows.contacts.values()]
    .filter(({ contact_types: types }) => (types as Row[]).some(({ id }) => id === 'CUSTOMER'))
    .map((row) => ({
      id: String(row.id),
      name: String(row.name),
      email: (row.email as string | null) ?? null,
    }))
  return { orders, customers }
}

/** Where a person signs in, and the two businesses of that person. */
class Platform {
  readonly access: Access
  readonly own: Business
  readonly #lead: Business
  readonly #names: [string, string][]

  constructor(demo: Demo, strict: Strictness) {
    const now = strict.now ?? Date.now
    this.access = new Access(strict)
    this.own = new Business(new Store(demo, now))
    for (const code of strict.withoutAccount ?? []) this.own.store.item(code).row.sales_ledger_account = null
    // The lead business is another one, and empty: whoever forgets the header reads nothing.
    const empty = { ...demo, products: [], customers: [], agreements: [], orders: [] }
    this.#lead = new Business(new Store(empty, now))
    this.#names = [
      [BUSINESSES.lead, 'Lead Business Ltd'],
      [BUSINESSES.demo, demo.company],
    ]
  }

  handle(request: SandboxRequest): SandboxAnswer {
    const { access } = this
    if (request.path === '/oauth2/auth/central') return access.authorize(request)
    if (request.path === '/token' && request.method === 'POST') return access.token(request)
    access.check(request)
    if (request.path === '/businesses') {
      const rows = this.#names.map(([id, name]) => ref('businesses', id, name))
      return envelope('businesses', rows, request.query)
    }
    return (access.business(request) === 'demo' ? this.own : this.#lead).handle(request)
  }
}

/** Makes an imitation that is as strict as wished. */
export function business(strict: Strictness): SandboxFactory {
  return (demo) => {
    const platform = new Platform(demo, strict)
    const { access, own } = platform
    return {
      handle(request) {
        try {
          return platform.handle(request)
        } catch (error) {
          if (error instanceof Answered) return error.answer
          throw error
        }
      },
      ledger: () => ledgerOf(own.store),
      act: (action) => (action.do === 'expireTokens' ? access.expire() : act(own.store, action)),
      errors,
      config: (url) => ({
        url,
        loginUrl: `${url}/oauth2/auth/central?filter=apiv3.1`,
        grantUrl: `${url}/token`,
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        refreshToken: FIRST_REFRESH,
        businessId: BUSINESSES.demo,
        bankAccountId: String(BANK.id),
      }),
    }
  }
}

/** An imitation of Sage Business Cloud Accounting: the Accounting API 3.1. */
export const sandbox: SandboxFactory = business({})
