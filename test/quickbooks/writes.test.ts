import { describe, expect, it } from 'vitest'
import { type Row, num } from '../../subgraphs/exact.ts'
import { documentNumber } from '../../subgraphs/quickbooks/reference.ts'
import { bigOf, rowsOf } from '../../subgraphs/quickbooks/sandbox/rows.ts'
import { type Stand, itemOf, orderFor, refused, using, value } from './stand.ts'

function booked({ company }: Stand, entity: string): Row[] {
  return [...company.books.table(entity).values()].filter(({ PrivateNote }) =>
    /^(Voided - )?ref=/.test(String(PrivateNote)),
  )
}

/** An invoice of one line, and what it says. */
async function billed(stand: Stand, ref: string) {
  const input = await orderFor(stand)
  const made = await stand.erp.invoice?.create({ ...input, dueOn: '2026-12-21' }, ref)
  return {
    id: made?.id ?? '',
    customer: input.customer,
    row: stand.company.books.find('Invoice', made?.id ?? ''),
  }
}

describe('pushing orders to QuickBooks Online', () => {
  it('shortens a long reference to 21 signs, never two to the same, and keeps it whole in the note', () =>
    using(async (stand) => {
      const [ref, other] = [`ord_${'a'.repeat(32)}`, `ord_${'a'.repeat(31)}b`]
      expect(documentNumber(ref)).toMatch(/^R[A-Z2-7]{20}$/)
      expect(documentNumber(other)).not.toBe(documentNumber(ref))
      expect(documentNumber('ord_01')).toBe('ord_01')
      const made = await stand.erp.order?.create(await orderFor(stand), ref)
      expect(booked(stand, 'Estimate')).toMatchObject([{ Id: made?.id, PrivateNote: `ref=${ref}` }])
      expect(await stand.erp.order?.find?.(ref)).toMatchObject({ ref: { id: made?.id }, step: 1, done: true })
      expect(await stand.erp.order?.find?.(other)).toBe(null)
    }))

  it('gets the first answer again for the same request, and finds a document of the same number', () =>
    using(async (stand) => {
      const input = await orderFor(stand)
      const first = await stand.erp.order?.create(input, 'ord_1')
      expect((await stand.erp.order?.create(input, 'ord_1'))?.id).toBe(first?.id)
      const changed = { ...input, note: 'anders' }
      expect((await stand.erp.order?.create(changed, 'ord_1'))?.id).toBe(first?.id)
      expect(booked(stand, 'Estimate')).toHaveLength(1)
      const urls = stand.tap.writes.map(({ url }) => new URL(url).searchParams.get('requestid'))
      expect(urls[0]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
      expect([urls[1] === urls[0], urls[2] === urls[0]]).toEqual([true, false])
    }))

  it('looks up a number that is taken by somebody else, and refuses it as a duplicate', () =>
    using(async (stand) => {
      await stand.erp.order?.create(await orderFor(stand), 'ord_1')
      for (const row of booked(stand, 'Estimate')) row.PrivateNote = 'ref=ord_other'
      const again = { ...(await orderFor(stand)), note: 'x' }
      expect((await refused(async () => stand.erp.order?.create(again, 'ord_1'))).code).toBe(
        'DUPLICATE_ORDER',
      )
    }))

  it('gives the document that stands under a request id which is refused as used before', () =>
    using(async (stand) => {
      const input = await orderFor(stand)
      const first = await stand.erp.order?.create(input, 'ord_1')
      stand.server.faults('qbo', [{ do: 'error', name: 'requestId', match: '/estimate', times: 1 }])
      expect((await stand.erp.order?.create({ ...input, note: 'x' }, 'ord_1'))?.id).toBe(first?.id)
      expect(booked(stand, 'Estimate')).toHaveLength(1)
    }))

  it('folds the discount of a line into its price and says so, and sums discounts of the order', () =>
    using(async (stand) => {
      const input = await orderFor(stand)
      const lines = input.lines.map((line) => ({ ...line, discountPercent: '12.5' }))
      const discounts = [{ percent: '10' }, { amount: { amount: '5', currency: 'EUR' } }]
      const made = await stand.erp.order?.create({ ...input, lines, discounts }, 'ord_1')
      const order = value(await stand.erp.orders?.byId([made?.id ?? '']))
      expect(order.lines).toMatchObject([{ unitPrice: { amount: '185.9375' }, net: { amount: '371.88' } }])
      expect(order.lines?.[0]?.description).toContain('(-12.5 %)')
      expect(order.net?.amount).toBe('329.69')
    }))

  it('moves no stock as an estimate, and takes goods out of stock as an invoice', async () => {
    const left = (orderTarget: string) =>
      using(
        async (stand) => {
          const item = await itemOf(stand, 'DESK-60')
          const before = bigOf(stand.company.books.find('Item', item).QtyOnHand)
          const made = await stand.erp.order?.create(await orderFor(stand), 'ord_1')
          const order = value(await stand.erp.orders?.byId([made?.id ?? '']))
          await stand.erp.order?.undo?.({ id: made?.id ?? '' })
          await stand.erp.order?.undo?.({ id: made?.id ?? '' })
          const after = value(await stand.erp.orders?.byId([made?.id ?? '']))
          const found = await stand.erp.order?.find?.('ord_1')
          const moved = before.minus(bigOf(stand.company.books.find('Item', item).QtyOnHand)).toFixed()
          return [moved, order.state, order.reference, after.state, found?.ref.id === made?.id]
        },
        { orderTarget },
      )
    expect(await left('ESTIMATE')).toEqual(['0', 'OPEN', 'ord_1', 'CANCELLED', true])
    expect(await left('INVOICE')).toEqual(['2', 'INVOICED', 'ord_1', 'CANCELLED', true])
  })

  it('cancels again over a version that somebody else raised meanwhile, and refuses what was billed', () =>
    using(async (stand) => {
      const made = (await stand.erp.order?.create(await orderFor(stand), 'ord_1')) ?? { id: '' }
      const stale = { ...stand.company.errors.stale, name: 'stale' }
      stand.server.faults('qbo', [{ do: 'error', name: stale.name, match: '/estimate', times: 2 }])
      await stand.erp.order?.undo?.(made)
      expect(booked(stand, 'Estimate')).toMatchObject([{ TxnStatus: 'Rejected' }])
      const input = await orderFor(stand)
      const second = (await stand.erp.order?.create(input, 'ord_2')) ?? { id: '' }
      await stand.erp.invoice?.create({ ...input, order: second.id }, 'inv_1')
      const order = value(await stand.erp.orders?.byId([second.id]))
      expect(order).toMatchObject({ state: 'INVOICED', invoicing: 'FULL', nativeStatus: 'Closed' })
      expect(await refused(async () => stand.erp.order?.undo?.(second))).toMatchObject({
        code: 'CONFLICT',
        retryable: false,
      })
    }))

  it('puts a purchase order and attributes into custom fields where these are named', () =>
    using(
      async (stand) => {
        const input = await orderFor(stand, {
          purchaseOrderNumber: 'PO-1',
          customAttributes: [{ key: 'colour', value: 'rot' }],
        })
        const made = await stand.erp.order?.create(input, 'ord_1')
        expect(booked(stand, 'Estimate')).toMatchObject([
          {
            CustomField: [
              { DefinitionId: '1', StringValue: 'PO-1' },
              { DefinitionId: '2', StringValue: 'rot' },
            ],
          },
        ])
        expect(value(await stand.erp.orders?.byId([made?.id ?? '']))).toMatchObject({
          purchaseOrderNumber: 'PO-1',
          customAttributes: [{ key: 'colour', value: 'rot' }],
        })
        const unknown = { ...input, customAttributes: [{ key: 'size', value: 'L' }] }
        expect((await refused(async () => stand.erp.order?.plan(unknown, 'x'))).code).toBe('MAPPING_MISSING')
      },
      { customFields: { purchaseOrderNumber: '1', colour: '2' } },
    ))

  it('takes the active item of a SKU, and refuses a SKU that two active items share', () =>
    using(async (stand) => {
      stand.company.act({ do: 'deleteItem', sku: 'DESK-60' })
      expect((await refused(async () => stand.erp.order?.plan(await orderFor(stand), 'x'))).code).toBe(
        'INVALID_ITEM',
      )
      stand.company.act({ do: 'addItem', sku: 'DESK-60', name: 'Neu', price: '1' })
      expect(await stand.erp.order?.plan(await orderFor(stand), 'x')).toHaveLength(1)
      stand.company.act({ do: 'addItem', sku: 'DESK-60', name: 'Doppelt', price: '1' })
      expect((await refused(async () => stand.erp.order?.plan(await orderFor(stand), 'x'))).code).toBe(
        'VALIDATION',
      )
    }))

  it('says TAX or NON in the USA, as the item is taxed or not, and the code of the operator where it does not tell', () =>
    using(
      async (stand) => {
        stand.company.books.preferences.country = 'USA'
        const row = stand.company.books.find('Item', await itemOf(stand, 'DESK-60'))
        delete row.SalesTaxCodeRef
        const input = await orderFor(stand)
        const codes: unknown[] = []
        for (const Taxable of [true, false, undefined]) {
          row.Taxable = Taxable
          const [plan] = (await stand.erp.order?.plan(input, 'ord_1')) ?? []
          const body = JSON.parse(plan?.body ?? '{}') as { Line: { SalesItemLineDetail: object }[] }
          codes.push(body.Line[0]?.SalesItemLineDetail)
          expect(body).not.toHaveProperty('GlobalTaxCalculation')
        }
        const code = (text: string) => ({ TaxCodeRef: { value: text } })
        expect(codes).toMatchObject([code('TAX'), code('NON'), code('MINE')])
      },
      { taxCode: 'MINE' },
    ))

  it('takes the price of the item where none is given, and only in the home currency', () =>
    using(async (stand) => {
      const input = await orderFor(stand)
      const lines = input.lines.map((line) => ({ ...line, unitPrice: null }))
      const [plan] = (await stand.erp.order?.plan({ ...input, lines }, 'x')) ?? []
      expect(plan?.body).toContain('"UnitPrice":150')
      stand.company.books.find('Customer', input.customer).CurrencyRef = { value: 'USD' }
      const abroad = { ...input, lines, currency: 'USD' }
      expect(await refused(async () => stand.erp.order?.plan(abroad, 'x'))).toMatchObject({
        field: 'lines.0.unitPrice',
      })
    }))
})

describe('pushing invoices and payments to QuickBooks Online', () => {
  it('finds an invoice that bears a number of its own', () =>
    using(async (stand) => {
      const input = { ...(await orderFor(stand)), number: 'RE-2026-7' }
      const made = await stand.erp.invoice?.create(input, 'inv_1')
      expect(made?.number).toBe('RE-2026-7')
      expect((await stand.erp.invoice?.find?.('inv_1'))?.ref.id).toBe(made?.id)
      expect(await stand.erp.invoice?.find?.('inv_2')).toBe(null)
    }))

  it('settles an invoice with a payment, in part and whole, and links both', () =>
    using(async (stand) => {
      const { id, customer, row } = await billed(stand, 'inv_1')
      const pay = async (amount: string, ref: string) => {
        const money = { amount, currency: 'EUR' }
        const allocations = [{ invoice: id, amount: money }]
        return stand.erp.payment?.create({ customer, amount: money, paidOn: '2026-11-21', allocations }, ref)
      }
      const first = await pay('5.75', 'pay_1')
      expect((await pay('5.75', 'pay_1'))?.id).toBe(first?.id)
      expect(value(await stand.erp.invoices?.byId([id]))).toMatchObject({
        payment: 'PARTIAL',
        balance: { amount: '500' },
      })
      expect((await refused(() => pay('500.01', 'pay_2'))).code).toBe('VALIDATION')
      await pay('500', 'pay_3')
      expect(value(await stand.erp.invoices?.byId([id]))).toMatchObject({ state: 'PAID' })
      expect(rowsOf(row.LinkedTxn)).toHaveLength(2)
      const paid = value(await stand.erp.payments?.byId([first?.id ?? '']))
      expect(paid).toMatchObject({
        amount: { amount: '5.75' },
        allocations: [{ invoice: id, amount: { amount: '5.75' } }],
      })
      expect((await stand.erp.payment?.find?.('pay_3'))?.done).toBe(true)
      expect((await refused(async () => stand.erp.invoice?.undo?.({ id }))).code).toBe('CONFLICT')
    }))

  it('voids an invoice, which keeps its number and reference and is found still', () =>
    using(async (stand) => {
      const { id, row } = await billed(stand, 'inv_1')
      await stand.erp.invoice?.undo?.({ id })
      await stand.erp.invoice?.undo?.({ id })
      expect([row.PrivateNote, row.TotalAmt, row.SyncToken]).toEqual(['Voided - ref=inv_1', num(0), '1'])
      expect((await stand.erp.invoice?.find?.('inv_1'))?.ref.id).toBe(id)
    }))
})

describe('writing customers to QuickBooks Online', () => {
  it('keeps a name with a colon whole in the company name, since the display name cannot hold it', () =>
    using(async ({ erp, company }) => {
      const made = await erp.customer?.create({ name: 'Nord: Süd GmbH ✨' }, 'cus_1')
      const row = company.books.find('Customer', made?.id ?? '')
      expect([row.DisplayName, row.CompanyName, row.Notes]).toEqual([
        'Nord - Süd GmbH ✨',
        'Nord: Süd GmbH ✨',
        'ref=cus_1',
      ])
      expect(value(await erp.customers?.byId([made?.id ?? ''])).name).toBe('Nord: Süd GmbH ✨')
    }))

  it('refuses a name that a vendor has, and finds its own customer behind one that it made itself', () =>
    using(async ({ erp }) => {
      const vendor = { name: 'Nordlicht Lieferanten KG' }
      expect(await refused(async () => erp.customer?.create(vendor, 'c'))).toMatchObject({
        code: 'CONFLICT',
        retryable: false,
      })
      const made = await erp.customer?.create({ name: 'Neu AG' }, 'cus_1')
      expect((await erp.customer?.create({ name: 'Neu AG', phone: '+49301' }, 'cus_1'))?.id).toBe(made?.id)
      expect((await refused(async () => erp.customer?.create({ name: 'Neu AG' }, 'cus_2'))).code).toBe(
        'CONFLICT',
      )
    }))

  it('shows no tax identifier that comes masked', () =>
    using(async ({ erp }) => {
      const made = await erp.customer?.create({ name: 'Neu AG', taxId: 'DE123456789' }, 'cus_1')
      expect(value(await erp.customers?.byId([made?.id ?? ''])).taxId).toBe(null)
    }))
})
