import { ErpError } from '../../schema/errors.ts'
import type { ChangePage, Cursor, Kind } from '../connector.ts'
import type { Filter } from './client.ts'
import type { Connection } from './read.ts'
import * as rows from './rows.ts'
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
    return await client.list('Deleted Document', rows.deleted, {
      fields: rows.fieldsOf(rows.deleted),
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

/**
 * What changed, oldest first, by `modified` and name. The site's clock has no zone and repeats an hour in
 * autumn, so every run begins a little before its cursor, and that hour before where the cursor stands in it.
 */
export async function* changes(
  connection: Connection,
  kind: Kind,
  since: Cursor | null,
): AsyncIterable<ChangePage> {
  const { client, setup } = connection
  const doctype = DOCTYPES[kind]
  const zone = await setup.zone()
  const place = placeOf(since)
  let at: { modified: string; name: string } = {
    modified: since === null ? place.modified : before(place.modified, zone, OVERLAP_S),
    name: '',
  }
  let newest = place.modified
  for (;;) {
    const from: Filter = ['modified', '>=', at.modified]
    const found = await client.list(doctype, rows.changed, {
      fields: rows.fieldsOf(rows.changed),
      filters: kind === 'payment' ? [from, ['payment_type', '=', 'Receive']] : [from],
      anyOf: [
        ['modified', '>', at.modified],
        ['name', '>', at.name],
      ],
      order: 'modified asc, name asc',
      limit: PAGE,
    })
    const last = found.at(-1)
    if (!last) break
    at = last
    if (last.modified > newest) newest = last.modified
    Object.assign(place, { modified: newest, name: last.name })
    yield {
      changes: found.map(({ name, modified }) => ({
        kind,
        id: name,
        deleted: false,
        at: toUtc(modified, zone),
      })),
      cursor: cursorOf(place),
    }
    if (found.length < PAGE) break
  }
  const gone = await tombstones(
    connection,
    doctype,
    since === null ? place.deleted : before(place.deleted, zone, OVERLAP_S),
  )
  const lastGone = gone.at(-1)
  if (!lastGone) return
  if (lastGone.creation > place.deleted) place.deleted = lastGone.creation
  yield {
    changes: gone.map(({ deleted_name: id, creation }) => ({
      kind,
      id,
      deleted: true,
      at: toUtc(creation, zone),
    })),
    cursor: cursorOf(place),
  }
}
