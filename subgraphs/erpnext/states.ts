import Big from 'big.js'
import { z } from 'zod'
import type { OrderStatus } from '../../schema/index.ts'
import type { Invoice, Quote } from '../connector.ts'
import type { Config } from './config.ts'
import type * as rows from './shapes.ts'

const OWN = z.enum([
  'DRAFT',
  'PENDING_APPROVAL',
  'OPEN',
  'PARTIALLY_FULFILLED',
  'FULFILLED',
  'INVOICED',
  'CLOSED',
  'CANCELLED',
])

/** How much of a whole a percentage is. */
export function share(percent: string | null): 'NONE' | 'PARTIAL' | 'FULL' {
  const value = new Big(percent ?? 0)
  return value.lte(0) ? 'NONE' : value.lt(100) ? 'PARTIAL' : 'FULL'
}

/** The order's state; `docstatus` rules, since a fresh answer may still say "Draft" of a submitted order. */
export function orderState(
  row: Pick<rows.OrderRow, 'docstatus' | 'status' | 'per_delivered'>,
  config: Config,
): OrderStatus {
  const delivered = share(row.per_delivered)
  const open: OrderStatus =
    delivered === 'NONE' ? 'OPEN' : delivered === 'PARTIAL' ? 'PARTIALLY_FULFILLED' : 'FULFILLED'
  const known: Record<string, OrderStatus> = {
    Draft: open,
    'On Hold': open,
    'To Deliver and Bill': open,
    'To Deliver': open,
    'To Pay': open,
    'To Bill': 'FULFILLED',
    Completed: 'INVOICED',
    Closed: 'CLOSED',
    Cancelled: 'CANCELLED',
  }
  const own = OWN.safeParse(config.statuses[row.status ?? '']).data ?? known[row.status ?? '']
  if (!own) return 'UNKNOWN'
  return row.docstatus === '0' ? 'DRAFT' : row.docstatus === '2' ? 'CANCELLED' : own
}

const INVOICES = new Set([
  'Draft',
  'Return',
  'Credit Note Issued',
  'Submitted',
  'Paid',
  'Partly Paid',
  'Unpaid',
  'Unpaid and Discounted',
  'Partly Paid and Discounted',
  'Overdue and Discounted',
  'Overdue',
  'Cancelled',
  'Internal Transfer',
])

/** Where an invoice stands; `settled` when nothing of it is open. */
export function invoiceState(row: rows.InvoiceRow, settled: boolean): Invoice['state'] {
  if (!INVOICES.has(row.status ?? '')) return 'UNKNOWN'
  if (row.docstatus === '0') return 'DRAFT'
  if (row.docstatus === '2') return 'VOID'
  if (row.status === 'Credit Note Issued') return 'CREDITED'
  return settled ? 'PAID' : 'OPEN'
}

const QUOTES: Record<string, Quote['state']> = {
  Draft: 'DRAFT',
  Open: 'SENT',
  Replied: 'SENT',
  'Partially Ordered': 'ACCEPTED',
  Ordered: 'ACCEPTED',
  Lost: 'REJECTED',
  Expired: 'EXPIRED',
  Cancelled: 'CANCELLED',
}

/** Where a quotation stands. */
export function quoteState(row: Pick<rows.QuoteRow, 'docstatus' | 'status'>): Quote['state'] {
  const known = QUOTES[row.status ?? '']
  if (!known) return 'UNKNOWN'
  return row.docstatus === '0' ? 'DRAFT' : row.docstatus === '2' ? 'CANCELLED' : known
}
