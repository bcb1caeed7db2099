import { ErpError } from '../../schema/errors.ts'
import type { ChangePage, Cursor, Kind } from '../connector.ts'
import type { Filter } from './client.ts'
import type { Connection } from './read.ts'
import * as shapes from './shapes.ts'
import { before, toUtc } from './time.ts'

const DOCTYPES: Record<Kind, string> = {
  item: 'Item',
  customer: 'Customer',
  order: 'Sales Order',
  invoice: 'Sales Invoice',
  payment: 'Payment Entry',
  quote: 'Quotation',
}
const PAGE = 500
/** A transaction that takes its time stamp early and commits late is still found when looked for again. */
const OVERLAP_S = 60

/** Where reading stands, in the site's own time. */
interface Place {
  modified: string
  name: string
  deleted: string
}

const START: Place = {
  modified: '1970-01-01 00:00:00.000000',
  name: '',
  deleted: '1970-01-01 00:00:00.000000',
}

function placeOf(cursor: Cursor | null): Place {
  if (cursor === null) return { ...START }
  try {
    const [modified, name, deleted] = JSON.parse(cursor) as [string, string, string]
    return { modified, name, deleted }
  } catch {
    throw new ErpError('CURSOR_EXPIRED', 'The cursor is none of ERPNext.')
  }
}

function cursorOf({ modified, name, deleted }: Place): Cursor {
  return JSON.stringify([modified, name, deleted])
}

/** What the ERP's own list of deleted documents says; nothing where we may not read it. */
async function tombstones({ client }: Connection, doctype: string, since: string) {
  try {
    return await client.list('Deleted Document', shapes.deleted, {
      fields: shapes.fieldsOf(shapes.deleted),
      filters: [
        ['deleted_doctype', '=', doctype],
        ['creation', '>=', since],
      ],
      order: 'creation asc, name asc',
      limit: 0,
    })
  } catch (error) {
    if (error instanceof ErpError && ['PERMISSION_DENIED', 'VALIDATION', 'NOT_FOUND'].includes(error.code))
      return []
    throw error
  }
}

/** The page behind a place; exact, since `modified` and name together are a total order. */
function pageAfter({ client }: Connection, kind: Kind, { modified, name }: Pick<Place, 'modified' | 'name'>) {
  const from: Filter = ['modified', '>=', modified]
  return client.list(DOCTYPES[kind], shapes.changed, {
    fields: shapes.fieldsOf(shapes.changed),
    filters: kind === 'payment' ? [from, ['payment_type', '=', 'Receive']] : [from],
    anyOf: [
      ['modified', '>', modified],
      ['name', '>', name],
    ],
    order: 'modified asc, name asc',
    limit: PAGE,
  })
}

function later(a: string, b: string): string {
  return a > b ? a : b
}

/**
 * What changed, oldest first, by `modified` and name. The site's clock has no zone and repeats an hour in
 * autumn, so every run begins a little before its cursor, and that hour before where the cursor stands in it.
 */
export async function* changes(
  connection: Connection,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const zone = await connection.setup.zone()
  const place = placeOf(since)
  const start = (local: string) => (since === null ? local : before(local, zone, OVERLAP_S))
  let at = { modified: start(place.modified), name: '' }
  for (let full = true; full;) {
    const found = await pageAfter(connection, kind, at)
    full = found.length === PAGE
    at = found.at(-1) ?? at
    place.name = at.name
    place.modified = later(place.modified, at.modified)
    const told = found.map(({ name: id, modified }) => ({
      kind,
      id,
      deleted: false,
      at: toUtc(modified, zone),
    }))
    if (told.length > 0) yield { changes: told, cursor: cursorOf(place) }
  }
  const gone = await tombstones(connection, DOCTYPES[kind], start(place.deleted))
  place.deleted = later(place.deleted, gone.at(-1)?.creation ?? '')
  const told = gone.map(({ deleted_name: id, creation }) => ({
    kind,
    id,
    deleted: true,
    at: toUtc(creation, zone),
  }))
  if (told.length > 0) yield { changes: told, cursor: cursorOf(place) }
}
