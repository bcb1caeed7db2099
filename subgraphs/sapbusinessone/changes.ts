import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { forget, overlapOf, toldUntil, writeCursor } from '../cursor.ts'
import { joinedChanges } from '../joined.ts'
import { allOf, literal } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { CREDIT_NOTE, creditNotes } from './credited.ts'
import { stampOf } from './map.ts'
import { type Source, customers, invoices, items, keyIn, orders, quotes } from './read.ts'
import type { Settings, Setup } from './setup.ts'
import { day, time } from './shapes.ts'

/** Rows that were committed late, or in the hour that the clock shows twice in autumn, are found within this span. */
const OVERLAP_MS = 75 * 60_000
/** Times have whole seconds: what changed just now may change again in the same one, so it is told once more. */
const SETTLED_MS = 2 * 60_000
const DAY_MS = 86_400_000
const PAGE = 500
const NEVER = new Date(0).toISOString()
const BEGINNING = '1900-01-01'

const changed = z.object({ UpdateDate: day, UpdateTime: time })
interface Row {
  id: string
  day: string
  at: string
}

/** A set of which changes are told. */
type Told = Pick<Source<unknown>, 'set' | 'key' | 'entry' | 'only'>

/** What is listed and has a time of change; payments have none. */
function sourceOf(client: Client, kind: Kind): Told | null {
  if (kind === 'item') return items
  if (kind === 'customer') return customers
  if (kind === 'order') return orders(client)
  if (kind === 'invoice') return invoices
  return kind === 'quote' ? quotes : null
}

/** What changed since the cursor; credit notes are told behind invoices. Deleted rows are not told: a webhook does. */
export async function* changes(
  client: Client,
  setup: Setup,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const source = sourceOf(client, kind)
  if (!source) throw new ErpError('NOT_SUPPORTED', `SAP Business One tells no changes of ${kind}s.`)
  const own = (from: Cursor | null) => changesIn(client, setup, source, { kind, prefix: '' }, from)
  const credited = (from: Cursor | null) =>
    changesIn(client, setup, creditNotes, { kind, prefix: CREDIT_NOTE }, from)
  yield* kind === 'invoice' ? joinedChanges([own, credited], since) : own(since)
}

/**
 * What changed in one set. Filters know days only, so the day before the cursor is read again and what was told is left
 * out. A change of stock is none of the item.
 */
async function* changesIn(
  client: Client,
  setup: Setup,
  source: Told,
  { kind, prefix }: { kind: Kind; prefix: string },
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const now = toldUntil(since)
  const settings = await setup.get()
  const floor = overlapOf(now, OVERLAP_MS)
  const settled = new Date(Date.now() - SETTLED_MS).toISOString()
  const from = since === null ? BEGINNING : settings.zone.dayAt(Math.max(0, Date.parse(floor) - DAY_MS))
  for await (const rows of days(client, source, settings, from)) {
    const fresh = rows.filter(({ id, at }) => since === null || (at >= floor && now.seen[id] !== at))
    for (let first = 0; first < fresh.length; first += PAGE) {
      const some = fresh.slice(first, first + PAGE)
      for (const { id, at } of some) {
        if (at < settled) now.seen[id] = at
        if (at > now.at) now.at = at
      }
      forget(now, OVERLAP_MS)
      const told = some.map(({ id, at }): Change => ({ kind, id: prefix + id, deleted: false, at }))
      yield { changes: told, cursor: writeCursor(now) }
    }
  }
  if (since === null && now.at === NEVER) yield { changes: [], cursor: writeCursor(now) }
}

/**
 * The rows of one day after the other, each in the order of their times. The pages of a day follow its keys, so none
 * is lost when a row that was read moves on to another day.
 */
async function* days(
  client: Client,
  { set, key, entry, only }: Told,
  settings: Settings,
  from: string,
): AsyncIterable<Row[]> {
  const query = { select: [key, 'UpdateDate', 'UpdateTime'], orderby: `UpdateDate,${key}` }
  let since = `UpdateDate ge '${from}'`
  let held: Row[] = []
  for (;;) {
    const page = await client.page([set, { ...query, filter: allOf(only, since) }], PAGE)
    const rows = page.map((row) => rowOf(keyIn(row, key), shaped(changed, row, 'A changed row'), settings))
    for (const row of rows) {
      if (held.length > 0 && held[0]?.day !== row.day) {
        yield sorted(held)
        held = []
      }
      held.push(row)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) break
    const id = entry ? last.id : literal(last.id)
    since = `(UpdateDate gt '${last.day}' or (UpdateDate eq '${last.day}' and ${key} gt ${id}))`
  }
  if (held.length > 0) yield sorted(held)
}

function rowOf(id: string, native: z.output<typeof changed>, settings: Settings): Row {
  const at = stampOf(native, settings)
  if (native.UpdateDate === null || at === null)
    throw new ErpError('BAD_ANSWER', 'A changed row has no day.', { field: 'UpdateDate' })
  return { id, day: native.UpdateDate, at }
}

function sorted(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1))
}
