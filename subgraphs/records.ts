import type {
  Address,
  Answered,
  CreditAnswer,
  CustomAttribute,
  Discount,
  ErpCustomer,
  ErpError,
  ErpExpense,
  ErpInvoice,
  ErpItem,
  ErpOrder,
  ErpPayment,
  ErpQuote,
  ErpReturn,
  ErpTimeEntry,
  Money,
  PriceAnswer,
  StockAnswer,
} from '../schema/index.ts'

/** An id in the ERP's own words, always text. */
export type Id = string
/** An exact decimal number as text: "12.50". */
export type Decimal = string
/** Where to read on; only the connector that made it can read it. */
export type Cursor = string

type Native<T extends Answered> = Omit<T, keyof Answered> & { id: Id }

/** An item in canonical words, with the ERP's own id. */
export type Item = Native<ErpItem>
/** A customer in canonical words, with the ERP's own id. */
export type Customer = Native<ErpCustomer>
/** An order in canonical words, with the ERP's own id. */
export type Order = Native<ErpOrder>
/** An invoice in canonical words, with the ERP's own id. */
export type Invoice = Native<ErpInvoice>
/** A payment in canonical words, with the ERP's own id. */
export type Payment = Native<ErpPayment>
/** A quote in canonical words, with the source's own id. */
export type Quote = Native<ErpQuote>
/** Time that somebody worked in canonical words, with the ERP's own id. */
export type TimeEntry = Native<ErpTimeEntry>
/** Money that was spent in canonical words, with the ERP's own id. */
export type Expense = Native<ErpExpense>
/** Goods that came back in canonical words, with the ERP's own id. */
export type GoodsReturn = Native<ErpReturn>
/** What an ERP says about stock. */
export type StockReading = Omit<StockAnswer, keyof Answered | 'availability'>
/** What an ERP says about a price. */
export type PriceReading = Omit<PriceAnswer, keyof Answered>
/** What an ERP says about a customer's credit. */
export type Credit = Omit<CreditAnswer, keyof Answered>

/** A value, null where the ERP does not know the thing, or why this one row failed. */
export type Answer<T> = T | null | ErpError

/** The records an ERP can list and read. */
export interface Records {
  item: Item
  customer: Customer
  order: Order
  invoice: Invoice
  payment: Payment
  quote: Quote
}
/** A kind of record. */
export type Kind = keyof Records

/** Records that are read live alone: nothing of them is kept, and they have no log. */
export interface LiveRecords extends Records {
  time: TimeEntry
  expense: Expense
  return: GoodsReturn
}
/** A kind of record that can be read live. */
export type LiveKind = keyof LiveRecords

/** One question for stock. `warehouses` are the ERP's own codes; null asks for all. */
export interface StockAsk {
  item: Id
  sku: string
  warehouses: string[] | null
}

/** One question for a price. Without a customer it is the list price, `source: "list"`. `on` is a calendar day. */
export interface PriceAsk {
  item: Id
  sku: string
  customer: Id | null
  quantity: Decimal
  unit: string | null
  currency: string | null
  on: string
}

/** Which rows to list. `search` looks in number, name, SKU and e-mail, as far as the ERP can. */
export interface ListAsk {
  first: number
  after: Cursor | null
  search?: string | null
}

/** A page of rows; `next` is null on the last one. */
export interface Page<T> {
  rows: T[]
  next: Cursor | null
}

/** Reading one kind of record. `byId` answers in the same order and length. */
export interface Read<T> {
  byId(ids: Id[]): Promise<Answer<T>[]>
  list(ask: ListAsk): Promise<Page<T>>
}

/** A line to be ordered: the item by the ERP's own id, or null when only the SKU is known. */
export interface OrderLineInput {
  item: Id | null
  sku: string
  quantity: Decimal
  unit?: string | null
  unitPrice?: Money | null
  discountPercent?: Decimal | null
  warehouse?: string | null
  requestedDelivery?: string | null
  description?: string | null
}

/** An order to be written; ids are the ERP's own. */
export interface OrderInput {
  customer: Id
  lines: OrderLineInput[]
  currency?: string | null
  purchaseOrderNumber?: string | null
  orderedOn?: string | null
  requestedDelivery?: string | null
  paymentTerms?: string | null
  shipTo?: Address | null
  note?: string | null
  discounts?: Discount[] | null
  customAttributes?: CustomAttribute[] | null
  /** Whether the order becomes a project as well; only where `Write.projects` says that it can. */
  project?: boolean | null
}

/** A customer to be written. */
export interface CustomerInput {
  name: string
  email?: string | null
  phone?: string | null
  taxId?: string | null
  country?: string | null
  currency?: string | null
  group?: string | null
  paymentTerms?: string | null
  addresses?: Address[] | null
  customAttributes?: CustomAttribute[] | null
}

/** An invoice to be written; ids are the ERP's own. */
export interface InvoiceInput {
  /** An invoice when left out. Quantities and prices of a credit note are positive, as those of an invoice. */
  type?: 'INVOICE' | 'CREDIT_NOTE' | null
  customer: Id
  order?: Id | null
  number?: string | null
  issuedOn?: string | null
  dueOn?: string | null
  currency?: string | null
  note?: string | null
  lines: OrderLineInput[]
}

/** A payment to be written against invoices; ids are the ERP's own. */
export interface PaymentInput {
  customer: Id
  amount: Money
  paidOn: string
  method?: string | null
  allocations: { invoice: Id; amount: Money }[]
}
