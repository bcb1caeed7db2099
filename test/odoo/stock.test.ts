import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import type { StockAsk, StockReading } from '../../subgraphs/connector.ts'
import { callsOf, company, itemId, native, open } from './bench.ts'

const goods = company.products.filter(({ stock }) => stock.length > 0)
const asks = (count: number, warehouses: string[] | null = null): StockAsk[] =>
  goods.slice(0, count).map(({ sku }) => ({ item: itemId(sku), sku, warehouses }))

describe('stock', () => {
  it.each([17, 18, 19] as const)(
    'narrows what is still to come to the warehouses asked for, under the key of version %s',
    async (version) => {
      await using bench = await open(version)
      const rows = await bench.erp.stock?.(asks(20, ['SOUTH']))
      const wanted = goods
        .slice(0, 20)
        .map(({ stock }) => stock.find(({ warehouse }) => warehouse === 'SOUTH'))
      expect(rows).toMatchObject(
        wanted.map((place) => ({ incoming: place?.incoming, onHand: place?.onHand })),
      )
    },
  )

  it('costs two calls for 50 items once the set-up is known, one of them for the sums', async () => {
    await using bench = await open()
    await bench.erp.stock?.(asks(1))
    bench.calls.length = 0
    expect(await bench.erp.stock?.(asks(50))).toHaveLength(50)
    expect(bench.calls.map(({ path }) => path).toSorted()).toEqual([
      '/json/2/product.product/search_read',
      '/json/2/stock.quant/formatted_read_group',
    ])
  })

  it('counts only what lies in internal locations', async () => {
    await using bench = await open()
    const [before] = (await bench.erp.stock?.(asks(1))) ?? []
    const [customers] = await native<number[]>(bench, 'stock.location', 'search', [
      [['usage', '=', 'customer']],
    ])
    const quant = { product_id: Number(asks(1)[0]?.item), location_id: customers, quantity: 500 }
    await native(bench, 'stock.quant', 'create', [quant])
    expect(await bench.erp.stock?.(asks(1))).toEqual([before])
  })

  it('reads the set-up again when stock lies in a place that it does not know', async () => {
    await using bench = await open()
    await bench.erp.stock?.(asks(1))
    const warehouse = await native<number>(bench, 'stock.warehouse', 'create', [{ name: 'Neu', code: 'NEW' }])
    const place = { name: 'Stock', usage: 'internal', warehouse_id: warehouse }
    const location = await native<number>(bench, 'stock.location', 'create', [place])
    const quant = { product_id: Number(asks(1)[0]?.item), location_id: location, quantity: 7 }
    await native(bench, 'stock.quant', 'create', [quant])
    expect(await bench.erp.stock?.(asks(1, ['NEW']))).toMatchObject([
      { onHand: '7', levels: [{ warehouse: { code: 'NEW', name: 'Neu' }, onHand: '7' }] },
    ])
    expect(callsOf(bench, 'stock.location', 'search_read')).toHaveLength(2)
  })

  it('answers under the names that the operator gave to warehouses', async () => {
    await using bench = await open(19, { warehouses: { BERLIN: 'MAIN' } })
    const [named] = (await bench.erp.stock?.(asks(1, ['BERLIN']))) ?? []
    expect([named]).toEqual(await bench.erp.stock?.(asks(1, ['MAIN'])))
  })

  it('leaves out a warehouse that Odoo does not have, and answers null when it has none of them', async () => {
    await using bench = await open()
    const [known] = (await bench.erp.stock?.(asks(1, ['MAIN']))) ?? []
    expect(await bench.erp.stock?.(asks(1, ['MAIN', 'NOWHERE']))).toEqual([known])
    expect(await bench.erp.stock?.(asks(1, ['NOWHERE']))).toEqual([null])
  })

  it.each([17, 19] as const)(
    'says of a service that no stock is kept of it, in version %s',
    async (version) => {
      await using bench = await open(version)
      const ask = { item: itemId('FIT-60'), sku: 'FIT-60', warehouses: null }
      expect(await bench.erp.stock?.([ask])).toEqual([
        { unit: 'HUR', nativeUnit: 'Hours', levels: [], source: 'not-stocked' },
      ])
    },
  )

  it('takes what a confirmed order reserves off what is available', async () => {
    await using bench = await open()
    const [before] = (await bench.erp.stock?.(asks(1, ['MAIN']))) ?? []
    const line = { item: itemId('DESK-60'), sku: 'DESK-60', quantity: '1', warehouse: 'MAIN' }
    await bench.erp.order?.create({ customer: '2', lines: [line] }, 'ord-1')
    const [after] = (await bench.erp.stock?.(asks(1, ['MAIN']))) ?? []
    expect(after).toMatchObject({
      available: new Big((before as StockReading).available ?? 0).minus(1).toFixed(),
    })
  })
})
