import { LRUCache } from 'lru-cache'
import type { Kind } from '../../records.ts'
import { type Database, type Manager, iso, rows } from '../database.ts'
import { objectOf } from '../kinds.ts'
import type { Direction } from '../setting/read.ts'
import type { FieldType, MappedObject } from './fields.ts'
import { OBJECTS } from './fields.ts'
import { MappingSet } from './set.ts'

/** A value of the golden record and the ERP's word for it. */
export interface ValuePair {
  hub: string
  erp: string
}

/** What happens to a value that the value map does not name. */
export type Unmapped = 'PASS' | 'REFUSE' | 'DEFAULT'

/** Which field of an ERP is which field of the golden record, and how values go from one to the other. */
export interface Mapping {
  id: string
  connection: string
  object: MappedObject
  /** A canonical field, or `custom.<key>`. */
  hubField: string
  /** A canonical field of the connector's record, or the name of a custom field. */
  erpField: string
  type: FieldType
  direction: Direction
  transformIn: string | null
  transformOut: string | null
  valueMap: ValuePair[]
  unmapped: Unmapped
  required: boolean
  /** Taken where there is no value; in the words of the golden record. */
  default: string | null
  changedBy: string | null
  changedAt: string
}

const COLUMNS = `id, connection, object, hub_field as "hubField", erp_field as "erpField", type, direction,
  transform_in as "transformIn", transform_out as "transformOut", value_map as "valueMap", unmapped, required,
  fallback as "default", changed_by as "changedBy", changed_at as "changedAt"`

/** The mappings of a tenant; of one connection and object where they are named. */
export async function mappingRows(
  em: Manager,
  tenant: string,
  of: { connection?: string | null; object?: string | null; id?: string | null },
): Promise<Mapping[]> {
  const { connection = null, object = null, id = null } = of
  const sql = `select ${COLUMNS} from field_mapping where tenant = ? and (?::text is null or connection = ?)
    and (?::text is null or object = ?) and (?::text is null or id = ?)
    order by connection, object, hub_field, erp_field, id`
  const values = [tenant, connection, connection, object, object, id, id]
  const found = await rows<Mapping>(em, sql, values)
  return found.map((row) => ({ ...row, changedAt: iso(row.changedAt) }))
}

/** A lost word of another process is made good after so many milliseconds. */
const TTL_MS = 1_000
const MOST = 1_000

interface Kept {
  sets: LRUCache<string, MappingSet>
  turn: number
}

const caches = new WeakMap<Database, Kept>()

function keptOf(db: Database): Kept {
  const known = caches.get(db)
  if (known) return known
  const kept: Kept = { sets: new LRUCache({ max: MOST, ttl: TTL_MS }), turn: 0 }
  db.bus.on('mapping', () => {
    kept.turn += 1
    kept.sets.clear()
  })
  caches.set(db, kept)
  return kept
}

const NONE = new MappingSet([])

/** The mappings that count now for a kind of record of one connection. `em` is that of an open transaction, if any. */
export async function mappingsOf(
  db: Database,
  em: Manager,
  at: { tenant: string; connection: string; kind: Kind },
): Promise<MappingSet> {
  const object = objectOf(at.kind)
  if (!OBJECTS.some((one) => one === object)) return NONE
  const kept = keptOf(db)
  const key = `${at.tenant}\n${at.connection}\n${object}`
  const known = kept.sets.get(key)
  if (known) return known
  const { turn } = kept
  const found = await mappingRows(em, at.tenant, { connection: at.connection, object })
  const set = found.length > 0 ? new MappingSet(found) : NONE
  // What was read before somebody changed it is not kept.
  if (turn === kept.turn) kept.sets.set(key, set)
  return set
}
