import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Invoice, ListAsk, Order, Page, Payment, Quote, Read } from '../connector.ts'
import { Kept } from '../kept.ts'
import { shaped } from '../shape.ts'
import { isId } from './client.ts'
import { type Beside, asDocument, toInvoice, toOrder, toPayments, toQuote } from './map.ts'
import { type Connection, afterOf, valueOf } from './masters.ts'
import * as shapes from './shapes.ts'
import { daysAgo } from './time.ts'
import { type Place, vouchersAfter } from './vouchers.ts'

/** What the voucher list calls the documents of each kind. */
export const TYPES = {
  order: 'orderconfirmation',
  // "invoice" and "creditnote" are written in Lexware; the others are booked there and come from elsewhere.
  invoice: 'invoice,creditnote,salesinvoice,salescreditnote',
  quote: 'quotation',
} as const
/** A kind of document. */
export type DocumentKind = keyof typeof TYPES

/** Where a document of each type is read and written. */
const PATHS: Record<string, string> = {
  orderconfirmation: 'order-confirmations',
  invoice: 'invoices',
  creditnote: 'credit-notes',
  salesinvoice: 'vouchers',
  salescreditnote: 'vouchers',
  quotation: 'quotations',
}

/** The sku of an article hardly ever changes; ten minutes are how long one is believed. */
type Skus = Kept<Map<string, string | null>>

/** Runs for each; an error of one stands in its place. */
async function rowsOf<A, T>(all: A[], work: (one: A) => Promise<T | null>): Promise<Answer<T>[]> {
  return Promise.all(
    all.map((one) =>
      work(one).catch((error: unknown): ErpError => {
        if (error instanceof ErpError) return error
        throw error
      }),
    ),
  )
}

/** The form of what stands at a path; null for vouchers that are no sales. */
function documentAt(path: string, body: unknown): shapes.DocumentRow | null {
  if (path !== 'vouchers') return { ...shaped(shapes.document, body, path), credit: path === 'credit-notes' }
  const row = shaped(shapes.booked, body, path)
  return TYPES.invoice.split(',').includes(row.type) ? asDocument(row) : null
}

/** One document, of the type that the voucher list says; looked for everywhere else. Null for what is not there. */
export async function documentOf(
  { client }: Connection,
  kind: DocumentKind,
  id: string,
  type: string = TYPES[kind],
): Promise<shapes.DocumentRow | null> {
  if (!isId(id)) return null
  for (const path of new Set(type.split(',').flatMap((one) => PATHS[one] ?? []))) {
    const answer = await client.maybe(`${path}/${id}`)
    if (answer) return documentAt(path, answer.json())
  }
  return null
}

/** The article numbers of the lines, asked for only where they are not yet known. */
async function besideOf(connection: Connection, skus: Skus, found: shapes.DocumentRow[]): Promise<Beside> {
  const known = await skus.get()
  const ids = found.flatMap(({ lineItems }) =>
    lineItems.flatMap(({ id, type }) => (id && (type === 'material' || type === 'service') ? [id] : [])),
  )
  const missing = [...new Set(ids)].filter((id) => !known.has(id))
  const answers = await connection.articles.byId(missing)
  for (const [at, id] of missing.entries()) known.set(id, valueOf(answers[at] ?? null)?.articleNumber ?? null)
  return { skus: known, config: connection.config }
}

/** How a kind of document becomes a record; `open` is what the voucher list says is unpaid, where it was asked. */
interface Source<T> {
  kind: DocumentKind
  finish(row: shapes.DocumentRow, beside: Beside, open: string | null | undefined): Promise<T> | T
}

const PLACE = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z:[\da-f-]{36}$/

/** The voucher that a cursor names. */
function placeOf(kind: string, after: string | null): Place | null {
  const rest = afterOf(kind, after, PLACE)
  return rest === null ? null : { at: rest.slice(0, 24), id: rest.slice(25) }
}

async function listed<T>(
  connection: Connection,
  skus: Skus,
  { kind, finish }: Source<T>,
  { first, after, search }: ListAsk,
): Promise<Page<T>> {
  const place = placeOf(kind, after)
  const text = search?.trim()
  const number: Record<string, string> = text ? { voucherNumber: text } : {}
  const wanted = { voucherType: TYPES[kind], voucherStatus: 'any', ...number }
  const all = await vouchersAfter(connection.client, wanted, place, first + 1)
  const fitting = all.filter(
    ({ voucherNumber }) => !text || voucherNumber?.toLowerCase() === text.toLowerCase(),
  )
  const page = fitting.slice(0, first)
  const found = (await rowsOf(page, (row) => documentOf(connection, kind, row.id, row.voucherType))).map(
    valueOf,
  )
  const beside = await besideOf(
    connection,
    skus,
    found.filter((row) => row !== null),
  )
  const records = await Promise.all(
    found.map((row, at) => (row ? finish(row, beside, page[at]?.openAmount) : null)),
  )
  const last = fitting.length > first ? page.at(-1) : undefined
  return {
    rows: records.filter((row) => row !== null),
    next: last ? `lexware:${kind}:${last.voucherDate}:${last.id}` : null,
  }
}

/**
 * Reading one kind of document: the voucher list shows which there are, and each is read for itself, because Lexware
 * gives lines and progress one document at a time.
 */
function reader<T>(connection: Connection, skus: Skus, source: Source<T>): Read<T> {
  return {
    async byId(ids) {
      const wanted = [...new Set(ids)]
      const found = await rowsOf(wanted, (id) => documentOf(connection, source.kind, id))
      const good = found.flatMap((row) => (row === null || row instanceof ErpError ? [] : [row]))
      const beside = await besideOf(connection, skus, good)
      const answers = await rowsOf(found, async (row) => {
        const read = valueOf(row)
        return read && source.finish(read, beside, undefined)
      })
      const all = new Map(wanted.map((id, at) => [id, answers[at] ?? null]))
      return ids.map((id) => all.get(id) ?? null)
    },
    list: (ask) => listed(connection, skus, source, ask),
  }
}

/** What was paid for a voucher; null for a draft and for what is not there. */
async function paymentsOf({ client }: Connection, id: Id): Promise<shapes.PaymentsRow | null> {
  const answer = await client.maybe(`payments/${id}`)
  return answer && shaped(shapes.payments, answer.json(), 'payments')
}

/** Order confirmations, invoices and quotations. */
export function documents(connection: Connection): {
  orders: Read<Order>
  invoices: Read<Invoice>
  quotes: Read<Quote>
} {
  const skus: Skus = new Kept(() => Promise.resolve(new Map<string, string | null>()))
  return {
    orders: reader(connection, skus, { kind: 'order', finish: toOrder }),
    invoices: reader(connection, skus, {
      kind: 'invoice',
      async finish(row, beside, open) {
        // Lexware refuses to tell the payments of a draft; nothing of it is due.
        const isDraft = row.voucherStatus === 'draft' || row.voucherStatus === 'unchecked'
        const asked = open === undefined && !isDraft
        const unpaid = asked ? ((await paymentsOf(connection, row.id))?.openAmount ?? null) : (open ?? null)
        return toInvoice(row, beside, isDraft ? null : unpaid, daysAgo(0))
      },
    }),
    quotes: reader(connection, skus, {
      kind: 'quote',
      finish: (row, beside) => toQuote(row, beside, daysAgo(0)),
    }),
  }
}

const PAYMENT = /^([\da-f-]{36}):(\d{1,4})$/
const PAYMENT_PLACE = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z:[\da-f-]{36}:\d{1,4}$/

async function paymentsById(connection: Connection, ids: Id[]): Promise<Answer<Payment>[]> {
  const invoices = [...new Set(ids.flatMap((id) => PAYMENT.exec(id)?.[1] ?? []))].filter(isId)
  const found = await rowsOf(invoices, async (id) => {
    const row = await paymentsOf(connection, id)
    return row && toPayments(id, row)
  })
  const all = new Map(invoices.map((id, at) => [id, found[at] ?? null]))
  return ids.map((id) => {
    const answer = all.get(PAYMENT.exec(id)?.[1] ?? '') ?? null
    return answer instanceof ErpError ? answer : (answer?.find((one) => one.id === id) ?? null)
  })
}

/** Payments, which Lexware tells one invoice at a time: https://developers.lexware.io/docs/ (payments) */
export function payments(connection: Connection): Read<Payment> {
  return {
    byId: (ids) => paymentsById(connection, ids),
    async list({ first, after }) {
      const rest = afterOf('payment', after, PAYMENT_PLACE)
      const [, at = '', id = '', count = ''] = /^(.{24}):(.{36}):(\d+)$/.exec(rest ?? '') ?? []
      // The voucher of the cursor comes again: it may hold more payments than fitted on the page.
      const place = rest === null ? null : { at, id: '' }
      const wanted = { voucherType: 'invoice,salesinvoice', voucherStatus: 'any' }
      const shown: { row: Payment; cursor: string }[] = []
      const vouchers = await vouchersAfter(connection.client, wanted, place, Infinity)
      for (const voucher of vouchers) {
        if (voucher.voucherDate === at && voucher.id < id) continue
        if (voucher.voucherStatus === 'draft' || voucher.openAmount === voucher.totalAmount) continue
        const paid = await paymentsOf(connection, voucher.id)
        for (const row of paid ? toPayments(voucher.id, paid) : []) {
          const nth = Number(row.id.slice(37))
          if (voucher.id === id && nth <= Number(count)) continue
          shown.push({ row, cursor: `lexware:payment:${voucher.voucherDate}:${voucher.id}:${nth}` })
        }
        if (shown.length > first) break
      }
      const page = shown.slice(0, first)
      return {
        rows: page.map(({ row }) => row),
        next: shown.length > first ? (page.at(-1)?.cursor ?? null) : null,
      }
    },
  }
}
