import type { Invoice, Order, Payment, Quote } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Config } from './config.ts'
import { toInvoice, toOrder, toPayment, toQuote } from './documents.ts'
import { PAPERS } from './order.ts'
import type { Paged } from './read.ts'
import * as shapes from './shapes.ts'

const search = (text: string) => ({ search: text })

/** The kinds that Sage gives page by page. */
export interface Sets {
  order: Paged<Order>
  invoice: Paged<Invoice>
  payment: Paged<Payment>
  quote: Paged<Quote>
}

/** Where each kind is read; orders are quotes, estimates or invoices, as the operator chose. */
export function setsOf(config: Config): Sets {
  const { path } = PAPERS[config.orderTarget]
  const quotes = PAPERS[config.orderTarget === 'ESTIMATE' ? 'ESTIMATE' : 'QUOTE'].path
  return {
    order: {
      path,
      query: {},
      search,
      map: (row, today) => toOrder(shaped(shapes.paper, row, 'An order'), config, today),
    },
    invoice: {
      path: PAPERS.INVOICE.path,
      query: {},
      search,
      map: (row, today) => toInvoice(shaped(shapes.paper, row, 'An invoice'), today),
    },
    payment: {
      path: 'contact_payments',
      query: { transaction_type_id: config.receiptType },
      search: null,
      // Read by its id, a payment to a supplier may come.
      map: (raw) => {
        const row = shaped(shapes.payment, raw, 'A payment')
        const type = row.transaction_type?.id ?? config.receiptType
        return type === config.receiptType && !row.deleted_at ? toPayment(row) : null
      },
    },
    quote: {
      path: quotes,
      query: {},
      search,
      map: (row, today) => toQuote(shaped(shapes.paper, row, 'A quote'), today),
    },
  }
}
