import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import type { Json } from '../json.ts'
import { shaped } from '../shape.ts'
import { toUtc } from './map.ts'
import { idOf } from './read.ts'
import { joinedChanges } from '../joined.ts'
import { CREDIT_NOTES, type PagedSet, setsOf } from './sets.ts'
import type { Connection } from './setup.ts'
import { item } from './shapes.ts'

/** `If-Modified-Since` knows seconds, and a transaction may commit after a later one. */
const OVERLAP_MS = 60_000
const PAGE = 100

function since(cursor: Cursor | null): number {
  if (cursor === null) return 0
  const [, ms] = /^xero:(\d{1,14})$/.exec(cursor) ?? []
  if (ms === undefined) throw new ErpError('CURSOR_EXPIRED', 'The cursor is none of Xero.')
  return Number(ms)
}

interface Told {
  change: Change
  at: number
}

function toldOf(kind: Kind, id: string, text: string | null | undefined): Told {
  const at = toUtc(text)
  if (at === null)
    throw new ErpError('BAD_ANSWER', 'A row has no time of its last change.', { field: 'UpdatedDateUTC' })
  return { change: { kind, id, deleted: false, at }, at: Date.parse(at) }
}

function page(told: Told[], newest: number): ChangePage {
  return { changes: told.map(({ change }) => change), cursor: `xero:${newest}` }
}

/**
 * What changed, oldest first. Xero tells no deletions: invoices and contacts stay readable with a status, and only
 * items vanish, which the next reading of the item shows.
 */
export function changes(
  connection: Connection,
  kind: Kind,
  cursor: Cursor | null,
): AsyncIterable<ChangePage> {
  if (kind === 'item') return items(connection, cursor)
  const told = (set: PagedSet<unknown>) => (from: Cursor | null) => paged(connection, kind, set, from)
  const own = told(setsOf(connection.client.config)[kind])
  return kind === 'invoice' ? joinedChanges([own, told(CREDIT_NOTES)], cursor) : own(cursor)
}

async function* items(connection: Connection, cursor: Cursor | null): AsyncIterable<ChangePage> {
  const last = since(cursor)
  const from = Math.max(0, last - OVERLAP_MS)
  const rows = await connection.client.rows('Items', { unitdp: 4 }, from)
  const told = rows
    .map((row) => shaped(item, row, 'An item'))
    .map((row) => toldOf('item', row.ItemID, row.UpdatedDateUTC))
    .toSorted((a, b) => a.at - b.at)
  yield page(told, Math.max(last, told.at(-1)?.at ?? 0))
}

function updated(row: Json): string | null {
  const text = row !== null && typeof row === 'object' && !Array.isArray(row) ? row.UpdatedDateUTC : null
  return typeof text === 'string' ? text : null
}

/**
 * Page numbers would skip rows while others move to the end, so each question starts anew from the second of the
 * last row; only rows that share one second are read by page number.
 */
async function* paged(
  { client }: Connection,
  kind: Kind,
  set: PagedSet<unknown>,
  cursor: Cursor | null,
): AsyncIterable<ChangePage> {
  const last = since(cursor)
  const start = Math.max(0, last - OVERLAP_MS)
  let [from, number, newest] = [start, 1, last]
  let seen = new Set<string>()
  for (;;) {
    const query = { ...set.query, order: 'UpdatedDateUTC ASC', page: number }
    const pageSize = set.sized ? PAGE : undefined
    const rows = await client.rows(set.set, { ...query, pageSize }, from)
    const all = rows.map((row) => ({ row, ...toldOf(kind, idOf(row, set.id), updated(row)) }))
    const key = ({ change, at }: Told) => `${change.id} ${at}`
    const fresh = all.filter((one) => !seen.has(key(one)))
    const end = all.at(-1)?.at ?? newest
    newest = Math.max(newest, end)
    yield page(
      fresh.filter(({ row }) => set.map(row, '') !== null),
      newest,
    )
    if (all.length < PAGE) return
    const second = Math.floor(end / 1000) * 1000
    if (second > from) [from, number] = [second, 1]
    else number += 1
    seen = new Set(number > 1 ? [...seen, ...all.map(key)] : all.map(key))
  }
}
