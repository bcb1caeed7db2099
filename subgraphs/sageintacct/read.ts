import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Customer, Id, Invoice, Item, ListAsk, Order, Page, Quote, Read } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, type Filter, type Row, groups } from './client.ts'
import { invoiceId, invoiceOf, orderOf, quoteOf } from './documents.ts'
import { customerOf, itemOf } from './map.ts'
import * as shapes from './shapes.ts'

const MAX_PAGE = 500
const keyed = z.object({ key: shapes.key })

/** How one kind is read. */
export interface Source<T> {
  object: string
  fields: string[]
  /** Fields that a search looks into. */
  searched: string[]
  /** Rows by our ids. */
  byIds(ids: Id[]): { filters: Filter[]; expression?: string } | null
  /** Our id of a row. */
  idOf(row: Row): Id
  /** Turns rows into records, each for itself. */
  finish(rows: Row[]): Promise<((row: Row) => T) | ((row: Row) => T | ErpError)>
}

/** Reads one kind. Pages follow the key, which counts up, so a row that is inserted meanwhile moves no other. */
export function reader<T>(client: Client, given: Source<T> | (() => Promise<Source<T>>)): Read<T> {
  const sourceOf = () => (typeof given === 'function' ? given() : Promise.resolve(given))
  return {
    async byId(ids) {
      if (ids.length === 0) return []
      const source = await sourceOf()
      const found = new Map<Id, T | ErpError>()
      for (const some of groups(ids)) {
        const where = source.byIds(some)
        if (!where) continue
        const rows = await client.all({ object: source.object, fields: source.fields, ...where })
        if (rows.length === 0) continue
        const map = await source.finish(rows)
        // Where two rows have one id the younger one counts: it took the place of the other.
        for (const row of rows) found.set(source.idOf(row), rowOf(() => map(row)) as T | ErpError)
      }
      return ids.map((id): Answer<T> => found.get(id) ?? null)
    },
    list: async (ask) => list(client, await sourceOf(), ask),
  }
}

async function list<T>(client: Client, source: Source<T>, ask: ListAsk): Promise<Page<T>> {
  const { object, fields, searched } = source
  const size = Math.min(Math.max(ask.first, 1), MAX_PAGE)
  const text = ask.search?.trim() || null
  const marks = text === null ? [] : searched.map((_, at) => at + 2)
  for (let last = placeOf(object, ask.after); ;) {
    const filters: Filter[] = [
      { $gt: { key: last } },
      ...(text === null ? [] : searched.map((field): Filter => ({ $contains: { [field]: text } }))),
    ]
    const expression = text === null ? '1' : `1 and (${marks.join(' or ')})`
    const found = await client.query({ object, fields, filters, expression, size: size + 1, anyCase: true })
    const page = found.slice(0, size)
    // What a wildcard of the server lets through is left out, so that a search is text and nothing else.
    const fitting =
      text === null ? page : page.filter((row) => searched.some((field) => holds(row, field, text)))
    const end = found.length > size ? shaped(keyed, page.at(-1), 'A row').key : null
    if (end !== null && BigInt(end) <= BigInt(last))
      throw new ErpError('BAD_ANSWER', 'The rows do not follow their keys.', { field: 'key' })
    if (fitting.length === 0 && end !== null) {
      last = end
      continue
    }
    const map = fitting.length === 0 ? null : await source.finish(fitting)
    const rows = map === null ? [] : fitting.map(map).map((row) => thrown(row))
    return { rows, next: end === null ? null : `sageintacct:${object}:${end}` }
  }
}

function thrown<T>(row: T | ErpError): T {
  if (row instanceof ErpError) throw row
  return row
}

function holds(row: Row, field: string, text: string): boolean {
  const value = field
    .split('.')
    .reduce<unknown>(
      (part, name) => (part !== null && typeof part === 'object' ? (part as Row)[name] : null),
      row,
    )
  return typeof value === 'string' && value.toLowerCase().includes(text.toLowerCase())
}

function placeOf(object: string, cursor: string | null): string {
  if (cursor === null) return '0'
  const start = `sageintacct:${object}:`
  const key = cursor.startsWith(start) ? cursor.slice(start.length) : ''
  if (/^\d{1,18}$/.test(key)) return key
  throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'after' })
}

/** Rows by the ids that Intacct's users know. */
function byName(ids: Id[]) {
  const wanted = ids.filter((id) => id.trim() !== '')
  return wanted.length === 0 ? null : { filters: [{ $in: { id: wanted } }] }
}

const idOf = (row: Row): Id => String(row.id)
const today = (): string => new Date().toISOString().slice(0, 10)

/** Items; the SKU is the id. */
export const items = (client: Client): Source<Item> => ({
  object: 'inventory-control/item',
  fields: shapes.ITEM,
  searched: ['id', 'name'],
  byIds: byName,
  idOf,
  finish: () => Promise.resolve((row) => itemOf(shaped(shapes.item, row, 'An item'), client.config)),
})

/** Customers by their ids. */
export const customers = (): Source<Customer> => ({
  object: 'accounts-receivable/customer',
  fields: shapes.CUSTOMER,
  searched: ['id', 'name', 'contacts.default.email1'],
  byIds: byName,
  idOf,
  finish: () => Promise.resolve((row) => customerOf(shaped(shapes.customer, row, 'A customer'))),
})

/** Invoices by their numbers; order entry invoices have their twin here, too. */
export const invoices = (): Source<Invoice> => ({
  object: 'accounts-receivable/invoice',
  fields: shapes.INVOICE,
  searched: ['invoiceNumber', 'customer.name'],
  byIds(ids) {
    const keys = ids.flatMap((id) => /^key:(\d{1,18})$/.exec(id)?.[1] ?? [])
    const numbers = ids.filter((id) => id.trim() !== '' && !id.startsWith('key:'))
    const filters: Filter[] = [
      ...(numbers.length > 0 ? [{ $in: { invoiceNumber: numbers } }] : []),
      ...(keys.length > 0 ? [{ $in: { key: keys } }] : []),
    ]
    return filters.length === 0 ? null : { filters, expression: 'or' }
  },
  idOf: (row) =>
    invoiceId(shaped(shapes.invoice.pick({ key: true, invoiceNumber: true }), row, 'An invoice')),
  finish: () => Promise.resolve((row) => invoiceOf(shaped(shapes.invoice, row, 'An invoice'), today())),
})

const shipped = z.object({ contacts: z.object({ shipTo: z.object({ id: z.string() }) }) })

/** Documents with their lines, which a query does not give, and the addresses behind their contacts. */
async function wholeDocuments(client: Client, object: string, rows: Row[]) {
  const keys = rows.map((row) => shaped(keyed, row, 'A document').key)
  const whole = await client.records(object, keys)
  const byKey = new Map(whole.map((row) => [String(row.key), row]))
  const names = whole.flatMap((row) => shipped.safeParse(row).data?.contacts.shipTo.id ?? [])
  const places = await contacts(client, names)
  return (row: Row) => {
    const native = shaped(shapes.document, byKey.get(String(row.key)) ?? row, 'A document')
    return { native, place: places.get(native.contacts?.shipTo.id ?? '') ?? null }
  }
}

/** Contacts by their names. */
export async function contacts(client: Client, names: string[]): Promise<Map<string, shapes.Place>> {
  const found = await Promise.all(
    groups(names).map((some) =>
      client.all({
        object: 'company-config/contact',
        fields: shapes.CONTACT,
        filters: [{ $in: { id: some } }],
      }),
    ),
  )
  return new Map(found.flat().map((row) => [String(row.id), shaped(shapes.contact, row, 'A contact')]))
}

function documents<T>(client: Client, definition: string, map: Finish<T>): Source<T> {
  const object = `order-entry/document::${definition}`
  return {
    object,
    fields: ['key', 'id', 'documentNumber', 'referenceNumber', 'customerPONumber', 'customer.name'],
    searched: ['documentNumber', 'referenceNumber', 'customerPONumber', 'customer.name'],
    byIds(ids) {
      const keys = ids.filter((id) => shapes.key.safeParse(id).success)
      return keys.length === 0 ? null : { filters: [{ $in: { key: keys } }] }
    },
    idOf: (row) => shaped(keyed, row, 'A document').key,
    async finish(rows) {
      const read = await wholeDocuments(client, object, rows)
      return (row) => {
        const { native, place } = read(row)
        return map(native, place)
      }
    },
  }
}

type Finish<T> = (native: shapes.NativeDocument, place: shapes.Place | null) => T

/** Sales orders. */
export const orders = (client: Client): Source<Order> =>
  documents(client, client.config.orderDefinition, (native, place) => orderOf(native, place, client.config))

/** Quotes. */
export const quotes = (client: Client): Source<Quote> =>
  documents(client, client.config.quoteDefinition, (native, place) => quoteOf(native, place, client.config))
