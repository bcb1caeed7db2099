import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PriceReading } from '../../subgraphs/connector.ts'
import { type Line, open, part, post } from './line.ts'

const ON = new Date().toISOString().slice(0, 10)
const RETAIL = 'Harbour Works GmbH'
const KEY = 'Acme GmbH'
const WHOLESALE = 'Nordwind GmbH'

let line: Line
beforeEach(async () => (line = await open()))
afterEach(() => line.close())

const one = (item: string, customer: string | null, quantity = '1', unit: string | null = null) => ({
  item,
  sku: item,
  customer,
  quantity,
  unit,
  currency: null,
  on: ON,
})

async function price(
  item: string,
  customer: string | null,
  quantity = '1',
  unit: string | null = null,
): Promise<PriceReading | null> {
  const [answer] = await part(line.erp.prices)([one(item, customer, quantity, unit)])
  if (answer instanceof Error) throw answer
  return answer ?? null
}

describe('prices of ERPNext', () => {
  it('fifty prices of one customer cost two calls, also after another customer and item were asked first', async () => {
    await price('LAMP-60', RETAIL)
    const { rows } = await part(line.erp.items).list({ first: 50, after: null })
    line.calls()
    const answers = await part(line.erp.prices)(rows.map(({ id }) => one(id, WHOLESALE, '10')))
    expect(line.calls()).toEqual([
      'GET /api/resource/Customer',
      'POST /api/method/erpnext.stock.get_item_details.apply_price_list',
    ])
    expect(answers.every((answer) => answer !== null && !(answer instanceof Error))).toBe(true)
  })

  it('the list, the customer, its group and the quantity decide, and the source says by which list', async () => {
    expect(await price('DESK-60', null)).toMatchObject({
      unitPrice: { amount: '150', currency: 'EUR' },
      source: 'list',
    })
    expect(await price('DESK-60', RETAIL, '30')).toMatchObject({
      unitPrice: { amount: '150' },
      source: 'pricelist:Standard Selling',
    })
    expect(await price('DESK-60', KEY)).toMatchObject({ unitPrice: { amount: '127.5' } })
    expect(await price('DESK-60', KEY, '25')).toMatchObject({ unitPrice: { amount: '117' } })
    expect(await price('DESK-60', WHOLESALE, '49.5')).toMatchObject({
      unitPrice: { amount: '132' },
      source: 'pricelist:Wholesale',
      tiers: [
        { minimumQuantity: '1', unitPrice: { amount: '138' } },
        { minimumQuantity: '10', unitPrice: { amount: '132' } },
        { minimumQuantity: '50', unitPrice: { amount: '123' } },
      ],
    })
  })

  it('a discount by rule is subtracted here, rounded as the site does, and told as computed', async () => {
    await post(line, '/api/resource/Pricing%20Rule', {
      title: 'x',
      apply_on: 'Item Code',
      items: [{ item_code: 'PUMP-60' }],
      selling: 1,
      applicable_for: 'Customer',
      customer: RETAIL,
      min_qty: 1,
      rate_or_discount: 'Discount Percentage',
      discount_percentage: 12.5,
      currency: 'EUR',
    })
    const found = await price('PUMP-60', RETAIL, '3')
    expect(found).toMatchObject({
      listPrice: { amount: '149.4' },
      unitPrice: { amount: '130.72' },
      discounts: [{ percent: '12.5' }],
    })
    expect(found?.source).toMatch(/^computed:.*Standard Selling/)
  })

  it('a margin comes before the discount', async () => {
    await post(line, '/api/resource/Pricing%20Rule', {
      title: 'x',
      apply_on: 'Item Group',
      item_groups: [{ item_group: 'All Item Groups' }],
      selling: 1,
      min_qty: 1,
      rate_or_discount: 'Discount Percentage',
      discount_percentage: 10,
      margin_type: 'Amount',
      margin_rate_or_amount: 10,
      priority: '20',
      currency: 'EUR',
    })
    expect(await price('DESK-60', RETAIL)).toMatchObject({ unitPrice: { amount: '144' } })
  })

  it('a quantity that does not fill the packing unit has no price at all', async () => {
    await post(line, '/api/resource/Item%20Price', {
      item_code: 'DESK-80',
      price_list: 'Standard Selling',
      customer: RETAIL,
      price_list_rate: 99,
      packing_unit: 4,
    })
    expect(await price('DESK-80', RETAIL, '8')).toMatchObject({ unitPrice: { amount: '99' } })
    expect(await price('DESK-80', RETAIL, '7')).toBeNull()
  })

  it('a price that is not yet or no longer valid does not count', async () => {
    const path = '/api/resource/Item%20Price'
    const base = { item_code: 'DESK-100', price_list: 'Standard Selling', customer: RETAIL }
    await post(line, path, {
      ...base,
      price_list_rate: 1,
      valid_from: '2001-01-01',
      valid_upto: '2001-12-31',
    })
    await post(line, path, { ...base, price_list_rate: 2, valid_from: '2199-01-01' })
    expect(await price('DESK-100', RETAIL)).toMatchObject({ unitPrice: { amount: '190' } })
    await post(line, path, { ...base, price_list_rate: 3, valid_from: '2002-01-01' })
    expect(await price('DESK-100', RETAIL)).toMatchObject({ unitPrice: { amount: '3' } })
  })

  it('a unit with a factor is priced by it, an unknown unit names the mapping that is missing', async () => {
    expect(await price('DESK-60', null, '2', 'BX')).toMatchObject({
      unitPrice: { amount: '1500' },
      unit: 'BX',
    })
    const [answer] = await part(line.erp.prices)([one('DESK-60', null, '1', 'LTR')])
    expect(answer).toMatchObject({ code: 'MAPPING_MISSING', field: 'unit' })
  })

  it('templates, disabled items and items without a price are null; a disabled list is a refusal', async () => {
    const path = '/api/resource/Item'
    const base = { item_group: 'Products', stock_uom: 'Nos' }
    await post(line, path, { ...base, item_code: 'TEMPLATE', has_variants: 1, standard_rate: 5 })
    await post(line, path, { ...base, item_code: 'OLD', disabled: 1, standard_rate: 5 })
    await post(line, path, { ...base, item_code: 'PRICELESS' })
    for (const item of ['TEMPLATE', 'OLD', 'PRICELESS', 'UNKNOWN']) expect(await price(item, null)).toBeNull()
    await post(line, '/api/resource/Price%20List/Wholesale', { enabled: 0 }, 'PUT')
    const [refused] = await part(line.erp.prices)([one('DESK-60', WHOLESALE)])
    expect(refused).toMatchObject({ code: 'VALIDATION' })
  })

  it('a variant without a price of its own has its template’s', async () => {
    await post(line, '/api/resource/Item', {
      item_code: 'SHIRT',
      has_variants: 1,
      item_group: 'Products',
      stock_uom: 'Nos',
      standard_rate: 20,
    })
    await post(line, '/api/resource/Item', {
      item_code: 'SHIRT-L',
      variant_of: 'SHIRT',
      item_group: 'Products',
      stock_uom: 'Nos',
    })
    expect(await price('SHIRT-L', RETAIL)).toMatchObject({ unitPrice: { amount: '20' } })
  })

  it('an item deleted behind our back makes the server stumble, and the others get their price all the same', async () => {
    await price('DESK-60', RETAIL)
    line.server.sandbox('erpnext').act({ do: 'deleteItem', sku: 'DESK-60' })
    const answers = await part(line.erp.prices)([
      one('DESK-80', RETAIL),
      one('DESK-60', RETAIL),
      one('DESK-120', RETAIL),
    ])
    expect(answers).toMatchObject([{ unitPrice: { amount: '170' } }, null, { unitPrice: { amount: '210' } }])
  })

  it('a price question never carries a rate, with which ERPNext would write a price', async () => {
    await price('DESK-60', KEY, '3')
    const asked = line.sent.filter(({ url }) => url.includes('apply_price_list'))
    expect(asked.length).toBeGreaterThan(0)
    for (const { body, repeatable } of asked) {
      expect(body).not.toMatch(/"rate"/)
      expect(repeatable).toBe(true)
    }
  })

  it('18 digits of a price arrive digit by digit', async () => {
    line.server.sandbox('erpnext').act({ do: 'setPrice', sku: 'DESK-60', price: '123456789.123456789' })
    expect(await price('DESK-60', RETAIL)).toMatchObject({ unitPrice: { amount: '123456789.123456789' } })
  })
})
