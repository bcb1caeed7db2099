import type { Limits } from '../connector.ts'
import { type Entry, type Meter, type Span, placesOf, spansOf } from '../meter.ts'
import { type Database, rows } from './database.ts'

/** A place is free again so long after its request must have ended, should nobody have given it back. */
const GRACE_MS = 5_000

/**
 * The meter of one connection in a database that several processes share. One statement counts a request in, exact
 * over any second, minute and day by the clock of the database. The place of a process whose session is gone is
 * taken over at once.
 */
export function sharedMeter(db: Database, connection: string, limits: Limits): Meter {
  const spans = spansOf(limits)
  const holdMs = limits.timeoutMs + GRACE_MS
  return {
    async enter(lane) {
      const most = JSON.stringify(spans.map((span) => ({ ms: span.ms, most: span.most[lane] })))
      const sql = 'select wait_ms, place from enter_budget(?, ?, ?, ?::jsonb, ?)'
      const places = placesOf(limits, lane)
      const [entry] = await rows<{ wait_ms: number; place: number | null }>(db.em(), sql, [
        connection,
        places,
        holdMs,
        most,
        db.bus.session,
      ])
      return { waitMs: entry?.wait_ms ?? 0, place: entry?.place ?? null } satisfies Entry
    },
    async leave(place) {
      const sql = 'update budget_place set until = clock_timestamp() where connection = ? and place = ?'
      await db.em().execute(sql, [connection, place])
    },
    async use() {
      const sql = `select count(*)::int as running from budget_place where connection = ? and until > clock_timestamp()`
      const [held] = await rows<{ running: number }>(db.em(), sql, [connection])
      return { running: held?.running ?? 0, spans: await usesOf(db, connection, spans) }
    },
  }
}

async function usesOf(db: Database, connection: string, spans: Span[]) {
  const sql = `select s.ms, count(t.sent_at)::int as used, min(t.sent_at) + s.ms * interval '1 millisecond' as until
    from jsonb_to_recordset(?::jsonb) as s(ms bigint) left join budget_sent t
      on t.connection = ? and t.sent_at > clock_timestamp() - s.ms * interval '1 millisecond'
    group by s.ms`
  const given = JSON.stringify(spans.map(({ ms }) => ({ ms })))
  const found = await rows<{ ms: string; used: number; until: Date | string | null }>(db.em(), sql, [
    given,
    connection,
  ])
  return spans.map(({ ms, most }) => {
    const { used = 0, until = null } = found.find((row) => Number(row.ms) === ms) ?? {}
    return { ms, limit: most.live, used, until: until === null ? null : new Date(until) }
  })
}
