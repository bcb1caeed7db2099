import { describe, expect, it } from 'vitest'
import type { PriceAsk, PriceReading } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { type Stand, customerId, itemId, refused, using } from './stand.ts'

const ASK = { sku: '', customer: null, quantity: '1', unit: null, currency: null, on: '2026-11-21' }

async function priceOf(stand: Stand, sku: string, more: Partial<PriceAsk> = {}): Promise<PriceReading> {
  const item = await itemId(stand, sku)
  const [answer] = (await stand.erp.prices?.([{ ...ASK, item, sku, ...more }])) ?? []
  if (!answer || answer instanceof Error) throw answer ?? new Error(`There is no price of ${sku}.`)
  return answer
}

/** The demo company where a retail customer has one price of its own. */
function withOwnPrice(): Demo {
  const company = demo(7)
  company.agreements.push({
    customer: 'C-10002',
    group: null,
    currency: 'EUR',
    sku: 'DESK-60',
    tiers: [{ minimum: '1', price: '123.456789012345678' }],
  })
  return company
}

describe('prices', () => {
  it('take the item price of the customer before anything else, digit by digit', async () => {
    await using({ company: withOwnPrice() }, async (stand) => {
      const customer = await customerId(stand, 'C-10002')
      expect(await priceOf(stand, 'DESK-60', { customer })).toMatchObject({
        unitPrice: { amount: '123.456789012345678', currency: 'EUR' },
        listPrice: { amount: '150', currency: 'EUR' },
        source: 'computed:customer item price',
        unit: 'H87',
      })
      // The price is one of euros: in dollars the list price counts.
      expect(await priceOf(stand, 'DESK-60', { customer, currency: 'USD' })).toMatchObject({
        unitPrice: { amount: '162', currency: 'USD' },
        source: 'computed:list',
      })
    })
  })

  it('take the level of the pricing group before the level of the customer, and both with their breaks', async () => {
    await using({}, async (stand) => {
      // C-10004 has its level on the customer, C-10007 by pricing group.
      for (const number of ['C-10004', 'C-10007']) {
        const customer = await customerId(stand, number)
        const price = await priceOf(stand, 'DESK-60', { customer, quantity: '49.999' })
        expect(price.unitPrice).toEqual({ amount: '132', currency: 'EUR' })
        expect(price.source).toBe('computed:pricelist:Wholesale')
        expect(price.tiers?.map(({ minimumQuantity }) => minimumQuantity)).toEqual(['0', '10', '50'])
      }
      expect(stand.statements().some((q) => q.includes('customergrouppricing'))).toBe(true)
    })
  })

  it('take the level that a contract names for the item, and the list price where it names none', async () => {
    await using({}, async (stand) => {
      const customer = await customerId(stand, 'C-10001')
      const contract = await priceOf(stand, 'DESK-60', { customer, quantity: '25' })
      expect(contract).toMatchObject({
        unitPrice: { amount: '117', currency: 'EUR' },
        source: 'computed:pricelist:Contract C-10001',
      })
      expect(await priceOf(stand, 'DESK-80', { customer })).toMatchObject({ source: 'computed:list' })
    })
  })

  it('reckon a level by its percentage of the base price where the matrix has no row', async () => {
    await using({}, async (stand) => {
      const customer = await customerId(stand, 'C-10002')
      await stand.erp.customer?.update?.({ id: customer }, { group: 'staff' }, null)
      expect(await priceOf(stand, 'DESK-60', { customer })).toMatchObject({
        unitPrice: { amount: '127.5', currency: 'EUR' },
        source: 'computed:pricelist:Staff',
      })
    })
  })

  it("answer in the customer's currency, in the one that is wished, and else in the account's own", async () => {
    await using({}, async (stand) => {
      const american = await customerId(stand, 'C-10005')
      expect((await priceOf(stand, 'DESK-60', { customer: american })).unitPrice?.currency).toBe('USD')
      const wished = await priceOf(stand, 'DESK-60', { customer: american, currency: 'EUR' })
      expect(wished.unitPrice).toEqual({ amount: '150', currency: 'EUR' })
      expect((await priceOf(stand, 'DESK-60', { currency: 'GBP' })).unitPrice?.currency).toBe('EUR')
    })
  })

  it('of fifty items for one customer cost two calls, for several customers too', async () => {
    await using({}, async (stand) => {
      const page = await stand.erp.items?.list({ first: 50, after: null })
      const people = await Promise.all(
        ['C-10001', 'C-10004', 'C-10005'].map((number) => customerId(stand, number)),
      )
      const asks = (page?.rows ?? []).flatMap(({ id }) =>
        people.map((customer): PriceAsk => ({ ...ASK, item: id, customer, quantity: '30' })),
      )
      await priceOf(stand, 'DESK-60', { customer: people[0] })
      stand.calls.length = 0
      const answers = await stand.erp.prices?.(asks.filter(({ customer }) => customer === people[0]))
      expect([answers?.length, stand.calls.length]).toEqual([50, 2])
      stand.calls.length = 0
      expect((await stand.erp.prices?.(asks))?.every((answer) => answer && !(answer instanceof Error))).toBe(
        true,
      )
      expect(stand.calls.length).toBe(2)
    })
  })

  it('are null for items that are not sold, and INVALID_CUSTOMER in the row of an unknown customer', async () => {
    await using({}, async (stand) => {
      const item = await itemId(stand, 'DESK-60')
      const discount = { ...ASK, item: '900' }
      const nobody = { ...ASK, item, customer: '999999' }
      const [none, refusal, price] = (await stand.erp.prices?.([discount, nobody, { ...ASK, item }])) ?? []
      expect(none).toBe(null)
      expect(refusal).toMatchObject({ code: 'INVALID_CUSTOMER', field: 'customer' })
      expect(price).toMatchObject({ source: 'list' })
    })
  })

  it('read the number of a break by the table that the operator set, and refuse a number it lacks', async () => {
    await using({ config: { quantityBreaks: ['0'] } }, async (stand) => {
      // This account holds thresholds, so 0 is no number of a break.
      const error = await refused(priceOf(stand, 'DESK-60'))
      expect([error.code, error.field]).toEqual(['MAPPING_MISSING', 'quantityBreaks'])
    })
  })

  it('do not ask for tables of features that the account does not use', async () => {
    await using({ config: { without: ['groupPricing', 'itemPricing', 'units'] } }, async (stand) => {
      const customer = await customerId(stand, 'C-10004')
      expect((await priceOf(stand, 'DESK-60', { customer })).source).toBe('computed:pricelist:Wholesale')
      expect(stand.statements().join('\n')).not.toMatch(/customergrouppricing|customeritempricing|saleunit/)
    })
  })
})

describe('stock', () => {
  it('of fifty items costs one call, and equal questions are asked once', async () => {
    await using({}, async (stand) => {
      const page = await stand.erp.items?.list({ first: 50, after: null })
      const asks = (page?.rows ?? []).map(({ id, sku }) => ({ item: id, sku: sku ?? '', warehouses: null }))
      stand.calls.length = 0
      expect(await stand.erp.stock?.([...asks, ...asks])).toHaveLength(100)
      expect(stand.calls).toHaveLength(1)
      expect(stand.calls[0]?.body.match(/1001\b/g)).toHaveLength(1)
    })
  })

  it('of more rows than one page holds is read to the end', async () => {
    const company = demo(7)
    const more = Array.from({ length: 9 }, (_, index) => ({ code: `W${index}`, name: `Lager ${index}` }))
    company.warehouses = [...company.warehouses, ...more]
    for (const { stock } of company.products) {
      const row = { onHand: '1', reserved: '0', incoming: '0' }
      if (stock.length > 0) stock.push(...more.map(({ code }) => ({ warehouse: code, ...row })))
    }
    await using({ company }, async ({ erp, calls }) => {
      const rows = (await erp.items?.list({ first: 200, after: null }))?.rows ?? []
      calls.length = 0
      const asks = rows.map(({ id }) => ({ item: id, sku: '', warehouses: more.map(({ code }) => code) }))
      const answers = (await erp.stock?.(asks)) ?? []
      // 180 items that are kept in stock, each in twelve locations: 2,160 rows and the 20 services.
      expect(calls).toHaveLength(3)
      const sums = answers.map((answer) => (answer && !(answer instanceof Error) ? answer.available : answer))
      expect(sums).toEqual(rows.map(({ type }) => (type === 'SERVICE' ? null : '9')))
    })
  })

  it('counts what NetSuite leaves out as zero, and says nothing of a service', async () => {
    await using({}, async (stand) => {
      const [item, service] = [await itemId(stand, 'DESK-60'), await itemId(stand, 'FIT-60')]
      const asks = [item, service].map((id) => ({ item: id, sku: '', warehouses: ['us', '1'] }))
      const [stock, none] = (await stand.erp.stock?.(asks)) ?? []
      if (!stock || stock instanceof Error) throw new Error('There is no stock.')
      expect(stock.levels?.map(({ warehouse }) => warehouse.code)).toEqual(['MAIN', 'US'])
      for (const level of stock.levels ?? []) expect(level.incoming).toMatch(/^\d+$/)
      expect(none).toMatchObject({ available: null, levels: [], unit: 'HUR' })
    })
  })

  it('is exact to the last of eighteen digits', async () => {
    await using({}, async (stand) => {
      const [one, two] = [await itemId(stand, 'DESK-60'), await itemId(stand, 'DESK-80')]
      stand.sandbox.act({ do: 'setStock', sku: 'DESK-80', warehouse: 'MAIN', onHand: '0.000000000000000001' })
      const ask = (item: string) => ({ item, sku: '', warehouses: ['MAIN'] })
      const [, small] = (await stand.erp.stock?.([ask(one), ask(two)])) ?? []
      expect(small).toMatchObject({ onHand: '0.000000000000000001' })
    })
  })
})
