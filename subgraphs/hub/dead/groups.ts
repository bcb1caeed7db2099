import { ErpError } from '../../../schema/errors.ts'
import type { Caller } from '../../caller.ts'
import { type Manager, iso, rows } from '../database.ts'
import type { OperationObject, OperationStatus } from '../tables.ts'

/** What failed for one cause, as the database counts it. */
export interface Group {
  id: string
  connection: string
  direction: 'IN' | 'OUT'
  object: OperationObject
  status: OperationStatus
  code: string
  message: string
  resolution: string
  count: number
  firstSeen: string
  lastSeen: string
  /** The ids of the newest ones. */
  samples: string[]
}

/** A message without what differs from one record to the next: quoted words, and words with digits in them. */
const CAUSE = `regexp_replace(regexp_replace(coalesce(o.problem->>'message', ''), '"[^"]*"|„[^“]*“|''[^'']*''', '…', 'g'),
  '[[:alnum:]_.:/-]*[0-9][[:alnum:]_.:/-]*', '#', 'g')`

const FAILED = `
select o.id, o.connection, o.direction, o.object, o.status, coalesce(o.problem->>'code', o.status) as code,
  ${CAUSE} as message, o.problem->>'resolution' as resolution, coalesce(o.finished_at, o.created_at) as at
from operation o
where o.tenant = ? and o.status in ('DEAD', 'REFUSED', 'UNCERTAIN')
  and (?::jsonb is null or ?::jsonb @> to_jsonb(o.connection)) and (?::text is null or o.customer = ?)`

const GROUPED = `
with failed as (${FAILED}),
named as (
  select *, md5(concat_ws(E'\\n', connection, direction, object, status, code, message)) as cause from failed)
select cause as id, connection, direction, object, status, code, message, max(resolution) as resolution,
  count(*)::int as count, min(at) as "firstSeen", max(at) as "lastSeen",
  to_jsonb((array_agg(id order by at desc, id desc))[1:?::int]) as samples
from named group by cause, connection, direction, object, status, code, message
order by count(*) desc, cause limit ?`

const MEMBERS = `
with failed as (${FAILED})
select id, status, direction from failed
where md5(concat_ws(E'\\n', connection, direction, object, status, code, message)) = ? and id > ? order by id limit ?`

function mine(caller: Caller, asked: string[] | null = null): unknown[] {
  const own = caller.connections
  const both = asked && own ? asked.filter((id) => own.includes(id)) : (asked ?? own)
  const connections = both && JSON.stringify(both)
  const customer = caller.customer?.id ?? null
  return [caller.tenant, connections, connections, customer, customer]
}

/** What a caller may see of the dead letters, by cause, the greatest group first. */
export async function groupsOf(
  em: Manager,
  caller: Caller,
  connections: string[] | null,
  samples: number,
  first: number,
): Promise<Group[]> {
  const values = [...mine(caller, connections), samples, first]
  const found = await rows<Group & { firstSeen: Date | string; lastSeen: Date | string }>(em, GROUPED, values)
  return found.map((row) => ({ ...row, firstSeen: iso(row.firstSeen), lastSeen: iso(row.lastSeen) }))
}

/** A failed operation of a group. */
export interface Member {
  id: string
  status: OperationStatus
  direction: 'IN' | 'OUT'
}

const AT_ONCE = 100

/** The operations of a group, in parts, as they are now. Throws NOT_FOUND for a group that nothing is in. */
export async function* membersOf(em: Manager, caller: Caller, group: string): AsyncGenerator<Member[]> {
  let after = ''
  for (;;) {
    const found = await rows<Member>(em, MEMBERS, [...mine(caller), group, after, AT_ONCE])
    const last = found.at(-1)
    if (!last && after === '')
      throw new ErpError('NOT_FOUND', 'There is no such group of dead letters.', { field: 'group' })
    if (!last) return
    yield found
    after = last.id
  }
}
