import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Address } from '../../schema/index.ts'
import type { Answer, Credit, Customer, FieldKind, Id, Item, ListAsk, Page, Read } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client, Row } from './client.ts'
import type { Config } from './config.ts'
import { type OwnFields, columnsOf, customOf } from './custom.ts'
import { ADDRESS_COLUMNS, addressOf, creditOf, customerOf, decimal, id, itemOf } from './map.ts'
import type { Setup } from './setup.ts'
import { chunks, contains, inIds, isId, moment, unique } from './sql.ts'

const MAX_PAGE = 1000
const keyed = z.object({ id })
const owned = z.object({ entity: id })
const summed = owned.extend({ unbilled: decimal.nullish() })
/** What can be sold; discounts, subtotals and the like are items in NetSuite too. */
const SELLABLE = `('InvtPart','NonInvtPart','Service','Assembly','Kit','OthCharge')`

/** How one kind of record is read: its statement, its key, and how rows become records. */
export interface Source<T> {
  /** SELECT … FROM …, without WHERE. */
  select: string
  /** The kind of record, where it has custom fields that we read. */
  own?: FieldKind
  /** The column of the internal id: "i.id". */
  key: string
  /** Which rows the kind has at all. */
  only?: string
  /** Where a search looks. */
  searched: string[]
  /** Rows of one page -> records, in their order; may read what stands in other tables. */
  map(rows: Row[]): Promise<(T | ErpError)[]>
}

/** The source as it is asked: with the custom fields that the account has. */
async function withOwn<T>(source: Source<T>, own: OwnFields): Promise<Source<T>> {
  const fields = source.own ? await own.ofReads(source.own) : []
  if (fields.length === 0) return source
  const [alias = ''] = source.key.split('.')
  const columns = columnsOf(alias, fields).join(', ')
  return {
    ...source,
    select: source.select.replace(' FROM ', `, ${columns} FROM `),
    map: async (rows) =>
      (await source.map(rows)).map((record, index) =>
        record instanceof ErpError
          ? record
          : { ...record, customAttributes: customOf(rows[index] ?? {}, fields) },
      ),
  }
}

/** A cursor is the last internal id: rows come in the order of their ids, so inserted ones come later. */
export function reader<T extends { id: Id }>(client: Client, own: OwnFields, plain: Source<T>): Read<T> {
  const where = (...parts: (string | undefined)[]) => parts.filter((part) => part).join(' AND ')
  return {
    async byId(ids) {
      const source = ids.length > 0 ? await withOwn(plain, own) : plain
      const found = new Map<Id, T | ErpError>()
      for (const some of chunks(unique(ids.filter(isId)))) {
        const filter = where(inIds(source.key, some), source.only)
        const rows = await client.rows(`${source.select} WHERE ${filter} ORDER BY ${source.key}`)
        const records = await source.map(rows)
        for (const [index, row] of rows.entries()) {
          found.set(shaped(keyed, row, 'A record').id, records[index] as T | ErpError)
        }
      }
      return ids.map((id): Answer<T> => found.get(id) ?? null)
    },
    async list(ask: ListAsk): Promise<Page<T>> {
      if (ask.after !== null && !isId(ask.after)) {
        throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'after' })
      }
      const source = await withOwn(plain, own)
      const search = ask.search?.trim() ? contains(source.searched, ask.search) : undefined
      const filter = where(`${source.key} > ${ask.after ?? '0'}`, source.only, search)
      const statement = `${source.select} WHERE ${filter} ORDER BY ${source.key}`
      const { rows, more } = await client.page(statement, Math.min(Math.max(ask.first, 1), MAX_PAGE))
      // A page cannot carry an error: rather none of it than a row that is lost in silence.
      const records = (await source.map(rows)).map((record) => {
        if (record instanceof ErpError) throw record
        return record
      })
      return { rows: records, next: more ? (records.at(-1)?.id ?? null) : null }
    },
  }
}

/** Items, by internal id, SKU order of creation. */
export function itemSource(client: Client, setup: Setup): Source<Item> {
  const { config } = client
  const units = ['BUILTIN.DF(i.saleunit) AS saleunit', 'BUILTIN.DF(i.stockunit) AS stockunit']
  const columns = [
    ...['id', 'itemid', 'displayname', 'description', 'itemtype', 'isinactive', 'upccode'],
  ].map((column) => `i.${column}`)
  const all = [
    ...columns,
    ...(config.without.includes('units') ? [] : units),
    `${moment('i.lastmodifieddate')} AS lastmodified`,
  ]
  return {
    select: `SELECT ${all.join(', ')} FROM item i`,
    own: 'item',
    key: 'i.id',
    only: `i.itemtype IN ${SELLABLE}`,
    searched: ['i.itemid', 'i.displayname', 'i.upccode'],
    async map(rows) {
      const zone = await setup.zone.get()
      return rows.map((row) => rowOf(() => itemOf(row, config, zone)))
    },
  }
}

/** The tax id, from the field in which it is written; SuiteTax accounts have none of their own. */
function taxIdColumn({ taxIdField, without }: Config): string[] {
  if (taxIdField !== 'vatRegNumber') return [`c.${taxIdField.toLowerCase()} AS vatregnumber`]
  return without.includes('vatNumber') ? [] : ['c.vatregnumber']
}

/** Customers with their address books. */
export function customerSource(client: Client, setup: Setup): Source<Customer> {
  const { config } = client
  const columns = [...['id', 'entityid', 'companyname', 'email', 'phone', 'isinactive']].map(
    (column) => `c.${column}`,
  )
  const all = [
    ...columns,
    ...taxIdColumn(config),
    'cu.symbol AS currency',
    'BUILTIN.DF(c.terms) AS terms',
    'BUILTIN.DF(c.pricelevel) AS pricelevel',
    `${moment('c.lastmodifieddate')} AS lastmodified`,
  ]
  return {
    select: `SELECT ${all.join(', ')} FROM customer c LEFT JOIN currency cu ON cu.id = c.currency`,
    own: 'customer',
    key: 'c.id',
    searched: ['c.entityid', 'c.companyname', 'c.email'],
    async map(rows) {
      const [zone, books] = [await setup.zone.get(), await addressBooks(client, rows)]
      return rows.map((row) => rowOf(() => customerOf(row, books.get(String(row.id)) ?? [], zone)))
    },
  }
}

async function addressBooks(client: Client, customers: Row[]): Promise<Map<string, Address[]>> {
  const books = new Map<string, Address[]>()
  const columns = ADDRESS_COLUMNS.map((column) => `a.${column}`).join(', ')
  for (const ids of chunks(customers.map(({ id }) => String(id)).filter(isId))) {
    const rows = await client.rows(
      `SELECT b.entity, b.defaultbilling, b.defaultshipping, ${columns} FROM customeraddressbook b ` +
        `JOIN customeraddressbookentityaddress a ON a.nkey = b.addressbookaddress ` +
        `WHERE ${inIds('b.entity', ids)} ORDER BY b.entity, b.internalid`,
    )
    for (const row of rows) {
      const type = row.defaultbilling === 'T' ? 'BILLING' : row.defaultshipping === 'T' ? 'SHIPPING' : 'OTHER'
      const { entity } = shaped(owned, row, 'An address')
      const address = addressOf(row, type)
      if (address) books.set(entity, [...(books.get(entity) ?? []), address])
    }
  }
  return books
}

/** Limit, balance and what may still be ordered; two calls for any number of customers. */
export async function credits(client: Client, ids: Id[]): Promise<Answer<Credit>[]> {
  const found = new Map<Id, Answer<Credit>>()
  for (const some of chunks(unique(ids.filter(isId)))) {
    const rows = await client.rows(
      'SELECT c.id, cu.symbol AS currency, c.creditlimit, c.balancesearch FROM customer c ' +
        `LEFT JOIN currency cu ON cu.id = c.currency WHERE ${inIds('c.id', some)} ORDER BY c.id`,
    )
    const open = await openOrders(client, some)
    for (const row of rows) {
      const key = shaped(keyed, row, 'A customer').id
      found.set(
        key,
        rowOf(() => creditOf(row, open.get(key) ?? '0')),
      )
    }
  }
  return ids.map((id) => found.get(id) ?? null)
}

/** Net worth of what was ordered and not billed yet, by customer, in the customer's own currency. */
async function openOrders(client: Client, customers: Id[]): Promise<Map<Id, string>> {
  const states = ['A', 'B', 'D', 'E', 'F'].map((letter) => `'SalesOrd:${letter}'`).join(',')
  const rows = await client.rows(
    'SELECT t.entity, SUM((ABS(l.quantity) - NVL(ABS(l.quantitybilled), 0)) * l.rate) AS unbilled ' +
      'FROM transaction t JOIN customer c ON c.id = t.entity AND c.currency = t.currency ' +
      'JOIN transactionline l ON l.transaction = t.id ' +
      `WHERE t.type = 'SalesOrd' AND t.status IN (${states}) AND ${inIds('t.entity', customers)} ` +
      `AND l.mainline = 'F' AND l.taxline = 'F' AND l.isclosed = 'F' GROUP BY t.entity ORDER BY t.entity`,
  )
  return new Map(
    rows.map((row) => {
      const { entity, unbilled } = shaped(summed, row, 'The open orders of a customer')
      return [entity, unbilled ?? '0']
    }),
  )
}
