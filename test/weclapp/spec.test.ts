import { describe, expect, it } from 'vitest'
import { KINDS, readOf } from '../contract/kinds.ts'
import { customerOf, itemOf, stage } from './open.ts'
import { againstSpec, hasSpec } from './spec.ts'

const REF = 'ord_01JD2WQ3SPEC'

describe('the vendor’s description of the interface', () => {
  const { open } = stage()

  it.skipIf(!hasSpec)(
    'fits every request of the connector and every answer of the sandbox (skipped where shared/specs is absent)',
    async () => {
      const tenant = open()
      const { erp, sandbox, wire } = tenant
      await erp.check()
      for (const kind of KINDS) {
        const read = readOf(erp, kind)
        const { rows } = (await read?.list({ first: 50, after: null })) ?? { rows: [] }
        await read?.list({ first: 3, after: null, search: '1' })
        await read?.byId(rows.map(({ id }) => id))
        for await (const page of erp.changes?.(kind, null) ?? []) expect(page.cursor).toMatch(/^weclapp:/)
      }
      const customer = customerOf(tenant, 'C-10001')
      const item = await itemOf(tenant, 'DESK-60')
      await erp.stock?.([{ item, sku: 'DESK-60', warehouses: null }])
      const ask = { item, sku: 'DESK-60', quantity: '30', unit: null, on: '2026-11-21' }
      await erp.prices?.([
        { ...ask, customer, currency: 'USD' },
        { ...ask, customer: null, currency: null },
      ])
      await erp.credit?.([customer])
      const address = { lines: ['Tor 3', 'Hof'], postalCode: '10115', city: 'Berlin', country: 'DE' }
      const unitPrice = { amount: '88.5', currency: 'EUR' }
      const ref = await erp.order?.create(
        {
          customer,
          lines: [
            {
              item,
              sku: 'DESK-60',
              quantity: '2.5',
              unitPrice,
              discountPercent: '5',
              description: 'Tisch',
              warehouse: 'MAIN',
              requestedDelivery: '2026-12-01',
            },
            { item: null, sku: 'CHAIR-60', quantity: '1' },
          ],
          currency: 'EUR',
          purchaseOrderNumber: 'PO 4711',
          orderedOn: '2026-11-21',
          requestedDelivery: '2026-12-02',
          paymentTerms: '30 Tage netto',
          shipTo: address,
          note: 'Bitte läuten 🔔',
          discounts: [{ percent: '2' }],
          project: true,
        },
        REF,
      )
      await erp.order?.find?.(REF)
      const time = await erp.timeEntries?.list({ first: 2, after: null, search: 'auf' })
      await erp.timeEntries?.byId(time?.rows.map(({ id }) => id) ?? [])
      if (ref) await erp.order?.undo?.(ref)
      const made = await erp.customer?.create(
        {
          name: 'Grünwald',
          email: 'a@b.example',
          phone: '+4930',
          taxId: 'DE1',
          currency: 'EUR',
          group: 'NET2',
          paymentTerms: '14 Tage netto',
          addresses: [address],
        },
        REF,
      )
      if (made)
        await erp.customer?.update?.(
          made,
          { phone: '+4931', addresses: [{ ...address, city: 'Bonn' }] },
          null,
        )
      await erp.customer?.find?.(REF)
      await erp.hook?.subscribe?.('https://api.example.test/webhooks/weclapp', 'whsec_spec')
      for (const { request, answer } of wire)
        expect(answer.status, `${request.method} ${request.url} ${answer.text}`).toBeLessThan(300)
      expect(wire.length).toBeGreaterThan(50)
      expect([...new Set(wire.flatMap(({ request, answer }) => againstSpec(request, answer)))]).toEqual([])
      const { errors } = sandbox
      const refusals = Object.values(errors).filter(({ answer }) => typeof answer.body === 'object')
      const request = { method: 'GET', url: `${tenant.url}/webapp/api/v2/article` } as const
      const headers = { 'content-type': 'application/json' }
      const bad = refusals.flatMap(({ answer }) =>
        againstSpec(request, {
          status: answer.status,
          headers,
          text: JSON.stringify(answer.body),
          json: () => null,
        }),
      )
      expect([...new Set(bad)]).toEqual([])
    },
  )
})
