import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, Page, Read } from '../connector.ts'
import { rowOf, shaped } from '../shape.ts'
import { type Client, type Condition, PAGE, isId, literal, mustFit } from './client.ts'
import type { Config } from './config.ts'
import type { Names } from './map.ts'
import * as shapes from './shapes.ts'
import type { Setup } from './setup.ts'

/** A connected tenant. */
export interface Connection {
  client: Client
  setup: Setup
  config: Config
}

/** How a kind of record is read. */
export interface Source<F extends z.ZodType, T> {
  resource: string
  /** Which of its records are meant at all. */
  where?: Condition[]
  /** Properties in which a search looks. */
  search: string[]
  form: F
  /** Reads what the rows refer to, once for all of them, and gives what turns one into a record. */
  finish(found: z.output<F>[], connection: Connection): Promise<(row: z.output<F>) => T>
}

/** Rows as records, each for itself: a row that cannot be read does not spoil the others. */
async function finished<F extends z.ZodType, T>(
  connection: Connection,
  { resource, form, finish }: Source<F, T>,
  found: Record<string, unknown>[],
): Promise<(T | ErpError)[]> {
  const read = found.map((row) => rowOf(() => ({ row: shaped(form, row, resource) })))
  const good = read.flatMap((one) => (one instanceof ErpError ? [] : [one.row]))
  if (good.length === 0) return read.filter((one) => one instanceof ErpError)
  const toRecord = await finish(good, connection)
  return read.map((one) => (one instanceof ErpError ? one : rowOf(() => toRecord(one.row))))
}

/** The filters that say which records are meant at all must be obeyed too: a supplier would come as a customer. */
function mustBeMeant(where: Condition[], rows: Record<string, unknown>[]): void {
  for (const [property, operator, value] of where)
    if (operator === 'eq')
      mustFit(
        rows.every((row) => String(row[property]) === value),
        property,
      )
}

/** Records by their ids, in the order of the ids. */
async function byId<F extends z.ZodType, T>(
  connection: Connection,
  source: Source<F, T>,
  ids: Id[],
): Promise<Answer<T>[]> {
  const wanted = [...new Set(ids.filter(isId))]
  if (wanted.length === 0) return ids.map(() => null)
  const { rows: found } = await connection.client.among(source.resource, 'id', wanted, {
    where: source.where,
  })
  const places = found.map((row) => shaped(shapes.known, row, source.resource).id)
  mustFit(
    places.every((id) => wanted.includes(id)),
    'id',
  )
  mustBeMeant(source.where ?? [], found)
  const answers = await finished(connection, source, found)
  const all = new Map(places.map((id, at) => [id, answers[at]]))
  return ids.map((id) => all.get(id) ?? null)
}

function placeOf(resource: string, cursor: string | null): string | null {
  if (cursor === null) return null
  const [, id] = new RegExp(`^weclapp:${resource}:(\\d{1,19})$`).exec(cursor) ?? []
  if (id === undefined)
    throw new ErpError('VALIDATION', `The cursor is none of ${resource}.`, { field: 'after' })
  return id
}

/** Whether one of these properties holds a text, whatever the size of its letters. */
function holds(row: Record<string, unknown>, properties: string[], text: string): boolean {
  return properties.some((property) => {
    const value = String(row[property] ?? '')
    return value.toLowerCase().includes(text)
  })
}

/**
 * One page in the order of ids, which grow: nothing is lost or doubled while records come and go. The search is
 * looked at again here, so that a tenant that takes wildcards otherwise shows too few rows and never wrong ones.
 */
async function pageOf<F extends z.ZodType, T>(
  connection: Connection,
  source: Source<F, T>,
  { first, after, search }: { first: number; after: string | null; search: string | null },
): Promise<Page<T>> {
  const { resource, where = [] } = source
  const size = Math.min(first + 1, PAGE)
  const text = search?.toLowerCase()
  const anyOf = search
    ? source.search.map((property): Condition => [property, 'ilike', `%${literal(search)}%`])
    : []
  for (let last = placeOf(resource, after); ;) {
    const { rows: found } = await connection.client.list(resource, {
      where: [...where, ...(last === null ? [] : [['id', 'gt', last] satisfies Condition])],
      anyOf,
      sort: 'id',
      size,
    })
    mustBeMeant(where, found)
    const page = found.slice(0, size - 1)
    const shown = page.filter((row) => !text || holds(row, source.search, text))
    const end = found.length < size ? null : shaped(shapes.known, page.at(-1), resource).id
    mustFit(end === null || last === null || BigInt(end) > BigInt(last), 'id')
    last = end
    if (shown.length === 0 && last !== null) continue
    const answers = await finished(connection, source, shown)
    const good = answers.map((answer): T => {
      if (answer instanceof ErpError) throw answer
      return answer
    })
    return { rows: good, next: last === null ? null : `weclapp:${resource}:${last}` }
  }
}

/** Reading one kind of record. */
export function reader<F extends z.ZodType, T>(connection: Connection, source: Source<F, T>): Read<T> {
  return {
    byId: (ids) => byId(connection, source, ids),
    list: ({ first, after, search }) =>
      pageOf(connection, source, { first, after, search: search?.trim() || null }),
  }
}

/** The ids that stand in a row. */
type Ids = (string | null | undefined)[]

/** The names behind these ids, from what is kept. */
export async function namesOf(
  { setup }: Connection,
  ids: { units?: Ids; currencies?: Ids; categories?: Ids; terms?: Ids; warehouses?: Ids; attributes?: Ids },
): Promise<Names> {
  const none = new Map<string, never>()
  const [units, currencies, categories, terms, warehouses, attributes, ownCurrency] = await Promise.all([
    ids.units ? setup.units.with(ids.units) : none,
    setup.currencies.with(ids.currencies ?? []),
    ids.categories ? setup.categories.with(ids.categories) : none,
    ids.terms ? setup.terms.with(ids.terms) : none,
    ids.warehouses ? setup.warehouses.with(ids.warehouses) : none,
    ids.attributes?.length ? setup.attributes.with(ids.attributes) : none,
    setup.ownCurrency(),
  ])
  return { units, currencies, categories, terms, warehouses, attributes, ownCurrency }
}

const numbered = z.object({ id: z.string(), articleNumber: z.string() })

/** The SKUs of articles by their ids. */
export async function skusOf({ client }: Connection, ids: Ids): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id) => typeof id === 'string'))]
  if (wanted.length === 0) return new Map()
  const { rows: found } = await client.among('article', 'id', wanted, { properties: 'id,articleNumber' })
  return new Map(
    found.map((row) => shaped(numbered, row, 'article')).map((row) => [row.id, row.articleNumber]),
  )
}
