import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Id, Kind } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Client, Filter } from './client.ts'
import { invoiceId } from './documents.ts'
import { instant, key } from './shapes.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 300_000
/** How many rows of the overlap a cursor remembers so as not to tell them twice. */
const REMEMBERED = 1_000
const PAGE = 500
const AT = 'audit.modifiedDateTime'

const changed = z.object({
  key,
  id: z.string().nullish(),
  invoiceNumber: z.string().nullish(),
  audit: z.object({ modifiedDateTime: instant }),
})
type Row = z.output<typeof changed>
/** Where polling stands: the newest change, and what was told around it. */
const place = z.object({ at: z.iso.datetime(), seen: z.record(z.string(), z.string()) })
type Place = z.output<typeof place>

/** Where a kind changes, and our id of its rows. A stock row has no time of its own, nor a payment in REST. */
function streamOf(client: Client, kind: Kind): { object: string; field: string; idOf(row: Row): Id } | null {
  const { orderDefinition, quoteDefinition } = client.config
  const named = { field: 'id', idOf: (row: Row) => row.id ?? row.key }
  const document = { field: 'id', idOf: (row: Row) => row.key }
  if (kind === 'item') return { object: 'inventory-control/item', ...named }
  if (kind === 'customer') return { object: 'accounts-receivable/customer', ...named }
  if (kind === 'order') return { object: `order-entry/document::${orderDefinition}`, ...document }
  if (kind === 'quote') return { object: `order-entry/document::${quoteDefinition}`, ...document }
  const idOf = (row: Row) => invoiceId({ key: row.key, invoiceNumber: row.invoiceNumber ?? null })
  if (kind === 'invoice') return { object: 'accounts-receivable/invoice', field: 'invoiceNumber', idOf }
  return null
}

/** What changed since the cursor, oldest first. Deleted rows are told by webhooks alone. */
export async function* changes(client: Client, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const stream = streamOf(client, kind)
  if (!stream) throw new ErpError('NOT_SUPPORTED', `Sage Intacct tells no changes of ${kind}s.`)
  const now: Place = since === null ? { at: new Date(0).toISOString(), seen: {} } : read(since)
  const start = new Date(Math.max(0, Date.parse(now.at) - OVERLAP_MS)).toISOString()
  for (let last: { at: string; key: string } = { at: start, key: '0' }; ;) {
    const filters: Filter[] = [
      { $gt: { [AT]: last.at } },
      { $eq: { [AT]: last.at } },
      { $gt: { key: last.key } },
    ]
    const found = await client.query({
      object: stream.object,
      fields: ['key', stream.field, AT],
      filters,
      expression: '1 or (2 and 3)',
      orderBy: [{ [AT]: 'asc' }, { key: 'asc' }],
      size: PAGE,
    })
    const rows = found.map((row) => shaped(changed, row, 'A changed row'))
    const told = rows.flatMap((row): Change[] => {
      const at = row.audit.modifiedDateTime
      if (now.seen[row.key] === at) return []
      now.seen[row.key] = at
      if (at > now.at) now.at = at
      return [{ kind, id: stream.idOf(row), deleted: false, at }]
    })
    forget(now)
    if (told.length > 0 || since === null) yield { changes: told, cursor: write(now) }
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    const next = { at: end.audit.modifiedDateTime, key: end.key }
    if (next.at < last.at || (next.at === last.at && BigInt(next.key) <= BigInt(last.key)))
      throw new ErpError('BAD_ANSWER', 'The rows do not follow the time of their change.', { field: AT })
    last = next
  }
}

/** Forgets what can no longer come twice. */
function forget(now: Place): void {
  const edge = new Date(Date.parse(now.at) - OVERLAP_MS).toISOString()
  const kept = Object.entries(now.seen).filter(([, at]) => at >= edge)
  now.seen = Object.fromEntries(kept.slice(-REMEMBERED))
}

function write(now: Place): Cursor {
  return Buffer.from(JSON.stringify(now)).toString('base64url')
}

function read(cursor: Cursor): Place {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new ErpError('VALIDATION', 'The cursor is none of ours.', { field: 'since' })
  }
}
