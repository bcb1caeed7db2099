import { expect, it } from 'vitest'
import { using, value } from './stand.ts'

it('goes on with single queries when the batches of a minute are used up, and is throttled never', () =>
  using(async ({ erp, company, calls }) => {
    company.batchesPerMinute = 120
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
    company.batchesPerMinute = 120
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
