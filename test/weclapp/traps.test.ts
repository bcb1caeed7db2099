import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { stage, DEMO, customerOf, errorOf, itemOf, value } from './open.ts'
import { READ_ONLY_TOKEN } from '../../subgraphs/weclapp/sandbox.ts'
import type { PriceRow } from '../../subgraphs/weclapp/shapes.ts'
import { chosen, netOf, steps } from '../../subgraphs/weclapp/tiers.ts'
import { toDay } from '../../subgraphs/weclapp/time.ts'
import { midnightIn } from '../../subgraphs/zone.ts'

const REF = 'ord_01JD2WQ3TRAP'
const { open, server } = stage()

async function order(tenant: ReturnType<typeof open>) {
  const unitPrice = { amount: '88.5', currency: 'EUR' }
  const item = await itemOf(tenant, 'DESK-60')
  const lines = [{ item, sku: 'DESK-60', quantity: '10', unitPrice }]
  return { customer: customerOf(tenant, 'C-10001'), lines, currency: 'EUR', orderedOn: '2026-07-01' }
}

function price(more: Partial<PriceRow>): PriceRow {
  return {
    id: '1',
    articleId: '1',
    customerId: null,
    currencyId: '256',
    price: '100',
    priceScaleType: 'SCALE_FROM',
    priceScaleValue: '1',
    salesChannel: 'NET1',
    startDate: null,
    endDate: null,
    reductionAdditions: [],
    ...more,
  }
}

describe('weclapp’s prices', () => {
  const terms = { customer: '7992', channel: 'NET1', currency: '256', at: 1_000 }
  const at = (rows: PriceRow[], quantity: string) => {
    const row = chosen(rows, terms, new Big(quantity))
    return row && netOf(row)
  }

  it('a price of the customer goes before a general one, and reductions follow one another', () => {
    const reductionAdditions = [
      { type: 'REDUCTION_PERCENT', value: '5' },
      { type: 'ADDITION_ABSOLUTE', value: '1.5' },
    ]
    const rows = [price({}), price({ customerId: '7992', price: '88.5', reductionAdditions })]
    expect(at(rows, '1')).toBe('85.575')
    expect(at([...rows, price({ customerId: '8000', price: '1' })], '1')).toBe('85.575')
  })

  it('another channel, another currency, and what has ended or not begun are no prices', () => {
    const others = [{ salesChannel: 'NET2' }, { currencyId: '257' }, { endDate: 999 }, { startDate: 1_001 }]
    expect(at(others.map(price), '1')).toBe(null)
    expect(at([price({ endDate: 1_000, startDate: 1_000 })], '1')).toBe('100')
  })

  it('a scale from counts upwards, a scale up to counts downwards and cannot be listed as tiers', () => {
    const from = [price({}), price({ price: '92', priceScaleValue: '10' })]
    expect(['1', '9.999', '10', '10.001'].map((quantity) => at(from, quantity))).toEqual([
      '100',
      '100',
      '92',
      '92',
    ])
    const to = (bound: string, amount: string) =>
      price({ priceScaleType: 'SCALE_TO', priceScaleValue: bound, price: amount })
    const upTo = [to('100', '80'), to('10', '95')]
    expect(['1', '10', '10.5', '100', '101'].map((quantity) => at(upTo, quantity))).toEqual([
      '95',
      '95',
      '80',
      '80',
      null,
    ])
    expect(steps(upTo, terms)).toBe(null)
  })

  it('a price from ten pieces on is never the price of one: below it the general price holds, or none', () => {
    const bulk = price({ customerId: '7992', price: '80', priceScaleValue: '10' })
    const general = [price({}), price({ price: '70', priceScaleValue: '50' })]
    expect(['1', '9', '10', '60'].map((quantity) => at([...general, bulk], quantity))).toEqual([
      ...['100', '100', '80', '80'],
    ])
    expect(steps([...general, bulk], terms)).toEqual([
      { minimumQuantity: '1', amount: '100' },
      { minimumQuantity: '10', amount: '80' },
    ])
    expect(at([bulk], '9')).toBe(null)
    expect(at([price({})], '0.5')).toBe('100')
  })

  it('a price that has ended, a channel of its own, a percentage off: each customer pays what was agreed', async () => {
    const tenant = open()
    const wholesale = DEMO.customers.find(
      ({ group, currency }) => group === 'wholesale' && currency === 'EUR',
    )
    const customer = customerOf(tenant, wholesale?.number ?? '')
    const ask = { customer, quantity: '10', unit: null, currency: null, on: '2026-11-21' }
    const asks = await Promise.all(
      ['SHELF-60', 'VALVE-60'].map(async (sku) => ({ ...ask, sku, item: await itemOf(tenant, sku) })),
    )
    tenant.calls.length = 0
    const rows = (await tenant.erp.prices?.(asks))?.map(value)
    for (const [index, { sku }] of asks.entries()) {
      const wanted = DEMO.agreements.find(
        (one) => one.sku === sku && one.group === 'wholesale' && one.currency === 'EUR',
      )
      expect(new Big(rows?.[index]?.unitPrice?.amount ?? 0).eq(wanted?.tiers[1]?.price ?? -1)).toBe(true)
      expect(rows?.[index]?.source).toBe('computed:articlePrice NET2')
    }
    expect(tenant.calls.filter(({ path }) => /articlePrice|party/.test(path))).toHaveLength(2)
  })
})

describe('weclapp’s traps', () => {
  it('a filter that is ignored in silence is a BAD_ANSWER and never somebody else’s record', async () => {
    const tenant = open()
    await tenant.erp.order?.create(await order(tenant), REF)
    const handle = tenant.sandbox.handle.bind(tenant.sandbox)
    tenant.sandbox.handle = (request) => {
      for (const name of [...request.query.keys()]) if (name.includes('-')) request.query.delete(name)
      return handle(request)
    }
    const id = await customerOf(tenant, 'C-10001')
    expect((await errorOf(tenant.erp.order?.find?.(`${REF}9`))).code).toBe('BAD_ANSWER')
    expect((await errorOf(tenant.erp.customer?.find?.(REF))).code).toBe('BAD_ANSWER')
    expect((await errorOf(tenant.erp.customers?.byId([id]))).code).toBe('BAD_ANSWER')
  })

  it('stock adds up storage places and tells reserved rows apart', async () => {
    const tenant = open()
    const product = DEMO.products.find(({ stock }) => stock.some(({ reserved }) => Number(reserved) > 0))
    const sku = product?.sku ?? ''
    const item = await itemOf(tenant, sku)
    const reading = value((await tenant.erp.stock?.([{ item, sku, warehouses: null }]))?.[0])
    for (const place of product?.stock ?? []) {
      const level = reading.levels?.find(({ warehouse }) => warehouse.code === place.warehouse)
      expect([level?.onHand, level?.reserved]).toEqual([place.onHand, place.reserved])
    }
  })

  it('a day is its midnight in the tenant’s zone, in summer and in winter and when the clocks change', () => {
    const zone = 'Europe/Berlin'
    expect(new Date(midnightIn(zone, '2026-07-01', 'x')).toISOString()).toBe('2026-06-30T22:00:00.000Z')
    expect(new Date(midnightIn(zone, '2026-12-01', 'x')).toISOString()).toBe('2026-11-30T23:00:00.000Z')
    for (const day of ['2026-03-29', '2026-03-30', '2026-10-25', '2026-10-26', '2024-02-29'])
      expect(toDay(midnightIn(zone, day, 'x'), zone)).toBe(day)
    for (const day of ['2026-02-30', '2026-13-01', '', 'x'])
      expect(() => midnightIn(zone, day, 'x')).toThrow('no calendar day')
  })

  it('an order of which a part was shipped is not cancelled, because weclapp would only close it', async () => {
    const tenant = open()
    const ref = await tenant.erp.order?.create(await order(tenant), REF)
    if (!ref) throw new Error('No order was made.')
    expect((await tenant.raw('POST', `salesOrder/id/${ref.id}/createShipment`, {})).status).toBe(200)
    expect((await errorOf(tenant.erp.order?.undo?.(ref))).code).toBe('CONFLICT')
    const [row] = (await tenant.erp.orders?.byId([ref.id])) ?? []
    expect(value(row).state).toBe('FULFILLED')
  })

  it('an entry that was not confirmed is found as half done, and resumed with its newest version', async () => {
    const tenant = open()
    server.faults(tenant.name, [{ do: 'reset', match: 'PUT /webapp' }])
    expect((await errorOf(tenant.erp.order?.create(await order(tenant), REF))).code).toBe('UNAVAILABLE')
    const found = await tenant.erp.order?.find?.(REF)
    expect(found).toMatchObject({ step: 1, done: false })
    if (!found) return
    await tenant.raw('PUT', `salesOrder/id/${found.ref.id}?ignoreMissingProperties=true`, { commission: 'x' })
    expect((await tenant.erp.order?.resume?.(found.ref, 1, await order(tenant)))?.id).toBe(found.ref.id)
    expect(await tenant.erp.order?.find?.(REF)).toMatchObject({ step: 2, done: true })
  })

  it('a 500 after the order was stored leads to the stored order and not to a second one', async () => {
    const tenant = open()
    server.faults(tenant.name, [{ do: 'resetAfter', match: 'POST /webapp/api/v2/salesOrder' }])
    await errorOf(tenant.erp.order?.create(await order(tenant), REF))
    const found = await tenant.erp.order?.find?.(REF)
    if (found) await tenant.erp.order?.resume?.(found.ref, found.step, await order(tenant))
    const orders = tenant.sandbox.ledger().orders.filter(({ ref }) => ref === REF)
    expect(orders.map(({ state }) => state)).toEqual(['booked'])
  })

  it('without the custom attribute for our reference nothing is written, and the error says what to make', async () => {
    const tenant = open({ orderReference: 'no_such_key' })
    const error = await errorOf(tenant.erp.order?.create(await order(tenant), REF))
    expect([error.code, error.field]).toEqual(['MAPPING_MISSING', 'orderReference'])
    expect(tenant.calls.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('a changed customer keeps the addresses that the change does not name', async () => {
    const tenant = open()
    const place = { lines: ['Am Kai 1'], postalCode: '20457', city: 'Hamburg', country: 'DE' }
    const addresses = [
      { ...place, type: 'BILLING' as const },
      { ...place, type: 'SHIPPING' as const, city: 'Kiel' },
    ]
    const ref = await tenant.erp.customer?.create({ name: 'Reeder', addresses }, REF)
    if (!ref) throw new Error('No customer was made.')
    await tenant.erp.customer?.update?.(
      ref,
      { addresses: [{ ...place, type: 'SHIPPING', city: 'Lübeck' }] },
      null,
    )
    const row = value((await tenant.erp.customers?.byId([ref.id]))?.[0])
    expect(row.addresses?.map(({ city }) => city).toSorted()).toEqual(['Hamburg', 'Lübeck'])
  })
})

describe('the sandbox of weclapp', () => {
  it('refuses a user who may only read, unknown filters, unknown and read-only properties, and large pages', async () => {
    const tenant = open()
    const customerId = customerOf(tenant, 'C-10001')
    const statuses = await Promise.all([
      tenant.raw('POST', 'party', { company: 'x' }, READ_ONLY_TOKEN),
      tenant.raw('GET', 'salesInvoice?salesOrderId-eq=1'),
      tenant.raw('GET', 'article?sku-eq=DESK-60'),
      tenant.raw('GET', 'article?pageSize=1001'),
      tenant.raw('POST', 'salesOrder', { customerId, sku: 'x' }),
      tenant.raw('POST', 'salesOrder', { customerId, id: '1' }),
      tenant.raw('POST', 'salesOrder', { customerId, orderDate: '2026-11-21' }),
      tenant.raw('PUT', `party/id/${customerId}`, { version: '0', company: 'x' }),
      tenant.raw('PUT', `party/id/${customerId}?ignoreMissingProperties=true`, {
        version: '99',
        company: 'x',
      }),
      tenant.raw('GET', 'article/count', undefined, 'wrong'),
    ])
    expect(statuses.map(({ status }) => status)).toEqual([403, 400, 400, 400, 400, 400, 400, 400, 409, 401])
  })

  it('prices a dry run as an order and stores nothing', async () => {
    const tenant = open()
    const before = tenant.sandbox.ledger()
    const orderItems = [{ articleId: await itemOf(tenant, 'DESK-60'), quantity: '25' }]
    const answer = await tenant.raw('POST', 'salesOrder?dryRun=true', {
      customerId: customerOf(tenant, 'C-10001'),
      orderItems,
    })
    expect(answer.status).toBe(200)
    const key = DEMO.agreements.find((one) => one.sku === 'DESK-60' && one.customer === 'C-10001')
    const body = JSON.parse(answer.text) as { id?: string; netAmount: string }
    expect(body.id).toBe(undefined)
    expect(new Big(body.netAmount).eq(new Big(key?.tiers[1]?.price ?? 0).times(25))).toBe(true)
    expect(tenant.sandbox.ledger()).toEqual(before)
  })
})
