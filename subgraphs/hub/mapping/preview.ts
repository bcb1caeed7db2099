import { ErpError } from '../../../schema/errors.ts'
import type { Problem } from '../../../schema/index.ts'
import type { OpenConnection } from '../../connections.ts'
import { toProblem } from '../../reader.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { kindOf } from '../kinds.ts'
import { attributesOf, inwards, outwards } from './apply.ts'
import { mirrored } from './discover.ts'
import { CANONICAL, type MappedObject, customKey } from './fields.ts'
import type { Mapping } from './read.ts'
import { MappingSet } from './set.ts'

/** One field of a record before and after, both ways. */
export interface FieldPreview {
  hubField: string
  erpField: string
  /** As the ERP has it. */
  before: string | null
  /** As the golden record gets it. */
  after: string | null
  /** As it would be written to the ERP again. */
  back: string | null
  problem: Problem | null
}

/** A mirrored record before and after. */
export interface Preview {
  record: string
  before: object
  after: object
  back: object
  fields: FieldPreview[]
}

/** A mirrored record by the ERP's own id, or the first; NOT_FOUND where there is none. */
async function sampleOf(
  hub: Hub,
  open: OpenConnection,
  object: MappedObject,
  id: string | null,
): Promise<{ id: string; content: object }> {
  const sql = `select native_id as id, content from mirror where connection = ? and kind = ? and not deleted and native_id = ?`
  const [found] = id
    ? await rows<{ id: string; content: object }>(hub.db.em(), sql, [open.id, kindOf(object), id])
    : await mirrored(hub.db.em(), open, object, 1)
  if (found) return found
  throw new ErpError('NOT_FOUND', 'No such record has been read from the ERP yet.', { field: 'record' })
}

/** Shows what mappings make of a mirrored record, and what would go back to the ERP. Nothing is kept or sent. */
export async function preview(
  hub: Hub,
  open: OpenConnection,
  shown: Mapping[],
  all: Mapping[],
  record: string | null,
): Promise<Preview> {
  const object = shown[0]?.object ?? 'CUSTOMER'
  const { id, content } = await sampleOf(hub, open, object, record)
  const set = new MappingSet(all)
  const { record: after } = await inwards(set, content)
  const fields: FieldPreview[] = []
  for (const mapping of shown) fields.push(await fieldOf(mapping, open.id, content, after))
  const back = await outwards(set, after, { isNew: false, whole: after }).catch(() => ({}))
  return { record: id, before: content, after, back, fields }
}

async function fieldOf(
  mapping: Mapping,
  connection: string,
  content: object,
  whole: object,
): Promise<FieldPreview> {
  const { hubField, erpField, direction } = mapping
  const set = new MappingSet([mapping])
  const { record, errors } = await inwards(set, content)
  // A field that is only written shows what the golden record would have under its own name.
  const hub = direction === 'OUT' ? whole : record
  const key = customKey(hubField)
  const after = key === null ? plain(hub, hubField) : (attributesOf(hub).get(key) ?? null)
  const given = key === null ? { [hubField]: after } : { customAttributes: [{ key, value: after }] }
  const shown = { hubField, erpField, before: erpText(mapping, content), after }
  const none = { ...shown, back: null }
  const [error] = errors
  if (error) return { ...none, problem: toProblem(error, connection) }
  try {
    const back = direction === 'IN' ? {} : await outwards(set, given, { isNew: true, whole })
    return { ...shown, back: direction === 'IN' ? null : erpText(mapping, back), problem: null }
  } catch (failure) {
    return { ...none, problem: toProblem(failure, connection) }
  }
}

function erpText({ object, erpField }: Mapping, record: object): string | null {
  if (CANONICAL[object][erpField]) return plain(record, erpField)
  return attributesOf(record).get(erpField) ?? null
}

function plain(record: object, field: string): string | null {
  const value = new Map<string, unknown>(Object.entries(record)).get(field)
  return value === undefined || value === null ? null : String(value)
}
