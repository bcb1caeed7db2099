import { z } from 'zod'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { forget, overlapOf, toldUntil, writeCursor } from '../cursor.ts'
import { shaped } from '../shape.ts'
import { type Client, type Entity, MAX_ROWS, type Row, literal } from './client.ts'
import { type Source, isCategory } from './read.ts'
import { changed } from './shapes.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 60_000
/** How far change data capture looks back, and a day less to be on the safe side. */
const LOOK_BACK_MS = 29 * 24 * 3_600_000
/** Times of QuickBooks are whole seconds. */
const SECOND_MS = 1_000

const capture = z.object({
  CDCResponse: z.array(z.object({ QueryResponse: z.array(z.record(z.string(), z.unknown())).nullish() })),
})
const stubs = z.array(z.record(z.string(), z.unknown()))

/** Pages of rows by the time of their last change; rows of one second share it, so pages of them are counted. */
async function* pages(client: Client, entity: Entity, from: string | null) {
  let [since, skip] = [from, 0]
  for (;;) {
    const where = since === null ? [] : [`MetaData.LastUpdatedTime >= ${literal(since)}`]
    const [rows = []] = await client.query([
      { entity, where, order: 'MetaData.LastUpdatedTime', from: skip + 1 },
    ])
    yield rows
    const end = rows.at(-1)
    if (!end || rows.length < MAX_ROWS) return
    const last = shaped(changed, end, `A row of ${entity}`).MetaData
    // The next page begins with the second in which this one ended: what was told of it is told once.
    if (last === since || last === null) skip += rows.length
    else [since, skip] = [last, 0]
  }
}

/** What changed of one kind, deleted rows included; of more than a thousand rows QuickBooks tells a thousand. */
async function captured(client: Client, entity: string, since: string): Promise<Row[]> {
  const answer = await client.get(`cdc?entities=${entity}&changedSince=${encodeURIComponent(since)}`)
  const all = shaped(capture, answer, 'The changes').CDCResponse.flatMap((one) => one.QueryResponse ?? [])
  return all.flatMap((one) => shaped(stubs, one[entity] ?? [], `The changes of ${entity}`))
}

/**
 * What was deleted, where the first answer was full. An answer has no pages, so the interval is shortened until one
 * holds all of it. Which rows a full answer leaves out is not documented: the next interval begins where the answer
 * ended, in case the latest are missing, and no later than in the middle, in case others are.
 */
async function deletedRows(client: Client, entity: string, since: string, full: Row[]): Promise<Row[]> {
  const gone = new Map<string, Row>()
  let [at, rows] = [Date.parse(since), full]
  for (;;) {
    for (const row of rows.filter(isDeleted)) gone.set(shaped(changed, row, 'A changed row').Id, row)
    if (rows.length < MAX_ROWS) return [...gone.values()]
    const end = rows.reduce((latest, row) => Math.max(latest, Date.parse(timeOf(row)) || 0), 0)
    at = Math.max(at + SECOND_MS, Math.min(end - SECOND_MS, at + (Date.now() - at) / 2))
    rows = await captured(client, entity, new Date(at).toISOString())
  }
}

/** Pages with the deleted rows put in by their times, so that no cursor passes over one of them. */
async function* joined(pages: AsyncIterable<Row[]>, deleted: Row[]) {
  let rest = deleted
  for await (const rows of pages) {
    const end = rows.length < MAX_ROWS ? null : timeOf(rows.at(-1) ?? {})
    const due = rest.filter((row) => end === null || timeOf(row) <= end)
    rest = rest.filter((row) => !due.includes(row))
    yield [...rows, ...due].toSorted(byTime)
  }
}

/** Everything since then, in pages, with what was deleted as far as change data capture tells it. */
async function* rowsSince(client: Client, entity: Entity, from: string | null): AsyncIterable<Row[]> {
  const near = from !== null && Date.parse(from) > Date.now() - LOOK_BACK_MS
  const all = near ? await captured(client, entity, from) : null
  if (all && all.length < MAX_ROWS) yield all.toSorted(byTime)
  else
    yield* joined(
      pages(client, entity, from),
      near && all ? await deletedRows(client, entity, from, all) : [],
    )
}

function isDeleted(row: Row): boolean {
  return row.status === 'Deleted'
}

function timeOf(row: Row): string {
  return shaped(changed, row, 'A changed row').MetaData ?? ''
}

/**
 * What changed since the cursor. Within the last 29 days change data capture tells deleted rows, too; it has no
 * pages, so what is too much or too long ago is read by the time of its last change, and of what is too much the
 * deleted rows are asked for in shorter intervals
 * (developer.intuit.com, webhooks: best practices).
 */
export async function* changes(
  client: Client,
  kind: Kind,
  { entity, belongs = () => true }: Source<unknown>,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const now = toldUntil(since)
  const from = since === null ? null : overlapOf(now, OVERLAP_MS)
  // Reading many pages takes its time: what is deleted meanwhile is told the next time, so that time begins here.
  const begun = new Date().toISOString()
  for await (const rows of rowsSince(client, entity, from)) {
    const told = rows.flatMap((row): Change[] => {
      const { Id: id, MetaData: at, SyncToken: version } = shaped(changed, row, 'A changed row')
      const deleted = isDeleted(row)
      // Times are whole seconds, so the version tells a second change within one.
      const state = `${at ?? ''} ${version ?? 'deleted'}`
      const known = now.seen[id] === state
      now.seen[id] = state
      if (at !== null && at > now.at) now.at = at < begun ? at : begun
      const mine = deleted || (!isCategory(row) && belongs(row))
      return known || !mine ? [] : [{ kind, id, deleted, at }]
    })
    forget(now, OVERLAP_MS)
    if (told.length > 0 || since === null) yield { changes: told, cursor: writeCursor(now) }
  }
}

function byTime(one: Row, other: Row): number {
  return timeOf(one) < timeOf(other) ? -1 : 1
}

/** The same changes under ids of their own. */
export async function* prefixed(pages: AsyncIterable<ChangePage>, prefix: string): AsyncIterable<ChangePage> {
  for await (const { changes: told, cursor } of pages)
    yield { changes: told.map((one) => ({ ...one, id: prefix + one.id })), cursor }
}
