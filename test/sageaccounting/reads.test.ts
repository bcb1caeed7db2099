import { describe, expect, it } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import { DEMO, customerId, errorOf, itemIds, orderOf, stage, value } from './open.ts'

const open = stage()
const ask = { customer: null, quantity: '1', unit: null, currency: null, on: '2026-11-21' }

describe('lists of Sage Accounting', () => {
  it('hold ids alone unless attributes are asked for, 20 rows unless said, 200 at most', async () => {
    const { raw } = open()
    const thin = (await raw('GET', 'stock_items')).json() as { $items: object[]; $itemsPerPage: string }
    expect(thin.$itemsPerPage).toBe('20')
    expect(Object.keys(thin.$items[0] ?? {})).toEqual(['id', 'displayed_as', '$path'])
    const much = await raw('GET', 'stock_items?items_per_page=201')
    expect([much.status, much.json()]).toMatchObject([400, [{ $source: 'items_per_page' }]])
    const named = (await raw('GET', 'contacts?page=2&items_per_page=7')).json()
    expect(named).toMatchObject({ $items_per_page: '7', $back: '/contacts?page=1&items_per_page=7' })
  })

  it('read 50 items, stock or prices in at most two calls, and one item in one', async () => {
    const { erp, calls } = open()
    const ids = await itemIds(erp)
    const asks = DEMO.products
      .slice(0, 50)
      .map(({ sku }) => ({ item: ids.get(sku) ?? '', sku, warehouses: null }))
    const customer = await customerId(erp, 3)
    const count = async (work: () => Promise<unknown> | undefined) => {
      calls.length = 0
      await work()
      return calls.length
    }
    expect(await count(() => erp.stock?.(asks))).toBe(1)
    expect(await count(() => erp.items?.byId(asks.map(({ item }) => item)))).toBeLessThanOrEqual(2)
    expect(await count(() => erp.prices?.(asks.map((one) => ({ ...one, ...ask, customer }))))).toBe(2)
    expect(await count(() => erp.stock?.(asks.slice(0, 1)))).toBe(1)
  })

  it('keep their order while a person deletes and adds documents', async () => {
    const { erp, raw } = open()
    const all = (await erp.quotes?.list({ first: 200, after: null }))?.rows.map(({ id }) => id) ?? []
    const first = await erp.quotes?.list({ first: 4, after: null })
    for (const { id } of first?.rows.slice(0, 3) ?? []) await raw('DELETE', `sales_quotes/${id}`)
    const seen = first?.rows.map(({ id }) => id) ?? []
    for (let after = first?.next ?? null; after !== null;) {
      const page = await erp.quotes?.list({ first: 4, after })
      seen.push(...(page?.rows.map(({ id }) => id) ?? []))
      after = page?.next ?? null
    }
    expect(seen).toEqual(all)
  })
})

describe('items, prices and stock', () => {
  it('come from three resources as one list, the unit of the weight being no unit of sale', async () => {
    const { erp, sandbox } = open()
    sandbox.act({ do: 'addItem', sku: 'PLAIN-1', name: 'Päckchen 🎁', price: '3.5' })
    const { rows } = (await erp.items?.list({ first: 500, after: null })) ?? { rows: [] }
    const of = (sku: string) => rows.find((row) => row.sku === sku)
    expect(of('FIT-60')).toMatchObject({ type: 'SERVICE', unit: null, listPrice: { currency: 'EUR' } })
    expect(of('DESK-60')).toMatchObject({ type: 'GOODS', unit: null, nativeUnit: null })
    expect(of('PLAIN-1')).toMatchObject({
      name: 'Päckchen 🎁',
      listPrice: { amount: '3.5', currency: 'EUR' },
    })
    const [service] = (await erp.stock?.([{ item: of('FIT-60')?.id ?? '', sku: '', warehouses: null }])) ?? []
    expect(value(service)).toMatchObject({ available: null, levels: [] })
    const [desk] = (await erp.stock?.([{ item: of('DESK-60')?.id ?? '', sku: '', warehouses: null }])) ?? []
    // One figure stands for all warehouses, and the answer says so.
    expect(value(desk)).toMatchObject({ source: 'single-warehouse', levels: [{}] })
  })

  it('have the price of the price type of the customer, and the usual one for a customer without', async () => {
    const { erp } = open()
    const item = (await itemIds(erp)).get('DESK-60') ?? ''
    const trade = DEMO.customers.findIndex(({ group }) => group === 'wholesale')
    const plain = DEMO.customers.findIndex(({ group }) => group === 'retail')
    const asks = await Promise.all(
      [trade, plain].map(async (at) => ({ ...ask, item, sku: '', customer: await customerId(erp, at) })),
    )
    const rows = (await erp.prices?.(asks))?.map(value)
    expect(rows?.map((row) => [row.source, row.unitPrice?.amount, row.listPrice?.amount])).toEqual([
      ['pricelist:Trade', '138', '150'],
      ['list', '150', '150'],
    ])
  })

  it('carry eighteen digits both ways', async () => {
    const { erp, sandbox } = open()
    const item = (await itemIds(erp)).get('LAMP-60') ?? ''
    sandbox.act({ do: 'setPrice', sku: 'LAMP-60', price: '1234567890123456.78' })
    const [row] = (await erp.prices?.([{ ...ask, item, sku: '' }])) ?? []
    expect(value(row).unitPrice).toEqual({ amount: '1234567890123456.78', currency: 'EUR' })
  })
})

describe('customers', () => {
  it('never are suppliers, neither listed nor by id', async () => {
    const { erp, raw } = open()
    const found = (await raw('GET', 'contacts?contact_type_id=VENDOR')).json() as { $items: { id: string }[] }
    const vendor = found.$items[0]?.id ?? ''
    expect(await erp.customers?.byId([vendor])).toEqual([null])
    expect((await erp.customers?.list({ first: 100, after: null }))?.rows).toHaveLength(
      demo(11).customers.length,
    )
    expect(await errorOf(erp.order?.create(await orderOf(erp, { customer: vendor }), 'ord_1'))).toMatchObject(
      {
        code: 'INVALID_CUSTOMER',
      },
    )
  })

  it('owe what their open invoices say, in two lists for all of them', async () => {
    const { erp, calls } = open()
    const page = await erp.customers?.list({ first: 100, after: null })
    await erp.check()
    calls.length = 0
    const rows = (await erp.credit?.(page?.rows.map(({ id }) => id) ?? [])) ?? []
    expect(calls).toHaveLength(3)
    const invoices = (await erp.invoices?.list({ first: 200, after: null }))?.rows ?? []
    const [row] = invoices.filter(({ balance }) => Number(balance?.amount) > 0)
    const at = page?.rows.findIndex(({ id }) => id === row?.customer) ?? -1
    expect(Number(value(rows[at]).balance?.amount)).toBeGreaterThanOrEqual(Number(row?.balance?.amount))
  })
})

describe('changes', () => {
  it('tell a deletion where Sage does, and a void invoice as changed', async () => {
    const { erp, sandbox } = open()
    const drain = async (kind: 'item' | 'invoice', since: string | null) => {
      const all = []
      let cursor = since
      for await (const page of erp.changes?.(kind, since) ?? []) {
        all.push(...page.changes)
        cursor = page.cursor
      }
      return { all, cursor }
    }
    const items = await drain('item', null)
    const id = (await itemIds(erp)).get('CABLE-440') ?? ''
    sandbox.act({ do: 'deleteItem', sku: 'CABLE-440' })
    expect((await drain('item', items.cursor)).all).toContainEqual(
      expect.objectContaining({ id, deleted: true }),
    )
    const invoices = await drain('invoice', null)
    const rows = (await erp.invoices?.list({ first: 50, after: null }))?.rows ?? []
    const unpaid = rows.find(
      ({ state, balance, total }) => state === 'OPEN' && balance?.amount === total?.amount,
    )
    await erp.invoice?.undo?.({ id: unpaid?.id ?? '' })
    const told = (await drain('invoice', invoices.cursor)).all
    expect(told).toContainEqual(expect.objectContaining({ id: unpaid?.id, deleted: false }))
  })
})
