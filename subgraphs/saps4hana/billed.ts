import Big from 'big.js'
import { ErpError } from '../../schema/errors.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { isClosed } from './errors.ts'
import { unpadded } from './map.ts'
import { type NativeOrder, billing } from './shapes.ts'

/** The category of an invoice in the flow of documents and in its own head. */
export const INVOICE = 'M'

/** How much of an item was invoiced; null where this user may not read invoices. */
export type Billed = ((order: string, item: string, unit: string | null) => Big) | null

function keyOf(order: string, item: string, unit: string | null): string {
  return JSON.stringify([unpadded(order), unpadded(item), unit])
}

/**
 * How much of the orders was invoiced, by the invoices that their flow names: it keeps those that were cancelled, and
 * the order's own billing status stays empty where deliveries are billed. One call, none without an invoice.
 */
export async function billedOf(client: Client, orders: NativeOrder[]): Promise<Billed> {
  const flow = orders.flatMap((one) => one.to_SubsequentProcFlowDoc)
  const numbers = flow.flatMap(({ SubsequentDocument: number, SubsequentDocumentCategory: kind }) =>
    kind === INVOICE && number ? [unpadded(number)] : [],
  )
  const query = { expand: 'to_Item' }
  const rows = await client
    .rowsOf('API_BILLING_DOCUMENT_SRV', 'A_BillingDocument', 'BillingDocument', numbers, query)
    .catch((error: unknown) => {
      if (isClosed(error)) return null
      throw error
    })
  if (rows === null) return null
  const sums = new Map<string, Big>()
  for (const row of rows) {
    const native = rowOf(() => shaped(billing, row, 'A billing document'))
    if (native instanceof ErpError) return null
    if (native.BillingDocumentIsCancelled || native.SDDocumentCategory !== INVOICE) continue
    for (const { SalesDocument, SalesDocumentItem, BillingQuantity, BillingQuantityUnit } of native.to_Item) {
      const key = keyOf(SalesDocument ?? '', SalesDocumentItem ?? '', BillingQuantityUnit)
      sums.set(key, (sums.get(key) ?? new Big(0)).plus(BillingQuantity))
    }
  }
  return (order, item, unit) => sums.get(keyOf(order, item, unit)) ?? new Big(0)
}
