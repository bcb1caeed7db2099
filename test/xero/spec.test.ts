import { describe, expect, it } from 'vitest'
import { customerId, errorOf, orderOf, stage } from './open.ts'
import { Judge, specified } from './spec.ts'

const open = stage()
const ROOT = /^.*\/api\.xro\/2\.0/

function judged({ wire }: ReturnType<typeof open>): string[] {
  const judge = new Judge()
  for (const { request, answer } of wire) {
    if (!ROOT.test(request.url)) continue
    const path = new URL(request.url).pathname.replace(ROOT, '')
    judge.exchange(request, path, answer.status, answer.text)
  }
  return judge.faults
}

describe.skipIf(!specified)(
  "Xero's own specification (skipped where it is not beside the repository)",
  () => {
    it('knows every request that reads, and every answer of the imitation', async () => {
      const opened = open()
      const { erp } = opened
      await erp.check()
      for (const read of [erp.items, erp.customers, erp.orders, erp.invoices, erp.payments, erp.quotes]) {
        const page = await read?.list({ first: 100, after: null })
        const ids = page?.rows.map(({ id }) => id) ?? []
        expect(ids.length).toBeGreaterThan(0)
        await read?.byId(ids.slice(0, 3))
        await read?.list({ first: 5, after: null, search: 'DESK' })
      }
      const kinds = ['item', 'customer', 'order', 'invoice', 'payment', 'quote'] as const
      for (const kind of kinds) for await (const page of erp.changes?.(kind, null) ?? []) void page
      await erp.credit?.([await customerId(erp)])
      expect(opened.wire.length).toBeGreaterThan(20)
      expect(judged(opened)).toEqual([])
    })

    it('knows every request that writes, saved or refused, and every answer of the imitation', async () => {
      for (const orderTarget of ['INVOICE_DRAFT', 'INVOICE', 'QUOTE']) {
        const opened = open({ orderTarget, tracking: ['Region'] })
        const { erp } = opened
        const input = await orderOf(erp, {
          note: 'Notiz',
          purchaseOrderNumber: 'PO-1',
          discounts: [{ percent: '10' }, { amount: { amount: '1', currency: 'EUR' } }],
          customAttributes: [{ key: 'Region', value: 'North' }],
        })
        const order = await erp.order?.create(input, 'ord_1')
        await erp.order?.find?.('ord_1')
        if (order) await erp.order?.undo?.(order)
        const wrong = { ...input, customAttributes: [{ key: 'Region', value: 'Nowhere' }] }
        expect((await errorOf(erp.order?.create(wrong, 'ord_2'))).code).toBe('VALIDATION')
        const place = { lines: ['Weg 1'], city: 'Köln', country: 'DE' }
        const address = [{ type: 'SHIPPING' as const, ...place }]
        const made = await erp.customer?.create(
          {
            name: 'Neu',
            email: 'a@b.example',
            phone: '+49301',
            country: 'DE',
            addresses: address,
            paymentTerms: '30 DAYSAFTERBILLDATE',
          },
          'cus_1',
        )
        if (made) await erp.customer?.update?.(made, { taxId: 'DE1', currency: 'USD', country: 'AT' }, null)
        const { customer, lines } = input
        const invoice = (await erp.invoice?.create({ customer, lines }, 'inv_1'))?.id ?? ''
        const amount = { amount: '1.25', currency: 'EUR' }
        const pay = { customer, amount, paidOn: '2026-11-21', allocations: [{ invoice, amount }] }
        const payment = await erp.payment?.create(pay, 'pay_1')
        if (payment) await erp.payment?.undo?.(payment)
        expect(judged(opened)).toEqual([])
      }
    })

    it('is no rubber stamp: an unknown name and a wrong type are found', () => {
      const judge = new Judge()
      const url = 'https://api.xero.com/api.xro/2.0/Invoices?pages=1'
      const body = JSON.stringify({
        Invoices: [{ Typ: 'ACCREC', LineItems: [{ Quantity: '2' }], Status: 'OPEN' }],
      })
      const answer = JSON.stringify({ Invoices: [{ InvoiceID: 'x', Date: '2026-11-21', Total: '1' }] })
      judge.exchange({ method: 'PUT', url, body }, '/Invoices', 200, answer)
      judge.exchange({ method: 'GET', url }, '/SalesOrders', 200, '{}')
      expect(judge.faults).toHaveLength(8)
    })
  },
)
