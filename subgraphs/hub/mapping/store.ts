import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import type { Manager } from '../database.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../identity.ts'
import { checkMapping, checkTogether } from './check.ts'
import { type Discovered, discover } from './discover.ts'
import type { MappedObject } from './fields.ts'
import { type Mapping, mappingRows } from './read.ts'

/** A mapping as an operator gives it. */
export type GivenMapping = Omit<Mapping, 'id' | 'changedBy' | 'changedAt'> & { id: string | null }

/** The connection, or NOT_FOUND; a foreign one looks unknown. */
export function connectionOf(hub: Hub, caller: Caller, id: string): OpenConnection {
  const open = reaches(caller, id) ? hub.directory.find(caller.tenant, id) : null
  if (open) return open
  throw new ErpError('NOT_FOUND', 'There is no such connection, or it is not active.', {
    field: 'connection',
  })
}

/** The mapping, or NOT_FOUND; a foreign one looks unknown. */
export async function mappingOf(hub: Hub, caller: Caller, id: string): Promise<Mapping> {
  const [row] = await mappingRows(hub.db.em(), caller.tenant, { id })
  if (row && reaches(caller, row.connection)) return row
  throw new ErpError('NOT_FOUND', 'There is no such mapping.', { field: 'id' })
}

/** A given mapping as it would be kept. */
export function withId(given: GivenMapping, caller: Caller): Mapping {
  const changed = { changedBy: caller.name, changedAt: new Date().toISOString() }
  return { ...given, id: given.id ?? newId('map'), ...changed }
}

const SAVE = `
insert into field_mapping (id, tenant, connection, object, hub_field, erp_field, type, direction, transform_in, transform_out,
  value_map, unmapped, required, fallback, changed_by)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)
on conflict (id) do update set hub_field = excluded.hub_field, erp_field = excluded.erp_field, type = excluded.type,
  direction = excluded.direction, transform_in = excluded.transform_in, transform_out = excluded.transform_out,
  value_map = excluded.value_map, unmapped = excluded.unmapped, required = excluded.required, fallback = excluded.fallback,
  changed_by = excluded.changed_by, changed_at = now()`

async function write(em: Manager, tenant: string, one: Mapping): Promise<void> {
  const { id, connection, object, hubField, erpField, type, direction, transformIn, transformOut } = one
  await em.execute(SAVE, [
    ...[id, tenant, connection, object, hubField, erpField, type, direction, transformIn, transformOut],
    ...[JSON.stringify(one.valueMap), one.unmapped, one.required, one.default, one.changedBy],
  ])
}

/** What is known of the fields of a connection, asked once. */
export function discoverer(hub: Hub): (open: OpenConnection, object: MappedObject) => Promise<Discovered> {
  const known = new Map<string, Promise<Discovered>>()
  return (open, object) => {
    const key = `${open.id} ${object}`
    const found = known.get(key) ?? discover(hub, open, object)
    known.set(key, found)
    return found
  }
}

/**
 * Keeps mappings, all or none; they count at once in every process. Throws VALIDATION for what is wrong with one, or
 * with all together; then nothing has changed.
 */
export async function saveMappings(hub: Hub, caller: Caller, given: Mapping[]): Promise<void> {
  const known = discoverer(hub)
  for (const one of given)
    checkMapping(one, await known(connectionOf(hub, caller, one.connection), one.object))
  await hub.db.em().transactional(async (em) => {
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`mappings ${caller.tenant}`])
    checkTogether(await together(em, caller, given))
    for (const one of given) await write(em, caller.tenant, one)
  })
  hub.db.bus.tell('mapping', '')
}

/** All mappings of the tenant as they would be with the given ones. */
export async function together(em: Manager, caller: Caller, given: Mapping[]): Promise<Mapping[]> {
  const ids = new Set(given.map(({ id }) => id))
  const others = await mappingRows(em, caller.tenant, {})
  return [...others.filter(({ id }) => !ids.has(id)), ...given]
}

/** Takes a mapping away; its fields go as they are from then on. */
export async function deleteMapping(hub: Hub, caller: Caller, id: string): Promise<Mapping> {
  const mapping = await mappingOf(hub, caller, id)
  await hub.db.em().execute('delete from field_mapping where tenant = ? and id = ?', [caller.tenant, id])
  hub.db.bus.tell('mapping', '')
  return mapping
}
