import { expect, it } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { StockReading } from '../../subgraphs/connector.ts'
import { ORDER, type Stand, asked, using } from './stand.ts'

const RULE = { checkingRule: 'A' }
const STOCK = 'unrestricted-use stock'

async function stockOf({ erp }: Stand, sku: string, warehouses: string[] | null = null) {
  const [row] = await erp.stock!([{ item: sku, sku, warehouses }])
  if (!row || row instanceof ErpError) throw row ?? new Error(`There is no item ${sku}.`)
  return row
}

const less = (row: StockReading, other: StockReading) => Number(row.available) - Number(other.available)

it('takes what can be promised of all items from the availability check, in one $batch, and says by which rule', () =>
  using(async (stand) => {
    const { erp, tap } = stand
    const asks = ['DESK-160', 'CHAIR-60', 'DESK-160', 'FIT-60', 'NO-SUCH-SKU'].map((sku) => {
      return { item: sku, sku, warehouses: null }
    })
    const [desk, chair, again, service, nobody] = await erp.stock!(asks)
    const source = 'available to promise, checking rule A'
    for (const row of [desk, chair]) expect(row).toMatchObject({ source, unit: 'H87' })
    expect([again, service, nobody]).toEqual([desk, expect.objectContaining({ available: '0' }), null])
    expect(asked(stand, 'API_PRODUCT_AVAILY_INFO_BASIC/$batch')).toHaveLength(1)
    const sent = tap.exchanges.find(({ request }) => request.body?.includes('DetermineAvailabilityAt'))
    const question =
      /GET DetermineAvailabilityAt\?Material='DESK-160'&SupplyingPlant='1010'&ATPCheckingRule='A'&RequestedUTCDateTime=datetimeoffset'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ' /
    expect(decodeURIComponent(sent?.request.body ?? '')).toMatch(question)
  }, RULE))

it('promises no more what an order has taken, although it still lies on the shelf', () =>
  using(async (stand) => {
    const before = await stockOf(stand, 'DESK-160')
    await stand.erp.order!.create(ORDER, 'ord_PROMISE1')
    const after = await stockOf(stand, 'DESK-160')
    expect(less(before, after)).toBe(2)
    expect(after.onHand).toBe(before.onHand)
    const levels = after.levels?.map(({ available }) => Number(available)) ?? []
    expect(levels.reduce((sum, one) => sum + one, 0)).toBe(Number(after.available))
  }, RULE))

it('knows no figure for one of several storage locations of a plant, and promises there no more than lies there', () =>
  using(async (stand) => {
    stand.sandbox.act({ do: 'setStock', sku: 'DESK-160', warehouse: '1010/199Z', onHand: '1' })
    const plant = await stockOf(stand, 'DESK-160', ['1010'])
    const place = await stockOf(stand, 'DESK-160', ['1010/199Z'])
    expect(plant.levels?.map(({ available }) => available)).toEqual([null, null])
    expect(Number(plant.available)).toBeGreaterThan(1)
    expect(place).toMatchObject({ available: '1', onHand: '1' })
  }, RULE))

it('tells the refusal of one plant for the item that lies there, and leaves the other items whole', () =>
  using(async (stand) => {
    stand.sandbox.act({ do: 'setStock', sku: 'DESK-160', warehouse: '9999/X', onHand: '4' })
    const [desk, chair] = await stand.erp.stock!(
      ['DESK-160', 'CHAIR-60'].map((sku) => ({ item: sku, sku, warehouses: null })),
    )
    expect(desk).toMatchObject({ code: 'VALIDATION', field: 'SupplyingPlant' })
    expect(chair).toMatchObject({ source: 'available to promise, checking rule A' })
  }, RULE))

it('counts unrestricted stock as available without a checking rule, and asks the availability check nothing', () =>
  using(async (stand) => {
    const row = await stockOf(stand, 'DESK-160')
    expect(row).toMatchObject({ source: STOCK, available: row.onHand })
    expect(asked(stand, 'API_PRODUCT_AVAILY_INFO_BASIC')).toEqual([])
  }))
