import { Num, type Row } from '../../exact.ts'
import { Refusal } from '../../refusal.ts'
import type { SandboxAnswer } from '../../sandbox.ts'
import { filterOf, keysOf } from './filter.ts'
import { etag } from './values.ts'

/** A set as it is asked: its rows in the order of its key. */
export interface Shelf {
  set: string
  entity: string
  /** A single key; sets without one are only listed. */
  key: string
  rows: Row[]
  byKey?: Map<string, Row>
  /** The fields of the entity where there may be no row. */
  fields?: string[]
}

const PAGE = 20
const UDF = /^U_\w+$/

function has(shelf: Shelf, field: string): boolean {
  return field in (shelf.rows[0] ?? {}) || (shelf.fields?.includes(field) ?? false)
}

function isField(shelf: Shelf, udfs: Set<string>, field: string): boolean {
  return UDF.test(field) ? udfs.has(`${shelf.entity}.${field}`) : has(shelf, field)
}

/** A row as it is shown; what is selected is shown with a tag that never moves. */
export function shown(row: Row, shelf: Shelf, udfs: Set<string>, select: string[] | null): Row {
  const unknown = select?.find((field) => !isField(shelf, udfs, field))
  if (unknown) throw new Refusal(400, '-1000', `Property '${unknown}' of '${shelf.entity}' is invalid`)
  const tag = select === null ? row.DataVersion : undefined
  const tagged = row.DataVersion === undefined ? {} : { '@odata.etag': etag(tag) }
  if (select === null) return { ...tagged, ...row }
  return { ...tagged, ...Object.fromEntries(select.map((field) => [field, row[field] ?? null])) }
}

function order(one: unknown, other: unknown): number {
  if (one instanceof Num && other instanceof Num) return one.big.cmp(other.big)
  const [a, b] = [String(one ?? ''), String(other ?? '')]
  return a === b ? 0 : a < b ? -1 : 1
}

/** The rows that a filter may mean: by the key at once, where it asks for keys alone. */
function candidates(shelf: Shelf, filter: string | null): Row[] {
  const keys = filter === null || !shelf.byKey ? null : keysOf(filter, shelf.key)
  return keys === null
    ? shelf.rows
    : keys.flatMap((key): Row[] => {
        const row = shelf.byKey?.get(key)
        return row ? [row] : []
      })
}

/** A collection: filtered, in order, cut into pages of 20 unless `Prefer` says otherwise. */
export function collect(
  shelf: Shelf,
  query: URLSearchParams,
  prefer: string,
  udfs: Set<string>,
): SandboxAnswer {
  const filter = query.get('$filter')
  const known = (field: string) => isField(shelf, udfs, field)
  const holds = filter === null ? () => true : filterOf(filter, shelf.entity, known)
  const fields = (query.get('$orderby') ?? shelf.key).split(',').map((one) => one.trim())
  const wrong = fields.find((field) => !known(field))
  if (wrong !== undefined)
    throw new Refusal(400, '-1000', `Property '${wrong}' of '${shelf.entity}' is invalid`)
  const skip = Number(query.get('$skip') ?? 0)
  const top = Number(query.get('$top') ?? Infinity)
  const rows = candidates(shelf, filter)
    .filter(holds)
    .toSorted((a, b) => fields.map((field) => order(a[field], b[field])).find((one) => one !== 0) ?? 0)
    .slice(skip, skip + top)
  const wanted = /odata\.maxpagesize=(\d+)/.exec(prefer)?.[1]
  const size = wanted === undefined ? PAGE : Number(wanted) || Infinity
  const select = query.get('$select')?.split(',') ?? null
  const next = new URLSearchParams(query)
  next.set('$skip', String(skip + size))
  if (query.has('$top')) next.set('$top', String(top - size))
  const body = {
    '@odata.context': `/b1s/v2/$metadata#${shelf.set}`,
    value: rows.slice(0, size).map((row) => shown(row, shelf, udfs, select)),
    ...(rows.length > size && { '@odata.nextLink': `/b1s/v2/${shelf.set}?${next}` }),
  }
  const headers: Record<string, string> = wanted
    ? { 'preference-applied': `odata.maxpagesize=${wanted}` }
    : {}
  return { status: 200, headers, body }
}
