import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { type Manager, rows } from '../database.ts'
import type { Operation } from '../operations.ts'
import type { RollbackInput } from './types.ts'

/** What decides whether and how an operation can be undone. */
export interface Past {
  id: string
  createdAt: string | Date
  connection: string
  direction: 'IN' | 'OUT'
  object: Operation['object']
  action: Operation['action']
  status: Operation['status']
  reference: string
  input: Record<string, unknown>
  record: string | null
  number: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  customer: string | null
  salesOrder: string | null
  subject: string | null
  /** A rollback has undone it, or is at it. */
  isTaken: boolean
}

/** Of an alias of `operation`: whether a rollback has undone it, or is at it. */
const TAKEN = (alias: string) => `exists (select from rollback_row r left join operation w on w.id = r.written
  where r.operation = ${alias}.id and (r.state = 'RESTORED'
    or (r.state = 'SENT' and w.status not in ('REFUSED', 'DEAD', 'CANCELLED'))))`

const PAST = `o.id, o.created_at as "createdAt", o.connection, o.direction, o.object, o.action, o.status, o.reference, o.input,
  o.external_id as record, o.external_number as number, o.before, o.after, o.customer, o.sales_order as "salesOrder",
  o.subject, ${TAKEN('o')} as "isTaken"`

/** A later operation of the same set on the same record: it is undone before. */
export interface Later {
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/** What pages of operations say of those that belong to the same set. */
export interface Within {
  /** Later ones on the same record. */
  later: Later[]
  /** Whether a later one settles or bills the record: it is undone before, too. */
  isFollowed: boolean
}

const VISIBLE = (
  alias: string,
) => `${alias}.tenant = ? and (?::jsonb is null or ?::jsonb @> to_jsonb(${alias}.connection))
  and (?::text is null or ${alias}.customer = ?)`

/**
 * The operations that were named. What a rollback wrote itself belongs to no span of time: undoing it would bring
 * back what the same span undoes.
 */
const CHOSEN = `with recursive chosen as (
  select o.id from operation o where ${VISIBLE('o')}
    and (o.id = ? or o.batch = ? or (o.created_at >= ?::timestamptz and o.created_at < ?::timestamptz
      and not exists (select from rollback_row own where own.written = o.id)))
    and (?::jsonb is null or ?::jsonb @> to_jsonb(o.connection)) and (?::jsonb is null or ?::jsonb @> to_jsonb(o.object))
  union
  select f.id from operation f join chosen c on f.cause = c.id where ?::boolean and ${VISIBLE('f')}
    and not exists (select from rollback_row own where own.written = f.id))`

function json(list: string[] | null | undefined): string | null {
  return list ? JSON.stringify(list) : null
}

/** The values of CHOSEN. Throws VALIDATION unless an operation, a batch or a span of time is named. */
function valuesOf({ tenant, connections, customer }: Caller, input: RollbackInput): unknown[] {
  const named = [input.operation, input.batch, input.from].filter(Boolean)
  if (named.length !== 1) {
    throw new ErpError('VALIDATION', 'Name an operation, a batch, or a span of time by from.', {
      field: 'input',
    })
  }
  const own = customer?.id ?? null
  const seen = [tenant, json(connections), json(connections), own, own]
  const to = input.to ?? new Date(Date.now() + 1_000).toISOString()
  const which = [input.operation ?? null, input.batch ?? null, input.from ?? null, to]
  const [wanted, objects] = [json(input.connections), json(input.objects)]
  return [...seen, ...which, wanted, wanted, objects, objects, input.following ?? false, ...seen]
}

/** How many operations were named. */
export async function countPast(em: Manager, caller: Caller, input: RollbackInput): Promise<number> {
  const sql = `${CHOSEN} select count(*)::int as n from chosen`
  return (await rows<{ n: number }>(em, sql, valuesOf(caller, input)))[0]?.n ?? 0
}

/** A page of the named operations, newest first, each with what the later ones say of it. */
export function pagePast(
  em: Manager,
  caller: Caller,
  input: RollbackInput,
  [at, id]: [string | null, string | null],
  limit: number,
): Promise<(Past & Within)[]> {
  const sql = `${CHOSEN} select ${PAST}, (
      select coalesce(jsonb_agg(jsonb_build_object('before', l.before, 'after', l.after) order by l.created_at desc, l.id desc), '[]')
      from operation l join chosen k on k.id = l.id where l.connection = o.connection and l.object = o.object
        and l.direction = o.direction and l.external_id = o.external_id and l.status = 'DONE'
        and (l.created_at, l.id) > (o.created_at, o.id) and not ${TAKEN('l')}) as later,
      o.direction = 'OUT' and exists (select from operation l join chosen k on k.id = l.id
        where l.connection = o.connection and l.direction = 'OUT' and l.action = 'CREATE' and l.status = 'DONE' and not ${TAKEN('l')}
          and ((o.object = 'INVOICE' and l.object = 'PAYMENT'
              and l.after -> 'allocations' @> jsonb_build_array(jsonb_build_object('invoice', o.external_id)))
            or (o.object = 'ORDER' and l.object = 'INVOICE' and l.after -> 'orders' @> to_jsonb(o.external_id)))) as "isFollowed"
    from operation o join chosen on chosen.id = o.id
    where (?::text is null or (o.created_at, o.id) < (?::timestamptz, ?))
    order by o.created_at desc, o.id desc limit ?`
  return rows(em, sql, [...valuesOf(caller, input), at, at, id, limit])
}

/** Writes the rows of a rollback, newest operation first; gives how many. */
export async function writeRows(
  em: Manager,
  caller: Caller,
  input: RollbackInput,
  rollback: string,
): Promise<number> {
  const sql = `${CHOSEN} insert into rollback_row (rollback, n, operation, connection, direction, object, action, record, number)
    select ?, row_number() over (order by o.created_at desc, o.id desc), o.id, o.connection, o.direction, o.object, o.action,
      o.external_id, o.external_number from operation o join chosen on chosen.id = o.id returning n`
  return (await rows(em, sql, [...valuesOf(caller, input), rollback])).length
}

/** Operations by id, in no order. */
export function pastOf(em: Manager, ids: string[]): Promise<Past[]> {
  const sql = `select ${PAST} from operation o where o.id in (select jsonb_array_elements_text(?::jsonb))`
  return rows<Past>(em, sql, [JSON.stringify(ids)])
}

/** One operation, locked, so that two rollbacks never undo it both. */
export async function lockPast(em: Manager, id: string): Promise<Past | null> {
  await em.execute('select id from operation where id = ? for no key update', [id])
  return (await pastOf(em, [id]))[0] ?? null
}
