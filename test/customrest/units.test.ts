import { describe, expect, it } from 'vitest'
import { Room, small } from './open.ts'

const STOCK = {
  request: { method: 'GET', path: '/stock', query: { skus: "${$join($batch, ',')}" } },
  batch: { over: 'skus', maxSize: 50 },
  fields: {
    sku: 'a',
    warehouseCode: "'MAIN'",
    onHand: "$unit(u) = 'GRM' ? $decDiv(q, '1000') : q",
    unit: "$unit(u) = 'GRM' ? 'KGM' : $unit(u)",
  },
}
const LIST = {
  request: { method: 'GET', path: '/items' },
  fields: { externalId: 'a', sku: 'a', unit: '$unit(u)' },
}

describe('the units of a manifest', () => {
  const room = new Room()
  const units = { Sack: 'SA', '5': 'KGM', g: 'GRM' }
  const open = (rows: object[]) => {
    const { erp } = room.open(small({ 'stock.get': STOCK, 'products.list': LIST }), { units })
    room.say = () => ({ body: rows })
    return erp
  }

  it('are known to its expressions, by the words that the operator filled in for this connection', async () => {
    const erp = open([
      { a: 'A', u: 'g', q: '2500' },
      { a: 'B', u: 5, q: '3' },
    ])
    const ask = (sku: string) => ({ item: sku, sku, warehouses: null })
    expect(await erp.stock?.([ask('A'), ask('B')])).toMatchObject([
      { onHand: '2.5', unit: 'KGM' },
      { onHand: '3', unit: 'KGM' },
    ])
  })

  it('may be codes already, and a word that nobody has mapped is no unit, nor is the name of a prototype', async () => {
    const erp = open(['Sack', 'Karton', 'constructor', null].map((u, index) => ({ a: `${index}`, u })))
    const page = await erp.items?.list({ first: 10, after: null })
    expect(page?.rows.map(({ unit }) => unit)).toEqual(['SA', null, null, null])
  })

  it('are those of each connection, also where two have the same manifest', async () => {
    const rows = [{ a: 'A', u: 'Sack' }]
    const first = await open(rows).items?.list({ first: 10, after: null })
    const manifest = small({ 'stock.get': STOCK, 'products.list': LIST })
    const { erp } = room.open(manifest, { units: { Sack: 'BG' } })
    const second = await erp.items?.list({ first: 10, after: null })
    expect([first, second].map((page) => page?.rows[0]?.unit)).toEqual(['SA', 'BG'])
  })
})
