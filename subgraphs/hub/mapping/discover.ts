import type { OpenConnection } from '../../connections.ts'
import type { FieldKind, NativeField } from '../../connector.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { kindOf, readOf } from '../kinds.ts'
import { attributesOf } from './apply.ts'
import { CANONICAL, type MappedObject, WITH_CUSTOM } from './fields.ts'

/** A field of an ERP, and whether a mapping may name it. */
export interface KnownField extends NativeField {
  mappable: boolean
  writable: boolean
}

/** What is known of the fields of one object of one connection. */
export interface Discovered {
  fields: KnownField[]
  /** True: nobody knows which custom fields there are, so any name is taken. */
  isOpen: boolean
}

const LOOKED = 200

/** The newest records of the mirror, in the ERP's own words. */
export async function mirrored(
  em: Manager,
  open: OpenConnection,
  object: MappedObject,
  first = LOOKED,
): Promise<{ id: string; content: object }[]> {
  const sql = `select native_id as id, content from mirror where connection = ? and kind = ? and not deleted
    order by native_id limit ?`
  return rows<{ id: string; content: object }>(em, sql, [open.id, kindOf(object), first])
}

/**
 * The canonical fields of the connector's records, and the custom fields: from the ERP's own metadata where the
 * connector reads it, else those that stand in the mirror. Asks the ERP; throws what it answers.
 */
export async function discover(hub: Hub, open: OpenConnection, object: MappedObject): Promise<Discovered> {
  const canonical = Object.entries(CANONICAL[object]).map(([name, { type, writable }]): KnownField => ({
    ...{ name, label: name, type, required: false, custom: false, options: null },
    ...{ mappable: true, writable },
  }))
  if (!WITH_CUSTOM.includes(object)) return { fields: canonical, isOpen: false }
  if (open.erp.fields) {
    const native = await open.erp.fields(kindOf(object) as FieldKind)
    const names = new Set(canonical.map(({ name }) => name))
    const further = native
      .filter(({ name, custom }) => custom || !names.has(name))
      .map((field) => ({ ...field, mappable: field.custom, writable: field.custom }))
    return { fields: [...canonical, ...further], isOpen: false }
  }
  const seen = await mirrored(hub.db.em(), open, object)
  const keys = new Set(seen.flatMap(({ content }) => [...attributesOf(content).keys()]))
  const own = [...keys].toSorted().map((name): KnownField => ({
    ...{ name, label: name, type: 'TEXT', required: false, custom: true, options: null },
    ...{ mappable: true, writable: true },
  }))
  const isOpen = seen.length === 0 || !readOf(open.erp, kindOf(object))
  return { fields: [...canonical, ...own], isOpen }
}
