import { expect, it } from 'vitest'
import { KINDS, readOf } from '../contract/kinds.ts'
import { againstSpec, hasSpec, messagesOf } from './spec.ts'
import { orderInput, priceAsk, stage } from './stand.ts'

const { open } = stage()
const REF = 'ord_01JD2WQ3SPEC01'

it.skipIf(!hasSpec)(
  'sends and answers only paths, fields, members and types that the Service Layer has (skipped without specs)',
  async () => {
    const companies = [
      open({ timeZone: 'Europe/Berlin' }),
      open({ prices: 'itemPrice', customerSeries: 7, branch: 1 }),
    ]
    const cursors: string[] = []
    for (const { erp, sandbox } of companies) {
      await erp.check()
      for (const kind of KINDS) {
        const read = readOf(erp, kind)
        const { rows } = (await read?.list({ first: 50, after: null })) ?? { rows: [] }
        await read?.list({ first: 3, after: null, search: '1' })
        await read?.byId([...rows.map(({ id }) => id), ...(kind === 'order' ? ['draft:1'] : [])])
        if (kind === 'payment') continue
        for await (const { cursor } of erp.changes?.(kind, null) ?? []) cursors.push(cursor)
      }
      const [billed] = (await erp.invoices?.list({ first: 1, after: null }))?.rows ?? []
      sandbox.act({ do: 'setOrderStatus', id: billed?.orders?.[0] ?? '', status: 'DELIVERED' })
      await erp.invoices?.byId([billed?.id ?? ''])
      // Credit notes stand behind the invoices.
      const credited = await erp.invoices?.list({ first: 50, after: '1:' })
      await erp.invoices?.byId(credited?.rows.map(({ id }) => id) ?? [])
      const back = await erp.returns?.list({ first: 1, after: null })
      await erp.returns?.byId(back?.rows.map(({ id }) => id) ?? [])
      await erp.stock?.([{ item: 'DESK-60', sku: 'DESK-60', warehouses: null }])
      await erp.prices?.([
        priceAsk('DESK-60', '30'),
        { ...priceAsk('CABLE-60', '2.5', 'C-10005'), unit: 'RO' },
      ])
      await erp.credit?.(['C-10001'])
      const address = {
        name: 'Tor 3',
        lines: ['Am Hof 1', 'Hof', 'Halle'],
        postalCode: '1',
        city: 'Wien',
        region: 'W',
        country: 'AT',
      }
      const line = {
        discountPercent: '5',
        description: 'Tisch',
        warehouse: 'MAIN',
        requestedDelivery: '2026-12-01',
      }
      const more = {
        purchaseOrderNumber: 'PO 1',
        paymentTerms: '30 Tage netto',
        shipTo: address,
        note: 'Bitte läuten 🔔',
        discounts: [{ percent: '2' }],
      }
      const ref = await erp.order?.create(orderInput(more, line), REF)
      await erp.order?.find?.(REF)
      if (ref) await erp.order?.undo?.(ref)
      const price = { unitPrice: { amount: '9999999', currency: 'EUR' } }
      const draft = await erp.order?.create(orderInput({}, price), `${REF}2`)
      sandbox.act({ do: 'setOrderStatus', id: draft?.id ?? '', status: 'dasApproved' })
      if (draft) await erp.order?.resume?.(draft, 1, orderInput({}, price))
      await erp.orders?.byId([draft?.id ?? ''])
      const input = {
        name: 'Grünwald',
        email: 'a@b.example',
        phone: '+4930',
        taxId: 'DE1',
        currency: 'EUR',
        country: 'DE',
        group: 'Großhandel',
        paymentTerms: '14 Tage netto',
        addresses: [address],
      }
      const made = await erp.customer?.create(input, REF)
      if (made)
        await erp.customer?.update?.(made, { phone: '+4931', addresses: [address] }, made.version ?? null)
      await erp.customer?.find?.(REF)
      await erp.hook?.subscribe?.('https://uda.example/webhooks/x', 'whsec_1')
      await erp.hook?.subscribe?.('https://uda.example/webhooks/x', 'whsec_1')
    }
    const messages = companies.flatMap(({ wire }) =>
      wire.flatMap(({ request, answer }) => messagesOf(request, answer)),
    )
    expect(cursors).not.toEqual([])
    expect(messages.length).toBeGreaterThan(100)
    expect([...new Set(messages.flatMap(againstSpec))]).toEqual([])
  },
)
