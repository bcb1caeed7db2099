import Big from 'big.js'
import type { Demo } from '../../demo.ts'
import { exactNumber } from '../../json.ts'
import type { SandboxAnswer } from '../../sandbox.ts'

const FIRST_ACCOUNT = 10001
const USER = { name: 'rewe', password: 'datevconnect_demo_0001' }
const LAST_CHANGE = '2026-11-20T08:00:00.000+01:00'
const ROOT = '/connect/datev/api/accounting/v1'
const CLIENT_ID = 'c2a9d3f0-5b1e-4c55-9f10-000000055003'
const YEAR_ID = '20260101'

/** Who may use DATEVconnect of the demo. */
export const CONNECT = { ...USER, root: ROOT, year: YEAR_ID }

/** A debtor in the books. */
export interface Debtor {
  account: string
  name: string
  short: string
  email: string
  phone: string
  vatCountry: string
  vatNumber: string
  taxNumber: string
  street: string
  postalCode: string
  city: string
  country: string
  terms: string
  limit: string
  own: Map<number, string>
  changed: string
}

/** An invoice in the books. */
export interface Item {
  account: string
  document: string
  day: string
  due: string | null
  side: 'S' | 'H'
  amount: Big
  open: Big
  text: string
}

const TAX: [string, string][] = [
  ['DE', '0.19'],
  ['AT', '0.20'],
  ['FR', '0.20'],
]

function grossOf(lines: Demo['orders'][number]['lines'], country: string): Big {
  const rate = TAX.find(([code]) => code === country)?.[1] ?? '0'
  const net = lines.reduce((sum, { quantity, price }) => sum.plus(new Big(quantity).times(price)), new Big(0))
  return net.times(new Big(1).plus(rate)).round(2)
}

/** The books of the company, as DATEV Rechnungswesen keeps them. */
export class Books {
  readonly debtors = new Map<string, Debtor>()
  readonly items = new Map<string, Item>()

  constructor(demo: Demo) {
    demo.customers.forEach((person, index) => {
      const euro = /^[A-Z]{2}\d+$/.test(person.taxId)
      this.debtors.set(String(FIRST_ACCOUNT + index), {
        account: String(FIRST_ACCOUNT + index),
        name: person.name,
        short: person.name.slice(0, 15).toUpperCase(),
        email: person.email,
        phone: person.phone,
        vatCountry: euro ? person.taxId.slice(0, 2) : '',
        vatNumber: euro ? person.taxId.slice(2) : '',
        taxNumber: euro ? '' : person.taxId,
        street: person.street,
        postalCode: person.postalCode,
        city: person.city,
        country: person.country,
        terms: String(person.termsDays),
        limit: person.creditLimit,
        own: new Map(),
        changed: LAST_CHANGE,
      })
    })
    this.#open(demo)
  }

  /** Gives a debtor the values of a row of master data; what is empty stays as it was. */
  write(account: string, values: Partial<Debtor>): void {
    const empty = {
      ...{ name: '', short: '', email: '', phone: '', vatCountry: '', vatNumber: '', taxNumber: '' },
      ...{ street: '', postalCode: '', city: '', country: '', terms: '', limit: '0' },
    }
    const old = this.debtors.get(account) ?? {
      account,
      ...empty,
      own: new Map<number, string>(),
      changed: '',
    }
    const told = Object.entries(values).filter(([, value]) => value !== '')
    this.debtors.set(account, { ...old, ...Object.fromEntries(told), changed: new Date().toISOString() })
  }

  /** Books a posting on a debtor: it opens an invoice, or settles one that stands open. */
  post(posting: Omit<Item, 'open'>): void {
    const key = `${posting.account} ${posting.document}`
    const item = this.items.get(key)
    if (!item) {
      this.items.set(key, { ...posting, open: posting.amount })
      return
    }
    const same = item.side === posting.side
    item.open = same ? item.open.plus(posting.amount) : item.open.minus(posting.amount)
    if (same) item.amount = item.amount.plus(posting.amount)
  }

  /** What a request to DATEVconnect is answered. */
  answer(path: string, query: URLSearchParams, authorization: string | undefined): SandboxAnswer {
    const expected = `Basic ${Buffer.from(`${USER.name}:${USER.password}`).toString('base64')}`
    if (authorization !== expected) return problem(401, 'DCO00401', 'Anmeldung fehlgeschlagen.')
    const years = `/clients/${CLIENT_ID}/fiscal-years`
    const part = path.slice(ROOT.length)
    if (part === '/clients')
      return ok([{ id: CLIENT_ID, number: 55003, name: 'Nordlicht Handel GmbH', consultant_number: 29098 }])
    // Ids need not follow the years: the oldest has the highest.
    if (part === years) return ok([year('90240101', 2024), year('20250101', 2025), year(YEAR_ID, 2026)])
    if (!part.startsWith(`${years}/${YEAR_ID}/`)) return problem(404, 'REW10404', 'Nicht gefunden.')
    const [name = '', id] = part.slice(years.length + YEAR_ID.length + 2).split('/')
    if (name === 'debitors') return this.#debtors(id, query)
    if (name === 'accounts-receivable' && id === 'condense') return ok([...this.items.values()].map(itemRow))
    return problem(404, 'REW10404', 'Nicht gefunden.')
  }

  #debtors(id: string | undefined, query: URLSearchParams): SandboxAnswer {
    const accounts = [...this.debtors.keys()].toSorted()
    if (id === 'next-available') {
      let next = Number(query.get('start-at')?.slice(0, 5) ?? '10000')
      while (this.debtors.has(String(next))) next += 1
      return ok({ id: `${next}0000`, account_number: exactNumber(`${next}0000`) })
    }
    if (id !== undefined) {
      const row = id.endsWith('0000') ? this.debtors.get(id.slice(0, -4)) : undefined
      return row ? ok(this.#row(row)) : problem(404, 'REW10404', 'Der Debitor ist nicht vorhanden.')
    }
    const skip = Number(query.get('skip') ?? 0)
    const top = Number(query.get('top') ?? 100)
    return ok(accounts.slice(skip, skip + top).flatMap((account) => this.#rowOf(account)))
  }

  #rowOf(account: string): object[] {
    const row = this.debtors.get(account)
    return row ? [this.#row(row)] : []
  }

  #balance(of: string): Big {
    const items = [...this.items.values()].filter(({ account }) => account === of)
    return items.reduce(
      (sum, { side, open }) => (side === 'S' ? sum.plus(open) : sum.minus(open)),
      new Big(0),
    )
  }

  #row(row: Debtor): object {
    const info = {
      account_balance: exactNumber(this.#balance(row.account).toFixed(2)),
      credit_limit: exactNumber(row.limit),
      ...(row.terms && { term_of_payment_id: exactNumber(row.terms) }),
      ...(row.taxNumber && { tax_number: row.taxNumber }),
      is_insolvent: false,
    }
    return {
      id: `${row.account}0000`,
      account_number: exactNumber(`${row.account}0000`),
      caption: row.name,
      business_partner_number: row.account,
      short_name: row.short,
      legal_entity_type: 'legal_person',
      legal_person: { legal_name: row.name.slice(0, 40), enterprise_purpose: '', legal_form: '' },
      eu_vat_id_country_code: row.vatCountry,
      eu_vat_id_number: row.vatNumber,
      is_business_partner_active: true,
      ...reachOf(row),
      accounting_information: info,
      date_last_modification: row.changed,
    }
  }

  #open(demo: Demo): void {
    for (const order of demo.orders.filter(({ state }) => state === 'invoiced' || state === 'delivered')) {
      const index = demo.customers.findIndex(({ number }) => number === order.customer)
      const person = demo.customers[index]
      if (!person) continue
      const amount = grossOf(order.lines, person.country)
      const due = new Date(Date.parse(order.on) + person.termsDays * 86_400_000).toISOString().slice(0, 10)
      const base = {
        account: String(FIRST_ACCOUNT + index),
        document: `RE-2026-${order.number.padStart(4, '0')}`,
      }
      const half = order.state === 'invoiced' ? amount : amount.div(2).round(2)
      this.items.set(`${base.account} ${base.document}`, {
        ...{ ...base, day: order.on, due, side: 'S', amount, text: person.name },
        open: order.number === '3' ? new Big(0) : half,
      })
    }
  }
}

function ok(body: object): SandboxAnswer {
  return { status: 200, headers: { 'content-type': 'application/json;charset=utf-8' }, body }
}

/** Where somebody is to be reached, as far as it is known. */
function reachOf({ street, postalCode, city, country, email, phone }: Debtor): object {
  const address = {
    id: '1',
    street,
    postal_code: postalCode,
    city,
    country_code: country,
    address_type: 'street_address',
    address_usage_type: { is_correspondence_address: true },
  }
  const reach = [
    { id: '1', communication_type: 'email', communication_data_content: email },
    { id: '2', communication_type: 'phone', communication_data_content: phone },
  ]
  return {
    addresses: street || city ? [address] : [],
    communications: reach.filter(({ communication_data_content: content }) => content !== ''),
  }
}

/** How DATEVconnect words a refusal. */
function problem(status: number, error: string, description: string): SandboxAnswer {
  const more = [{ id: error, description, severity: 'Error' }]
  const body = [{ error, error_description: description, request_id: '80a2f2ae', additional_messages: more }]
  return { status, headers: { 'content-type': 'application/json;charset=utf-8' }, body }
}

function year(id: string, of: number): object {
  const [begin, end] = [`${of}-01-01T00:00:00.000+01:00`, `${of}-12-31T00:00:00.000+01:00`]
  return { id, name: String(of), begin, end, account_length: 4 }
}

const at = (day: string): string => `${day}T00:00:00.000+01:00`

function itemRow(item: Item): object {
  const { side, amount, open, due } = item
  const overdue = due !== null && due < '2026-11-21' && open.gt(0)
  return {
    id: `${item.account}0000-${item.document}`,
    account_number: exactNumber(`${item.account}0000`),
    document_field1: item.document,
    document_field2: '',
    date: at(item.day),
    ...(due && { due_date: at(due) }),
    amount_debit: exactNumber(side === 'S' ? amount.toFixed(2) : '0'),
    amount_credit: exactNumber(side === 'H' ? amount.toFixed(2) : '0'),
    open_balance_of_item: exactNumber(open.toFixed(2)),
    debit_credit_identifier: side,
    currency_code: 'EUR',
    dunning_level: overdue ? '1' : '0',
    has_dunning_block: false,
    is_cleared: open.eq(0),
    posting_description: item.text,
  }
}
