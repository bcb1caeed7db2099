import {
  CreditAnswer,
  ErpCustomer,
  ErpExpense,
  ErpInvoice,
  ErpItem,
  ErpOrder,
  ErpPayment,
  ErpQuote,
  ErpReturn,
  ErpTimeEntry,
  PriceAnswer,
  StockAnswer,
} from '../schema/index.ts'
import type { Scope } from './caller.ts'
import type { Capability, Erp } from './connector.ts'
import type { LiveKind } from './records.ts'

/** A kind of thing that a system's subgraph answers by reference. */
export type EntityKind = LiveKind | 'stock' | 'price' | 'credit'

/** The canonical interface of each kind, how its types are named, and the part of `Erp` that it needs. */
export const ENTITIES = {
  item: { base: ErpItem, suffix: 'Item', needs: 'items', part: 'items' },
  customer: { base: ErpCustomer, suffix: 'Customer', needs: 'customers', part: 'customers' },
  order: { base: ErpOrder, suffix: 'Order', needs: 'orders', part: 'orders' },
  invoice: { base: ErpInvoice, suffix: 'Invoice', needs: 'invoices', part: 'invoices' },
  payment: { base: ErpPayment, suffix: 'Payment', needs: 'payments', part: 'payments' },
  quote: { base: ErpQuote, suffix: 'Quote', needs: 'quotes', part: 'quotes' },
  return: { base: ErpReturn, suffix: 'Return', needs: 'returns', part: 'returns' },
  time: { base: ErpTimeEntry, suffix: 'TimeEntry', needs: 'timeEntries', part: 'timeEntries' },
  expense: { base: ErpExpense, suffix: 'Expense', needs: 'expenses', part: 'expenses' },
  stock: { base: StockAnswer, suffix: 'Stock', needs: 'stock', part: 'stock' },
  price: { base: PriceAnswer, suffix: 'Price', needs: 'prices', part: 'prices' },
  credit: { base: CreditAnswer, suffix: 'Credit', needs: 'credit', part: 'credit' },
} as const satisfies Record<
  EntityKind,
  { base: abstract new () => object; suffix: string; needs: Capability; part: keyof Erp }
>

/** The right that reading a kind needs; null where any key may. */
export const SCOPE_OF: Record<EntityKind, Scope> = {
  item: 'read:stock',
  customer: 'read:customer',
  order: 'read:order',
  invoice: 'read:order',
  payment: 'read:order',
  quote: 'read:order',
  return: 'read:order',
  time: 'read:order',
  expense: 'read:order',
  stock: 'read:stock',
  price: 'read:price',
  credit: 'read:customer',
}

/** The kinds that can be listed, with the field under which a system shows them. */
export function listPart(kind: EntityKind): { kind: LiveKind; field: string } | null {
  if (kind === 'stock' || kind === 'price' || kind === 'credit') return null
  return { kind, field: ENTITIES[kind].part }
}
