import type { Caller } from '../../caller.ts'
import { type Manager, rows } from '../database.ts'
import type { Hub } from '../hub.ts'
import { type Field, changedFields, valueOf } from './fields.ts'
import { type Rule, decide, ruleFor, rulesOf } from './rules.ts'
import type { Simulated, Simulation } from './types.ts'

interface Past {
  id: string
  connection: string
  before: Record<string, unknown>
  after: Record<string, unknown>
  home: string | null
}

const PAST = `
select o.id, o.connection, o.before, o.after, c.home from operation o join customer c on c.id = o.customer
where o.tenant = ? and o.direction = 'IN' and o.object = 'CUSTOMER' and o.action = 'UPDATE'
  and o.before is not null and o.after is not null and (?::jsonb is null or ?::jsonb @> to_jsonb(o.connection))
order by o.created_at desc, o.id desc limit ?`

function past(em: Manager, { tenant, connections }: Caller, last: number): Promise<Past[]> {
  const mine = connections && JSON.stringify(connections)
  return rows<Past>(em, PAST, [tenant, mine, mine, last])
}

/** What given rules would have decided about the last changes, had the other side changed the field as well. */
export async function simulate(hub: Hub, caller: Caller, rules: Rule[], last: number): Promise<Simulation> {
  const today = await rulesOf(hub.db.em(), caller.tenant)
  const changes = (await past(hub.db.em(), caller, last)).flatMap((row) =>
    changedFields(row.before, row.after).map((field) => simulated(row, field, today, rules)),
  )
  return { looked: changes.length, different: changes.filter(({ now, then }) => now !== then) }
}

function simulated(row: Past, field: Field, today: Rule[], rules: Rule[]): Simulated {
  const { id: operation, connection, before, after, home } = row
  const by = (all: Rule[]) =>
    decide({ rule: ruleFor(all, field, home), connection, isContested: true, theirsAt: 1, oursAt: 0 })
  const values = { before: valueOf(before, field) ?? null, after: valueOf(after, field) ?? null }
  return { operation, connection, field, ...values, now: by(today), then: by(rules) }
}
