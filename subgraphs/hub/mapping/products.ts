import type { OpenConnection } from '../../connections.ts'
import type { Item } from '../../connector.ts'
import { type Database, type Manager, rows } from '../database.ts'
import { attributesOf } from './apply.ts'
import { customKey } from './fields.ts'
import type { MappingSet } from './set.ts'

const COLUMNS: Record<string, string> = {
  name: 'name',
  description: 'description',
  unit: 'unit',
  minimumQuantity: 'minimum_quantity',
  leadTimeDays: 'lead_time_days',
}

const CUSTOM = `
update product set custom_attributes = (select coalesce(jsonb_agg(a), '[]') from jsonb_array_elements(custom_attributes) a
  where a->>'key' <> ?) || ?::jsonb, updated_at = now() where tenant = ? and sku = ?`

/** Writes what mappings fill into golden products; other fields keep what was known first. */
export async function fillProducts(
  db: Database,
  open: OpenConnection,
  set: MappingSet,
  items: Item[],
): Promise<void> {
  const fields = [...new Set(set.inbound.map(({ hubField }) => hubField))]
  await db.em().transactional(async (em) => {
    for (const item of items) for (const field of fields) await fill(em, open.tenant, item, field)
  })
  db.bus.tell('catalogue', open.id)
}

async function fill(em: Manager, tenant: string, item: Item, field: string): Promise<void> {
  const key = customKey(field)
  if (key !== null) {
    const value = attributesOf(item).get(key) ?? null
    const list = value === null ? [] : [{ key, value }]
    await em.execute(CUSTOM, [key, JSON.stringify(list), tenant, item.sku ?? null])
    return
  }
  const column = COLUMNS[field]
  const value = new Map<string, unknown>(Object.entries(item)).get(field) ?? null
  // An ERP that does not say it takes nothing away.
  if (!column || value === null) return
  const sql = `update product set ${column} = ?, updated_at = now() where tenant = ? and sku = ? returning id`
  await rows(em, sql, [value, tenant, item.sku ?? null])
}
