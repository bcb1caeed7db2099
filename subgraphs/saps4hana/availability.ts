import Big from 'big.js'
import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import { literal } from '../odata.ts'
import { dateTimeOffset, entityOf } from '../odata2.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { errorOf } from './errors.ts'
import { decimal } from './shapes.ts'

const SERVICE = 'API_PRODUCT_AVAILY_INFO_BASIC'
const FUNCTION = 'DetermineAvailabilityAt'
const record = z.object({ AvailableQuantityInBaseUnit: decimal })

/** Unrestricted stock of a material at a storage location, or in a plant without any. */
export interface Place {
  code: string
  plant: string
  onHand: Big
}

/** What can be promised of a material in a plant, in its base unit. */
export type Promised = (material: string, plant: string) => Big | ErpError

/** What is there at several places together. */
export function sumOf(places: Place[]): Big {
  return places.reduce((sum, { onHand }) => sum.plus(onHand), new Big(0))
}

function keyOf(material: string, plant: string): string {
  return JSON.stringify([material, plant])
}

/** What can be promised now by the rule of the configuration: the whole list in one $batch. */
export async function promisedOf(
  client: Client,
  rule: string,
  wanted: { material: string; plant: string }[],
): Promise<Promised> {
  const asks = new Map(wanted.map((one) => [keyOf(one.material, one.plant), one]))
  const now = dateTimeOffset(new Date().toISOString().replace(/\.\d+/, ''))
  const parts = [...asks.values()].map(({ material, plant }) => {
    const given = {
      Material: literal(material),
      SupplyingPlant: literal(plant),
      ATPCheckingRule: literal(rule),
      RequestedUTCDateTime: now,
    }
    const query = Object.entries(given).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    const headers = { accept: 'application/json' }
    return { method: 'GET', url: `${FUNCTION}?${query.join('&')}`, headers }
  })
  const answers = await client.batch(SERVICE, parts, true)
  const found = new Map(
    [...asks.keys()].map((key, index): [string, Big | ErpError] => {
      const [answer] = answers[index] ?? []
      if (!answer || answer.status >= 300)
        return [key, errorOf(answer ?? { status: 500, headers: {}, body: null })]
      // The answer of a function stands under its name.
      const read = () => shaped(record, entityOf(answer.body)[FUNCTION] ?? null, 'An availability')
      const told = rowOf(read)
      return [key, told instanceof ErpError ? told : new Big(told.AvailableQuantityInBaseUnit)]
    }),
  )
  return (material, plant) =>
    found.get(keyOf(material, plant)) ?? new ErpError('BAD_ANSWER', `Nothing was told of plant ${plant}.`)
}

/**
 * What can be promised at the places that were asked for. The check knows whole plants: of some of a plant's storage
 * locations no more can be promised than lies there, and a single one of several has no figure of its own.
 */
export function promiseAt(
  places: Place[],
  asked: Place[],
  promised: (plant: string) => Big | ErpError,
): { available: Big; at: Map<string, Big> } | ErpError {
  const at = new Map<string, Big>()
  let available = new Big(0)
  for (const [plant, some] of Map.groupBy(asked, (one) => one.plant)) {
    const figure = promised(plant)
    if (figure instanceof ErpError) return figure
    const all = places.filter((one) => one.plant === plant)
    const [only] = all
    if (only && all.length === 1) at.set(only.code, figure)
    const lies = sumOf(some)
    available = available.plus(all.length === some.length || figure.lt(lies) ? figure : lies)
  }
  return { available, at }
}
