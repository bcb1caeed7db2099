import { ErpError } from '../../../schema/errors.ts'
import { FIELDS, FIELD_NAMES, same } from '../conflict/fields.ts'
import { writeGolden } from '../conflict/golden.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { idNow } from './alias.ts'

/** Two golden records that are one customer. */
export interface Merge {
  tenant: string
  keep: string
  gone: string
  /** Who says so. */
  by: string
}

/** The tables whose rows belong to a customer by their column `customer`, and follow it. */
export const FOLLOWERS = ['sales_order', 'invoice', 'payment', 'operation', 'api_key', 'conflict'] as const
/** One of the tables that follow. */
export type Follower = (typeof FOLLOWERS)[number]

/** What went from one golden record to another: ids by table, and the records of ERPs. */
export type Moved = Record<Follower, string[]> & { records: { connection: string; native: string }[] }

/** How many rows of what belong to a golden record. */
export async function countOf(em: Manager, customer: string): Promise<Record<Follower | 'records', number>> {
  const parts = FOLLOWERS.map(
    (table) => `(select count(*) from ${table} where customer = ?)::int as "${table}"`,
  )
  const sql = `select ${parts.join(', ')},
    (select count(*) from external_ref where kind = 'customer' and hub_id = ?)::int as records`
  const values = [...FOLLOWERS, 'records'].map(() => customer)
  const [counts] = await rows<Record<Follower | 'records', number>>(em, sql, values)
  if (!counts) throw new ErpError('INTERNAL', 'The rows were not counted.')
  return counts
}

/** Of two open conflicts about one field of one ERP the kept record's stays. */
const SETTLE = `
update conflict c set state = 'DECIDED', decided_by = ?, decided_at = now(), updated_at = now()
where c.customer = ? and c.state = 'OPEN' and exists (select from conflict k where k.customer = ?
  and k.connection = c.connection and k.field = c.field and k.state = 'OPEN')`

const INPUTS = `
update operation set input = jsonb_set(input, '{customer}', to_jsonb(?::text))
where customer = ? and direction = 'OUT' and input->>'customer' = ?`

/** Moves everything of one golden record, or what is named, to another; inside the caller's transaction. */
export async function moveAll(em: Manager, { gone, keep, by }: Merge): Promise<Moved> {
  await em.execute(SETTLE, [by, gone, keep])
  await em.execute(INPUTS, [keep, gone, gone])
  const moved: Partial<Moved> = {}
  for (const table of FOLLOWERS) {
    const sql = `update ${table} set customer = ? where customer = ? returning id`
    moved[table] = (await rows<{ id: string }>(em, sql, [keep, gone])).map(({ id }) => id)
  }
  const sql = `update external_ref set hub_id = ?, linked_at = clock_timestamp() where kind = 'customer' and hub_id = ?
    returning connection, native_id as native`
  moved.records = await rows(em, sql, [keep, gone])
  return moved as Moved
}

const DOUBTS_KNOWN = `
update match_candidate k set state = 'DIFFERENT', decided_by = g.decided_by, decided_at = g.decided_at
from match_candidate g where g.tenant = ? and g.state = 'DIFFERENT' and k.state = 'OPEN' and k.tenant = g.tenant
  and ((g.customer = ? and ? in (k.customer, k.other) and g.other in (k.customer, k.other))
    or (g.other = ? and ? in (k.customer, k.other) and g.customer in (k.customer, k.other)))`

const DOUBTS_FOLLOW = `
update match_candidate m set customer = case when customer = ? then ? else customer end,
  other = case when other = ? then ? else other end
where tenant = ? and ? in (customer, other) and ? not in (customer, other) and not exists (
  select from match_candidate k where k.tenant = m.tenant and ? in (k.customer, k.other)
    and case when m.customer = ? then m.other else m.customer end in (k.customer, k.other))`

const DOUBTS_GONE = `
delete from match_candidate where tenant = ? and ? in (customer, other) and ? not in (customer, other)`

/** What was asked and decided about the record that goes is asked and decided about the one that stays. */
async function moveDoubts(em: Manager, { tenant, keep, gone, by }: Merge): Promise<void> {
  await em.execute(DOUBTS_KNOWN, [tenant, gone, keep, gone, keep])
  await em.execute(DOUBTS_FOLLOW, [gone, keep, gone, keep, tenant, gone, keep, keep, gone])
  await em.execute(DOUBTS_GONE, [tenant, gone, keep])
  const sql = `update match_candidate set state = 'SAME', decided_by = coalesce(decided_by, ?), decided_at = now()
    where tenant = ? and ? in (customer, other) and ? in (customer, other)`
  await em.execute(sql, [by, tenant, keep, gone])
}

const COLUMN_LIST = FIELD_NAMES.map((field) => `${FIELDS[field].column} as "${field}"`).join(', ')
const LOCKED = `select id, home, ${COLUMN_LIST} from customer where tenant = ? and id in (?, ?) order by id for update`
type Golden = Record<string, unknown> & { id: string; home: string | null }

/**
 * Makes two golden records one, inside the caller's transaction that holds lockCustomers: all that belonged to `gone`
 * belongs to `keep`, which also fills what it did not know; the old id stays good. Throws NOT_FOUND, VALIDATION.
 */
export async function mergeInto(em: Manager, asked: Merge): Promise<void> {
  const { tenant, by } = asked
  const [keep, gone] = [await idNow(em, asked.keep), await idNow(em, asked.gone)]
  if (keep === gone) throw new ErpError('VALIDATION', 'Both are one customer already.', { field: 'gone' })
  const both = await rows<Golden>(em, LOCKED, [tenant, keep, gone])
  const [kept, other] = [keep, gone].map((id) => both.find((row) => row.id === id))
  if (!kept || !other) throw new ErpError('NOT_FOUND', 'There is no such customer.', { field: 'gone' })
  const merge = { tenant, keep, gone, by }
  const [before] = await rows<{ content: object }>(
    em,
    'select to_jsonb(c) as content from customer c where id = ?',
    [gone],
  )
  const moved = await moveAll(em, merge)
  await moveDoubts(em, merge)
  await em.execute('update customer_alias set customer = ? where customer = ?', [keep, gone])
  await em.execute('delete from customer where id = ?', [gone])
  await em.execute('insert into customer_alias (id, tenant, customer) values (?, ?, ?)', [gone, tenant, keep])
  const filled = FIELD_NAMES.filter((field) => same(kept[field], null) && !same(other[field], null))
  await writeGolden(em, keep, Object.fromEntries(filled.map((field) => [field, other[field]])), by)
  await setHome(em, keep, [kept.home, other.home])
  const keepSql = `insert into customer_merge (id, tenant, kept, gone, content, moved, done_by)
    values (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?)`
  const ids = [newId('mrg'), tenant, keep, gone]
  await em.execute(keepSql, [...ids, JSON.stringify(before?.content ?? {}), JSON.stringify(moved), by])
}

/** The home is the first of the connections in configured order. */
async function setHome(em: Manager, customer: string, homes: (string | null)[]): Promise<void> {
  const sql = `update customer set home = coalesce((select id from connection
    where id in (select jsonb_array_elements_text(?::jsonb)) order by position, id limit 1), home) where id = ?`
  await em.execute(sql, [JSON.stringify(homes.filter(Boolean)), customer])
}

/** Tells every node that golden records, and the keys of customers, are not what they were; after the commit. */
export function toldMerged({ db }: Pick<Hub, 'db'>): void {
  db.bus.tell('catalogue', '')
  db.bus.tell('key', '')
}
