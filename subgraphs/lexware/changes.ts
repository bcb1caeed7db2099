import { ErpError } from '../../schema/errors.ts'
import { shaped } from '../shape.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { z } from 'zod'
import { TYPES } from './documents.ts'
import type { Connection } from './masters.ts'
import { voucher } from './shapes.ts'
import { dayAt } from './time.ts'
import { allVouchers } from './vouchers.ts'

const CHUNK = 250
/** Changes that were committed late, or by a clock that is behind. */
const OVERLAP_MS = 60_000
const DAY_MS = 86_400_000

const dated = z.object({ id: z.string().min(1), updatedDate: voucher.shape.updatedDate })

function sinceOf(kind: Kind, cursor: Cursor | null): number | null {
  if (cursor === null) return null
  const [, iso = ''] = new RegExp(`^lexware:${kind}:(\\d{4}-[\\dT:.-]+Z)$`).exec(cursor) ?? []
  const at = Date.parse(iso)
  if (Number.isNaN(at))
    throw new ErpError('VALIDATION', `The cursor is none of changes of ${kind}.`, { field: 'since' })
  return at - OVERLAP_MS
}

/** Every record with when it changed: the voucher list is filtered by day, articles and contacts are read whole. */
async function datedRows(
  { client, articles, contacts }: Connection,
  kind: Kind,
  since: number | null,
): Promise<z.output<typeof dated>[]> {
  if (kind === 'payment') throw new ErpError('NOT_SUPPORTED', 'Lexware does not tell which payments changed.')
  if (kind === 'item' || kind === 'customer') {
    const all = await (kind === 'item' ? articles : contacts).fresh()
    return [...all.values()].map((row) => shaped(dated, row, kind))
  }
  return allVouchers(client, {
    voucherType: TYPES[kind],
    voucherStatus: 'any',
    ...(since === null ? {} : { updatedDateFrom: dayAt(since - DAY_MS) }),
  })
}

/**
 * What changed, oldest first. Lexware sorts nothing by change and tells no deletions here (webhooks do, and a read
 * by id answers null). https://developers.lexware.io/docs/ (voucherlist)
 */
export async function* changes(
  connection: Connection,
  kind: Kind,
  cursor: Cursor | null,
): AsyncGenerator<ChangePage> {
  const since = sinceOf(kind, cursor)
  const all = (await datedRows(connection, kind, since))
    .filter(({ updatedDate }) => since === null || Date.parse(updatedDate) >= since)
    .toSorted((one, other) => (one.updatedDate < other.updatedDate ? -1 : 1))
  for (let at = 0; at < all.length; at += CHUNK) {
    const part = all.slice(at, at + CHUNK)
    const told = part.map(({ id, updatedDate }): Change => ({ kind, id, deleted: false, at: updatedDate }))
    yield { changes: told, cursor: `lexware:${kind}:${part.at(-1)?.updatedDate}` }
  }
  if (all.length === 0)
    yield { changes: [], cursor: cursor ?? `lexware:${kind}:${new Date(0).toISOString()}` }
}
