import { z } from 'zod'
import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Condition } from './client.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { toUtc } from './time.ts'

interface Stream {
  resource: string
  where?: Condition[]
  /** The flag of its rows without which one is none of the kind, or is none any more. */
  flag?: string
}

/** Where each kind changes. A payment changes the open item of an invoice and not the invoice. */
const STREAMS: Record<Kind, [Stream, ...Stream[]]> = {
  item: [{ resource: 'article' }],
  customer: [{ resource: 'party', flag: 'customer' }],
  order: [{ resource: 'salesOrder' }],
  invoice: [{ resource: 'salesInvoice' }, { resource: 'salesOpenItem' }],
  payment: [{ resource: 'bankTransaction', where: [['paymentType', 'eq', 'RECEIPT']] }],
  quote: [{ resource: 'quotation', flag: 'activeVersion' }],
}
const PAGE = 500
/** A transaction that takes its time stamp early and commits late is still found when looked for again. */
const OVERLAP_MS = 60_000

const changed = shapes.known.extend({ lastModifiedDate: shapes.record.shape.lastModifiedDate })

function placesOf(cursor: Cursor | null): number[] {
  if (cursor === null) return []
  const [, list] = /^weclapp:(\d{1,14}(?:,\d{1,14})?)$/.exec(cursor) ?? []
  if (list === undefined) throw new ErpError('CURSOR_EXPIRED', 'The cursor is none of weclapp.')
  return list.split(',').map(Number)
}

/** Whether a row has lost its flag. A row that does not say is refused: to be silent is not to be gone. */
function isGone(row: Record<string, unknown>, { resource, flag }: Stream): boolean {
  return flag !== undefined && !shaped(z.object({ [flag]: z.boolean() }), row, resource)[flag]
}

/** The record that a row stands for: an open item for its invoice, everything else for itself. */
function changeOf(kind: Kind, row: Record<string, unknown>, stream: Stream, main: boolean): Change[] {
  const { id, lastModifiedDate } = shaped(changed, row, kind)
  if (main) return [{ kind, id, deleted: isGone(row, stream), at: toUtc(lastModifiedDate) }]
  const { salesInvoiceId } = row
  return typeof salesInvoiceId === 'string' ? [{ kind, id: salesInvoiceId, deleted: false, at: null }] : []
}

/** Rows by the time of their last change and id, page after page: several rows share a millisecond. */
async function* pages({ client }: Connection, stream: Stream, from: number, main: boolean) {
  const { resource, where = [], flag } = stream
  const more = main ? (flag ?? []) : 'salesInvoiceId'
  const properties = ['id', 'lastModifiedDate'].concat(more).join()
  let at = from
  let last: string | null = null
  for (;;) {
    const behind: Condition[] =
      last === null
        ? []
        : [
            ['lastModifiedDate', 'gt', String(at)],
            ['id', 'gt', last],
          ]
    const { rows: found } = await client.list(resource, {
      where: [...where, ['lastModifiedDate', 'ge', String(at)]],
      anyOf: behind,
      sort: 'lastModifiedDate,id',
      size: PAGE,
      properties,
    })
    const end = found.at(-1)
    if (!end) return
    const place = shaped(changed, end, resource)
    if (place.lastModifiedDate < at || (place.lastModifiedDate === at && place.id === last))
      throw new ErpError('BAD_ANSWER', `weclapp did not sort or filter ${resource} as asked.`)
    at = place.lastModifiedDate
    last = place.id
    yield { found, newest: at }
    if (found.length < PAGE) return
  }
}

/** From the beginning on nothing is known yet that could be gone. */
function fromBeginning({ flag, ...stream }: Stream): Stream {
  return flag ? { ...stream, flag, where: [[flag, 'eq', 'true']] } : stream
}

/**
 * What changed, oldest first. A party that is no customer any more, and a quotation of which there is a newer
 * version, stay as rows and are told as gone. What was deleted is not told: weclapp deletes for good and only its
 * webhook says so.
 */
export async function* changes(
  connection: Connection,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const streams = STREAMS[kind]
  const places = placesOf(since)
  const newest = streams.map((_, index) => places[index] ?? 0)
  for (const [index, stream] of streams.entries()) {
    const main = index === 0
    const from = Math.max(0, (newest[index] ?? 0) - OVERLAP_MS)
    const asked = since === null ? fromBeginning(stream) : stream
    for await (const page of pages(connection, asked, from, main)) {
      newest[index] = Math.max(newest[index] ?? 0, page.newest)
      yield {
        changes: page.found.flatMap((row) => changeOf(kind, row, stream, main)),
        cursor: `weclapp:${newest.join(',')}`,
      }
    }
  }
}
