/**
 * Ids of the former company may stand for something else in the new one, so none of them may lead there. The log, the
 * orders, invoices, payments, quotes and flow runs themselves stay; a payment names its invoices by our own ids then.
 */
export const FORGET = [
  'delete from external_ref where connection = ?',
  'delete from mirror where connection = ?',
  'delete from deletion where connection = ?',
  'delete from inbox where connection = ?',
  'delete from delivery where connection = ?',
  'delete from poll where connection = ?',
  'delete from told where connection = ?',
  "delete from match_candidate where connection = ? and state = 'OPEN'",
  "delete from conflict where connection = ? and state = 'OPEN'",
  `update payment p set allocations = (
    select coalesce(jsonb_agg(a || jsonb_build_object('invoice', coalesce(
      (select i.id from invoice i where i.connection = p.connection and i.native_id = a->>'invoice'), p.id))), '[]')
    from jsonb_array_elements(p.allocations) a) where p.connection = ? and p.native_id is not null`,
  'update sales_order set native_id = null where connection = ?',
  'update invoice set native_id = null where connection = ?',
  'update payment set native_id = null where connection = ?',
  "update quote set native_id = id || ' ' || native_id where connection = ? and not starts_with(native_id, id || ' ')",
  "update flow_run set native_id = id || ' ' || native_id where connection = ? and not starts_with(native_id, id || ' ')",
  `update job set state = 'DEAD', finished_at = now(), lease_until = null, fence = fence + 1
    where state = 'WAITING' and kind in ('flow', 'deletion') and operation in (
      select id from operation where connection = ? and direction = 'IN')`,
  'update connection set tokens = null, switched_at = clock_timestamp() where id = ?',
]

/** What may have arrived in the former company waits for a person's word, and is never looked for in the new one. */
export const LEAVE_UNCERTAIN = `
with left_behind as (
  update operation set status = 'UNCERTAIN', outcome = 'WARNING', problem = ?::jsonb, finished_at = now(),
    fence = fence + 1, sent_at = null, lease_until = null, worker = null
  where connection = ? and direction = 'OUT' and sent_at is not null and status in ('RUNNING', 'WAITING', 'UNCERTAIN')
  returning *),
told as (
  insert into event (tenant, connection, operation, object, status, outcome)
  select tenant, connection, id, object, status, outcome from left_behind)
select id from left_behind`
