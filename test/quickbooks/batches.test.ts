import { expect, it } from 'vitest'
import { quickbooks } from '../../subgraphs/quickbooks/index.ts'
import { refused, using, value } from './stand.ts'

it('goes on with single queries when the batches of a minute are used up, and is throttled never', () =>
  using(async ({ erp, company, calls }) => {
    company.batches.most = 120
    const items = (await erp.items?.list({ first: 130, after: null }))?.rows ?? []
    const customer = (await erp.customers?.list({ first: 1, after: null }))?.rows[0]?.id ?? ''
    const more = { customer, quantity: '1', unit: null, currency: null, on: '2026-11-21' }
    for (const { id, sku, listPrice } of items) {
      const answer = await erp.prices?.([{ item: id, sku: sku ?? '', ...more }])
      expect(value(answer).unitPrice).toEqual(listPrice)
    }
    expect(calls.every(({ status }) => status === 200)).toBe(true)
    expect(calls.filter(({ path }) => path.endsWith('/batch')).length).toBeLessThanOrEqual(100)
  }))

it('sends a query that is too long for an address in the body', () =>
  using(async ({ erp, company, calls, tap }) => {
    const long = (nth: number) => `${'ß'.repeat(60)}-${nth}`
    for (let nth = 0; nth < 20; nth += 1)
      company.act({ do: 'addItem', sku: long(nth), name: `Teil ${nth}`, price: '1.00' })
    const customer = (await erp.customers?.list({ first: 1, after: null }))?.rows[0]?.id ?? ''
    const lines = Array.from({ length: 20 }, (_, nth) => ({ item: null, sku: long(nth), quantity: '1' }))
    company.batches.most = 120
    for (let nth = 0; nth < 105; nth += 1) {
      calls.length = 0
      expect(await erp.order?.plan({ customer, lines }, `ord_${nth}`)).toHaveLength(1)
    }
    expect(calls.map(({ method, path }) => [method, path.split('/').at(-1)])).toEqual([
      ['GET', 'query'],
      ['POST', 'query'],
    ])
    expect(tap.writes).toHaveLength(0)
  }))

it('is refused beyond 500 requests of any minute, which our own pace never comes to', () =>
  using(async ({ erp, company, calls }) => {
    expect((quickbooks.limits.perSecond ?? Infinity) * 60).toBeLessThan(500)
    let now = 0
    Object.assign(company.requests, { most: 500, now: () => now })
    await erp.check()
    for (let nth = calls.filter(({ path }) => path.startsWith('/v3/')).length; nth < 500; nth += 1)
      company.requests.count()
    now = 59_999
    expect(await refused(() => erp.check())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: undefined })
    now = 60_000
    expect((await erp.check()).name).toBe('Nordlicht Handel GmbH')
  }))
