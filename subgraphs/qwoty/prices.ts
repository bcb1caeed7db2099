import type { Money } from '../../schema/index.ts'
import { ErpError } from '../../schema/errors.ts'
import type { Id } from '../connector.ts'
import type { Json } from '../json.ts'
import { Kept } from '../kept.ts'
import { rowOf, shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { type Product, price } from './shapes.ts'

const ROWS = 100
const HOUR_MS = 3_600_000

/** A list price, null where the model is not flat, or why the row cannot be read. */
type Listed = Money | null | ErpError

/** The list prices of products in one price book, read once, refreshed hourly and on a miss. */
export type ListPrices = (products: Product[]) => Promise<Map<Id, Listed>>

function toListed(row: Json): Listed {
  return rowOf(() => {
    const {
      pricing_model: model,
      amount,
      currency_api_name: currency,
    } = shaped(price, row, 'A price of Qwoty')
    return (model ?? 'flat') === 'flat' && amount ? { amount, currency } : null
  })
}

function idOf(row: Json): Id {
  return typeof row === 'object' && row !== null && 'id' in row ? String(row.id) : ''
}

/** Opens the list prices of a price book by its API name. https://docs.qwoty.io/llms.txt */
export function openListPrices(client: Client, pricebook: string | undefined): ListPrices {
  const table = new Kept(async () => {
    const rows = await client.all('price', `/prices?limit=${ROWS}&offset=0`)
    return new Map(rows.map((row) => [idOf(row), toListed(row)]))
  }, HOUR_MS)
  return async (products) => {
    const asked = products.flatMap(({ id, prices }) =>
      prices.filter((row) => row.pricebook_api_name === pricebook).map((row) => ({ id, at: row.id })),
    )
    if (!pricebook || asked.length === 0) return new Map()
    const whole = await table.find((known) => (asked.every(({ at }) => known.has(at)) ? known : undefined))
    const known = whole ?? (await table.get())
    return new Map(asked.map(({ id, at }) => [id, known.get(at) ?? null]))
  }
}
