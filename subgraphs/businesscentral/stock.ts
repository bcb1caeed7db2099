import Big from 'big.js'
import { z } from 'zod'
import type { Answer, Id, StockAsk, StockReading } from '../connector.ts'
import type { Json } from '../json.ts'
import { type Query, allOf, anyOf, literal } from '../odata.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, type Root, groups } from './client.ts'
import { unitOf } from './map.ts'
import { rowsById } from './read.ts'
import type { Settings, Setup } from './setup.ts'
import { type NativeItem, decimal, item } from './shapes.ts'

const entry = z.object({ itemNo: z.string(), locationCode: z.string(), remainingQuantity: decimal })
const ENTRY = Object.keys(entry.shape)
/** How stock without a location is called. */
const NOWHERE = '(no location)'

type Quantities = Map<string, Map<string, Big>>

/**
 * Stock on hand. The business API has only the total of all locations (resource item, field inventory); per
 * location it comes from the open ledger entries of the analytics API. No API tells reservations, so what is
 * available is what is on hand, and `source` says so.
 */
export async function stock(client: Client, setup: Setup, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const ids = asks.map((ask) => ask.item)
  const rows = await rowsById(client, 'items', ids, { select: Object.keys(item.shape) })
  if (rows.length === 0) return asks.map(() => null)
  const found = new Map<Id, NativeItem>(
    rows.map((row) => {
      const native = shaped(item, row, 'An item')
      return [native.id, native]
    }),
  )
  const settings = await setup.get()
  const numbers = [...found.values()].map(({ number }) => number)
  const levels = client.config.stock === 'total' ? null : await quantities(client, numbers)
  return asks.map((ask) => {
    const native = found.get(ask.item.toLowerCase())
    return native ? rowOf(() => reading(ask, native, levels, settings)) : null
  })
}

/** Number of an item -> location -> quantity on hand. */
async function quantities(client: Client, numbers: string[]): Promise<Quantities> {
  const rows = client.config.stock === 'ledger' ? await entries(client, numbers) : await matrix(client)
  const sums: Quantities = new Map()
  for (const row of rows) {
    const { itemNo, locationCode, remainingQuantity } = shaped(entry, row, 'The stock of an item')
    const places = sums.get(itemNo) ?? new Map<string, Big>()
    places.set(locationCode, (places.get(locationCode) ?? new Big(0)).plus(remainingQuantity))
    sums.set(itemNo, places)
  }
  return sums
}

async function entries(client: Client, numbers: string[]): Promise<Json[]> {
  const queries = groups(numbers).map((some): [string, Query] => [
    'itemLedgerEntries',
    { filter: allOf('open eq true', anyOf('itemNo', some.map(literal))), select: ENTRY },
  ])
  return (await client.read(queries, 'api/microsoft/analytics/v1.0')).flat()
}

/** The Field Service API builds everything for each call, whatever is asked for; so does one call of ours. */
async function matrix(client: Client): Promise<Json[]> {
  const root = client.config.availabilityApi as Root
  return (await client.read([['itemsAvailabilitiesByLocation', { select: ENTRY }]], root)).flat()
}

function reading(ask: StockAsk, native: NativeItem, sums: Quantities | null, settings: Settings) {
  const common = {
    unit: unitOf(native.baseUnitOfMeasureCode, settings),
    nativeUnit: native.baseUnitOfMeasureCode,
    reserved: null,
    incoming: null,
  }
  if (native.type !== 'Inventory') return { ...common, available: null, onHand: null, levels: [] }
  if (sums === null) {
    const total = ask.warehouses === null ? native.inventory : null
    return { ...common, available: total, onHand: total, levels: [], source: 'all-locations, on-hand' }
  }
  const wanted = ask.warehouses?.map((code) => code.trim().toUpperCase())
  const levels = [...(sums.get(native.number) ?? [])]
    .map(([code, quantity]) => ({ code: code || NOWHERE, quantity }))
    .filter(({ code }) => wanted?.includes(code.toUpperCase()) ?? true)
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
  const total = levels.reduce((sum, { quantity }) => sum.plus(quantity), new Big(0)).toFixed()
  return {
    ...common,
    available: total,
    onHand: total,
    source: 'on-hand',
    levels: levels.map(({ code, quantity }) => ({
      warehouse: { code, name: settings.locations.find((one) => one.code === code)?.displayName ?? null },
      available: quantity.toFixed(),
      onHand: quantity.toFixed(),
      reserved: null,
      incoming: null,
    })),
  }
}
