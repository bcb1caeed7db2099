import { ErpError } from '../../../schema/errors.ts'
import { type Caller, reaches } from '../../caller.ts'
import { rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { tellMoved } from '../operations.ts'
import { lockCustomers } from '../twins.ts'
import { FIELD_NAMES, type Field } from './fields.ts'
import { writeGolden } from './golden.ts'
import { spread } from './propagate.ts'

/** A row of the conflict table. */
export interface ConflictRow {
  id: string
  connection: string
  customerId: string
  field: Field
  state: 'OPEN' | 'DECIDED'
  ours: unknown
  theirs: unknown
  base: unknown
  operation: string | null
  decidedBy: string | null
  decidedAt: Date | string | null
  createdAt: Date | string
}

/** The columns of a conflict. */
export const COLUMNS = `id, connection, customer as "customerId", field, state, ours, theirs, base, operation,
  decided_by as "decidedBy", decided_at as "decidedAt", created_at as "createdAt"`

/** The conflict, or NOT_FOUND; a foreign one looks unknown. */
export async function conflictOf(hub: Hub, caller: Caller, id: string): Promise<ConflictRow> {
  const sql = `select ${COLUMNS} from conflict where tenant = ? and id = ?`
  const [row] = await rows<ConflictRow>(hub.db.em(), sql, [caller.tenant, id])
  if (row && reaches(caller, row.connection) && !caller.customer) return row
  throw new ErpError('NOT_FOUND', 'There is no such conflict.', { field: 'id' })
}

/** Checks that a value fits the field. Throws VALIDATION. */
function checkValue(field: Field, value: unknown): void {
  const isList = field === 'addresses' || field === 'customAttributes'
  const fits = value === null || (isList ? Array.isArray(value) : typeof value === 'string')
  if (fits && !(field === 'name' && !value)) return
  throw new ErpError('VALIDATION', `${field} must be ${isList ? 'a list' : 'a text'}.`, { field: 'value' })
}

/** Checks the name of a field. Throws VALIDATION naming those that there are. */
export function checkField(field: string): asserts field is Field {
  if (FIELD_NAMES.some((name) => name === field) || /^custom\../.test(field)) return
  const told = `${field} is none of ${FIELD_NAMES.join(', ')}, custom.<key>.`
  throw new ErpError('VALIDATION', told, { field: 'field' })
}

/**
 * Decides a conflict: the value goes into the golden record, to the ERP that differs and to the other sides. Throws
 * CONFLICT when it was decided already.
 */
export async function decideConflict(
  hub: Hub,
  caller: Caller,
  conflict: ConflictRow,
  side: 'LEFT' | 'RIGHT' | 'CUSTOM',
  custom: unknown,
): Promise<void> {
  const { id, field, customerId: customer } = conflict
  const value = { LEFT: conflict.ours, RIGHT: conflict.theirs, CUSTOM: custom ?? null }[side]
  if (side === 'CUSTOM') checkValue(field, value)
  const told = await hub.db.em().transactional(async (em) => {
    await lockCustomers(em, caller.tenant)
    const sql = `update conflict set state = 'DECIDED', decided_by = ?, decided_at = now(), updated_at = now()
      where id = ? and state = 'OPEN' returning id`
    if ((await rows(em, sql, [caller.name, id])).length === 0) {
      throw new ErpError('CONFLICT', 'It was decided already.', { field: 'id', retryable: false })
    }
    await writeGolden(em, customer, { [field]: value }, side === 'RIGHT' ? conflict.connection : 'hub')
    const change = { tenant: caller.tenant, customer, values: { [field]: value } }
    return spread(hub, em, { ...change, cause: conflict.operation ?? id, key: `conflict ${id}` })
  })
  hub.db.bus.tell('catalogue', customer)
  tellMoved(hub.db, told)
}
