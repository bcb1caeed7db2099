import type { Json } from '../json.ts'
import type { Invoice, Kind, Records } from '../connector.ts'
import { shaped } from '../shape.ts'
import { type Query, type SetName, isQuotable } from './client.ts'
import type { Config } from './config.ts'
import { invoiceAsOrder, quoteAsOrder, toCreditNote, toInvoice, toPayment, toQuote } from './documents.ts'
import { areQuotes, isCustomer, toCustomer } from './map.ts'
import * as shapes from './shapes.ts'

/** The kinds that Xero gives page by page; items are not paged. */
export type PagedKind = Exclude<Kind, 'item'>

/** One paged kind: where it is read, and what a row means. */
export interface PagedSet<T> {
  set: SetName
  /** The name of its id. */
  id: string
  /** What every question for it says. */
  query: Query
  /** Whether `pageSize` is understood; else a page has 100 rows. */
  sized: boolean
  /** How several are asked for by their ids: a parameter, a filter, or one by one. */
  byIds: 'IDs' | 'where' | 'single'
  /** How text is looked for; what cannot be said gives null, and nothing is found. */
  search(text: string): Query | null
  /** The record of a row; null where the row is not of this kind. */
  map(row: Json, today: string): T | null
}

const INVOICES: Pick<PagedSet<unknown>, 'set' | 'id' | 'query' | 'sized' | 'byIds' | 'search'> = {
  set: 'Invoices',
  id: 'InvoiceID',
  // The others are bills of suppliers.
  query: { where: 'Type=="ACCREC"', unitdp: 4 },
  sized: true,
  byIds: 'IDs',
  search: (text) => ({ searchTerm: text }),
}
const QUOTES: typeof INVOICES = {
  set: 'Quotes',
  id: 'QuoteID',
  query: {},
  sized: false,
  byIds: 'single',
  search: (text) => ({ QuoteNumber: text }),
}

function sale(row: Json) {
  const found = shaped(shapes.invoice, row, 'An invoice')
  return found.Type === 'ACCREC' ? found : null
}

/** Credit notes; the others are of suppliers (xero_accounting.yaml, getCreditNotes: neither ids nor a search). */
export const CREDIT_NOTES: PagedSet<Invoice> = {
  set: 'CreditNotes',
  id: 'CreditNoteID',
  query: { where: 'Type=="ACCRECCREDIT"', unitdp: 4 },
  sized: true,
  byIds: 'where',
  search: (text) => (isQuotable(text) ? { where: `CreditNoteNumber=="${text}"` } : null),
  map: (row) => {
    const found = shaped(shapes.creditNote, row, 'A credit note')
    return found.Type === 'ACCRECCREDIT' ? toCreditNote(found) : null
  },
}

function ordersOf(config: Config): PagedSet<Records['order']> {
  if (areQuotes(config))
    return { ...QUOTES, map: (row) => quoteAsOrder(shaped(shapes.quote, row, 'A quote'), config) }
  return {
    ...INVOICES,
    map: (row, today) => {
      const found = sale(row)
      return found && invoiceAsOrder(found, config, today)
    },
  }
}

/** Where each kind is read; orders are invoices or quotes, as the operator chose. */
export function setsOf(config: Config): { [K in PagedKind]: PagedSet<Records[K]> } {
  return {
    customer: {
      set: 'Contacts',
      id: 'ContactID',
      // Archived ones stay in the list, so that no page moves up while it is read.
      query: { includeArchived: true },
      sized: true,
      byIds: 'IDs',
      search: (text) => ({ searchTerm: text }),
      map: (row) => {
        const contact = shaped(shapes.contact, row, 'A contact')
        return isCustomer(contact) ? toCustomer(contact) : null
      },
    },
    order: ordersOf(config),
    invoice: {
      ...INVOICES,
      map: (row, today) => {
        const found = sale(row)
        return found && toInvoice(found, today)
      },
    },
    payment: {
      set: 'Payments',
      id: 'PaymentID',
      query: { where: 'PaymentType=="ACCRECPAYMENT"' },
      sized: true,
      byIds: 'where',
      search: (text) => (/["\\]|\p{Cc}/u.test(text) ? null : { where: `Reference=="${text}"` }),
      map: (row) => toPayment(shaped(shapes.payment, row, 'A payment')),
    },
    quote: { ...QUOTES, map: (row, today) => toQuote(shaped(shapes.quote, row, 'A quote'), today) },
  }
}

/** Parameters of two questions as one; both filters must hold. */
export function both(one: Query, other: Query): Query {
  const where = [one.where, other.where].filter((part) => part !== undefined)
  return {
    ...one,
    ...other,
    where: where.length === 2 ? `${where[0]} AND (${where[1]})` : (where[0] as string | undefined),
  }
}
