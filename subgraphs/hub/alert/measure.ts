import { type Manager, rows } from '../database.ts'
import type { Condition, Rule } from './rules.ts'

/** What a condition is at one connection now. */
export interface Reading {
  connection: string
  value: number
}

/** Fewer attempts than that say nothing about a rate. */
const FEWEST = 5

const AT =
  'select c.id from connection c where c.tenant = ? and (?::jsonb is null or ?::jsonb @> to_jsonb(c.id))'

const SQL: Record<Condition, string> = {
  ERROR_RATE: `with mine as (${AT})
    select o.connection, avg(case when a.outcome = 'ERROR' or a.problem is not null then 1.0 else 0 end)::float8 as value
    from attempt a join operation o on o.id = a.operation join mine on mine.id = o.connection
    where a.finished_at > now() - ? * interval '1 millisecond'
    group by o.connection having count(*) >= ${FEWEST}`,
  DEAD_LETTERS: `with mine as (${AT})
    select o.connection, count(*)::float8 as value from operation o join mine on mine.id = o.connection
    where o.status = 'DEAD' group by o.connection`,
  OLDEST_WAITING: `with mine as (${AT})
    select o.connection, max(extract(epoch from now() - o.tried_since))::float8 as value
    from operation o join mine on mine.id = o.connection
    where o.status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN') group by o.connection`,
  NEEDS_AUTH: `with mine as (${AT})
    select c.id as connection, 1::float8 as value from connection c join mine using (id) where c.state = 'NEEDS_AUTH'`,
}

/** Where the condition of a rule is met. A connection that is not named here is quiet. */
export async function measure(em: Manager, rule: Rule): Promise<Reading[]> {
  const connections = rule.connections && JSON.stringify(rule.connections)
  const values = [rule.tenant, connections, connections]
  const given = rule.condition === 'ERROR_RATE' ? [...values, rule.windowMs] : values
  const found = await rows<Reading>(em, SQL[rule.condition], given)
  return found
    .map(({ connection, value }) => ({ connection, value: Number(value) }))
    .filter(({ value }) => value >= rule.threshold)
}

const WORDS: Record<Condition, (value: number) => string> = {
  ERROR_RATE: (value) => `${Math.round(value * 100)} % of the attempts fail`,
  DEAD_LETTERS: (value) => `${value} dead letter${value === 1 ? '' : 's'}`,
  OLDEST_WAITING: (value) => `the oldest operation waits for ${Math.round(value)} seconds`,
  NEEDS_AUTH: () => 'a person has to sign in again',
}

/** A reading in words. */
export function wordsOf(condition: Condition, value: number): string {
  return WORDS[condition](value)
}
