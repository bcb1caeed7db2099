import { Answered } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { type Doc, SERIES, openOf } from './documents.ts'
import { legacy, regular } from './refuse.ts'
import { type Row, type Store, num } from './store.ts'
import { asDoc } from './vouchers.ts'

const MOST = 250
const WINDOW = 10_000
const SALES = Object.entries(SERIES)

function whole(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : otherwise
}

/** One page, counted from 0: https://developers.lexware.io/docs/ (paging) */
export function paged(rows: object[], query: URLSearchParams, path: string): SandboxAnswer {
  const asked = whole(query.get('size'), 25)
  if (asked > MOST && path === '/v1/voucherlist')
    throw new Answered(regular(400, path, 'size must be less than or equal to 250'))
  const size = Math.min(MOST, Math.max(1, asked))
  const number = whole(query.get('page'), 0)
  if (number * size >= WINDOW) throw new Answered(regular(400, path, 'Maximum search window size exceeded'))
  const content = rows.slice(number * size, (number + 1) * size)
  const totalPages = Math.ceil(rows.length / size)
  return {
    status: 200,
    body: {
      content,
      first: number === 0,
      last: number + 1 >= totalPages,
      totalPages: num(totalPages),
      totalElements: num(rows.length),
      numberOfElements: num(content.length),
      size: num(size),
      number: num(number),
    },
  }
}

/** Articles have exact filters alone; what is none of them is ignored. */
export function articles(store: Store, query: URLSearchParams): Row[] {
  const filters = ['articleNumber', 'gtin', 'type'].filter((name) => query.has(name))
  return store.all('articles').filter((row) => filters.every((name) => row[name] === query.get(name)))
}

function unescaped(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** A part of a text, in which % and _ stand for any letters: https://developers.lexware.io/docs/ (filtering contacts) */
function part(query: URLSearchParams, name: string): ((value: string) => boolean) | null {
  const given = query.get(name)
  if (given === null) return null
  const text = unescaped(given)
  if (text.length < 3) throw new Answered(legacy(400, 'invalid_length', name))
  const quoted = text.replace(/\\[\\%_]|[%_.*+?^${}()|[\]\\/]/g, (sign) => {
    if (sign === '%') return '.*'
    if (sign === '_') return '.'
    return `\\${sign.startsWith('\\') && sign.length > 1 ? sign.slice(1) : sign}`
  })
  const pattern = new RegExp(quoted, 'is')
  return (value) => pattern.test(value)
}

type Contact = Row & {
  roles: { customer?: { number: { text: string } }; vendor?: { number: { text: string } } }
  company?: { name: string }
  person?: { firstName?: string; lastName: string }
  emailAddresses?: Record<string, string[]>
}

/** The name of a firm or person. */
export function nameOf({ company, person }: Contact): string {
  return company?.name ?? [person?.firstName, person?.lastName].filter(Boolean).join(' ')
}

/** Contacts by part of their e-mail or name, by number, by role. */
export function contacts(store: Store, query: URLSearchParams): Contact[] {
  const [email, name] = [part(query, 'email'), part(query, 'name')]
  const number = query.get('number')
  return (store.all('contacts') as Contact[]).filter((row) => {
    const mails = Object.values(row.emailAddresses ?? {}).flat()
    const numbers = [row.roles.customer?.number.text, row.roles.vendor?.number.text]
    return (
      (query.get('customer') !== 'true' || row.roles.customer !== undefined) &&
      (query.get('vendor') !== 'true' || row.roles.vendor !== undefined) &&
      (number === null || numbers.includes(number)) &&
      (!email || mails.some(email)) &&
      (!name || name(nameOf(row)))
    )
  })
}

const TODAY = '2026-11-21'

function entry(doc: Doc, voucherType: string, voucherStatus: string): Record<string, unknown> {
  return {
    id: doc.id,
    voucherType,
    voucherStatus,
    voucherNumber: doc.voucherNumber,
    voucherDate: doc.voucherDate,
    createdDate: doc.createdDate,
    updatedDate: doc.updatedDate,
    ...(doc.dueDate ? { dueDate: doc.dueDate } : {}),
    contactId: doc.address.contactId,
    contactName: doc.address.name,
    totalAmount: doc.totalPrice.totalGrossAmount,
    openAmount: num(openOf(doc).toFixed()),
    currency: 'EUR',
    archived: doc.archived,
  }
}

const DAYS = ['voucherDate', 'createdDate', 'updatedDate'] as const

function inDays(row: Record<string, unknown>, query: URLSearchParams): boolean {
  return DAYS.every((name) => {
    const day = String(row[name]).slice(0, 10)
    const [from, to] = [query.get(`${name}From`), query.get(`${name}To`)]
    for (const one of [from, to])
      if (one !== null && !/^\d{4}-\d\d-\d\d$/.test(one))
        throw new Answered(regular(400, '/v1/voucherlist', `${name} is no date`))
    return (from === null || day >= from) && (to === null || day <= to)
  })
}

/** The voucher list: https://developers.lexware.io/docs/ (voucherlist) */
export function vouchers(store: Store, query: URLSearchParams): object[] {
  const path = '/v1/voucherlist'
  const types = query.get('voucherType')?.split(',')
  const statuses = query.get('voucherStatus')?.split(',')
  if (!types || !statuses)
    throw new Answered(regular(400, path, 'voucherType and voucherStatus are required'))
  if (statuses.includes('overdue') && statuses.length > 1)
    throw new Answered(regular(406, path, 'overdue cannot be combined with other statuses'))
  const [sort = 'voucherDate', direction = 'DESC'] = query.get('sort')?.split(',') ?? []
  if (sort !== 'voucherDate') throw new Answered(regular(400, path, `cannot sort by ${sort}`))
  const late = statuses[0] === 'overdue'
  const isLate = ({ voucherStatus, dueDate }: Doc) =>
    voucherStatus === 'open' && dueDate !== undefined && dueDate.slice(0, 10) < TODAY
  const wanted = (doc: Doc) =>
    late ? isLate(doc) : statuses.includes('any') || statuses.includes(doc.voucherStatus)
  const fits = (row: Record<string, unknown>) =>
    ['contactId', 'voucherNumber'].every((name) => !query.has(name) || row[name] === query.get(name)) &&
    (!query.has('archived') || String(row.archived) === query.get('archived'))
  const written = SALES.flatMap(([collection, { type }]) =>
    (store.all(collection) as Doc[]).map((doc) => ({ doc, type })),
  )
  const booked = store.all('vouchers').map((row) => asDoc(store, row))
  return [...written, ...booked]
    .filter(({ doc, type }) => (types.includes('any') || types.includes(type)) && wanted(doc))
    .map(({ doc, type }) => entry(doc, type, late ? 'overdue' : doc.voucherStatus))
    .filter((row) => fits(row) && inDays(row, query))
    .toSorted((one, other) => {
      const order = String(one.voucherDate) < String(other.voucherDate) ? -1 : 1
      return one.voucherDate === other.voucherDate ? 0 : direction === 'ASC' ? order : -order
    })
}
