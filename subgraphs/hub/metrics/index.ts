import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql'
import { ErpError } from '../../../schema/errors.ts'
import { demand, reaches } from '../../caller.ts'
import type { OpenConnection } from '../../connections.ts'
import type { HubContext } from '../hub.ts'
import { ConnectionTable } from '../tables.ts'
import { type Counted, count } from './read.ts'
import { ConnectionMetrics, type MetricPoint, type MetricTotals, Metrics } from './types.ts'

const HOUR_MS = 3_600_000
const MAX_HOURS = 31 * 24

/** How much of what a connection was asked came from its cache; null before the first read. */
export function cacheHitRate(open: OpenConnection | null): number | null {
  const readers = open ? Object.values(open.readers) : []
  const hits = readers.reduce((sum, reader) => sum + reader.hits, 0)
  const all = readers.reduce((sum, reader) => sum + reader.misses, hits)
  return all > 0 ? hits / all : null
}

function totalsOf({ open, pushedToday }: Counted): MetricTotals {
  const sum = (figure: 'waiting' | 'retrying' | 'dead' | 'uncertain') =>
    open.reduce((total, one) => total + one[figure], 0)
  const oldest = open.flatMap((one) => one.oldest ?? []).toSorted()
  return {
    pushedToday,
    waiting: sum('waiting'),
    retrying: sum('retrying'),
    dead: sum('dead'),
    uncertain: sum('uncertain'),
    oldestWaitingAt: oldest[0] ?? null,
  }
}

/** Rows by connection and hour; the row without an hour is that of the whole time. */
function byHour<R extends { connection: string; hour: string | null }>(rows: R[]): Map<string, R> {
  return new Map(rows.map((row) => [`${row.connection}\n${row.hour}`, row]))
}

/** Gives the figures of one connection after the other. */
function figuresOf(counted: Counted, hours: number) {
  const [ended, tried] = [byHour(counted.ended), byHour(counted.tried)]
  const queues = new Map(counted.open.map((row) => [row.connection, row]))
  const begins = Array.from({ length: hours }, (_, index) =>
    new Date(Date.parse(counted.hour) - (hours - 1 - index) * HOUR_MS).toISOString(),
  )
  const pointOf = (connection: string, at: string): MetricPoint => {
    const { done = 0, failed = 0 } = ended.get(`${connection}\n${at}`) ?? {}
    return { at, done, failed, p95Ms: tried.get(`${connection}\n${at}`)?.p95 ?? null }
  }
  return (connection: string, open: OpenConnection | null): ConnectionMetrics => {
    const { done = 0, failed = 0 } = ended.get(`${connection}\nnull`) ?? {}
    const tries = tried.get(`${connection}\nnull`)
    const queue = queues.get(connection)
    return {
      connection,
      recordsPerHour: done / hours,
      successRate: done + failed > 0 ? done / (done + failed) : null,
      errorRate: tries ? tries.errors / tries.attempts : null,
      p50Ms: tries?.p50 ?? null,
      p95Ms: tries?.p95 ?? null,
      queueDepth: (queue?.waiting ?? 0) + (queue?.retrying ?? 0),
      oldestWaitingAt: queue?.oldest ?? null,
      cacheHitRate: cacheHitRate(open),
      series: begins.map((at) => pointOf(connection, at)),
    }
  }
}

/** Shows how the sync does. */
@Resolver()
export class MetricsResolver {
  @Query(() => Metrics, { description: 'How the sync does over the last hours. Needs the scope read:sync.' })
  async metrics(
    @Arg('hours', () => Int, { defaultValue: 24, description: 'At most 744, which is 31 days.' })
    hours: number,
    @Ctx() { hub, caller }: HubContext,
  ): Promise<Metrics> {
    demand(caller, 'read:sync')
    if (hours < 1 || hours > MAX_HOURS)
      throw new ErpError('LIMIT_EXCEEDED', `hours must be between 1 and ${MAX_HOURS}.`, { field: 'hours' })
    const { tenant } = caller
    const found = await hub.db
      .em()
      .find(ConnectionTable, { tenant }, { orderBy: { position: 'asc', id: 'asc' } })
    const connections = found.map(({ id }) => id).filter((id) => reaches(caller, id))
    const counted = await count(hub.db, { connections, customer: caller.customer?.id ?? null }, hours)
    const figures = figuresOf(counted, hours)
    return {
      totals: totalsOf(counted),
      connections: connections.map((id) => figures(id, hub.directory.find(tenant, id))),
    }
  }
}
