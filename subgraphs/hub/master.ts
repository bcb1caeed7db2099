import type { Id } from '../records.ts'
import { type Database, rows } from './database.ts'

const FIELDS = ['name', 'description', 'unit', 'minimumQuantity', 'leadTimeDays', 'active']

/** The first that says something, in configured order. */
const first = (value: string): string =>
  `(array_agg(${value} order by c.position, c.id, m.native_id) filter (where ${value} is not null))[1]`

const list = (name: string): string =>
  first(`case when m.content->'${name}' <> '[]' then m.content->'${name}' end`)

// One look by index per product: over a table that has just grown, the database would else read all of it.
const HUBS = `select distinct r.hub_id from jsonb_array_elements_text(?::jsonb) as n(id) cross join lateral (
  select hub_id from external_ref where connection = ? and kind = 'item' and native_id = n.id offset 0) r`

/** A field that mappings fill follows them, not the master. */
const MAPPED = `select distinct hub_field as field from field_mapping
  where tenant = ? and object = 'PRODUCT' and direction <> 'OUT'`

const COLUMNS: Record<string, string> = {
  name: 't.name',
  description: 't.description',
  unit: 't.unit',
  minimumQuantity: 't."minimumQuantity"',
  leadTimeDays: 't."leadTimeDays"::int',
  active: 't.active::boolean',
}
const OWN: Record<string, string> = {
  name: 'p.name',
  description: 'p.description',
  unit: 'p.unit',
  minimumQuantity: 'p.minimum_quantity',
  leadTimeDays: 'p.lead_time_days',
  active: 'p.active',
}

function follow(mapped: string[]): string {
  const values = FIELDS.map((name) => (mapped.includes(name) ? OWN[name] : COLUMNS[name]))
  const columns = FIELDS.map((name) => OWN[name]?.slice(2))
  const set = columns.map((column, index) => `${column} = ${values[index]}`)
  return `${TOLD}
update product p set ${set.join(', ')}, categories = t.categories, components = t.components, updated_at = now()
from told t where p.id = t.hub_id and (${FIELDS.map((name) => OWN[name]).join(', ')}, p.categories, p.components)
  is distinct from (${values.join(', ')}, t.categories, t.components) returning p.id`
}

const TOLD = `
with told as (
  select h.hub_id, t.* from (${HUBS}) h cross join lateral (
    select ${FIELDS.map((name) => `${first(`m.content->>'${name}'`)} as "${name}"`).join(', ')},
      coalesce(${list('categories')}, '[]') as categories, coalesce(${list('components')}, '[]') as components, count(*) as n
    from external_ref r join connection c on c.id = r.connection cross join lateral (select native_id, content, deleted from mirror
      where connection = r.connection and kind = 'item' and native_id = r.native_id offset 0) m
    where not m.deleted and r.kind = 'item' and not r.deleted and r.hub_id = h.hub_id) t
  where t.n > 0)`

const ORPHANED = `
update product p set active = false, updated_at = now()
where p.active is distinct from false and p.id in (${HUBS})
  and not exists (select from external_ref r where r.hub_id = p.id and r.kind = 'item' and not r.deleted) returning p.id`

/**
 * Brings products up to date with what their master says now: the first connection in configured order that knows
 * the SKU; what it leaves open, the next one fills. A product that nobody has any more is inactive.
 */
export async function followMaster(
  db: Database,
  tenant: string,
  connection: string,
  ids: Id[],
): Promise<void> {
  if (ids.length === 0) return
  const values = [JSON.stringify(ids), connection]
  const mapped = await rows<{ field: string }>(db.em(), MAPPED, [tenant])
  const changed = await rows(db.em(), follow(mapped.map(({ field }) => field)), values)
  const gone = await rows(db.em(), ORPHANED, values)
  if (changed.length + gone.length > 0) db.bus.tell('catalogue', connection)
}
