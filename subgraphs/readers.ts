import type { Limits } from './connector.ts'
import type { Erp } from './connector.ts'
import { plain } from './json.ts'
import { Reader } from './reader.ts'
import type {
  Answer,
  Credit,
  Customer,
  Expense,
  GoodsReturn,
  Id,
  Invoice,
  Item,
  Kind,
  LiveKind,
  Order,
  Payment,
  PriceAsk,
  PriceReading,
  Quote,
  Read,
  StockAsk,
  StockReading,
  TimeEntry,
} from './records.ts'

/** How long a value counts as fresh, in milliseconds, unless the connection says otherwise. */
export const TTL_MS = {
  item: 60_000,
  customer: 30_000,
  order: 5_000,
  invoice: 5_000,
  payment: 5_000,
  quote: 5_000,
  return: 5_000,
  time: 5_000,
  expense: 5_000,
  stock: 10_000,
  price: 60_000,
  credit: 10_000,
}
const STALE_MS = 24 * 3600 * 1000

/** Everything that decides a price, so that no part of the question can be forgotten in the cache key. */
const PRICE_PARTS: Record<keyof PriceAsk, (ask: PriceAsk) => string> = {
  item: (ask) => ask.item,
  sku: (ask) => ask.sku,
  customer: (ask) => ask.customer ?? '',
  quantity: (ask) => plain(ask.quantity),
  unit: (ask) => ask.unit ?? '',
  currency: (ask) => ask.currency ?? '',
  on: (ask) => ask.on,
}
const STOCK_PARTS: Record<keyof StockAsk, (ask: StockAsk) => string> = {
  item: (ask) => ask.item,
  sku: (ask) => ask.sku,
  warehouses: (ask) => (ask.warehouses ? [...ask.warehouses].sort().join('\t') : '*'),
}
const priceParts = Object.values(PRICE_PARTS)
const stockParts = Object.values(STOCK_PARTS)

/** The cached reads of one connection, one reader per kind. */
export class Readers {
  readonly stock: Reader<StockAsk, StockReading>
  readonly price: Reader<PriceAsk, PriceReading>
  readonly credit: Reader<Id, Credit>
  readonly item: Reader<Id, Item>
  readonly customer: Reader<Id, Customer>
  readonly order: Reader<Id, Order>
  readonly invoice: Reader<Id, Invoice>
  readonly payment: Reader<Id, Payment>
  readonly quote: Reader<Id, Quote>
  readonly return: Reader<Id, GoodsReturn>
  readonly time: Reader<Id, TimeEntry>
  readonly expense: Reader<Id, Expense>

  constructor(connection: string, erp: Erp, limits: Limits, ttlMs: Record<string, number> = {}) {
    const common = (kind: keyof typeof TTL_MS) => ({
      connection,
      batch: limits.batch,
      staleMs: STALE_MS,
      ttlMs: ttlMs[kind] ?? TTL_MS[kind],
    })
    const byId = <T extends object>(kind: LiveKind, read: Read<T> | undefined) =>
      new Reader<Id, T>({
        ...common(kind),
        key: (id) => id,
        read: async (ids) => (await read?.byId(ids)) ?? nothing(ids),
      })
    this.stock = new Reader({
      ...common('stock'),
      key: (ask) => stockParts.map((part) => part(ask)).join('\n'),
      read: async (asks) => (await erp.stock?.(asks)) ?? nothing(asks),
    })
    this.price = new Reader({
      ...common('price'),
      key: (ask) => priceParts.map((part) => part(ask)).join('\n'),
      read: async (asks) => (await erp.prices?.(asks)) ?? nothing(asks),
    })
    this.credit = new Reader({
      ...common('credit'),
      key: (id) => id,
      read: async (ids) => (await erp.credit?.(ids)) ?? nothing(ids),
    })
    this.item = byId('item', erp.items)
    this.customer = byId('customer', erp.customers)
    this.order = byId('order', erp.orders)
    this.invoice = byId('invoice', erp.invoices)
    this.payment = byId('payment', erp.payments)
    this.quote = byId('quote', erp.quotes)
    this.return = byId('return', erp.returns)
    this.time = byId('time', erp.timeEntries)
    this.expense = byId('expense', erp.expenses)
  }

  /** Forgets what a change may have touched: the record itself, and what is derived from it. */
  changed(kind: Kind, id: Id): void {
    this[kind].drop(id)
    if (kind === 'item') for (const reader of [this.stock, this.price]) reader.drop(id)
    if (kind === 'order') this.stock.clear()
    if (kind === 'customer') this.price.clear()
    if (kind === 'customer' || kind === 'invoice' || kind === 'payment' || kind === 'order')
      this.credit.clear()
  }
}

function nothing<T>(asks: unknown[]): Answer<T>[] {
  return asks.map(() => null)
}
