import { describe, expect, it } from 'vitest'
import { externalId, refOf } from '../../subgraphs/netsuite/reference.ts'
import { type Stand, customerId, order, refused, using, writes } from './stand.ts'

const REF = 'ord_01J9'
const stateOf = async ({ erp }: Stand, id: string) => (await erp.orders?.byId([id]))?.[0]

describe('an order', () => {
  it('is one POST with our reference as external id, a price of our own as Custom, and the idempotency key', async () => {
    await using({}, async (stand) => {
      const input = await order(stand, {
        lines: [
          {
            item: null,
            sku: 'DESK-60',
            quantity: '2',
            unitPrice: { amount: '100.10', currency: 'EUR' },
            discountPercent: '2.5',
            warehouse: 'south',
            requestedDelivery: '2026-12-01',
            description: 'Größe ✓',
            unit: 'H87',
          },
        ],
        paymentTerms: 'net 30',
        discounts: [{ percent: '2' }],
        shipTo: {
          type: 'SHIPPING',
          name: 'Baustelle',
          lines: ['Ring 5', 'Tor 2'],
          postalCode: '20095',
          city: 'Hamburg',
          country: 'DE',
        },
        customAttributes: [{ key: 'custbody_channel', value: 'shop' }],
      })
      const [planned] = (await stand.erp.order?.plan(input, REF)) ?? []
      expect(planned).toEqual({
        method: 'POST',
        url: `${stand.url}/services/rest/record/v1/salesOrder`,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'x-netsuite-idempotency-key': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          authorization: '•••',
        },
        body:
          `{"externalId":"ord_01J9","entity":{"id":"${input.customer}"},"currency":{"id":"1"},"terms":{"id":"2"},` +
          '"shippingAddress":{"addressee":"Baustelle","addr1":"Ring 5","addr2":"Tor 2","zip":"20095","city":"Hamburg","country":{"id":"DE"}},' +
          '"discountItem":{"id":"900"},"discountRate":"-2%","custbody_channel":"shop",' +
          '"item":{"items":[{"item":{"id":"1001"},"quantity":2,"price":{"id":"-1"},"rate":97.5975,"description":"Größe ✓","expectedShipDate":"2026-12-01","location":{"id":"2"}}]},' +
          '"orderStatus":{"id":"B"}}',
      })
      const ref = await stand.erp.order?.create(input, REF)
      expect(writes(stand).map(({ method, body }) => [method, body])).toEqual([['POST', planned?.body]])
      expect(ref).toMatchObject({ number: `SO${ref?.id}`, url: expect.stringContaining(`id=${ref?.id}`) })
      const row = await stateOf(stand, ref?.id ?? '')
      expect(row).toMatchObject({
        state: 'OPEN',
        nativeStatus: 'Sales Order : Pending Fulfillment',
        reference: REF,
        paymentTerms: 'Net 30',
        shipTo: { city: 'Hamburg', lines: ['Ring 5', 'Tor 2'] },
        net: { amount: '191.3', currency: 'EUR' },
        customAttributes: expect.arrayContaining([{ key: 'custbody_channel', value: 'shop' }]),
        lines: [{ sku: 'DESK-60', quantity: '2', warehouse: 'SOUTH', net: { amount: '195.2' } }],
      })
    })
  })

  it('has the status that an operator gave its letter', async () => {
    await using({ config: { statuses: { B: 'PENDING_APPROVAL' } } }, async (stand) => {
      const ref = await stand.erp.order?.create(await order(stand, {}), REF)
      expect(await stateOf(stand, ref?.id ?? '')).toMatchObject({
        state: 'PENDING_APPROVAL',
        nativeStatus: 'Sales Order : Pending Fulfillment',
      })
    })
  })

  it('is priced by NetSuite where we give no price', async () => {
    await using({}, async (stand) => {
      const customer = await customerId(stand, 'C-10004')
      const lines = [{ item: null, sku: 'DESK-60', quantity: '10' }]
      const ref = await stand.erp.order?.create({ customer, lines }, REF)
      const row = await stateOf(stand, ref?.id ?? '')
      const [price] =
        (await stand.erp.prices?.([
          {
            item: '1001',
            sku: 'DESK-60',
            customer,
            quantity: '10',
            unit: null,
            currency: null,
            on: '2026-11-21',
          },
        ])) ?? []
      expect(row).toMatchObject({ lines: [{ unitPrice: { amount: '132', currency: 'EUR' } }] })
      expect(price).toMatchObject({ unitPrice: { amount: '132', currency: 'EUR' } })
    })
  })

  it('that NetSuite starts as pending is approved by one more request, and half of it is never done', async () => {
    await using({ account: { approval: 'routing' } }, async (stand) => {
      const input = await order(stand)
      stand.strike({ do: 'reset', match: 'PATCH', times: 1 })
      expect((await refused(stand.erp.order?.create(input, REF))).code).toBe('UNAVAILABLE')
      const found = await stand.erp.order?.find?.(REF)
      expect(found).toMatchObject({ step: 1, done: false })
      expect(stand.sandbox.ledger().orders.find(({ ref }) => ref === REF)?.state).toBe('draft')
      const ref = await stand.erp.order?.resume?.(found!.ref, 1, input)
      expect(ref?.id).toBe(found?.ref.id)
      expect(await stand.erp.order?.find?.(REF)).toMatchObject({ step: 2, done: true })
      expect(writes(stand).map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH'])
    })
  })

  it('that only a person may approve is told as such, and is done where the operator asks for no more', async () => {
    await using({ account: { approval: 'locked' } }, async (stand) => {
      const error = await refused(stand.erp.order?.create(await order(stand), REF))
      expect([error.code, error.field]).toEqual(['PERMISSION_DENIED', 'orderStatus'])
      expect(await stand.erp.order?.find?.(REF)).toMatchObject({ step: 1, done: false })
    })
    await using({ account: { approval: 'locked' }, config: { orderStatus: 'pending' } }, async (stand) => {
      const ref = await stand.erp.order?.create(await order(stand), REF)
      expect(await stand.erp.order?.find?.(REF)).toMatchObject({ ref: { id: ref?.id }, done: true })
      expect(await stateOf(stand, ref?.id ?? '')).toMatchObject({ state: 'PENDING_APPROVAL' })
      expect(writes(stand)[0]?.body).not.toContain('orderStatus')
    })
  })

  it('is written once: a second create finds the first, in any language of the user', async () => {
    for (const german of [false, true]) {
      await using({ account: { german } }, async (stand) => {
        const input = await order(stand)
        const one = await stand.erp.order?.create(input, REF)
        const two = await stand.erp.order?.create(input, REF)
        expect(two?.id).toBe(one?.id)
        expect(stand.calls.filter(({ status }) => status === 400)).toHaveLength(1)
        expect(stand.sandbox.ledger().orders.filter(({ ref }) => ref === REF)).toHaveLength(1)
      })
    }
  })

  it('that was committed before the connection broke is found', async () => {
    await using({}, async (stand) => {
      const input = await order(stand)
      stand.strike({ do: 'resetAfter', match: 'POST /services/rest/record', times: 1 })
      expect((await refused(stand.erp.order?.create(input, REF))).code).toBe('UNAVAILABLE')
      expect(await stand.erp.order?.find?.(REF)).toMatchObject({ done: true })
      expect(writes(stand)).toHaveLength(1)
    })
  })

  it('under a reference that differs in case is refused, not taken for ours', async () => {
    await using({}, async (stand) => {
      const input = await order(stand)
      await stand.erp.order?.create(input, REF)
      expect(await stand.erp.order?.find?.('ORD_01j9')).toBe(null)
      expect((await refused(stand.erp.order?.create(input, 'ORD_01j9'))).code).toBe('DUPLICATE_ORDER')
    })
  })

  it('keeps any reference within the letters of an external id, and gives it back', () => {
    for (const ref of [REF, 'a b|c', 'ü🚀', '_x41_', 'x_x5f_x41_', ' x41_', '_ ']) {
      expect(externalId(ref)).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(refOf(externalId(ref))).toBe(ref)
    }
    expect(externalId(REF)).toBe(REF)
    expect(() => externalId('x'.repeat(256))).toThrow(/255/)
  })

  it('that a script refuses is VALIDATION in the words of the script, and one it changes is read as it is', async () => {
    await using({ account: { script: 'refuse' } }, async (stand) => {
      const error = await refused(stand.erp.order?.create(await order(stand), REF))
      expect([error.code, error.said]).toEqual([
        'VALIDATION',
        'Kundenskript: Aufträge unter 500 EUR bitte telefonisch. 📞',
      ])
    })
    await using({ account: { script: 'change' } }, async (stand) => {
      const ref = await stand.erp.order?.create(await order(stand), REF)
      expect(await stateOf(stand, ref?.id ?? '')).toMatchObject({ lines: { length: 3 } })
    })
  })

  it('is refused before it is sent: inactive items, other units, odd currencies, discounts nobody keeps', async () => {
    await using({}, async (stand) => {
      const input = await order(stand)
      const [line] = input.lines
      const plan = async (more: object) => {
        const { code, field } = await refused(stand.erp.order?.plan({ ...input, ...more }, REF))
        return [code, field]
      }
      const lines = (more: object) => ({ lines: [{ ...line, ...more }] })
      expect(await plan(lines({ item: '999999' }))).toEqual(['INVALID_ITEM', 'lines.0.sku'])
      expect(await plan(lines({ unit: 'KGM' }))).toEqual(['VALIDATION', 'lines.0.unit'])
      expect(await plan(lines({ quantity: '0' }))).toEqual(['VALIDATION', 'lines.0.quantity'])
      expect(await plan(lines({ warehouse: 'MOON' }))).toEqual(['VALIDATION', 'lines.0.warehouse'])
      const bare = { unitPrice: null, discountPercent: '5' }
      expect(await plan(lines(bare))).toEqual(['VALIDATION', 'lines.0.discountPercent'])
      expect(await plan({ currency: 'USD' })).toEqual(['VALIDATION', 'lines.0.unitPrice'])
      expect(await plan({ lines: [], currency: 'GBP' })).toEqual(['VALIDATION', 'currency'])
      expect(await plan({ paymentTerms: 'whenever' })).toEqual(['MAPPING_MISSING', 'paymentTerms'])
      expect(await plan({ customAttributes: [{ key: 'memo', value: 'x' }] })).toEqual([
        'VALIDATION',
        'customAttributes.memo',
      ])
      expect(await plan({ discounts: [{ percent: '1' }, { percent: '2' }] })).toEqual([
        'VALIDATION',
        'discounts',
      ])
      expect(writes(stand)).toEqual([])
    })
  })

  it('is changed in its header alone, or with all its lines; a version that is gone is a CONFLICT', async () => {
    await using({}, async (stand) => {
      const ref = await stand.erp.order?.create(await order(stand), REF)
      await stand.erp.order?.update?.(ref!, { note: 'neu' }, ref?.version ?? null)
      expect(await stateOf(stand, ref!.id)).toMatchObject({ note: 'neu', lines: { length: 2 } })
      const lines = [{ item: null, sku: 'PUMP-60', quantity: '3' }]
      await stand.erp.order?.update?.(ref!, { lines }, null)
      expect(await stateOf(stand, ref!.id)).toMatchObject({ lines: [{ sku: 'PUMP-60', quantity: '3' }] })
      const error = await refused(stand.erp.order?.update?.(ref!, { note: 'x' }, '2020-01-01T00:00:00Z'))
      expect(error.code).toBe('CONFLICT')
    })
  })

  it('is cancelled by closing its lines; what was delivered in part is not', async () => {
    await using({}, async (stand) => {
      const ref = await stand.erp.order?.create(await order(stand), REF)
      await stand.erp.order?.undo?.(ref!)
      await stand.erp.order?.undo?.(ref!)
      expect(writes(stand).at(-1)?.body).toBe(
        '{"item":{"items":[{"line":1,"isClosed":true},{"line":2,"isClosed":true}]}}',
      )
      expect(writes(stand)).toHaveLength(2)
      expect(await stateOf(stand, ref!.id)).toMatchObject({ state: 'CANCELLED', fulfilment: 'NONE' })
      const other = await stand.erp.order?.create(await order(stand), 'ord_2')
      stand.sandbox.act({ do: 'setOrderStatus', id: other!.id, status: 'D' })
      const error = await refused(stand.erp.order?.undo?.(other!))
      expect([error.code, error.retryable]).toEqual(['CONFLICT', false])
      expect(await stateOf(stand, other!.id)).toMatchObject({
        state: 'PARTIALLY_FULFILLED',
        fulfilment: 'PARTIAL',
      })
    })
  })
})
