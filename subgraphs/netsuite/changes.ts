import { z } from 'zod'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { readCursor, remembered, writeCursor } from '../cursor.ts'
import { shaped } from '../shape.ts'
import type { Zone } from '../zone.ts'
import type { Client, Row } from './client.ts'
import { id } from './map.ts'
import type { Setup } from './setup.ts'
import { instant, moment } from './sql.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 5 * 60_000
/** Times are told to the second: a row may change once more within one that is not over yet. */
const SETTLED_MS = 2_000
const BEGINNING = '1900-01-01T00:00:00'

const TABLES: Record<Kind, { from: string; key: string; only?: string; types: string[] }> = {
  item: {
    from: 'item i',
    key: 'i',
    only: `i.itemtype IN ('InvtPart','NonInvtPart','Service','Assembly','Kit','OthCharge')`,
    types: [
      'inventoryitem',
      'noninventoryitem',
      'noninventorysaleitem',
      'serviceitem',
      'servicesaleitem',
    ].concat(['assemblyitem', 'kititem', 'kit/package', 'otherchargesaleitem']),
  },
  customer: { from: 'customer c', key: 'c', types: ['customer'] },
  order: { from: 'transaction t', key: 't', only: `t.type = 'SalesOrd'`, types: ['salesorder'] },
  invoice: {
    from: 'transaction t',
    key: 't',
    only: `t.type IN ('CustInvc','CustCred')`,
    types: ['invoice', 'creditmemo'],
  },
  payment: {
    from: 'transaction t',
    key: 't',
    only: `t.type = 'CustPymt'`,
    types: ['customerpayment', 'payment'],
  },
  quote: { from: 'transaction t', key: 't', only: `t.type = 'Estimate'`, types: ['estimate', 'quote'] },
}

/** Where polling stands: the newest change on the account's clock and in UTC, and what was told around it. */
const place = z.object({
  local: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  utc: z.string(),
  seen: z.record(z.string(), z.string()),
})
type Place = z.output<typeof place>

const changed = z
  .object({ id, changed_at: z.string() })
  .transform((row) => ({ id: row.id, at: row.changed_at }))
const gone = z
  .object({ recordid: id, type: z.string(), changed_at: z.string() })
  .transform(({ recordid, type, changed_at: at }) => ({ id: recordid, type, at }))

/** What changed since the cursor, oldest first, by lastmodifieddate and id; then what was deleted. */
export async function* changes(
  client: Client,
  setup: Setup,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const start = since === null ? null : readCursor(since, place, 'since')
  // Read each time: summer time may have begun or ended since the last poll.
  const { local: clock, zone } = await setup.clock()
  const settled = minus(clock, SETTLED_MS)
  const now = place.parse({
    local: start?.local ?? BEGINNING,
    utc: start?.utc ?? '',
    seen: start?.seen ?? {},
  })
  const from = start ? earlier(start.local, zone.toLocal(Date.parse(start.utc))) : BEGINNING
  for await (const rows of changedRows(client, kind, from)) {
    const fresh = rows.filter(({ id: key, at }) => now.seen[key] !== at)
    for (const { id: key, at } of rows) if (at < settled) now.seen[key] = at
    const last = rows.at(-1)
    if (last) advance(now, last.at, zone.toUtc(last.at))
    if (fresh.length === 0 && start) continue
    yield { changes: tell(kind, fresh, false, zone), cursor: writeCursor(now) }
  }
  if (!start || client.config.without.includes('deletedRecords')) return
  const deleted = (await deletedRows(client, kind, from)).filter(
    ({ id: key, at }) => now.seen[`x${key}`] !== at,
  )
  if (deleted.length === 0) return
  for (const { id: key, at } of deleted) if (at < settled) now.seen[`x${key}`] = at
  yield { changes: tell(kind, deleted, true, zone), cursor: writeCursor(now) }
}

function tell(kind: Kind, rows: { id: string; at: string }[], deleted: boolean, zone: Zone): Change[] {
  return rows.map(({ id: key, at }) => ({ kind, id: key, deleted, at: zone.toUtc(at) }))
}

async function* changedRows(client: Client, kind: Kind, from: string) {
  const { from: table, key, only } = TABLES[kind]
  const time = `${key}.lastmodifieddate`
  let [at, last] = [from, '0']
  for (;;) {
    const after = `(${time} > ${instant(at)} OR (${time} = ${instant(at)} AND ${key}.id > ${last}))`
    const { rows, more } = await client.page(
      `SELECT ${key}.id, ${moment(time)} AS changed_at FROM ${table} WHERE ${after}${only ? ` AND ${only}` : ''} ` +
        `ORDER BY ${time}, ${key}.id`,
    )
    const natives = rows.map((row: Row) => shaped(changed, row, 'A changed record'))
    yield natives
    const end = natives.at(-1)
    if (!more || !end) return
    ;[at, last] = [end.at, end.id]
  }
}

async function deletedRows(client: Client, kind: Kind, from: string) {
  const rows = await client.rows(
    `SELECT d.recordid, d.type, ${moment('d.deleteddate')} AS changed_at FROM deletedrecord d ` +
      `WHERE d.deleteddate >= ${instant(from)} ORDER BY d.deleteddate, d.recordid`,
  )
  // Types are told as names ("Sales Order") or as record types ("salesOrder").
  return rows
    .map((row) => shaped(gone, row, 'A deleted record'))
    .filter(({ type }) => TABLES[kind].types.includes(type.toLowerCase().replaceAll(' ', '')))
}

function minus(local: string, ms: number): string {
  return new Date(Date.parse(`${local}Z`) - ms).toISOString().slice(0, 19)
}

/** The overlap before the earlier of two readings of the clock. */
function earlier(a: string, b: string): string {
  return minus(a < b ? a : b, OVERLAP_MS)
}

/** Moves on and forgets what can no longer come twice. */
function advance(now: Place, local: string, utc: string): void {
  if (local > now.local) Object.assign(now, { local, utc })
  now.seen = remembered(now.seen, minus(now.local, OVERLAP_MS))
}
