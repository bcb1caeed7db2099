import { LRUCache } from 'lru-cache'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Item, ListAsk, Page, Read } from '../connector.ts'
import type { Json } from '../json.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, type Listing, segment } from './client.ts'
import type { Config } from './config.ts'
import { eachOnce, finds, isRow } from './known.ts'
import { skuOf, toItem } from './map.ts'
import { openListPrices } from './prices.ts'
import { type Product, product } from './shapes.ts'

/** The size of a page that the vendor shows as the default; the largest one is not published. */
const ROWS = 30
const HOUR_MS = 3_600_000
const CURSOR = /^row (\d{1,7})$/

/** The products of a workspace: as items, live; and for the lines of quotes, at most an hour old. */
export interface Products {
  items: Read<Item>
  /** The products of quotes by id; unknown ones are missing. */
  ofLines(ids: Id[]): Promise<Map<Id, Product | ErpError>>
}

function parse(row: Json): Product {
  return shaped(product, row, 'A product of Qwoty')
}

function idOf(row: Json): Id {
  return typeof row === 'object' && row !== null && 'id' in row ? String(row.id) : ''
}

function rowAt(after: string | null): number {
  const at = after === null ? '0' : CURSOR.exec(after)?.[1]
  if (at === undefined)
    throw new ErpError('VALIDATION', 'The cursor is not one of this list.', { field: 'after' })
  return Number(at)
}

/** Whether a product is searched for, by SKU, name or reference: Qwoty itself has no filter. */
function fits(row: Product, search: string | null | undefined, config: Config): boolean {
  return finds(search, skuOf(row, config), row.name, row.reference)
}

/** Products as Qwoty has them, by page and by id. */
interface Shelf {
  page(number: number): Promise<Listing>
  byId(ids: Id[]): Promise<Answer<Product>[]>
}

function openShelf(client: Client): Shelf {
  /** How many pages the list has: a batch of more ids is cheaper to read as the whole list. */
  let pages = 3

  async function page(number: number): Promise<Listing> {
    const found = await client.page('product', `/products?limit=${ROWS}&page=${number}`)
    if (found.total !== null) pages = Math.ceil(found.total / ROWS)
    return found
  }
  async function one(id: Id): Promise<Product | null> {
    const path = segment(id)
    const row = path === null ? null : await client.row('product', `/products/${path}`)
    return row === null ? null : parse(row)
  }
  async function byId(ids: Id[]): Promise<Answer<Product>[]> {
    if (new Set(ids).size <= pages) return eachOnce(ids, one)
    const rows = await client.all('product', `/products?limit=${ROWS}&page=1`)
    pages = Math.max(1, Math.ceil(rows.length / ROWS))
    const known = new Map(rows.map((row) => [idOf(row), row]))
    return ids.map((id) => {
      const row = known.get(id)
      return row === undefined ? null : rowOf(() => parse(row))
    })
  }
  return { page, byId }
}

/** Opens the products of a workspace. https://docs.qwoty.io/llms.txt */
export function openProducts(client: Client, config: Config): Products {
  const ofQuotes = new LRUCache<Id, Product>({ max: 10_000, ttl: HOUR_MS })
  const listPrices = openListPrices(client, config.pricebook)
  const { page, byId } = openShelf(client)

  async function toItems(answers: Answer<Product>[]): Promise<Answer<Item>[]> {
    const list = await listPrices(answers.filter(isRow))
    return answers.map((answer) => {
      if (!isRow(answer)) return answer
      const price = list.get(answer.id) ?? null
      return price instanceof ErpError ? price : toItem(answer, price, config)
    })
  }
  return {
    items: {
      byId: async (ids) => toItems(await byId(ids)),
      async list(ask) {
        const { rows, next } = await walk(ask, page, (row) => fits(row, ask.search, config))
        return { rows: (await toItems(rows)).map(orThrow), next }
      },
    },
    async ofLines(ids) {
      const found = new Map<Id, Product | ErpError>()
      const missing = [...new Set(ids)].filter((id) => !ofQuotes.has(id))
      const answers = await byId(missing)
      missing.forEach((id, index) => {
        const answer = answers[index]
        if (answer instanceof ErpError) found.set(id, answer)
        else if (answer) ofQuotes.set(id, answer)
      })
      for (const id of ids) {
        const known = ofQuotes.get(id)
        if (known) found.set(id, known)
      }
      return found
    },
  }
}

function orThrow<T>(answer: Answer<T>): T {
  if (answer instanceof ErpError) throw answer
  if (answer === null) throw new ErpError('BAD_ANSWER', 'A list of Qwoty holds an empty row.')
  return answer
}

/** Rows from a place in the list on, until so many fit; new products come last, so none is lost meanwhile. */
async function walk(
  { first, after }: ListAsk,
  page: (number: number) => Promise<Listing>,
  wanted: (row: Product) => boolean,
): Promise<Page<Product>> {
  const rows: Product[] = []
  for (let at = rowAt(after); ;) {
    const { rows: found, next } = await page(Math.floor(at / ROWS) + 1)
    // A bare list holds everything in one answer, whatever page was asked for.
    const whole = next === null && found.length > ROWS
    if (next !== null && found.length !== ROWS)
      throw new ErpError('BAD_ANSWER', `Qwoty sent a page of ${found.length} products instead of ${ROWS}.`)
    for (let from = whole ? at : at % ROWS; from < found.length && rows.length < first; from += 1, at += 1) {
      const row = parse(found[from] ?? null)
      if (wanted(row)) rows.push(row)
    }
    if (next === null && (whole ? at : at % ROWS || ROWS) >= found.length) return { rows, next: null }
    if (rows.length >= first) return { rows, next: `row ${at}` }
  }
}
