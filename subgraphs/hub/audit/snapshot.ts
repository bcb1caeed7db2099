import { isDeepStrictEqual } from 'node:util'
import { type Database, rows } from '../database.ts'
import { column } from './redact.ts'

/** A row that a mutation changed: the columns that differ, hidden ones as dots. Null: it was not there. */
export interface Change {
  table: string
  id: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

interface Row {
  table: string
  row: Record<string, unknown>
}

/** Tables of what happens by itself or has its own log; they are no subject of a mutation. */
const LOGS = [
  ...['audit', 'event', 'attempt', 'mirror', 'external_ref', 'request', 'inbox', 'delivery', 'job', 'poll'],
  ...['webhook_delivery', 'webhook_attempt', 'erased_key', 'customer_field'],
]
const PER_TABLE = 20

/** Where a mutation can have changed something: the tables of a tenant, and the columns that name a row. */
const TABLES = `
select c.table_name as name, array_agg(c.column_name::text) filter (where c.column_name <> 'tenant' and k.column_name is not null) as keys
from information_schema.columns c
left join (select u.table_name, u.column_name from information_schema.key_column_usage u
  join information_schema.table_constraints t on t.constraint_name = u.constraint_name and t.table_schema = u.table_schema
  where t.constraint_type = 'PRIMARY KEY' and u.table_schema = current_schema()) k
  on k.table_name = c.table_name and k.column_name = c.column_name
where c.table_schema = current_schema() and c.data_type = 'text' and exists (
  select from information_schema.columns o where o.table_schema = c.table_schema and o.table_name = c.table_name
    and o.column_name = 'tenant')
group by c.table_name order by c.table_name`

const known = new WeakMap<Database, Promise<string>>()

function lookUp(db: Database): Promise<string> {
  const made = known.get(db) ?? sqlOf(db)
  known.set(db, made)
  return made
}

async function sqlOf(db: Database): Promise<string> {
  const found = await rows<{ name: string; keys: string[] | null }>(db.em(), TABLES)
  const parts = found
    .filter(({ name }) => !LOGS.includes(name))
    .map(({ name, keys }) => [name, (keys ?? []).filter((key) => key !== 'kind')] as const)
    .filter(([, keys]) => keys.length > 0)
    .map(([name, keys]) => {
      const isNamed = keys.map((key) => `t."${key}" in (select id from asked)`).join(' or ')
      return `(select '${name}' as "table", to_jsonb(t) as row from "${name}" t
        where t.tenant = (select tenant from who) and (${isNamed}) limit ${PER_TABLE})`
    })
  return `with asked as materialized (select jsonb_array_elements_text(?::jsonb) as id), who as (select ?::text as tenant)
    ${parts.join('\nunion all\n')}`
}

/** The rows that ids name, whatever table they are in. */
export async function snapshot(db: Database, tenant: string, ids: string[]): Promise<Row[]> {
  if (ids.length === 0) return []
  return rows<Row>(db.em(), await lookUp(db), [JSON.stringify(ids), tenant])
}

const nameOf = ({ table, row }: Row): string =>
  `${table}\n${String(row.id ?? [row.connection, row.kind, row.field].filter(Boolean).join(' '))}`

/** What differs between two snapshots. */
export function changes(before: Row[], after: Row[]): Change[] {
  const [old, fresh] = [before, after].map((list) => new Map(list.map((one) => [nameOf(one), one.row])))
  const names = new Set([...(old?.keys() ?? []), ...(fresh?.keys() ?? [])])
  return [...names].flatMap((name) => {
    const [table = '', id = ''] = name.split('\n')
    const [was, is] = [old?.get(name) ?? null, fresh?.get(name) ?? null]
    const differing = Object.keys({ ...was, ...is }).filter(
      (key) => !isDeepStrictEqual(was?.[key], is?.[key]),
    )
    if (differing.length === 0) return []
    return [{ table, id, before: pick(table, was, differing), after: pick(table, is, differing) }]
  })
}

function pick(table: string, row: Record<string, unknown> | null, columns: string[]): Change['before'] {
  return row && Object.fromEntries(columns.map((name) => [name, column(name, row[name], table)]))
}

/** Every short text in a value: the ids among them name what a mutation is about. */
export function textsIn(value: unknown, most = 60, into: Set<string> = new Set()): string[] {
  if (into.size >= most) return [...into]
  if (typeof value === 'string' && value !== '' && value.length <= 200) into.add(value)
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) textsIn(part, most, into)
  return [...into]
}

/** The ids in an answer, a few levels deep. */
export function idsIn(value: unknown, depth = 4, into: Set<string> = new Set()): string[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [...into]
  if ('id' in value && typeof value.id === 'string') into.add(value.id)
  for (const part of Object.values(value)) if (into.size < 50) idsIn(part, depth - 1, into)
  return [...into]
}
