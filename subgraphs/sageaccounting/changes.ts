import { ErpError } from '../../schema/errors.ts'
import type { Change, ChangePage, Cursor, Kind } from '../connector.ts'
import { shaped } from '../shape.ts'
import type { Query } from './client.ts'
import { type Connection, RESOURCES } from './connection.ts'
import { toUtc } from './map.ts'
import { setsOf } from './sets.ts'
import * as shapes from './shapes.ts'

/** A transaction may commit after a later one, and rows may move between pages while they are read. */
const OVERLAP_MS = 5 * 60_000
const CHUNK = 250

interface Told {
  change: Change
  at: number
}

/** A list that tells changes; quotes and estimates do not tell their deletions. */
interface Source {
  path: string
  query: Query
  deletions: boolean
}

function since(kind: Kind, cursor: Cursor | null): number | null {
  if (cursor === null) return null
  const [, ms] = new RegExp(`^sageaccounting:${kind}:(\\d{1,14})$`).exec(cursor) ?? []
  if (ms === undefined) throw new ErpError('CURSOR_EXPIRED', `The cursor is none of changes of ${kind}.`)
  return Number(ms)
}

function sourcesOf(connection: Connection, kind: Kind): Source[] {
  if (kind === 'item') return RESOURCES.map((path) => ({ path, query: {}, deletions: true }))
  if (kind === 'customer')
    return [{ path: 'contacts', query: { contact_type_id: 'CUSTOMER' }, deletions: true }]
  const { path, query } = setsOf(connection.client.config)[kind]
  return [{ path, query, deletions: !/quotes|estimates/.test(path) }]
}

async function toldBy(
  connection: Connection,
  kind: Kind,
  source: Source,
  from: number | null,
): Promise<Told[]> {
  const { client } = connection
  const { path, query, deletions } = source
  const day = from === null ? undefined : new Date(from).toISOString()
  const [changed, deleted] = await Promise.all([
    client.all(path, { ...query, updated_or_created_since: day }),
    day !== undefined && deletions ? client.all(path, { ...query, deleted_since: day }) : [],
  ])
  const read = (rows: typeof changed) => rows.map((row) => shaped(shapes.dated, row, 'A row'))
  const live = read(changed)
  const here = new Set(live.map(({ id }) => id))
  // A void invoice stays where it was: it has changed, and is not gone.
  const gone = read(deleted).filter(({ id }) => !here.has(id))
  return [...live, ...gone].map((row) => {
    const isGone = !here.has(row.id)
    const at = toUtc(isGone ? (row.deleted_at ?? row.updated_at) : row.updated_at)
    if (at === null)
      throw new ErpError('BAD_ANSWER', 'A row has no time of its last change.', { field: 'updated_at' })
    return { change: { kind, id: row.id, deleted: isGone, at }, at: Date.parse(at) }
  })
}

/** What changed, oldest first. The lists are read whole before the first page, because their order is not told. */
export async function* changes(
  connection: Connection,
  kind: Kind,
  cursor: Cursor | null,
): AsyncIterable<ChangePage> {
  const last = since(kind, cursor)
  const from = last === null ? null : Math.max(0, last - OVERLAP_MS)
  const lists = sourcesOf(connection, kind).map((source) => toldBy(connection, kind, source, from))
  const told = (await Promise.all(lists)).flat().toSorted((a, b) => a.at - b.at)
  let newest = last ?? 0
  for (let at = 0; at === 0 || at < told.length; at += CHUNK) {
    const part = told.slice(at, at + CHUNK)
    newest = Math.max(newest, part.at(-1)?.at ?? 0)
    yield { changes: part.map(({ change }) => change), cursor: `sageaccounting:${kind}:${newest}` }
  }
}
