import type { OpenConnection } from '../../connections.ts'
import type { Exchange } from '../../http.ts'
import type { Customer, Kind, Records } from '../../records.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { erasedAmong, keepMarks, marksOf } from './marks.ts'
import { depersonalised } from './personal.ts'

/** What a record cannot do without: which one it is, whose it is, how it stands, what it is about. */
export const NEEDED = [
  'id',
  'updatedAt',
  'number',
  'reference',
  'sku',
  'customer',
  'state',
  'orders',
  ...['lines', 'discounts', 'currency'],
]

/** The fields that may be kept of a kind of record of a connection; null: all. */
export async function allowedIn(em: Manager, connection: string, kind: Kind): Promise<string[] | null> {
  const sql = 'select fields from allowed_field where connection = ? and kind = ?'
  return (await rows<{ fields: string[] }>(em, sql, [connection, kind]))[0]?.fields ?? null
}

/** A record with nothing but what may be kept of it. */
export function trimmed<T extends object | null>(record: T, allowed: string[] | null): T {
  if (!allowed || !record) return record
  const entries = Object.entries(record).filter(([name]) => allowed.includes(name) || NEEDED.includes(name))
  return Object.fromEntries(entries) as T
}

/** The requests of a try, without what the ERP answered where not everything of it may be kept. */
export function veiled<T extends { exchanges: Exchange[] }>(attempt: T, allowed: string[] | null): T {
  if (!allowed) return attempt
  const exchanges = attempt.exchanges.map((one) => ({
    ...one,
    response: one.response && { ...one.response, body: '•••' },
  }))
  return { ...attempt, exchanges }
}

/** Records as they may be kept: nobody who was erased, and only the fields that an operator allows. */
export async function admitted<K extends Kind>(
  hub: Hub,
  open: OpenConnection,
  kind: K,
  found: Records[K][],
): Promise<Records[K][]> {
  if (found.length === 0) return found
  const known = await withoutErased(hub, open, kind, found)
  const allowed = await allowedIn(hub.db.em(), open.id, kind)
  return known.map((record) => trimmed(record, allowed))
}

/** Drops customers that were erased, and takes them out of the documents that name them. */
export async function withoutErased<K extends Kind>(
  { db, safe }: Hub,
  open: OpenConnection,
  kind: K,
  found: Records[K][],
): Promise<Records[K][]> {
  if (kind === 'item') return found
  const { id: connection, tenant } = open
  const traits = (record: Records[K]) => {
    if (kind !== 'customer') return documentTraits(connection, record)
    const { id, email, taxId } = record as Customer
    return { records: [{ connection, id }], email, taxId }
  }
  const marks = found.map((record) => marksOf(safe, tenant, traits(record)))
  const em = db.em()
  const erased = await erasedAmong(em, tenant, [...new Set(marks.flat())])
  if (erased.size === 0) return found
  const kept: Records[K][] = []
  for (const [index, record] of found.entries()) {
    const own = marks[index] ?? []
    const erasure = own.map((mark) => erased.get(mark)).find(Boolean)
    if (!erasure) kept.push(record)
    else if (kind !== 'customer') kept.push(depersonalised(record))
    // Its documents name it by this id from now on.
    else await keepMarks(em, tenant, erasure, own.slice(0, 1))
  }
  return kept
}

function documentTraits(connection: string, record: object) {
  const text = (name: string): string | null => {
    const value: unknown = Object.entries(record).find(([key]) => key === name)?.[1]
    return typeof value === 'string' ? value : null
  }
  const customer = text('customer')
  const records = customer ? [{ connection, id: customer }] : []
  return { records, email: text('customerEmail'), taxId: text('customerTaxId') }
}
