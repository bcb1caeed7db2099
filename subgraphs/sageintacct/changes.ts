import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Id, Kind } from '../connector.ts'
import { forget, overlapOf, toldUntil, writeCursor } from '../cursor.ts'
import { shaped } from '../shape.ts'
import type { Client } from './client.ts'
import { invoiceId } from './documents.ts'
import type { Payments } from './payments.ts'
import { instant, key } from './shapes.ts'

/** Rows that were committed late, with an older time, are still found within this span. */
const OVERLAP_MS = 300_000
const PAGE = 500
const AT = 'audit.modifiedDateTime'

const changed = z.object({
  key,
  id: z.string().nullish(),
  invoiceNumber: z.string().nullish(),
  audit: z.object({ modifiedDateTime: instant }),
})
type Row = z.output<typeof changed>

/** A row that changed, by our id. */
interface Told {
  key: string
  id: Id
  /** UTC. */
  at: string
}

/** One page of rows that changed behind a place, oldest first. */
type Pages = (last: { at: string; key: string }) => Promise<Told[]>

/** Where a kind changes, and our id of its rows. A row of stock has no time of its own. */
function pagesOf(client: Client, payments: Payments, kind: Kind): Pages {
  const { orderDefinition, quoteDefinition } = client.config
  const byId = (row: Row): Id => row.id ?? row.key
  const byKey = (row: Row): Id => row.key
  const number = (row: Row): Id => invoiceId({ key: row.key, invoiceNumber: row.invoiceNumber ?? null })
  const streams: Record<Exclude<Kind, 'payment'>, [object: string, field: string, idOf: (row: Row) => Id]> = {
    item: ['inventory-control/item', 'id', byId],
    customer: ['accounts-receivable/customer', 'id', byId],
    order: [`order-entry/document::${orderDefinition}`, 'id', byKey],
    quote: [`order-entry/document::${quoteDefinition}`, 'id', byKey],
    invoice: ['accounts-receivable/invoice', 'invoiceNumber', number],
  }
  if (kind === 'payment') return ({ at, key: last }) => payments.changed(at, last, PAGE)
  const [object, field, idOf] = streams[kind]
  return async ({ at, key: last }) => {
    const rows = await client.query({
      object,
      fields: ['key', field, AT],
      filters: [{ $gt: { [AT]: at } }, { $eq: { [AT]: at } }, { $gt: { key: last } }],
      expression: '1 or (2 and 3)',
      orderBy: [{ [AT]: 'asc' }, { key: 'asc' }],
      size: PAGE,
    })
    return rows.map((one) => {
      const row = shaped(changed, one, 'A changed row')
      return { key: row.key, id: idOf(row), at: row.audit.modifiedDateTime }
    })
  }
}

/** What changed since the cursor, oldest first. Deleted rows are told by webhooks alone. */
export async function* changes(
  client: Client,
  payments: Payments,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const pages = pagesOf(client, payments, kind)
  const now = toldUntil(since)
  const start = overlapOf(now, OVERLAP_MS)
  for (let last = { at: start, key: '0' }; ;) {
    const rows = await pages(last)
    const told = rows.flatMap(({ key: row, id, at }): Change[] => {
      if (now.seen[row] === at) return []
      now.seen[row] = at
      if (at > now.at) now.at = at
      return [{ kind, id, deleted: false, at }]
    })
    forget(now, OVERLAP_MS)
    if (told.length > 0 || since === null) yield { changes: told, cursor: writeCursor(now) }
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    if (end.at < last.at || (end.at === last.at && BigInt(end.key) <= BigInt(last.key)))
      throw new ErpError('BAD_ANSWER', 'The rows do not follow the time of their change.', { field: AT })
    last = { at: end.at, key: end.key }
  }
}
