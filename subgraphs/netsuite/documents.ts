import { z } from 'zod'
import type { ErpError } from '../../schema/errors.ts'
import type { Id, Invoice, Order, Payment, Quote } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client, Row } from './client.ts'
import { type Extra, invoiceOf, orderOf, paymentOf, quoteOf } from './lines.ts'
import { ADDRESS_COLUMNS, id as internalId } from './map.ts'
import type { Source } from './read.ts'
import type { Setup } from './setup.ts'
import { chunks, day, inIds, isId, moment } from './sql.ts'

const HEAD = [
  't.id',
  't.type',
  't.tranid',
  't.otherrefnum',
  't.externalid',
  't.entity',
  'BUILTIN.DF(t.entity) AS entity_name',
  't.status',
  'BUILTIN.DF(t.status) AS status_text',
  `${day('t.trandate')} AS trandate`,
  `${day('t.duedate')} AS duedate`,
  't.foreigntotal',
  'cu.symbol AS currency',
  't.memo',
  `${moment('t.lastmodifieddate')} AS lastmodified`,
]
const lined = z.object({ transaction: internalId })
const linked = z.object({ nextdoc: internalId })
const SEARCHED = ['t.tranid', 't.otherrefnum', 't.externalid', 'BUILTIN.DF(t.entity)']
const LINE = [
  'l.transaction',
  'l.uniquekey',
  'l.item',
  'i.itemid',
  'i.itemtype',
  'l.memo',
  'l.quantity',
  'l.rate',
  'l.foreignamount',
  'l.quantityshiprecv',
  'l.quantitybilled',
  'BUILTIN.DF(l.location) AS location_name',
  'l.createdfrom',
]

function statement(columns: string[], joins = ''): string {
  const all = [...HEAD, ...columns].join(', ')
  return `SELECT ${all} FROM transaction t LEFT JOIN currency cu ON cu.id = t.currency${joins}`
}

/** The lines of documents, without the header row and the tax rows of a transaction. */
async function linesOf(client: Client, documents: Row[]): Promise<Map<Id, Row[]>> {
  const units = client.config.without.includes('units') ? [] : ['BUILTIN.DF(l.units) AS units']
  const lines = new Map<Id, Row[]>()
  for (const ids of chunks(documents.map(({ id }) => String(id)).filter(isId))) {
    const rows = await client.rows(
      `SELECT ${[...LINE, ...units].join(', ')} FROM transactionline l LEFT JOIN item i ON i.id = l.item ` +
        `WHERE ${inIds('l.transaction', ids)} AND l.mainline = 'F' AND l.taxline = 'F' ` +
        'ORDER BY l.transaction, l.linesequencenumber, l.uniquekey',
    )
    for (const row of rows) {
      const { transaction: id } = shaped(lined, row, 'A line of a document')
      lines.set(id, [...(lines.get(id) ?? []), row])
    }
  }
  return lines
}

function withLines<T>(
  client: Client,
  setup: Setup,
  map: (row: Row, lines: Row[], extra: Extra) => T,
): (rows: Row[]) => Promise<(T | ErpError)[]> {
  return async (rows) => {
    if (rows.length === 0) return []
    const [zone, lines] = [await setup.zone.get(), await linesOf(client, rows)]
    const extra = { config: client.config, zone, today: zone.dayAt(Date.now()) }
    return rows.map((row) => rowOf(() => map(row, lines.get(String(row.id)) ?? [], extra)))
  }
}

/** Sales orders. */
export function orderSource(client: Client, setup: Setup): Source<Order> {
  const columns = [
    'BUILTIN.DF(t.terms) AS terms',
    `${day('t.shipdate')} AS shipdate`,
    ...ADDRESS_COLUMNS.map((column) => `sa.${column}`),
  ]
  return {
    select: statement(columns, ' LEFT JOIN transactionshippingaddress sa ON sa.nkey = t.shippingaddress'),
    own: 'order',
    key: 't.id',
    only: `t.type = 'SalesOrd'`,
    searched: SEARCHED,
    map: withLines(client, setup, orderOf),
  }
}

/** Invoices and credit memos. */
export function invoiceSource(client: Client, setup: Setup): Source<Invoice> {
  return {
    select: statement(['t.foreignamountpaid', 't.foreignamountunpaid']),
    key: 't.id',
    only: `t.type IN ('CustInvc','CustCred')`,
    searched: SEARCHED,
    map: withLines(client, setup, invoiceOf),
  }
}

/** Estimates. */
export function quoteSource(client: Client, setup: Setup): Source<Quote> {
  return {
    select: statement(['BUILTIN.DF(t.terms) AS terms']),
    key: 't.id',
    only: `t.type = 'Estimate'`,
    searched: SEARCHED,
    map: withLines(client, setup, quoteOf),
  }
}

/** Customer payments with the invoices they settle. */
export function paymentSource(client: Client, setup: Setup): Source<Payment> {
  return {
    select: statement([]),
    key: 't.id',
    only: `t.type = 'CustPymt'`,
    searched: SEARCHED,
    async map(rows) {
      const [zone, links] = [await setup.zone.get(), await linksOf(client, rows)]
      return rows.map((row) => rowOf(() => paymentOf(row, links.get(String(row.id)) ?? [], zone)))
    },
  }
}

async function linksOf(client: Client, payments: Row[]): Promise<Map<Id, Row[]>> {
  const links = new Map<Id, Row[]>()
  for (const ids of chunks(payments.map(({ id }) => String(id)).filter(isId))) {
    const rows = await client.rows(
      'SELECT ntl.nextdoc, ntl.previousdoc, ntl.foreignamount FROM nexttransactionlinelink ntl ' +
        `WHERE ntl.linktype = 'Payment' AND ${inIds('ntl.nextdoc', ids)} ORDER BY ntl.nextdoc, ntl.previousdoc`,
    )
    for (const row of rows) {
      const { nextdoc: id } = shaped(linked, row, 'A link of a payment')
      links.set(id, [...(links.get(id) ?? []), row])
    }
  }
  return links
}
