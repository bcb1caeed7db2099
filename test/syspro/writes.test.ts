import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { customerCode, customerMark, orderNumber, referenceOf } from '../../subgraphs/syspro/reference.ts'
import { orderFor, refused, sentOf, using } from './stand.ts'

describe('references', () => {
  it('fit into the 30 signs of a customer order number and come back as they were', () => {
    for (const ref of [
      'ord_0193f2c4a7b87d3e9c1f2a3b4c5d6e7f',
      `ord_${'0'.repeat(32)}`,
      'ord_01JD2WQ3000001',
    ]) {
      expect(orderNumber(ref).length).toBeLessThanOrEqual(30)
      expect(referenceOf(orderNumber(ref))).toBe(ref)
    }
    expect(referenceOf('PO-4711')).toBe(null)
    expect(orderNumber("x' or 1=1")).toMatch(/^REF-[0-9A-Z]{25}$/)
  })

  it('make codes and marks of customers of the length of the release, and different ones stay different', () => {
    const refs = ['cus_1', 'cus_2', 'cus_0193f2c4a7b87d3e9c1f2a3b4c5d6e7f']
    expect(
      refs.map((ref) => [
        customerCode(ref, '7').length,
        customerCode(ref, '8').length,
        customerMark(ref).length,
      ]),
    ).toEqual(refs.map(() => [7, 15, 10]))
    expect(new Set(refs.flatMap((ref) => [customerCode(ref, '8'), customerMark(ref)])).size).toBe(6)
  })
})

describe('an import of an order', () => {
  it('that is clean tells no number, and the order is looked up; one with a warning tells it', () =>
    using(async ({ erp, server, sandbox }) => {
      await erp.order!.plan(orderFor(), 'ord_0')
      const calls = async (work: () => Promise<unknown>) => {
        server.calls('syspro').length = 0
        await work()
        return server.calls('syspro').length
      }
      const large = orderFor({ lines: orderFor().lines.map((line) => ({ ...line, quantity: '500' })) })
      expect(await calls(() => erp.order!.create(orderFor(), 'ord_1'))).toBe(4)
      expect(await calls(() => erp.order!.create(large, 'ord_2'))).toBe(3)
      const numbers = sandbox.ledger().orders.flatMap(({ ref, number }) => (ref ? [number] : []))
      expect(numbers).toEqual(['015562', '015563'])
    }))

  it('says how lines are allocated, because SYSPRO back-orders every line otherwise', () =>
    using(async ({ erp, url }) => {
      const made = await erp.order!.create(orderFor(), 'ord_1')
      const status = async (id: string) =>
        (await erp.orders!.byId([id])).map((row) => (row && 'nativeStatus' in row ? row.nativeStatus : row))
      expect(await status(made.id)).toEqual(['1'])
      const [plan] = await erp.order!.plan(orderFor(), 'ord_2')
      // A mistyped option is ignored in silence.
      const session = await (
        await fetch(`${url}/Logon?Operator=ANNA&OperatorPassword=anna-demo&CompanyId=A&CompanyPassword=`)
      ).text()
      const typo = plan?.url
        .replace('•••', encodeURIComponent(session))
        .replaceAll('AllocationAction', 'AllocationActon')
      expect(await (await fetch(typo ?? '')).text()).toContain('<ItemsProcessed>000001</ItemsProcessed>')
      const other = await erp.order!.find!('ord_2')
      expect(await status(other?.ref.id ?? '')).toEqual(['2'])
    }))

  it('that comes twice is the same order, by the duplicate check of SYSPRO', () =>
    using(async ({ erp, sandbox }) => {
      const one = await erp.order!.create(orderFor(), 'ord_1')
      expect(await erp.order!.create(orderFor(), 'ord_1')).toEqual(one)
      expect(sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toHaveLength(1)
    }))

  it('that was cut after the commit is found and not made again', () =>
    using(async ({ erp, server, sandbox }) => {
      await erp.order!.plan(orderFor(), 'ord_1')
      server.faults('syspro', [{ do: 'resetAfter', match: 'BusinessObject=SORTOI' }])
      expect((await refused(() => erp.order!.create(orderFor(), 'ord_1'))).code).toBe('UNAVAILABLE')
      expect(await erp.order!.find!('ord_1')).toMatchObject({ step: 1, done: true })
      expect(sandbox.ledger().orders.filter(({ ref }) => ref === 'ord_1')).toHaveLength(1)
    }))

  it('is planned sign by sign, and never sent again by itself', () =>
    using(async ({ erp, tap }) => {
      const [plan] = await erp.order!.plan(orderFor(), 'ord_1')
      await erp.order!.create(orderFor(), 'ord_1')
      const [sent] = tap.writes
      expect(sent?.url.replace(/UserId=[^&]*/, 'UserId=•••')).toBe(plan?.url)
      expect(sentOf(plan ?? { url: '' }).XmlIn).toContain(
        '<CustomerPoNumber>ord_1</CustomerPoNumber><OrderActionType>A</OrderActionType><Customer>0010001</Customer><Currency>$</Currency>',
      )
    }))

  it('is refused by name for what SYSPRO would round, ignore or not take', () =>
    using(async ({ erp, tap }) => {
      const line = orderFor().lines[0]!
      const of = async (more: object) => {
        const { code, field } = await refused(() =>
          erp.order!.plan(orderFor({ lines: [{ ...line, ...more }] }), 'ord_1'),
        )
        return [code, field]
      }
      expect(await of({ unitPrice: { amount: '1.123456', currency: 'EUR' } })).toEqual([
        'VALIDATION',
        'lines.0.unitPrice',
      ])
      expect(await of({ quantity: '1.1234567' })).toEqual(['VALIDATION', 'lines.0.quantity'])
      expect(await of({ discountPercent: '12.345' })).toEqual(['VALIDATION', 'lines.0.discountPercent'])
      expect(await of({ discountPercent: '101' })).toEqual(['VALIDATION', 'lines.0.discountPercent'])
      expect(await of({ unit: 'KGM' })).toEqual(['MAPPING_MISSING', 'lines.0.unit'])
      expect(await of({ requestedDelivery: '2026-12-24' })).toEqual([
        'VALIDATION',
        'lines.0.requestedDelivery',
      ])
      const many = orderFor({ lines: Array.from({ length: 60 }, () => line) })
      expect((await refused(() => erp.order!.create(many, 'ord_1'))).field).toBe('lines')
      expect(tap.writes).toEqual([])
    }))

  it('to another address keeps no line of the address of the customer', () =>
    using(async ({ erp }) => {
      const home = { type: 'SHIPPING' as const, lines: ['Dock 7', 'Tor 2'], city: 'Kiel', region: 'SH' }
      const { id } = await erp.customer!.create({ name: 'Hafen AG', addresses: [home] }, 'cus_1')
      const shipTo = { lines: ['Ring 5'], city: 'Ulm', postalCode: '89073', country: 'DE' }
      const made = await erp.order!.create(orderFor({ customer: id, shipTo }), 'ord_1')
      const [row] = await erp.orders!.byId([made.id])
      expect(row).toMatchObject({ shipTo: { lines: ['Ring 5'], city: 'Ulm', country: 'DE' } })
      expect(row instanceof ErpError ? row : row?.shipTo?.region).toBe(undefined)
    }))

  it('without prices gets those of SYSPRO with its quantity breaks', () =>
    using(async ({ erp }) => {
      const made = await erp.order!.create(
        orderFor({ lines: [{ item: null, sku: 'DESK-60', quantity: '25' }] }),
        'ord_1',
      )
      const [row] = await erp.orders!.byId([made.id])
      expect(row).toMatchObject({ lines: [{ unitPrice: { amount: '117' }, quantity: '25' }] })
    }))
})

describe('an order', () => {
  it('in process is not done, and is finished on the screen where it is open', () =>
    using(async ({ erp, sandbox }) => {
      const ref = await erp.order!.create(orderFor(), 'ord_1')
      sandbox.act({ do: 'setOrderStatus', id: ref.id, status: '0' })
      expect(await erp.order!.find!('ord_1')).toMatchObject({ ref: { id: ref.id }, done: false })
      expect((await refused(() => erp.order!.resume!(ref, 1, orderFor()))).code).toBe('RECORD_LOCKED')
      sandbox.act({ do: 'setOrderStatus', id: ref.id, status: '1' })
      expect(await erp.order!.resume!(ref, 1, orderFor())).toMatchObject({ id: ref.id })
    }))

  it('that has left the house is not cancelled, and one that is cancelled stays so', () =>
    using(async ({ erp, sandbox }) => {
      const ref = await erp.order!.create(orderFor(), 'ord_1')
      sandbox.act({ do: 'setOrderStatus', id: ref.id, status: '8' })
      const error = await refused(() => erp.order!.undo!(ref))
      expect([error.code, error.retryable]).toEqual(['CONFLICT', false])
      sandbox.act({ do: 'setOrderStatus', id: ref.id, status: '1' })
      await erp.order!.undo!(ref)
      await erp.order!.undo!(ref)
      expect(sandbox.ledger().orders.find(({ ref: ours }) => ours === 'ord_1')?.state).toBe('cancelled')
    }))
})

describe('a customer', () => {
  it('gets the codes that the operator has set, and ours before them', () =>
    using(
      async ({ erp, tap }) => {
        const input = {
          name: 'Grünwald ✨ GmbH',
          currency: 'USD',
          paymentTerms: 'soon',
          country: 'DE',
          addresses: [{ lines: ['Königsallee 1'], city: 'Düsseldorf', postalCode: '40212' }],
        }
        const made = await erp.customer!.create(input, 'cus_1')
        const { XmlIn } = sentOf(tap.writes[0] ?? { url: '' })
        expect(XmlIn).toContain('<Branch>10</Branch><TermsCode>14</TermsCode>')
        expect(XmlIn).toContain('<Name>Grünwald &#10024; GmbH</Name>')
        const [row] = await erp.customers!.byId([made.id])
        expect(row).toMatchObject({
          name: 'Grünwald ✨ GmbH',
          currency: 'USD',
          paymentTerms: '14',
          country: 'DE',
          addresses: [{ city: 'Düsseldorf' }],
        })
      },
      { paymentTerms: { soon: '14' } },
    ))

  it('is numbered by SYSPRO where the company does so, and found by its mark', () =>
    using(
      async ({ erp }) => {
        const made = await erp.customer!.create({ name: 'Neu AG' }, 'cus_1')
        expect(made.id).toMatch(/^\d{7}$/)
        expect(await erp.customer!.find!('cus_1')).toMatchObject({ ref: { id: made.id }, done: true })
      },
      { customerKeys: 'series' },
    ))

  it('that is refused names the field in our words and SYSPRO in its own', () =>
    using(async ({ erp }) => {
      const error = await refused(() => erp.customer!.create({ name: 'Neu AG', paymentTerms: 'ZZ' }, 'cus_1'))
      expect(error).toMatchObject({
        code: 'VALIDATION',
        field: 'paymentTerms',
        said: "Terms code 'ZZ' not found",
      })
      const long = await refused(() => erp.customer!.plan({ name: 'x'.repeat(51) }, 'cus_1'))
      expect([long.code, long.field]).toEqual(['VALIDATION', 'name'])
    }))
})
