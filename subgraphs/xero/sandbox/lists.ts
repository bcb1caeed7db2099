import Big from 'big.js'
import { Answered } from '../../refusal.ts'
import type { SandboxAnswer, SandboxRequest } from '../../sandbox.ts'
import { type Row, envelope, exception, num, textOf } from './answers.ts'
import { balances } from './parties.ts'
import { IDS, type SetName, type Store } from './store.ts'
import { testOf } from './where.ts'

const PARAMETERS: Record<SetName, string[]> = {
  Items: ['where', 'order', 'unitdp'],
  Contacts: ['where', 'order', 'IDs', 'page', 'includeArchived', 'summaryOnly', 'searchTerm', 'pageSize'],
  Invoices: [
    ...['where', 'order', 'IDs', 'InvoiceNumbers', 'ContactIDs', 'Statuses', 'page', 'includeArchived'],
    ...['createdByMyApp', 'unitdp', 'summaryOnly', 'pageSize', 'searchTerm'],
  ],
  CreditNotes: ['where', 'order', 'page', 'unitdp', 'pageSize'],
  Payments: ['where', 'order', 'page', 'pageSize'],
  Quotes: [
    'DateFrom',
    'DateTo',
    'ExpiryDateFrom',
    'ExpiryDateTo',
    'ContactID',
    'Status',
    'page',
    'order',
    'QuoteNumber',
  ],
}
const SEARCHED: Partial<Record<SetName, string[]>> = {
  Contacts: ['Name', 'FirstName', 'LastName', 'ContactNumber', 'EmailAddress'],
  Invoices: ['InvoiceNumber', 'Reference'],
}
/** What a list without `page` leaves out. */
const DETAILS: Partial<Record<SetName, string[]>> = {
  Contacts: ['ContactPersons', 'Balances', 'PaymentTerms', 'Discount'],
  Invoices: ['LineItems'],
  CreditNotes: ['LineItems'],
}
const MS = /^\/Date\((-?\d+)/

function millis(row: Row): number {
  return Number(MS.exec(String(row.UpdatedDateUTC))?.[1])
}

function keyOf(value: unknown): string | number {
  const [, ms] = MS.exec(String(value)) ?? []
  if (ms !== undefined) return Number(ms)
  return typeof value === 'object' && value !== null ? Number(textOf(value)) : String(value ?? '')
}

function sorted(rows: Row[], order: string): Row[] {
  const [, name, way] = /^(\w+)(?: (ASC|DESC))?$/.exec(order) ?? []
  if (!name) throw new Answered(exception('QueryParseException', `Cannot order by ${order}`, 16))
  const sign = way === 'DESC' ? -1 : 1
  const keyed = rows.map((row) => ({ row, key: keyOf(row[name]) }))
  return keyed.toSorted((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0)).map(({ row }) => row)
}

function listed(query: URLSearchParams, name: string): Set<string> | null {
  const text = query.get(name)
  return text === null ? null : new Set(text.split(','))
}

/** Whether a row is asked for, parameter by parameter. */
function testsOf(set: SetName, { query, headers }: SandboxRequest): ((row: Row) => boolean)[] {
  const tests: ((row: Row) => boolean)[] = []
  const among = (name: string, of: (row: Row) => unknown) => {
    const wanted = listed(query, name)
    if (wanted) tests.push((row) => wanted.has(String(of(row))))
  }
  among('IDs', (row) => row[IDS[set]])
  among('InvoiceNumbers', (row) => row.InvoiceNumber)
  among('ContactIDs', (row) => (row.Contact as Row).ContactID)
  among('Statuses', (row) => row.Status)
  among('ContactID', (row) => (row.Contact as Row).ContactID)
  among('Status', (row) => row.Status)
  const where = query.get('where')
  if (where !== null) tests.push(testOf(where))
  const number = query.get('QuoteNumber')?.toLowerCase()
  // It finds parts of numbers too.
  if (number !== undefined) tests.push((row) => String(row.QuoteNumber).toLowerCase().includes(number))
  const term = query.get('searchTerm')?.toLowerCase()
  if (term !== undefined) {
    const names = SEARCHED[set] ?? []
    tests.push((row) =>
      names.some((name) =>
        String(row[name] ?? '')
          .toLowerCase()
          .includes(term),
      ),
    )
  }
  if (set === 'Contacts' && query.get('includeArchived') !== 'true')
    tests.push((row) => row.ContactStatus === 'ACTIVE' || query.has('IDs'))
  const since = headers['if-modified-since']
  if (since !== undefined) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(since))
      throw new Answered(exception('QueryParseException', 'If-Modified-Since is no date', 16))
    const from = Date.parse(`${since}Z`)
    tests.push((row) => millis(row) >= from)
  }
  return tests
}

function rounded(value: unknown, places: number): object {
  return num(new Big(textOf(value)).round(places, Big.roundHalfUp).toFixed())
}

/** Unit prices have two decimals unless four are asked for; the Quotes endpoint has no such parameter. */
function shown(set: SetName, row: Row, places: number): Row {
  if (set === 'Items') {
    const sales = row.SalesDetails as Row
    return sales.UnitPrice === undefined
      ? row
      : { ...row, SalesDetails: { ...sales, UnitPrice: rounded(sales.UnitPrice, places) } }
  }
  if (set !== 'Invoices' && set !== 'CreditNotes') return row
  const lines = (row.LineItems as Row[]).map((line) =>
    line.UnitAmount === undefined ? line : { ...line, UnitAmount: rounded(line.UnitAmount, places) },
  )
  return { ...row, LineItems: lines }
}

/** The rows of an answer to a write or to a question for one. */
export function answerOf(store: Store, set: SetName, rows: Row[], query: URLSearchParams): SandboxAnswer {
  const places = query.get('unitdp') === '4' ? 4 : 2
  const owed = set === 'Contacts' ? balances(store) : null
  const all = rows.map((row) => shown(set, row, places))
  return envelope(set, owed ? all.map((row) => ({ ...row, Balances: owed.get(row.ContactID) })) : all)
}

/** A list: filtered, ordered, in pages where the set has pages and one is asked for. */
export function list(store: Store, set: SetName, request: SandboxRequest): SandboxAnswer {
  const { query } = request
  const strange = [...query.keys()].find((name) => !PARAMETERS[set].includes(name))
  if (strange)
    throw new Answered(exception('QueryParseException', `${strange} is no parameter of ${set}`, 16))
  const tests = testsOf(set, request)
  const found = [...store.rows[set].values()].filter((row) => tests.every((test) => test(row)))
  const rows = sorted(found, query.get('order') ?? 'UpdatedDateUTC ASC')
  if (set === 'Items') return answerOf(store, set, rows, query)
  const page = Number(query.get('page') ?? 0)
  const size = set === 'Quotes' ? 100 : Number(query.get('pageSize') ?? 100)
  if (page === 0 && set !== 'Quotes') {
    const bare = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !hidden(set, name))),
    )
    return envelope(set, bare)
  }
  if (!Number.isInteger(page) || !(size >= 1 && size <= 1000))
    throw new Answered(exception('QueryParseException', 'page or pageSize is not valid', 16))
  const from = (Math.max(page, 1) - 1) * size
  const answer = answerOf(store, set, rows.slice(from, from + size), query)
  const pageCount = Math.ceil(rows.length / size)
  const pagination = { page, pageSize: size, pageCount, itemCount: rows.length }
  return set === 'Quotes' ? answer : { ...answer, body: { ...(answer.body as Row), pagination } }
}

function hidden(set: SetName, name: string): boolean {
  return DETAILS[set]?.includes(name) ?? false
}
