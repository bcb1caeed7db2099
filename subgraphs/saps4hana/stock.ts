import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, StockAsk, StockReading } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Place, type Promised, promiseAt, promisedOf, sumOf } from './availability.ts'
import type { Client } from './client.ts'
import { unitOf, unpadded } from './map.ts'
import { decimal, key, many, text } from './shapes.ts'

const material = z.object({
  Material: key,
  MaterialBaseUnit: text,
  to_MatlStkInAcctMod: many(
    z.object({
      Plant: key,
      StorageLocation: z.string(),
      InventoryStockType: z.string(),
      InventorySpecialStockType: z.string(),
      MatlWrhsStkQtyInMatlBaseUnit: decimal,
    }),
  ),
})
const known = z.object({ Product: key, BaseUnit: text })
/** Stock that anybody may be sold: neither in inspection nor blocked, returned or in transfer. */
const UNRESTRICTED = '01'
const MAX_LENGTH = 40

type Material = z.output<typeof material>

/** The places where unrestricted stock is, in the order of their codes. */
function placesOf(rows: Material['to_MatlStkInAcctMod']): Place[] {
  const places = new Map<string, Place>()
  for (const row of rows) {
    if (row.InventoryStockType !== UNRESTRICTED || row.InventorySpecialStockType !== '') continue
    const { Plant: plant, StorageLocation: storage } = row
    const code = storage ? `${plant}/${storage}` : plant
    const onHand = (places.get(code)?.onHand ?? new Big(0)).plus(row.MatlWrhsStkQtyInMatlBaseUnit)
    places.set(code, { code, plant, onHand })
  }
  return [...places.values()].toSorted((one, other) => (one.code < other.code ? -1 : 1))
}

function askedOf(places: Place[], { warehouses }: StockAsk): Place[] {
  return places.filter(
    ({ code, plant }) => !warehouses || warehouses.includes(code) || warehouses.includes(plant),
  )
}

function reading(
  unit: string | null,
  places: Place[],
  ask: StockAsk,
  { config }: Client,
  promised: Promised | null,
): Answer<StockReading> {
  const asked = askedOf(places, ask)
  const promise =
    promised && asked.length > 0
      ? promiseAt(places, asked, (plant) => promised(unpadded(ask.item), plant))
      : null
  if (promise instanceof ErpError) return promise
  const total = sumOf(asked)
  return {
    available: (promise?.available ?? total).toFixed(),
    onHand: total.toFixed(),
    unit: unitOf(unit, config),
    nativeUnit: unit,
    levels: asked.map(({ code, onHand }) => ({
      warehouse: { code },
      available: (promise ? promise.at.get(code) : onHand)?.toFixed() ?? null,
      onHand: onHand.toFixed(),
    })),
    source: promise ? `available to promise, checking rule ${config.checkingRule}` : 'unrestricted-use stock',
  }
}

/** The materials with stock, and the base units of those that are known and have none: at most two calls. */
async function found(
  client: Client,
  ids: Id[],
): Promise<{ stocked: Map<Id, Material | ErpError>; empty: Map<Id, string | null> }> {
  const expand = 'to_MatlStkInAcctMod'
  const rows = await client.rowsOf('API_MATERIAL_STOCK_SRV', 'A_MaterialStock', 'Material', ids, { expand })
  const keyed = z.object({ Material: key })
  const stocked = new Map(
    rows.map((row) => [
      unpadded(shaped(keyed, row, 'A stock').Material),
      rowOf(() => shaped(material, row, 'A stock')),
    ]),
  )
  const missing = ids.filter((id) => !stocked.has(id))
  const select = ['Product', 'BaseUnit']
  const others = await client.rowsOf('API_PRODUCT_SRV', 'A_Product', 'Product', missing, { select })
  const empty = new Map(
    others.map((row) => {
      const { Product: id, BaseUnit: unit } = shaped(known, row, 'A product')
      return [unpadded(id), unit]
    }),
  )
  return { stocked, empty }
}

/**
 * Physical stock by plant and storage location; SAP reserves nothing in it. Rows stand only where stock is, so an
 * item without any is looked up to tell "none" from "unknown". With a checking rule the availability check says what
 * can be promised of what is there.
 */
export async function stock(client: Client, asks: StockAsk[]): Promise<Answer<StockReading>[]> {
  const ids = [...new Set(asks.map(({ item }) => unpadded(item)))].filter(
    (id) => id && id.length <= MAX_LENGTH,
  )
  if (ids.length === 0) return asks.map(() => null)
  const { stocked, empty } = await found(client, ids)
  const all = asks.map((ask) => {
    const native = stocked.get(unpadded(ask.item))
    return {
      ask,
      native,
      places: native && !(native instanceof ErpError) ? placesOf(native.to_MatlStkInAcctMod) : [],
    }
  })
  const wanted = all.flatMap(({ ask, places }) =>
    askedOf(places, ask).map(({ plant }) => ({ material: unpadded(ask.item), plant })),
  )
  const { checkingRule: rule } = client.config
  const promised = rule && wanted.length > 0 ? await promisedOf(client, rule, wanted) : null
  return all.map(({ ask, native, places }): Answer<StockReading> => {
    if (native instanceof ErpError) return native
    const id = unpadded(ask.item)
    if (!native && !empty.has(id)) return null
    return reading(native?.MaterialBaseUnit ?? empty.get(id) ?? null, places, ask, client, promised)
  })
}
