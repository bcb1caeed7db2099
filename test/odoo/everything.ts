import type { Erp, Kind } from '../../subgraphs/connector.ts'
import { itemId, orderInput } from './bench.ts'

const KINDS: Kind[] = ['item', 'customer', 'order', 'invoice', 'payment', 'quote']

/** Asks a connection everything it can be asked, once, and writes one record of every kind. */
export async function everything(erp: Erp): Promise<void> {
  await erp.check()
  for (const read of [erp.items, erp.customers, erp.orders, erp.invoices, erp.payments, erp.quotes]) {
    const page = await read?.list({ first: 3, after: null, search: 'a' })
    await read?.byId(page?.rows.map(({ id }) => id) ?? [])
  }
  const asks = ['DESK-60', 'PUMP-60'].map((sku) => ({ item: itemId(sku), sku }))
  await erp.stock?.(asks.map((ask) => ({ ...ask, warehouses: ['MAIN'] })))
  const price = { customer: '4', quantity: '12', unit: 'DZN', currency: null, on: '2026-11-30' }
  await erp.prices?.(
    asks.flatMap((ask) => [
      { ...ask, ...price },
      { ...ask, ...price, customer: null },
    ]),
  )
  await erp.credit?.(['1', '2'])
  const shipTo = { name: 'Rampe', lines: ['Hafen 9'], city: 'Hamburg', country: 'DE' }
  const order = await erp.order?.create(
    orderInput({ shipTo, paymentTerms: '30 Days', currency: 'EUR' }),
    'ord-1',
  )
  await erp.order?.find?.('ord-1')
  if (order) await erp.order?.undo?.(order)
  const addresses = [{ lines: ['A 1'], city: 'Berlin', country: 'DE', region: 'BE' }, shipTo]
  const customer = await erp.customer?.create({ name: 'Neu AG', group: 'key', addresses }, 'cus-1')
  await erp.customer?.find?.('cus-1')
  if (customer) await erp.customer?.update?.(customer, { phone: '1', addresses, group: 'retail' }, null)
  const lines = orderInput().lines
  const invoice = await erp.invoice?.create(
    { customer: '2', lines, number: 'R-1', issuedOn: '2026-11-21' },
    'inv-1',
  )
  const amount = { amount: '1', currency: 'EUR' }
  const allocations = [{ invoice: invoice?.id ?? '', amount }]
  await erp.payment?.create({ customer: '2', amount, paidOn: '2026-11-21', allocations }, 'pay-1')
  for (const kind of KINDS) {
    for await (const page of erp.changes?.(kind, null) ?? []) if (page.changes.length === 0) break
  }
}
