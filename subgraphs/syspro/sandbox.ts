import { createHash } from 'node:crypto'
import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import type { Demo } from '../demo.ts'
import type { Sandbox, SandboxAction, SandboxAnswer, SandboxFactory, SandboxRequest } from '../sandbox.ts'
import { type Element, readXml } from '../xml.ts'
import { referenceOf } from './reference.ts'
import { ERRORS } from './sandbox/errors.ts'
import { search } from './sandbox/find.ts'
import { Imports } from './sandbox/imports.ts'
import { inventory, order, statement } from './sandbox/queries.ts'
import { customerSetup } from './sandbox/setup.ts'
import { blankCustomer, customerKey, stockRow } from './sandbox/rows.ts'
import { CURRENCIES, Tables, type Ways } from './sandbox/tables.ts'
import { Failure, type Form, answer, document, elements, padded } from './sandbox/wire.ts'

const ROOT = '/SYSPROWCFService/Rest/'
const OPERATORS: Record<string, string> = {
  WEBAPI: 'demo&Pa55 wörd+syspro',
  ANNA: 'anna-demo',
  BEN: 'ben-demo',
}
const COMPANY = 'A'
const QUERIES: Record<string, (tables: Tables, query: Element) => string> = {
  COMFND: search,
  INVQRY: inventory,
  ARSQRY: statement,
  SORQRY: order,
}

/** What differs from one installation to another. */
export interface Installation extends Ways {
  form?: Form
  seats?: number
  allowDuplicates?: boolean
}

/** One company behind the REST service, SYSPRO 8. */
class Server implements Sandbox {
  readonly errors = ERRORS
  readonly #tables: Tables
  readonly #imports: Imports
  readonly #form: Form
  readonly #seats: number
  /** Operator -> its only session. */
  readonly #sessions = new Map<string, string>()
  #logons = 0

  constructor(demo: Demo, { form = 'bare', seats = 2, allowDuplicates = false, ...ways }: Installation) {
    this.#tables = new Tables(demo, ways)
    this.#imports = new Imports(this.#tables, { allowDuplicates })
    this.#form = form
    this.#seats = seats
  }

  handle({ method, path, query }: SandboxRequest): SandboxAnswer {
    if (!path.startsWith(ROOT) || method !== 'GET') return { status: 404, body: 'Endpoint not found.' }
    try {
      return answer(this.#run(path.slice(ROOT.length), query), this.#form)
    } catch (error) {
      if (error instanceof Failure) return answer(`ERROR: ${error.message}`, this.#form)
      if (error instanceof ErpError)
        return answer('ERROR: e.net exception raised: 100001 The XML is not well formed', this.#form)
      throw error
    }
  }

  #run(path: string, query: URLSearchParams): string {
    if (path === 'GetVersion') return '8.0.105'
    if (path === 'Logon') return this.#logon(query)
    const operator = [...this.#sessions].find(([, session]) => session === query.get('UserId'))?.[0]
    if (operator === undefined) throw new Failure('The supplied UserID is invalid or has timed out')
    if (path === 'Logoff') return this.#sessions.delete(operator) ? '0' : '1'
    if (path === 'GetLogonProfile')
      return document(
        'UserInfo',
        elements({ CompanyName: this.#tables.demo.company, OperatorCode: operator, LocalCurrencyCode: '$' }),
      )
    return this.#object(path, query)
  }

  #logon(query: URLSearchParams): string {
    const operator = query.get('Operator') ?? ''
    if (!Object.hasOwn(OPERATORS, operator))
      throw new Failure(`Operator '${operator.slice(0, 20)}' not found`)
    if (query.get('OperatorPassword') !== OPERATORS[operator]) throw new Failure('Invalid operator password')
    if (query.get('CompanyId') !== COMPANY)
      throw new Failure(`Company '${query.get('CompanyId')?.slice(0, 4)}' not found`)
    if (query.get('CompanyPassword') !== '') throw new Failure('Invalid company password')
    if (!this.#sessions.has(operator) && this.#sessions.size >= this.#seats)
      throw new Failure('The maximum number of users has been exceeded')
    const digits = createHash('sha256')
      .update(`session ${++this.#logons}`)
      .digest('hex')
      .slice(0, 32)
      .toUpperCase()
    const session = `${digits}00  `
    this.#sessions.set(operator, session)
    return session
  }

  #object(path: string, query: URLSearchParams): string {
    const name = query.get('BusinessObject') ?? ''
    const xml = readXml(query.get('XmlIn') ?? '')
    const parameters = () => readXml(query.get('XmlParameters') ?? '')
    const [, setup] = /^Setup\/(Add|Update)$/.exec(path) ?? []
    const ask = QUERIES[name]
    if (path === 'Query/Query' && ask) return ask(this.#tables, xml)
    if (path === 'Transaction/Post' && name === 'SORTOI') return this.#imports.post(parameters(), xml)
    if (setup && name === 'ARSSCS') return customerSetup(this.#tables, setup, xml)
    throw new Failure('e.net exception raised: 100000')
  }

  act(action: SandboxAction): void {
    const tables = this.#tables
    if (action.do === 'expireTokens') return this.#sessions.clear()
    if (action.do === 'addCustomer') {
      const number = customerKey(`C-${10_001 + tables.rows('ArCustomer').length}`)
      tables.rows('ArCustomer').push({ ...blankCustomer(number, action.name), Email: action.email })
    }
    if (action.do === 'addItem') {
      const unsaid = { category: 'NEW', cost: '0', barcode: '', minimum: '1', leadDays: 1, stock: [] }
      return tables.addItem({
        ...unsaid,
        sku: action.sku,
        name: action.name,
        description: action.name,
        unit: 'H87',
        listPrice: action.price,
      })
    }
    if (action.do === 'setOrderStatus') {
      const found = tables.orders.get(action.id)
      if (!found) throw new Error(`There is no order ${action.id}.`)
      found.head.OrderStatus = action.status
    }
    if (action.do === 'deleteItem') return tables.removeItem(action.sku)
    if (action.do === 'setPrice') {
      const row = tables.rows('InvPrice').find((one) => one.StockCode === action.sku && one.PriceCode === 'A')
      if (row) row.SellingPrice = padded(action.price, 5)
    }
    if (action.do === 'setStock') {
      const row = tables
        .rows('InvWarehouse')
        .find((one) => one.StockCode === action.sku && one.Warehouse === action.warehouse)
      if (row) row.QtyOnHand = padded(action.onHand)
      else tables.rows('InvWarehouse').push(stockRow(action.sku, action.warehouse, action.onHand))
    }
  }

  ledger() {
    const orders = [...this.#tables.orders.values()].map(({ head, lines }) => ({
      id: head.SalesOrder ?? '',
      number: head.SalesOrder ?? '',
      ref: referenceOf(head.CustomerPoNumber ?? null),
      customer: head.Customer ?? '',
      state: stateOf(head.OrderStatus ?? ''),
      total: lines
        .reduce(
          (sum, line) => sum.plus(new Big(line.MOrderQty?.trim() ?? 0).times(line.MPrice?.trim() ?? 0)),
          new Big(0),
        )
        .toFixed(2),
    }))
    const customers = this.#tables
      .rows('ArCustomer')
      .map(({ Customer = '', Name = '', Email }) => ({ id: Customer, name: Name, email: Email || null }))
    return { orders, customers }
  }

  config(url: string): Record<string, unknown> {
    return {
      url: `${url}/SYSPROWCFService/Rest`,
      operator: 'WEBAPI',
      operatorPassword: OPERATORS.WEBAPI,
      company: COMPANY,
      currency: 'EUR',
      currencies: CURRENCIES,
      customerDefaults: {
        Branch: '10',
        TermsCode: '30',
        Area: 'S',
        Salesperson: '100',
        CustomerClass: 'RT',
        BalanceType: 'I',
        TaxStatus: 'N',
      },
    }
  }
}

function stateOf(status: string): 'draft' | 'booked' | 'cancelled' {
  if (status === '0') return 'draft'
  return status === '\\' || status === '*' ? 'cancelled' : 'booked'
}

/** A sandbox of an installation that differs from the usual one. */
export function installation(how: Installation): SandboxFactory {
  return (demo) => new Server(demo, how)
}

/** SYSPRO 8 with bare bodies, two seats, and order numbers that count once for each customer. */
export const sandbox: SandboxFactory = installation({})
