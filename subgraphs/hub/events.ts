import { setTimeout as wait } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import type { Topic } from './bus.ts'
import { type Manager, iso, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { FINAL } from './operations.ts'
import { readCursor } from './page.ts'
import type { OperationStatus } from './tables.ts'

/** One state change of one operation. */
export interface EventRow {
  cursor: string
  at: string
  operation: string
  status: OperationStatus
  outcome: string | null
}

/** Which events are wanted; what is null is not asked for. */
export interface EventFilter {
  tenant: string
  connections: string[] | null
  objects: string[] | null
  actions: string[] | null
  statuses: string[] | null
  customer: string | null
  order: string | null
  direction?: string | null
}

/** Events read ahead of a consumer at most; a slow one costs no more memory than that. */
export const READ_AHEAD = 100
const LOOK_MS = 1_000

interface Raw {
  transaction: string
  sequence: string
  at: Date | string
  operation: string
  status: OperationStatus
  outcome: string | null
}

/** Where a reader stands: the transaction and sequence of the last event it has. */
export type Position = [transaction: string, sequence: string]

/**
 * Only below the oldest transaction still under way: a row that commits late can no longer appear behind the
 * reader's back. Sequence numbers alone would skip it.
 */
const READ = `
select e.transaction::text as transaction, e.sequence::text as sequence, e.at, e.operation, e.status, e.outcome
from event e join operation o on o.id = e.operation
where e.tenant = ? and (e.transaction, e.sequence) > (?::text::xid8, ?::bigint)
  and e.transaction < pg_snapshot_xmin(pg_current_snapshot())
  and (?::jsonb is null or ?::jsonb @> to_jsonb(e.connection)) and (?::jsonb is null or ?::jsonb @> to_jsonb(e.object))
  and (?::jsonb is null or ?::jsonb @> to_jsonb(o.action)) and (?::jsonb is null or ?::jsonb @> to_jsonb(e.status))
  and (?::text is null or o.customer = ?) and (?::text is null or o.sales_order = ?)
  and (?::text is null or o.direction = ?)
order by e.transaction, e.sequence limit ${READ_AHEAD}`

/** The next events behind a position, oldest first. */
export async function readEvents(em: Manager, after: Position, filter: EventFilter): Promise<EventRow[]> {
  const lists = [filter.connections, filter.objects, filter.actions, filter.statuses]
  const texts = lists.map((list) => (list ? JSON.stringify(list) : null)).flatMap((list) => [list, list])
  const { customer, order, direction } = filter
  const way = direction ?? null
  const ids = [customer, customer, order, order, way, way]
  return (await rows<Raw>(em, READ, [filter.tenant, ...after, ...texts, ...ids])).map(toEvent)
}

function toEvent({ transaction, sequence, at, operation, status, outcome }: Raw): EventRow {
  const cursor = Buffer.from(JSON.stringify([transaction, sequence])).toString('base64url')
  return { cursor, at: iso(at), operation, status, outcome }
}

/** A cursor in front of every event that is still to come, for whoever has seen none yet. */
export async function cursorOfNow(em: Manager): Promise<string> {
  const sql = 'select pg_snapshot_xmin(pg_current_snapshot())::text as transaction, now() as at'
  const [row] = await rows<{ transaction: string; at: Date | string }>(em, sql)
  const parts = [row?.transaction ?? '0', '0', iso(row?.at ?? new Date())]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * Where to read on: behind the cursor, or from now on without one. Throws VALIDATION for a cursor that is none,
 * CURSOR_EXPIRED when its event is no longer kept, so that what came after it may be gone too.
 */
export async function positionOf(
  { db, settings }: Hub,
  tenant: string,
  after: string | null,
): Promise<Position> {
  const em = db.em()
  const parts = readCursor(after ?? (await cursorOfNow(em)))
  const [transaction = '', sequence = '', at = ''] = parts ?? []
  const isNow = parts?.length === 3 && sequence === '0' && !Number.isNaN(Date.parse(at))
  const isEvent = parts?.length === 2
  if (!(isNow || isEvent) || ![transaction, sequence].every((part) => /^\d{1,18}$/.test(part))) {
    throw new ErpError('VALIDATION', 'The cursor is none that was given out here.', { field: 'after' })
  }
  const sql = isNow
    ? `select where ?::timestamptz > now() - ? * interval '1 millisecond'`
    : 'select from event where tenant = ? and transaction = ?::text::xid8 and sequence = ?::bigint'
  const values = isNow ? [at, settings.retentionMs] : [tenant, transaction, sequence]
  if ((await rows(em, sql, values)).length === 0) {
    throw new ErpError('CURSOR_EXPIRED', 'The events behind this cursor are no longer kept.', {
      field: 'after',
    })
  }
  return [transaction, sequence]
}

/** Deletes events older than the retention, always a whole beginning of the log. */
export async function sweepEvents(hub: Hub): Promise<void> {
  const sql = `delete from event where (transaction, sequence) <= (select transaction, sequence from event
    where at < now() - ? * interval '1 millisecond' order by transaction desc, sequence desc limit 1)`
  await hub.db.em().execute(sql, [hub.settings.retentionMs])
}

/** Reads the next part of a stream; `done` when nothing will follow. */
type Read<T> = () => Promise<{ events: T[]; done: boolean }>

/**
 * A stream that reads only when its consumer asks, so that nothing piles up. The bus is a hint to look sooner;
 * a look each second is the truth.
 */
export class EventStream<T = EventRow> implements AsyncIterableIterator<T> {
  readonly #read: Read<T>
  readonly #abort = new AbortController()
  readonly #off: () => void
  #ready: T[] = []
  #done = false
  #told = Promise.withResolvers<void>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(hub: Hub, read: Read<T>, about?: string, topic: Topic = 'event') {
    this.#read = read
    this.#off = hub.db.bus.on(topic, (id) => {
      if (!about || id === about) this.#told.resolve()
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Calls are answered one after the other, however they overlap. */
  next(): Promise<IteratorResult<T>> {
    const turn = this.#turn.then(() => this.#next())
    this.#turn = turn.catch(() => {})
    return turn
  }

  return(): Promise<IteratorResult<T>> {
    this.#end()
    return Promise.resolve({ done: true, value: undefined })
  }

  throw(error: unknown): Promise<IteratorResult<T>> {
    this.#end()
    return Promise.reject(error)
  }

  #end(): void {
    this.#off()
    this.#abort.abort()
    this.#ready = []
  }

  async #next(): Promise<IteratorResult<T>> {
    while (!this.#abort.signal.aborted) {
      const value = this.#ready.shift()
      if (value) return { done: false, value }
      if (this.#done) this.#end()
      else await this.#more()
    }
    return { done: true, value: undefined }
  }

  async #more(): Promise<void> {
    this.#told = Promise.withResolvers<void>()
    const { events, done } = await this.#read()
    this.#done = done
    if (this.#abort.signal.aborted) return
    this.#ready.push(...events)
    if (events.length > 0 || done) return
    const rested = new AbortController()
    const signal = AbortSignal.any([rested.signal, this.#abort.signal])
    await Promise.race([this.#told.promise, wait(LOOK_MS, undefined, { signal }).catch(() => {})])
    rested.abort()
  }
}

/** Every state change from the cursor on (null: from now on), without a gap or a repetition; never ends by itself. */
export async function streamEvents(
  hub: Hub,
  after: string | null,
  filter: EventFilter,
): Promise<EventStream> {
  let position = await positionOf(hub, filter.tenant, after)
  return new EventStream(hub, async () => {
    const events = await readEvents(hub.db.em(), position, filter)
    const last = events.at(-1)
    if (last) position = readCursor(last.cursor) as Position
    return { events, done: false }
  })
}

/**
 * The changes of one operation since it was last accepted, until it is final. They follow one another under the
 * lock of its row, so their sequence alone is their order, and no other transaction can delay them.
 */
export function streamOperation(hub: Hub, id: string): EventStream {
  let after = '0'
  const sql = `select transaction::text as transaction, sequence::text as sequence, at, operation, status, outcome
    from event where operation = ? and sequence > ?::bigint and sequence >= coalesce(
      (select max(sequence) from event where operation = ? and status = 'ACCEPTED'), 0) order by sequence`
  return new EventStream(
    hub,
    async () => {
      const read = await rows<Raw>(hub.db.em(), sql, [id, after, id])
      const found = read.length === 0 && after === '0' ? await swept(hub, id) : read
      after = found.at(-1)?.sequence ?? after
      const events = found.map(toEvent)
      const end = events.findIndex(({ status }) => FINAL.includes(status))
      return { events: end < 0 ? events : events.slice(0, end + 1), done: end >= 0 }
    },
    id,
  )
}

/** An operation that ended so long ago that its events are gone: its end, as one event. */
function swept(hub: Hub, id: string): Promise<Raw[]> {
  const sql = `select '0' as transaction, '1' as sequence, finished_at as at, id as operation, status, outcome
    from operation where id = ? and finished_at is not null and status <> 'UNCERTAIN'`
  return rows<Raw>(hub.db.em(), sql, [id])
}
