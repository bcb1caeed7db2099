import { type Database, iso, rows } from '../database.ts'

/** Whose operations are counted. */
export interface Scope {
  connections: string[]
  /** Only this customer's. */
  customer: string | null
}

/** What is not finished of one connection now. */
export interface Open {
  connection: string
  waiting: number
  retrying: number
  dead: number
  uncertain: number
  oldest: string | null
}

/** What ended in one hour of one connection, or, without an hour, in the whole time. */
export interface Ended {
  connection: string
  hour: string | null
  done: number
  failed: number
}

/** The attempts of one hour of one connection, or, without an hour, of the whole time. Milliseconds. */
export interface Tried {
  connection: string
  hour: string | null
  attempts: number
  errors: number
  p50: number
  p95: number
}

const MINE = `o.connection in (select jsonb_array_elements_text(?::jsonb)) and (?::text is null or o.customer = ?)`
const SINCE = `now() - ? * interval '1 hour'`

const OPEN = `
select o.connection,
  (count(*) filter (where o.status in ('ACCEPTED', 'RUNNING') and o.tries = 0 or o.status = 'WAITING' and o.tries = 0))::int as waiting,
  (count(*) filter (where o.status in ('ACCEPTED', 'RUNNING', 'WAITING') and o.tries > 0))::int as retrying,
  (count(*) filter (where o.status = 'DEAD'))::int as dead,
  (count(*) filter (where o.status = 'UNCERTAIN'))::int as uncertain,
  min(o.created_at) filter (where o.status in ('ACCEPTED', 'RUNNING', 'WAITING')) as oldest
from operation o
where o.status in ('ACCEPTED', 'RUNNING', 'WAITING', 'UNCERTAIN', 'DEAD') and ${MINE}
group by o.connection`

const ENDED = `
select o.connection, date_trunc('hour', o.finished_at, 'UTC') as hour,
  (count(*) filter (where o.status = 'DONE'))::int as done,
  (count(*) filter (where o.status in ('REFUSED', 'DEAD')))::int as failed
from operation o
where o.finished_at > ${SINCE} and o.status in ('DONE', 'REFUSED', 'DEAD') and ${MINE}
group by grouping sets ((o.connection), (o.connection, date_trunc('hour', o.finished_at, 'UTC')))`

const TRIED = `
with tried as (
  select o.connection, date_trunc('hour', a.finished_at, 'UTC') as hour, a.outcome,
    extract(epoch from a.finished_at - a.started_at) * 1000 as ms
  from attempt a join operation o on o.id = a.operation
  where a.finished_at > ${SINCE} and ${MINE})
select connection, hour, count(*)::int as attempts, (count(*) filter (where outcome = 'ERROR'))::int as errors,
  round(percentile_cont(0.5) within group (order by ms))::int as p50,
  round(percentile_cont(0.95) within group (order by ms))::int as p95
from tried group by grouping sets ((connection), (connection, hour))`

const TODAY = `
select date_trunc('hour', now(), 'UTC') as hour, count(o.id)::int as pushed
from operation o
where o.status = 'DONE' and o.finished_at >= date_trunc('day', now(), 'UTC') and ${MINE}`

/** Everything that is counted from operations and attempts, over the last `hours`. */
export interface Counted {
  open: Open[]
  ended: Ended[]
  tried: Tried[]
  pushedToday: number
  /** The beginning of the running hour, by the clock of the database. */
  hour: string
}

/** Counts the operations of a scope. */
export async function count(db: Database, { connections, customer }: Scope, hours: number): Promise<Counted> {
  const mine = [JSON.stringify(connections), customer, customer]
  const em = db.em()
  const open = await rows<Stamped<Open, 'oldest'>>(em, OPEN, mine)
  const ended = await rows<Stamped<Ended, 'hour'>>(em, ENDED, [hours, ...mine])
  const tried = await rows<Stamped<Tried, 'hour'>>(em, TRIED, [hours, ...mine])
  const [today] = await rows<{ hour: Date | string; pushed: number }>(em, TODAY, mine)
  return {
    open: open.map((row) => ({ ...row, oldest: iso(row.oldest) })),
    ended: ended.map((row) => ({ ...row, hour: iso(row.hour) })),
    tried: tried.map((row) => ({ ...row, hour: iso(row.hour) })),
    pushedToday: today?.pushed ?? 0,
    hour: iso(today?.hour ?? new Date()),
  }
}

/** A row whose instant is as the driver gives it. */
type Stamped<T, K extends keyof T> = Omit<T, K> & Record<K, Date | string | null>
