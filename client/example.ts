// In a project of your own: from 'erp-supergraph/client'.
import {
  createClient,
  type ClientOptions,
  GraphError,
  ProductDocument,
  PushOrderDocument,
  SyncCursorDocument,
  SyncEventsDocument,
} from './index.ts'

/** What a shop does: shows a live price, orders, and watches the order arrive, whatever breaks in between. */
export async function buy(
  options: ClientOptions,
  { customer, sku, quantity, key }: { customer: string; sku: string; quantity: string; key: string },
  print: (line: string) => unknown = console.log,
): Promise<void> {
  const client = createClient(options)
  try {
    const { product } = await client.query(ProductDocument, { sku, customer, quantity, deadlineMs: 5000 })
    const { unitPrice, source } = product?.price ?? {}
    print(`${product?.name}: ${product?.stock.available} in stock`)
    print(`${unitPrice?.amount} ${unitPrice?.currency} each for ${quantity} (${source})`)

    // From before the order on, so that none of its events can be missed.
    const { syncCursor } = await client.query(SyncCursorDocument, {})
    // The same key never makes a second order: after UNAVAILABLE, send it again.
    const { pushOrder } = await client.mutate(PushOrderDocument, {
      input: { customer, lines: [{ sku, quantity }] },
      idempotencyKey: key,
    })
    for (const { code, message, resolution } of pushOrder.problems) print(`${code}: ${message} ${resolution}`)
    if (!pushOrder.operation) return

    const FINAL = ['DONE', 'REFUSED', 'DEAD', 'CANCELLED', 'UNCERTAIN']
    for await (const { syncEvents } of client.subscribe(
      SyncEventsDocument,
      { after: syncCursor },
      { onBreak: ({ code }) => print(`${code}, connecting again`) },
    )) {
      if (syncEvents.operation.id !== pushOrder.operation.id) continue
      print(`${syncEvents.status} ${syncEvents.operation.externalNumber ?? ''}`.trim())
      if (FINAL.includes(syncEvents.status)) break
    }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    print(`${error.code}: ${error.message}${error.retryable ? ' Try again.' : ''}`)
  } finally {
    client.close()
  }
}
