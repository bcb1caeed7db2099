import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { type Compared, type Source, type Staged, pageOfSource } from './source.ts'

/** Left or right. */
export type Side = 'L' | 'R'

/** One object of one comparison. */
export interface At {
  reconcile: string
  object: Compared
}

const STAGE = `
insert into reconcile_record (reconcile, object, side, id, hub, keys, content)
select ?, ?, ?, m.id, coalesce(m.hub, e.hub_id, s.id, i.id, p.id), m.keys, m.content
from jsonb_to_recordset(?::jsonb) as m(id text, hub text, keys jsonb, content jsonb)
left join external_ref e on e.connection = ? and e.native_id = m.id and not e.deleted
  and e.kind = case ? when 'PRODUCT' then 'item' when 'CUSTOMER' then 'customer' end
left join sales_order s on s.connection = ? and s.native_id = m.id and ? = 'ORDER'
left join invoice i on i.connection = ? and i.native_id = m.id and ? = 'INVOICE'
left join payment p on p.connection = ? and p.native_id = m.id and ? = 'PAYMENT'
on conflict (reconcile, object, side, id) do update set content = excluded.content, keys = excluded.keys, hub = excluded.hub`

/** Puts one page of a side where it can be sorted; gives it, and where the side goes on. */
export async function stagePage(
  hub: Hub,
  { reconcile, object }: At,
  side: Side,
  source: Source,
  after: string | null,
): Promise<{ rows: Staged[]; next: string | null }> {
  const em = hub.db.em()
  if (after === null) {
    const sql = 'delete from reconcile_record where reconcile = ? and object = ? and side = ?'
    await em.execute(sql, [reconcile, object, side])
  }
  const page = await pageOfSource(hub, source, object, after)
  const unique = [...new Map(page.rows.map((row) => [row.id, row])).values()]
  const where = [source.connection, object]
  const values = [JSON.stringify(unique), ...where, ...where, ...where, ...where]
  if (unique.length > 0) await em.execute(STAGE, [reconcile, object, side, ...values])
  return { rows: unique, next: page.next }
}

/** What makes two records one, the surest first. */
const KEYS: Record<Compared, string[]> = {
  PRODUCT: ['sku'],
  CUSTOMER: ['taxId', 'email', 'number'],
  ORDER: ['reference', 'purchaseOrderNumber', 'number'],
  INVOICE: ['number'],
  PAYMENT: ['number'],
}
/** What only one record of a side may have. */
export const UNIQUE: Record<Compared, string[]> = {
  PRODUCT: ['sku'],
  CUSTOMER: ['taxId', 'email'],
  ORDER: [],
  INVOICE: ['number'],
  PAYMENT: [],
}

const ROWS = 'reconcile_record where reconcile = ? and object = ?'

/** Pairs the records of both sides by the identity map, then by each key; each record has one pair. */
export async function pairUp(em: Manager, { reconcile, object }: At): Promise<void> {
  const at = [reconcile, object]
  const again = `update reconcile_record set pair = null, twin = null where reconcile = ? and object = ?
    and (pair is not null or twin is not null)`
  await em.execute(again, at)
  // Nothing is known yet of how many rows were put there: without this every row is held against every other.
  await em.execute('analyze reconcile_record')
  for (const key of ['hub', ...KEYS[object]]) {
    const value = key === 'hub' ? 'hub' : `keys ->> '${key}'`
    const free = (
      side: Side,
    ) => `select id, ${value} as key, row_number() over (partition by ${value} order by id) as nth
      from ${ROWS} and side = '${side}' and pair is null and ${value} is not null`
    const sql = `with l as (${free('L')}), r as (${free('R')}),
      met as (select l.id as l, r.id as r from l join r on l.key = r.key and l.nth = r.nth),
      leftward as (update reconcile_record x set pair = met.r from met
        where x.reconcile = ? and x.object = ? and x.side = 'L' and x.id = met.l)
      update reconcile_record x set pair = met.l from met
        where x.reconcile = ? and x.object = ? and x.side = 'R' and x.id = met.r`
    await em.execute(sql, [...at, ...at, ...at, ...at])
  }
  for (const key of ['hub', ...UNIQUE[object]]) await markTwins(em, at, key)
}

/** A record without a pair that shares a key with another of its own side is there twice. */
async function markTwins(em: Manager, at: string[], key: string): Promise<void> {
  const value = key === 'hub' ? 'hub' : `keys ->> '${key}'`
  const sql = `with twins as materialized (
      select side, ${value} as key, coalesce(min(id) filter (where pair is not null), min(id)) as first
      from ${ROWS} and ${value} is not null group by side, ${value} having count(*) > 1)
    update reconcile_record x set twin = jsonb_build_object('field', ?::text, 'of', twins.first, 'key', twins.key) from twins
    where x.reconcile = ? and x.object = ? and x.side = twins.side and x.${value} = twins.key and x.twin is null
      and x.pair is null and x.id <> twins.first`
  await em.execute(sql, [...at, key, ...at])
}

/** A pair of records. */
export interface Pair {
  left: string
  right: string
  hub: string | null
  leftContent: Record<string, unknown>
  rightContent: Record<string, unknown>
}

/** Pairs in the order of the left id. */
export function pairsOf(
  em: Manager,
  { reconcile, object }: At,
  after: string,
  limit: number,
): Promise<Pair[]> {
  const sql = `select l.id as left, r.id as right, coalesce(l.hub, r.hub) as hub, l.content as "leftContent", r.content as "rightContent"
    from reconcile_record l join reconcile_record r
      on r.reconcile = l.reconcile and r.object = l.object and r.side = 'R' and r.id = l.pair
    where l.reconcile = ? and l.object = ? and l.side = 'L' and l.id > ? order by l.id limit ?`
  return rows<Pair>(em, sql, [reconcile, object, after, limit])
}

/** A record that has no pair. */
export interface Single {
  id: string
  hub: string | null
  keys: Record<string, string>
  content: Record<string, unknown>
  twin: { field: string; of: string; key: string } | null
}

/** Records of a side without a pair. */
export function singlesOf(
  em: Manager,
  { reconcile, object }: At,
  side: Side,
  after: string,
  limit: number,
): Promise<Single[]> {
  const sql = `select id, hub, keys, content, twin from ${ROWS} and side = ? and pair is null and id > ? order by id limit ?`
  return rows<Single>(em, sql, [reconcile, object, side, after, limit])
}

/** The fields that a side knows of any record; what it never tells is no difference. */
export async function knownFields(em: Manager, { reconcile, object }: At, side: Side): Promise<Set<string>> {
  const sql = `select distinct name from ${ROWS} and side = ?`.replace(
    'reconcile_record where',
    'reconcile_record cross join lateral jsonb_object_keys(content) as name where',
  )
  const found = await rows<{ name: string }>(em, sql, [reconcile, object, side])
  return new Set(found.map(({ name }) => name))
}
