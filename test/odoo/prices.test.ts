import { describe, expect, it } from 'vitest'
import type { PriceAsk } from '../../subgraphs/connector.ts'
import { ErpError } from '../../schema/errors.ts'
import { type Bench, callsOf, company, customerId, itemId, native, open } from './bench.ts'

const TODAY = new Date().toISOString().slice(0, 10)
const wholesale = customerId(({ group, currency }) => group === 'wholesale' && currency === 'EUR')
const retail = customerId(({ group, currency }) => group === 'retail' && currency === 'EUR')

function ask(sku: string, more: Partial<PriceAsk> = {}): PriceAsk {
  return {
    item: itemId(sku),
    sku,
    customer: retail,
    quantity: '1',
    unit: null,
    currency: null,
    on: TODAY,
    ...more,
  }
}

/** Gives the customer a price list of its own with these rules. */
async function pricelist(bench: Bench, rules: Record<string, unknown>[], customer = retail): Promise<number> {
  const values = { name: 'Special', currency_id: 1, item_ids: rules.map((rule) => [0, 0, rule]) }
  const list = await native<number>(bench, 'product.pricelist', 'create', [values])
  await native(bench, 'res.partner', 'write', [[Number(customer)], { property_product_pricelist: list }])
  return list
}

describe('prices', () => {
  it.each([17, 18, 19] as const)(
    'cost two calls for 50 items of one customer, the rules and one unsaved order, in version %s',
    async (version) => {
      await using bench = await open(version)
      const asks = company.products
        .slice(0, 50)
        .map(({ sku }) => ask(sku, { customer: wholesale, quantity: '12' }))
      await bench.erp.prices?.([ask('PUMP-60', { customer: wholesale })])
      bench.calls.length = 0
      const rows = await bench.erp.prices?.(asks)
      expect(rows?.every((row) => row !== null && !(row instanceof ErpError))).toBe(true)
      expect(bench.calls).toHaveLength(2)
      expect(callsOf(bench, 'product.pricelist.item', 'search_read')).toHaveLength(1)
      expect(callsOf(bench, 'sale.order', 'onchange')).toHaveLength(1)
    },
  )

  it('name the price list and no changed field, without which Odoo answers list prices, and save nothing', async () => {
    await using bench = await open()
    const before = bench.sandbox.ledger()
    await bench.erp.prices?.([ask('DESK-60', { customer: wholesale })])
    const [call] = callsOf(bench, 'sale.order', 'onchange')
    const body = JSON.parse(call?.body ?? '{}') as { values: object; field_names: unknown }
    expect(body.values).toHaveProperty('pricelist_id')
    expect(body.field_names).toEqual([])
    expect(bench.sandbox.ledger()).toEqual(before)
  })

  it('come with every step of the price list, each as Odoo itself prices it', async () => {
    await using bench = await open()
    await pricelist(bench, [
      { applied_on: '3_global', compute_price: 'percentage', percent_price: 10 },
      {
        applied_on: '2_product_category',
        categ_id: 1,
        compute_price: 'percentage',
        percent_price: 20,
        min_quantity: 10,
      },
      {
        applied_on: '1_product',
        product_tmpl_id: 1,
        compute_price: 'fixed',
        fixed_price: 100,
        min_quantity: 20,
      },
      {
        applied_on: '0_product_variant',
        product_id: 1,
        compute_price: 'formula',
        price_discount: 50,
        price_surcharge: 1,
        min_quantity: 100,
      },
    ])
    const [row] = (await bench.erp.prices?.([ask('DESK-60', { quantity: '30' })])) ?? []
    const euro = (amount: string) => ({ amount, currency: 'EUR' })
    expect(row).toMatchObject({
      unitPrice: euro('100'),
      listPrice: euro('150'),
      source: 'pricelist:Special',
      tiers: [
        { minimumQuantity: '1', unitPrice: euro('135') },
        { minimumQuantity: '10', unitPrice: euro('120') },
        { minimumQuantity: '20', unitPrice: euro('100') },
        { minimumQuantity: '100', unitPrice: euro('76') },
      ],
    })
  })

  it('show the steps of a list that another list is built upon, at one call more', async () => {
    await using bench = await open()
    const base = await pricelist(bench, [
      { applied_on: '3_global', compute_price: 'percentage', percent_price: 10, min_quantity: 5 },
    ])
    await pricelist(bench, [
      { applied_on: '3_global', compute_price: 'formula', base: 'pricelist', base_pricelist_id: base },
    ])
    await bench.erp.prices?.([ask('PUMP-60')])
    bench.calls.length = 0
    const [row] = (await bench.erp.prices?.([ask('DESK-60')])) ?? []
    expect(row).toMatchObject({
      tiers: [{ minimumQuantity: '1' }, { minimumQuantity: '5', unitPrice: { amount: '135' } }],
    })
    expect(bench.calls).toHaveLength(3)
  })

  it('follow the day that is asked for, and say until when a price holds', async () => {
    await using bench = await open()
    const rule = { applied_on: '3_global', compute_price: 'percentage', percent_price: 30 }
    await pricelist(bench, [{ ...rule, date_start: '2030-01-01 00:00:00', date_end: '2030-01-31 23:59:59' }])
    const days = ['2029-12-31', '2030-01-15', '2030-02-01']
    const rows = await bench.erp.prices?.(days.map((on) => ask('DESK-60', { on })))
    expect(rows).toMatchObject([
      { unitPrice: { amount: '150' }, source: 'list', validUntil: null },
      { unitPrice: { amount: '105' }, source: 'pricelist:Special', validUntil: '2030-01-31T23:59:59.000Z' },
      { unitPrice: { amount: '150' }, source: 'list', validUntil: null },
    ])
  })

  it('are list prices for everyone while the price list feature is off, as in a fresh database', async () => {
    await using bench = await open()
    const settings = await native<number>(bench, 'res.config.settings', 'create', [
      { group_product_pricelist: false },
    ])
    await native(bench, 'res.config.settings', 'execute', [[settings]])
    const [row] = (await bench.erp.prices?.([ask('DESK-60', { customer: wholesale, quantity: '60' })])) ?? []
    expect(row).toMatchObject({ unitPrice: { amount: '150', currency: 'EUR' }, source: 'list' })
  })

  it('are given for the known items although one unknown item spoils the order that prices them', async () => {
    await using bench = await open()
    const asks = [ask('DESK-60'), { ...ask('DESK-60'), item: '99999999' }, ask('PUMP-60')]
    const rows = await bench.erp.prices?.(asks)
    expect(rows).toMatchObject([{ unitPrice: { amount: '150' } }, null, { unitPrice: { amount: '149.4' } }])
  })

  it('are null for what is no longer sold', async () => {
    await using bench = await open()
    await native(bench, 'product.product', 'write', [[1], { sale_ok: false }])
    bench.sandbox.act({ do: 'deleteItem', sku: 'DESK-80' })
    const asks = ['DESK-60', 'DESK-80'].flatMap((sku) => [ask(sku), ask(sku, { customer: null })])
    expect(await bench.erp.prices?.(asks)).toEqual([null, null, null, null])
  })

  it.each([17, 19] as const)('are for a dozen when a dozen is asked for, in version %s', async (version) => {
    await using bench = await open(version)
    const rows = await bench.erp.prices?.([
      ask('DESK-60', { unit: 'DZN' }),
      ask('DESK-60', { unit: 'C62' }),
      ask('DESK-60', { unit: 'KGM' }),
    ])
    expect(rows?.slice(0, 2)).toMatchObject([
      { unitPrice: { amount: '1800' }, unit: 'DZN' },
      { unitPrice: { amount: '150' }, unit: 'H87' },
    ])
    expect(rows?.[2]).toMatchObject({ code: 'MAPPING_MISSING', field: 'unit' })
  })

  it('come in another currency where the operator named a list for it, and in their own where not', async () => {
    await using bench = await open()
    const dollars = [ask('DESK-60', { currency: 'USD' })]
    expect(await bench.erp.prices?.(dollars)).toMatchObject([
      { unitPrice: { amount: '162', currency: 'USD' } },
    ])
    const erp = bench.again({ pricelists: {} })
    expect(await erp.prices?.(dollars)).toMatchObject([{ unitPrice: { amount: '150', currency: 'EUR' } }])
  })

  it('refuse an unknown customer by name, and price the others', async () => {
    await using bench = await open()
    const rows = await bench.erp.prices?.([ask('DESK-60', { customer: '99999999' }), ask('DESK-60')])
    expect(rows).toMatchObject([{ code: 'INVALID_CUSTOMER', field: 'customer' }, { source: 'list' }])
  })

  it('take over a new price list of a customer when the kept one has been read again', async () => {
    await using bench = await open()
    await pricelist(bench, [{ applied_on: '3_global', compute_price: 'percentage', percent_price: 50 }])
    const erp = bench.again({})
    expect(await erp.prices?.([ask('DESK-60')])).toMatchObject([{ unitPrice: { amount: '75' } }])
  })
})
