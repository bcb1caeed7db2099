import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { address } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { guid, instant } from './shapes.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 60_000
/** How many rows of the overlap a cursor remembers so as not to tell them twice. */
const REMEMBERED = 1_000
const PAGE = 500

const SETS: Partial<Record<Kind, string>> = {
  item: 'items',
  customer: 'customers',
  order: 'salesOrders',
  invoice: 'salesInvoices',
  quote: 'salesQuotes',
}
const changed = z.object({ id: guid, lastModifiedDateTime: instant })
/** Where polling stands: the newest change, and what was told around it. */
const place = z.object({ at: z.iso.datetime(), seen: z.record(z.string(), z.string()) })
type Place = z.output<typeof place>

/**
 * What changed since the cursor, by lastModifiedDateTime. Deleted rows are not told (a webhook does), nor is a
 * change of stock, nor for sure a payment of an invoice.
 */
export async function* changes(client: Client, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const set = SETS[kind]
  if (!set) throw new ErpError('NOT_SUPPORTED', `Business Central tells no changes of ${kind}s.`)
  const now: Place = since === null ? { at: new Date(0).toISOString(), seen: {} } : read(since)
  const from = new Date(Math.max(0, Date.parse(now.at) - OVERLAP_MS)).toISOString()
  const path = `${client.config.url}/api/v2.0/${await client.inCompany('api/v2.0', set)}`
  const query = {
    ...(since !== null && { filter: `lastModifiedDateTime ge ${from}` }),
    select: ['id', 'lastModifiedDateTime'],
    orderby: 'lastModifiedDateTime',
  }
  for (let next: string | null = address(path, query); next !== null;) {
    const page = await client.page(next, PAGE)
    const rows = page.rows.map((row) => shaped(changed, row, 'A changed row'))
    const fresh = rows.filter(({ id, lastModifiedDateTime: at }) => now.seen[id] !== (at ?? ''))
    for (const { id, lastModifiedDateTime: at } of rows) {
      now.seen[id] = at ?? ''
      if (at !== null && at > now.at) now.at = at
    }
    forget(now)
    const told = fresh.map(({ id, lastModifiedDateTime: at }): Change => ({ kind, id, deleted: false, at }))
    if (told.length > 0 || since === null) yield { changes: told, cursor: write(now) }
    next = page.next
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
