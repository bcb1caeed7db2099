import type { Erp, Kind, Read, Records } from '../../subgraphs/connector.ts'

/** The part of a connection that reads one kind. */
export function readOf<K extends Kind>(erp: Erp, kind: K): Read<Records[K]> | undefined {
  const parts: { [P in Kind]: Read<Records[P]> | undefined } = {
    item: erp.items,
    customer: erp.customers,
    order: erp.orders,
    invoice: erp.invoices,
    payment: erp.payments,
    quote: erp.quotes,
  }
  return parts[kind]
}

/** All kinds of records. */
export const KINDS: Kind[] = ['item', 'customer', 'order', 'invoice', 'payment', 'quote']

/** All rows of a kind, page by page. */
export async function listAll<T>(read: Read<T>, first: number, search?: string): Promise<T[]> {
  const rows: T[] = []
  let after: string | null = null
  for (let page = 0; page < 1000; page += 1) {
    const { rows: more, next } = await read.list({ first, after, search })
    rows.push(...more)
    if (next === null) return rows
    after = next
  }
  throw new Error('The list does not end within 1000 pages.')
}
