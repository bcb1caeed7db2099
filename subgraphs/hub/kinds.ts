import type { Erp, Kind, Read, Records } from '../connector.ts'
import type { OperationObject } from './tables.ts'

/** The kinds that are kept known, in the order in which they depend on each other. */
export const KINDS = ['item', 'customer', 'order', 'invoice', 'payment', 'quote'] as const satisfies Kind[]

const OBJECTS: Record<Kind, OperationObject> = {
  item: 'PRODUCT',
  customer: 'CUSTOMER',
  order: 'ORDER',
  invoice: 'INVOICE',
  payment: 'PAYMENT',
  quote: 'QUOTE',
}
const KIND_OF = Object.fromEntries(KINDS.map((kind) => [OBJECTS[kind], kind])) as Record<
  OperationObject,
  Kind
>

/** What the sync log calls a kind of record. */
export function objectOf(kind: Kind): OperationObject {
  return OBJECTS[kind]
}

/** The kind of record that an object of the sync log is. */
export function kindOf(object: OperationObject): Kind {
  return KIND_OF[object]
}

/** The connector's reader of a kind, where it has one. */
export function readOf<K extends Kind>(erp: Erp, kind: K): Read<Records[K]> | undefined {
  const reads: { [P in Kind]: Read<Records[P]> | undefined } = {
    item: erp.items,
    customer: erp.customers,
    order: erp.orders,
    invoice: erp.invoices,
    payment: erp.payments,
    quote: erp.quotes,
  }
  return reads[kind]
}
