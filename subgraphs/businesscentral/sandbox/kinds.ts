import { type Row, num } from '../../exact.ts'
import { NO_DAY, NO_ID, NO_TIME } from './values.ts'

/** The kinds of sales documents. */
export type Kind = 'order' | 'invoice' | 'creditMemo' | 'quote'

/** How the numbers of a kind begin. */
export const SERIES: Record<Kind, string> = {
  order: 'S-ORD',
  invoice: 'PS-INV',
  creditMemo: 'PS-CR',
  quote: 'S-QUO',
}

/** What only documents of one kind have, as a new one has it. */
export const KINDS: Record<Kind, Row> = {
  order: {
    orderDate: '2026-11-21',
    pricesIncludeTax: false,
    partialShipping: false,
    requestedDeliveryDate: NO_DAY,
    discountAppliedBeforeTax: false,
    fullyShipped: false,
  },
  invoice: {
    invoiceDate: '2026-11-21',
    dueDate: '2026-12-21',
    promisedPayDate: NO_DAY,
    customerPurchaseOrderReference: '',
    orderId: NO_ID,
    orderNumber: '',
    disputeStatusId: NO_ID,
    disputeStatus: '',
    pricesIncludeTax: false,
    remainingAmount: num(0),
    discountAppliedBeforeTax: false,
  },
  creditMemo: {
    creditMemoDate: '2026-11-21',
    dueDate: '2026-11-21',
    invoiceId: NO_ID,
    invoiceNumber: '',
    customerReturnReasonId: NO_ID,
    pricesIncludeTax: false,
    discountAppliedBeforeTax: false,
  },
  quote: {
    documentDate: '2026-11-20',
    dueDate: '2026-12-20',
    sentDate: NO_TIME,
    validUntilDate: '2026-12-31',
    acceptedDate: NO_DAY,
  },
}
