import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Id, ListAsk, Page, Read } from '../connector.ts'
import { rowOf } from '../shape.ts'
import { type Row, partsOf } from './answer.ts'
import { type Client } from './client.ts'
import type { Operation } from './loaded.ts'
import { good } from './map.ts'
import { id as identity } from './shapes.ts'
import { allRows, beginOf, mustBeAnother, mustEnd, pageOf, sizeFor } from './pages.ts'

const OWN_FAULT = ['VALIDATION', 'NOT_FOUND', 'INVALID_ITEM', 'INVALID_CUSTOMER', 'MISSING_REQUIRED_FIELD']

async function slice(
  client: Client,
  operation: Operation,
  keys: unknown[],
  input: Record<string, unknown>,
): Promise<Row[]> {
  const over = operation.plan.batch?.over ?? 'ids'
  const [id] = keys
  const ask = {
    input: { ...input, [over]: keys, ...(keys.length === 1 && { id, externalId: id }) },
    batch: keys,
  }
  if (operation.paging) return allRows(client, operation, ask)
  return (await client.rows(operation, ask)).rows
}

/** A slice; where the ERP refuses all because of one, each half is asked again by itself. */
async function asked(
  client: Client,
  operation: Operation,
  keys: unknown[],
  input: Record<string, unknown>,
): Promise<{ keys: unknown[]; rows: Row[] | ErpError }[]> {
  try {
    return [{ keys, rows: await slice(client, operation, keys, input) }]
  } catch (error) {
    if (!(error instanceof ErpError) || !OWN_FAULT.includes(error.code)) throw error
    if (keys.length === 1) return [{ keys, rows: error.code === 'NOT_FOUND' ? [] : error }]
    const half = Math.ceil(keys.length / 2)
    const parts = [keys.slice(0, half), keys.slice(half)]
    return (await Promise.all(parts.map((part) => asked(client, operation, part, input)))).flat()
  }
}

/**
 * The rows of each key, in the fewest calls; an ErpError where the ERP refused this key, or where a row of its
 * slice could not be read and may have been its own. `many`: a key has several rows, and none may be missing.
 */
export async function rowsByKey<T>(
  client: Client,
  operation: Operation,
  asks: { key: string; ask: T }[],
  input: Record<string, unknown>,
  keyOf: (row: Record<string, unknown>) => unknown,
  many = false,
): Promise<Map<string, Row[] | ErpError>> {
  const wanted = [...new Map(asks.map((one) => [one.key, one])).values()]
  const most = operation.plan.batch ? operation.plan.batch.maxSize : 1
  const slices = Array.from({ length: Math.ceil(wanted.length / most) }, (_, index) =>
    wanted.slice(index * most, (index + 1) * most),
  )
  const found = new Map<string, Row[] | ErpError>()
  const keys = new Map<unknown, string>(wanted.map(({ ask, key }) => [ask, key]))
  const run = async (part: typeof wanted): Promise<void> => {
    for (const { keys: those, rows } of await asked(
      client,
      operation,
      part.map(({ ask }) => ask),
      input,
    )) {
      const mine = those.map((ask) => keys.get(ask) ?? '')
      if (rows instanceof ErpError) for (const key of mine) found.set(key, rows)
      else sort(rows, mine, found, keyOf, many)
    }
  }
  await Promise.all(slices.map(run))
  return found
}

function sort(
  rows: Row[],
  keys: string[],
  found: Map<string, Row[] | ErpError>,
  keyOf: (row: Record<string, unknown>) => unknown,
  many: boolean,
): void {
  const wanted = new Map<string, Row[]>(keys.map((key) => [key, []]))
  let lost: ErpError | null = null
  for (const row of rows) {
    const key = row instanceof ErpError ? partsOf(row).$key : keyOf(row)
    const known = (typeof key === 'string' && key !== 'null') || typeof key === 'number'
    if (known) wanted.get(String(key))?.push(row)
    else
      lost =
        row instanceof ErpError ? row : new ErpError('BAD_ANSWER', 'A record has no key.', { field: 'key' })
  }
  // A record that says not even whose it is may be anybody's: no figure is shown without it.
  for (const [key, mine] of wanted) found.set(key, lost && (many || mine.length === 0) ? lost : mine)
}

const cursorShape = z.strictObject({
  of: z.string(),
  size: z.int().min(1).max(10_000),
  at: z.union([z.string(), z.int(), z.null()]),
  skip: z.int().min(0),
  page: z.int().min(1),
  /** What the page before began with. */
  before: z.string(),
})
type ListCursor = z.output<typeof cursorShape>

function write(cursor: ListCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

function readCursor(text: string, of: string): ListCursor {
  try {
    const cursor = cursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    if (cursor.of === of) return cursor
  } catch {
    // Whatever it is, it is none of ours.
  }
  throw new ErpError('VALIDATION', `The cursor is none of ${of}.`, { field: 'after' })
}

/** How one kind is read: by which capabilities, and what a row becomes. */
export interface Kinds<T> {
  list: Operation
  get: Operation | undefined
  /** A search of its own, and the words that it is asked with. */
  search: Operation | undefined
  searchInput: (text: string) => Record<string, unknown>
  key: string
  /** The fields without which a record is none. */
  bold: string[]
  toRecord: (row: Row) => T
}

/** The records that are whole; all of them where none is, so that a wrong mapping is told and hides nothing. */
export function wholeOf(rows: Row[], bold: string[]): Row[] {
  const whole = rows.filter(
    (row) => row instanceof ErpError || bold.every((name) => identity.safeParse(row[name]).success),
  )
  return whole.length > 0 ? whole : rows
}

/** Reading one kind, page by page as the ERP gives it. */
export function reader<T extends { id: Id }>(client: Client, kind: Kinds<T>): Read<T> {
  return {
    byId: (ids) => byId(client, kind, ids),
    list: (ask) => list(client, kind, ask),
  }
}

async function byId<T extends { id: Id }>(client: Client, kind: Kinds<T>, ids: Id[]): Promise<Answer<T>[]> {
  if (ids.length === 0) return []
  const keyOf = (row: Record<string, unknown>): unknown => row.$key ?? row[kind.key]
  const asks = ids.map((id) => ({ key: id, ask: id }))
  const found = kind.get
    ? await rowsByKey(
        client,
        kind.get,
        asks.filter(({ key }) => key !== ''),
        {},
        keyOf,
      )
    : await scan(client, kind, ids, keyOf)
  return ids.map((id) => {
    const rows = found.get(id)
    if (!rows || rows instanceof ErpError) return rows ?? null
    const [row] = rows
    if (!row) return null
    const record = rowOf(() => kind.toRecord(row))
    return record instanceof ErpError || record.id === id ? record : null
  })
}

/** Where the ERP cannot be asked by id, the whole list is read. */
async function scan<T>(
  client: Client,
  kind: Kinds<T>,
  ids: Id[],
  keyOf: (row: Record<string, unknown>) => unknown,
): Promise<Map<string, Row[] | ErpError>> {
  const found = new Map<string, Row[] | ErpError>()
  sort(await allRows(client, kind.list, { input: {} }), ids, found, keyOf, false)
  return found
}

async function list<T extends { id: Id }>(
  client: Client,
  kind: Kinds<T>,
  { first, after, search }: ListAsk,
): Promise<Page<T>> {
  const operation = search ? kind.search : kind.list
  if (!operation) throw new ErpError('NOT_SUPPORTED', 'The manifest has no search for this kind of record.')
  const of = `${client.loaded.manifest.id} ${operation.name} ${search ?? ''}`
  const from = after === null ? null : readCursor(after, of)
  const size = from?.size ?? sizeFor(operation, first)
  const input = search ? kind.searchInput(search) : {}
  const [page, before] = [from?.page ?? 1, from?.before ?? '']
  mustEnd(operation, page)
  const { rows, next } = await pageOf(client, operation, { input }, { size, at: from?.at ?? null })
  const begin = beginOf(rows)
  mustBeAnother(operation, begin, before)
  const skip = from?.skip ?? 0
  const shown = rows.slice(skip, skip + first)
  const whole = wholeOf(shown, kind.bold)
  const end = skip + shown.length
  const same = { of, size, at: from?.at ?? null, skip: end, page, before }
  const more =
    end < rows.length ? same : next && { of, ...next, skip: 0, page: page + 1, before: begin || before }
  return { rows: whole.map((row) => kind.toRecord(good(row))), next: more ? write(more) : null }
}
