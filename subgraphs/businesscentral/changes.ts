import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { forget, overlapOf, toldUntil, writeCursor } from '../cursor.ts'
import { joinedChanges } from '../joined.ts'
import { address } from '../odata.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { guid, instant } from './shapes.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 60_000
const PAGE = 500

const SETS: Partial<Record<Kind, string>> = {
  item: 'items',
  customer: 'customers',
  order: 'salesOrders',
  invoice: 'salesInvoices',
  quote: 'salesQuotes',
}
const CREDIT_MEMOS = 'salesCreditMemos'
const changed = z.object({ id: guid, lastModifiedDateTime: instant })

/** What changed since the cursor; credit memos are told behind invoices. */
export async function* changes(client: Client, kind: Kind, since: Cursor | null): AsyncIterable<ChangePage> {
  const set = SETS[kind]
  if (!set) throw new ErpError('NOT_SUPPORTED', `Business Central tells no changes of ${kind}s.`)
  const own = (from: Cursor | null) => changesIn(client, set, kind, from)
  const credited = (from: Cursor | null) => changesIn(client, CREDIT_MEMOS, kind, from)
  yield* kind === 'invoice' ? joinedChanges([own, credited], since) : own(since)
}

/**
 * What changed in one set, by lastModifiedDateTime. Deleted rows are not told (a webhook does), nor is a change of
 * stock, nor for sure a payment of an invoice.
 */
async function* changesIn(
  client: Client,
  set: string,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const now = toldUntil(since)
  const from = overlapOf(now, OVERLAP_MS)
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
    forget(now, OVERLAP_MS)
    const told = fresh.map(({ id, lastModifiedDateTime: at }): Change => ({ kind, id, deleted: false, at }))
    if (told.length > 0 || since === null) yield { changes: told, cursor: writeCursor(now) }
    next = page.next
  }
}
