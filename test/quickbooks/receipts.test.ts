import { expect, it } from 'vitest'
import { orderFor, using, value } from './stand.ts'

const TARGETS = { orderTarget: 'SALES_RECEIPT', invoiceTarget: 'SALES_RECEIPT' }

it('writes an invoice as a sales receipt where the operator wants it: paid, due on no day, found again', () =>
  using(
    async (stand) => {
      const { erp, company } = stand
      const input = await orderFor(stand, { paymentTerms: 'Net 30' })
      const wish = { ...input, dueOn: '2026-12-21', number: 'POS-7' }
      const made = await erp.invoice?.create(wish, 'inv_1')
      expect(made).toMatchObject({ number: 'POS-7', id: expect.stringMatching(/^salesreceipt-\d+$/) })
      const [, native = ''] = made?.id.split('-') ?? []
      expect(company.books.find('SalesReceipt', native)).not.toHaveProperty('SalesTermRef')
      expect([...company.books.table('Invoice').values()].map(({ DocNumber }) => DocNumber)).not.toContain(
        'POS-7',
      )
      expect(await erp.invoice?.find?.('inv_1')).toMatchObject({ ref: { id: made?.id } })
      const read = value(await erp.invoices?.byId([made?.id ?? '']))
      expect(read).toMatchObject({ state: 'PAID', payment: 'PAID', dueOn: null, balance: { amount: '0' } })
      expect(read.lines?.[0]?.sku).toBe('DESK-60')
      expect(await erp.invoices?.byId([native])).toEqual([null])
    },
    { invoiceTarget: 'SALES_RECEIPT' },
  ))

it('voids a sales receipt once, and shows it as void among orders and invoices', () =>
  using(async (stand) => {
    const { erp } = stand
    const input = await orderFor(stand)
    const order = await erp.order?.create(input, 'ord_1')
    expect(value(await erp.orders?.byId([order?.id ?? '']))).toMatchObject({
      state: 'CLOSED',
      invoicing: 'FULL',
      payment: 'PAID',
      reference: 'ord_1',
    })
    const bill = await erp.invoice?.create(input, 'inv_1')
    if (!order || !bill) throw new Error('Nothing was written.')
    for (const _twice of [1, 2]) {
      await erp.order?.undo?.(order)
      await erp.invoice?.undo?.(bill)
    }
    expect(value(await erp.orders?.byId([order.id])).state).toBe('CANCELLED')
    expect(value(await erp.invoices?.byId([bill.id]))).toMatchObject({
      state: 'VOID',
      nativeStatus: 'Voided',
    })
    expect(value(await erp.invoices?.byId([`salesreceipt-${order.id}`])).state).toBe('VOID')
  }, TARGETS))

it('tells changes and webhooks of sales receipts as those of invoices, and of orders where they are such', () =>
  using(async (stand) => {
    const { erp, company } = stand
    // A cursor from before sales receipts were read goes on without telling anything twice.
    let cursor: string | null = null
    for await (const page of erp.changes?.('invoice', null) ?? []) cursor = page.cursor
    const places = JSON.parse(Buffer.from(cursor?.slice(7) ?? '', 'base64url').toString()) as unknown[]
    const older = `joined:${Buffer.from(JSON.stringify(places.slice(0, 2))).toString('base64url')}`
    const order = await erp.order?.create(await orderFor(stand), 'ord_1')
    const told: string[] = []
    for await (const page of erp.changes?.('invoice', older) ?? [])
      told.push(...page.changes.map(({ id }) => id))
    expect(told).toEqual([`salesreceipt-${order?.id}`])
    const change = { kind: 'invoice', id: told[0] ?? '', deleted: false, at: null } as const
    expect(await erp.hook?.read(company.hook(change, 'verifier'))).toMatchObject([
      { kind: 'invoice', id: `salesreceipt-${order?.id}` },
      { kind: 'order', id: order?.id },
    ])
  }, TARGETS))
