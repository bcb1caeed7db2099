import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { refuseDependents, tellMoved } from '../operations.ts'
import { operationOf } from '../operators.ts'

const MAX_REASON = 1_000

const DISCARD = `
with ended as (
  update operation set status = 'CANCELLED', outcome = 'WARNING', discarded_by = ?, discard_reason = ?,
    finished_at = now(), fence = fence + 1, worker = null, lease_until = null
  where id = ? and status in ('DEAD', 'REFUSED') returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from ended),
jobs as (
  update job set state = 'CANCELLED', finished_at = now(), fence = fence + 1
  where operation in (select id from ended) and state = 'DEAD'),
orders as (
  update sales_order s set state = 'CANCELLED', updated_at = now() from ended
  where s.id = ended.sales_order and s.operation = ended.id and s.native_id is null)
select id from ended`

/** Refuses a reason that says nothing. */
export function checkReason(reason: string): string {
  const text = reason.trim()
  if (text === '' || text.length > MAX_REASON)
    throw new ErpError('VALIDATION', `A reason has 1 to ${MAX_REASON} characters.`, { field: 'reason' })
  return text
}

/** Ends one failed operation inside the caller's transaction; false when it is none any more. */
export async function endDiscarded(em: Manager, id: string, by: string, reason: string): Promise<boolean> {
  const ended = await rows(em, DISCARD, [by, reason, id])
  if (ended.length > 0) await refuseDependents(em, id)
  return ended.length > 0
}

/**
 * Ends a dead or refused operation by a person's word. It stays in the log with who said so and why. What may have
 * reached the ERP is ended by resolveOperation. Throws NOT_FOUND, CONFLICT, VALIDATION.
 */
export async function discard(hub: Hub, caller: Caller, id: string, reason: string): Promise<void> {
  const text = checkReason(reason)
  const op = await operationOf(hub, caller, id)
  const ended = await hub.db.em().transactional((em) => endDiscarded(em, id, caller.name, text))
  if (!ended) {
    const told = `The operation is ${op.status}; only what is DEAD or REFUSED can be discarded.`
    throw new ErpError('CONFLICT', told, { field: 'id', retryable: false })
  }
  tellMoved(hub.db, [id])
}
