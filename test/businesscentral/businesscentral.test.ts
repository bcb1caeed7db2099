import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { businesscentral } from '../../subgraphs/businesscentral/index.ts'
import { customerNumber, documentNumber, referenceOf } from '../../subgraphs/businesscentral/reference.ts'
import { onPremises } from '../../subgraphs/businesscentral/sandbox.ts'
import { orderFor, using } from './stand.ts'

async function refused(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().then(
    () => null,
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw new Error(`Nothing was refused: ${String(end)}`)
}

describe('references', () => {
  it('fit into the 35 upper-case signs of an external document number and come back as they were', () => {
    for (const ref of [
      'ord_0193f2c4a7b87d3e9c1f2a3b4c5d6e7f',
      `ord_${'0'.repeat(32)}`,
      'ord_01JD2WQ3000001',
    ]) {
      expect(documentNumber(ref)).toMatch(/^[0-9A-Z_-]{1,35}$/)
      expect(referenceOf(documentNumber(ref))).toBe(ref)
    }
    expect(referenceOf('PO-4711')).toBe(null)
    expect(documentNumber("x' or 1 eq 1")).toMatch(/^REF-[0-9A-Z]{30}$/)
  })

  it('fit into the 20 signs of a customer number, and different ones stay different', () => {
    const refs = ['cus_0193f2c4a7b87d3e9c1f2a3b4c5d6e7f', 'cus_0193f2c4a7b87d3e9c1f2a3b4c5d6e80', 'cus_1']
    const numbers = refs.map(customerNumber)
    for (const number of numbers) expect(number).toMatch(/^[0-9A-Z_]{1,20}$/)
    expect(new Set(numbers).size).toBe(refs.length)
  })
})

describe('signing in', () => {
  it('is done on premises by a user with a web service access key, and asks nobody for a token', () =>
    using(async ({ erp, server }) => {
      expect((await erp.check()).currency).toBe('EUR')
      expect(server.calls('bc').some(({ path }) => path.endsWith('/token'))).toBe(false)
    }, onPremises()))

  it('with a wrong access key is tried once', () =>
    using(
      async ({ erp, server }) => {
        expect((await refused(() => erp.check())).code).toBe('AUTHENTICATION_FAILED')
        expect(server.calls('bc')).toHaveLength(1)
      },
      { ...onPremises(), accessKey: 'wrong-access-key' },
    ))

  it('names what is missing of a user or an app', () => {
    const base = { url: 'https://bc.example:7048/BC', company: 'CRONUS' }
    const missing = (more: object) =>
      businesscentral.config.safeParse({ ...base, ...more }).error?.issues.map(({ path }) => path.join('.'))
    expect(missing({})).toEqual(['tenant', 'clientId', 'clientSecret'])
    expect(missing({ user: 'A' })).toEqual(['accessKey'])
    expect(missing({ user: 'A', accessKey: 'b' })).toBe(undefined)
  })
})

describe('orders', () => {
  it('that were posted are gone, and are still found and read from their invoice', () =>
    using(async (stand) => {
      const { erp, url, tap } = stand
      const ref = await erp.order!.create(await orderFor(stand), 'ord_POSTED')
      const sent = tap.writes.at(-1)!
      const action = `${sent.url.replace(/\?.*/, '')}(${ref.id})/Microsoft.NAV.shipAndInvoice`
      expect(action).toContain(url)
      expect((await fetch(action, { method: 'POST', headers: sent.headers })).status).toBe(204)
      expect(await erp.order!.find!('ord_POSTED')).toMatchObject({ ref: { id: ref.id }, done: true })
      const [row] = await erp.orders!.byId([ref.id])
      expect(row).toMatchObject({
        id: ref.id,
        state: 'INVOICED',
        reference: 'ord_POSTED',
        fulfilment: 'FULL',
      })
      const error = await refused(() => erp.order!.undo!(ref))
      expect([error.code, error.retryable]).toEqual(['CONFLICT', false])
    }))

  it('that were billed in parts are told whole from all their invoices, and count as cancelled once all were', () =>
    using(async (stand) => {
      const { erp, sandbox } = stand
      const { id } = await erp.order!.create(await orderFor(stand), 'ord_PARTS')
      const read = async () => (await erp.orders!.byId([id]))[0]
      const whole = await read()
      const net = whole instanceof ErpError ? null : whole?.net
      sandbox.act({ do: 'setOrderStatus', id, status: 'POSTED_IN_HALVES' })
      expect(await read()).toMatchObject({ state: 'INVOICED', invoicing: 'FULL', payment: 'UNPAID', net })
      sandbox.act({ do: 'setOrderStatus', id, status: 'INVOICE_CANCELED' })
      const half = String(Number(net?.amount) / 2)
      expect(await read()).toMatchObject({ state: 'INVOICED', net: { amount: half } })
      sandbox.act({ do: 'setOrderStatus', id, status: 'INVOICE_CANCELED' })
      expect(await read()).toMatchObject({ state: 'CANCELLED', invoicing: 'NONE', payment: 'REVERSED' })
    }))

  it('that are released refuse to be cancelled in words of Business Central, and stay whole', () =>
    using(async (stand) => {
      const { erp, sandbox } = stand
      const ref = await erp.order!.create(await orderFor(stand), 'ord_RELEASED')
      sandbox.act({ do: 'setOrderStatus', id: ref.id, status: 'Open' })
      expect((await refused(() => erp.order!.undo!(ref))).said).toMatch(/Status must be equal/)
      const [row] = await erp.orders!.byId([ref.id])
      expect(row instanceof ErpError ? null : row?.lines).toHaveLength(2)
    }))

  it('are shipped to every line of the address, although Business Central has two fields for it', () =>
    using(async (stand) => {
      const { erp } = stand
      const lines = ['Werk 2', 'Tor 5', 'Rampe B']
      const shipTo = { name: 'Lager', lines, postalCode: '53111', city: 'Bonn', country: 'DE' }
      const ref = await erp.order!.create({ ...(await orderFor(stand)), shipTo }, 'ord_SHIP')
      const [row] = await erp.orders!.byId([ref.id])
      expect(row).toMatchObject({ shipTo: { lines: ['Werk 2', 'Tor 5, Rampe B'] } })
    }))

  it('carry the customer order number and the note as comments, and discounts of the order on each line', () =>
    using(async (stand) => {
      const { erp } = stand
      const note = `Erste Zeile 🔔\n${'ü'.repeat(150)}`
      const discounts = [{ percent: '10' }]
      const input = { ...(await orderFor(stand)), note, purchaseOrderNumber: "P'O 7", discounts }
      const ref = await erp.order!.create(input, 'ord_NOTE')
      const [row] = await erp.orders!.byId([ref.id])
      expect(row).toMatchObject({ purchaseOrderNumber: "P'O 7", net: { amount: '765' } })
      expect(row instanceof ErpError ? null : row?.note?.replaceAll('\n', '')).toBe(note.replaceAll('\n', ''))
      expect(row instanceof ErpError ? null : row?.lines?.[0]?.discounts).toEqual([{ percent: '10' }])
    }))

  it('name the line whose description is longer than Business Central keeps, instead of cutting it', () =>
    using(async (stand) => {
      const input = await orderFor(stand)
      const lines = (length: number) =>
        input.lines.map((line, index) => (index === 1 ? { ...line, description: 'ü'.repeat(length) } : line))
      const work = () => stand.erp.order!.create({ ...input, lines: lines(101) }, 'ord_LONG')
      expect(await refused(work)).toMatchObject({ code: 'VALIDATION', field: 'lines.1.description' })
      expect(await stand.erp.order!.find!('ord_LONG')).toBe(null)
      const ref = await stand.erp.order!.create({ ...input, lines: lines(100) }, 'ord_LONG')
      const [row] = await stand.erp.orders!.byId([ref.id])
      expect(row).toMatchObject({ lines: [{}, { description: 'ü'.repeat(100) }] })
    }))
})

describe('prices and stock', () => {
  it('say that a price was computed, with tiers, and count two calls for fifty items each', () =>
    using(async ({ erp, server, demo }) => {
      const rows = (await erp.items!.list({ first: 50, after: null })).rows
      const buyer = demo.customers.find(({ group }) => group === 'wholesale')!
      const [customer] = (await erp.customers!.list({ first: 1, after: null, search: buyer.number })).rows
      server.calls('bc').length = 0
      const ask = { customer: customer!.id, quantity: '10', unit: null, currency: null, on: '2026-11-21' }
      const prices = await erp.prices!(rows.map(({ id, sku }) => ({ ...ask, item: id, sku: sku ?? '' })))
      expect(prices[0]).toMatchObject({ source: 'computed:pricelist:S-WHOLESALE' })
      expect(prices[0] instanceof ErpError ? [] : prices[0]?.tiers).toHaveLength(4)
      expect(server.calls('bc')).toHaveLength(2)
      await erp.stock!(rows.map(({ id, sku }) => ({ item: id, sku: sku ?? '', warehouses: null })))
      expect(server.calls('bc')).toHaveLength(4)
    }))

  it('refuse a quantity in another unit than the base unit, instead of taking cartons for pieces', () =>
    using(async ({ erp }) => {
      const [item] = (await erp.items!.list({ first: 1, after: null, search: 'DESK-60' })).rows
      const ask = { item: item!.id, sku: '', customer: null, quantity: '2', currency: null, on: '2026-11-21' }
      const units = [null, 'H87', 'C62', 'CT']
      const rows = await erp.prices!(units.map((unit) => ({ ...ask, unit })))
      const told = rows.map((row) => (row instanceof ErpError ? [row.code, row.field] : row?.unit))
      expect(told).toEqual(['H87', 'H87', 'H87', ['MAPPING_MISSING', 'unit']])
    }))

  it('show one figure for all locations where nothing else is installed, and none for a single one', () =>
    using(
      async ({ erp }) => {
        const [item] = (await erp.items!.list({ first: 1, after: null, search: 'DESK-60' })).rows
        const ask = { item: item!.id, sku: 'DESK-60', warehouses: null }
        const [all, one] = await erp.stock!([ask, { ...ask, warehouses: ['MAIN'] }])
        expect(all).toMatchObject({ levels: [], source: 'all-locations, on-hand' })
        expect(all instanceof ErpError ? null : all?.onHand).toMatch(/^\d+$/)
        expect(one).toMatchObject({ onHand: null, available: null })
      },
      { stock: 'total' },
    ))

  it('tell which pages must be published when they are not', () =>
    using(
      async ({ erp }) => {
        const [item] = (await erp.items!.list({ first: 1, after: null })).rows
        const [buyer] = (await erp.customers!.list({ first: 1, after: null })).rows
        const ask = {
          item: item!.id,
          sku: '',
          customer: buyer!.id,
          quantity: '1',
          unit: null,
          currency: null,
        }
        const error = await refused(() => erp.prices!([{ ...ask, on: '2026-11-21' }]))
        expect([error.code, error.message]).toEqual([
          'VALIDATION',
          expect.stringContaining('7001 as Unpublished'),
        ])
      },
      { priceLinesService: 'Unpublished' },
    ))
})

describe('webhooks', () => {
  it('are subscribed once per kind with a handshake, and renewed instead of doubled', () =>
    using(async ({ erp, server }) => {
      const greeted: string[] = []
      const receiver = createServer((request, response) => {
        const query = Object.fromEntries(new URL(request.url ?? '/', 'http://x').searchParams)
        greeted.push(request.method ?? '')
        response.end(erp.hook!.greet!({ headers: {}, body: Buffer.alloc(0), query }) ?? '')
      })
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()))
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/bc`
      const ends = await erp.hook!.subscribe!(url, 'whsec_1')
      expect(Date.parse(ends) - Date.now()).toBeGreaterThan(2.9 * 86_400_000)
      await erp.hook!.subscribe!(url, 'whsec_1')
      const sent = server.calls('bc').filter(({ path }) => path.includes('subscriptions'))
      const methods = sent.map(({ method }) => method)
      expect(methods).toEqual(['GET', ...Array(6).fill('POST'), 'GET', ...Array(6).fill('PATCH')])
      expect(greeted).toHaveLength(12)
      await new Promise((resolve) => receiver.close(resolve))
    }))

  it('are refused by Business Central when the address does not answer the handshake', () =>
    using(async ({ erp, url }) => {
      expect((await refused(() => erp.hook!.subscribe!(`${url}/nowhere`, 'whsec_1'))).said).toMatch(
        /validation/,
      )
    }))

  it('that fold more than a thousand changes name no record and are no error', () =>
    using(({ erp }) => {
      const one = {
        clientState: 's',
        changeType: 'collection',
        lastModifiedDateTime: '2026-11-20T12:54:20.467Z',
      }
      const resource = 'api/v2.0/companies(f64eba74-dacd-4854-a584-1834f68cfc3a)/items?$filter=x'
      const body = Buffer.from(JSON.stringify({ value: [{ ...one, resource }] }))
      expect(erp.hook!.read({ headers: {}, body, query: {} })).toEqual([])
      return Promise.resolve()
    }))
})

describe('customers', () => {
  it('are one customer however often the same reference is created, also where the first answer was lost', () =>
    using(async ({ erp, sandbox }) => {
      const one = await erp.customer!.create({ name: 'Doppelt AG' }, 'cus_TWICE')
      expect((await erp.customer!.create({ name: 'Doppelt AG' }, 'cus_TWICE')).id).toBe(one.id)
      expect(sandbox.ledger().customers.filter(({ name }) => name === 'Doppelt AG')).toHaveLength(1)
    }))

  it('get their number from the series where manual numbers are not allowed, and then promise no look-up', () =>
    using(
      async ({ erp, tap }) => {
        expect([erp.customer!.proof, erp.customer!.find]).toEqual(['none', undefined])
        expect((await erp.customer!.create({ name: 'Serie AG' }, 'cus_1')).number).toMatch(/^C/)
        expect(tap.writes.at(-1)?.body).not.toContain('"number"')
      },
      { customerNumbers: 'series' },
    ))
})
