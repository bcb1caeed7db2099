import { describe, expect, it } from 'vitest'
import type { Change, Cursor, Kind } from '../../subgraphs/connector.ts'
import { type Bench, native, open } from './bench.ts'

async function drain({ erp }: Bench, kind: Kind, since: Cursor | null, pages = Infinity) {
  const told: Change[] = []
  let cursor = since
  for await (const page of erp.changes?.(kind, since) ?? []) {
    told.push(...page.changes)
    cursor = page.cursor
    if (--pages <= 0) break
  }
  return { told, ids: [...new Set(told.map(({ id }) => id))], cursor }
}

/** A cursor that stands so many milliseconds from now. */
function fromNow(ms: number): Cursor {
  return `${new Date(Date.now() + ms).toISOString().slice(0, 19).replace('T', ' ')}|0`
}

describe('changes', () => {
  it('lose nobody of an import of which every row has the same second, however small the pages', async () => {
    await using bench = await open()
    const { cursor } = await drain(bench, 'customer', null)
    const many = Array.from({ length: 1300 }, (_, index) => ({ name: `Kunde ${index}`, customer_rank: 1 }))
    const made = await native<number[]>(bench, 'res.partner', 'create', [many])
    const { ids } = await drain(bench, 'customer', cursor)
    expect(made.filter((id) => !ids.includes(String(id)))).toEqual([])
  })

  it('go on from the cursor of any page', async () => {
    await using bench = await open()
    const many = Array.from({ length: 1300 }, (_, index) => ({ name: `Kunde ${index}`, customer_rank: 1 }))
    const made = await native<number[]>(bench, 'res.partner', 'create', [many])
    const seen = new Set<string>()
    let cursor: Cursor | null = null
    for (let round = 0; round < 3; round += 1) {
      const part = await drain(bench, 'customer', cursor, 2)
      part.ids.forEach((id) => seen.add(id))
      cursor = part.cursor
    }
    const rest = await drain(bench, 'customer', cursor)
    expect(made.filter((id) => !seen.has(String(id)) && !rest.ids.includes(String(id)))).toEqual([])
  })

  it('tell what a transaction wrote that began before the cursor and was committed after it', async () => {
    await using bench = await open()
    await native(bench, 'product.product', 'write', [[7], { weight: 2 }])
    const { ids } = await drain(bench, 'item', fromNow(60_000))
    expect(ids).toContain('7')
    expect((await drain(bench, 'item', fromNow(600_000))).ids).toEqual([])
  })

  it('tell an order when only a line of it was delivered', async () => {
    await using bench = await open()
    await native(bench, 'sale.order.line', 'write', [[1], { qty_delivered: 1 }])
    const { told } = await drain(bench, 'order', `${fromNow(600_000)};${fromNow(0)}`)
    expect(told).toContainEqual({ kind: 'order', id: '1', deleted: false, at: null })
  })

  it('tell a customer when one of its addresses changed', async () => {
    await using bench = await open()
    const child = { parent_id: 2, type: 'delivery', city: 'Bremen' }
    const address = await native<number>(bench, 'res.partner', 'create', [child])
    const { ids } = await drain(bench, 'customer', `${fromNow(600_000)};${fromNow(0)}`)
    expect(ids).toEqual(['2'])
    expect(address).toBeGreaterThan(60)
  })

  it('tell an archived item, which then reads as no longer active', async () => {
    await using bench = await open()
    const { cursor } = await drain(bench, 'item', null)
    bench.sandbox.act({ do: 'deleteItem', sku: 'DESK-60' })
    expect((await drain(bench, 'item', cursor)).ids).toContain('1')
    expect(await bench.erp.items?.byId(['1'])).toMatchObject([{ active: false }])
  })

  it('cost one call when nothing happened, and one more for each kind of part', async () => {
    await using bench = await open()
    const far = '2090-01-01 00:00:00|0'
    await drain(bench, 'item', far)
    bench.calls.length = 0
    expect((await drain(bench, 'item', far)).told).toEqual([])
    expect(bench.calls).toHaveLength(2)
  })
})
