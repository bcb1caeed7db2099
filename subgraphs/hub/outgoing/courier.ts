import type { Problem } from '../../../schema/index.ts'
import type { Caller } from '../../caller.ts'
import { type Manager, rows } from '../database.ts'
import { type Position, readEvents } from '../events.ts'
import type { Hub } from '../hub.ts'
import { readCursor } from '../page.ts'
import { type Happened, bodyOf, messageId } from './payload.ts'
import { GIVE_UP_MS, POISON_TRIES, pauseAfter } from './retry.ts'
import { callerOf, scopeOf } from './rights.ts'
import { signedHeaders } from './secret.ts'
import type { Sent, Way } from './send.ts'
import { type SubscriptionRow, askedAgain, keepAttempt, secretsOf, sweepDeliveries } from './store.ts'

/** How often a subscription looks for events when there were none. */
const LOOK_MS = 1_000
/** A run gives its place to others after so long. */
const RUN_MS = 20_000
/** How far behind a message that nobody takes another is tried. */
const PROBES = 3

const ADVANCE = `update webhook_subscription set event_transaction = ?, event_sequence = ?, tries = 0,
  failing_since = null, next_at = null, problem = null, delivered_at = coalesce(?::timestamptz, delivered_at)
  where id = ? and state = 'ACTIVE' and event_transaction = ? and event_sequence = ? returning id`
const FAILED = `update webhook_subscription set tries = tries + 1, failing_since = coalesce(failing_since, now()),
  next_at = now() + ? * interval '1 millisecond', problem = ?::jsonb, state = ?,
  stopped_at = case when ? = 'DISABLED' then now() end
  where id = ? and state = 'ACTIVE' and event_transaction = ? and event_sequence = ?`

/** Tells one subscription of its events, in their order, from where it stands. */
export class Courier {
  readonly #hub: Hub
  readonly #way: Way
  readonly #signal: AbortSignal
  readonly #row: SubscriptionRow
  readonly #maker: Caller
  readonly #secrets: string[]
  #at: Position

  private constructor(hub: Hub, way: Way, signal: AbortSignal, row: SubscriptionRow, maker: Caller) {
    this.#hub = hub
    this.#way = way
    this.#signal = signal
    this.#row = row
    this.#maker = maker
    this.#secrets = secretsOf(hub.safe, row)
    this.#at = [row.transaction, row.sequence]
  }

  static async of(hub: Hub, way: Way, signal: AbortSignal, row: SubscriptionRow): Promise<Courier> {
    return new Courier(hub, way, signal, row, await callerOf(hub, row.tenant, row.maker))
  }

  /** Sends again, once each, what somebody asked for. */
  async replay(): Promise<void> {
    for (const { id, ...event } of await askedAgain(this.#hub.db.em(), this.#row.id)) {
      if (this.#signal.aborted) return
      const sent = await this.#send(event)
      if (this.#signal.aborted) return
      if (sent) await this.#keep(event, sent.problem ? 'FAILED' : 'DELIVERED', sent)
      else await this.#hub.db.em().execute("update webhook_delivery set state = 'FAILED' where id = ?", [id])
    }
  }

  /** Tells what is new; gives the milliseconds until it is worth looking again. */
  async deliver(): Promise<number> {
    const until = Date.now() + RUN_MS
    if (this.#row.waitMs > 0) return this.#row.waitMs
    const events = await this.#next()
    for (const [index, event] of events.entries()) {
      if (this.#signal.aborted || Date.now() > until) return 0
      const sent = await this.#send(event)
      if (this.#signal.aborted) return 0
      if (sent?.problem) return this.#failed(event, sent, events.slice(index + 1, index + 1 + PROBES))
      if (!(await this.#delivered(event, sent))) return 0
    }
    if (events.length === 0) return LOOK_MS
    await sweepDeliveries(this.#hub.db.em(), this.#row.id, this.#hub.settings.retentionMs)
    return 0
  }

  async #next(): Promise<Happened[]> {
    const { tenant, maker, filter } = this.#row
    const found = await readEvents(this.#hub.db.em(), this.#at, scopeOf(tenant, maker, filter))
    return found.map(({ cursor, at, operation, status }) => {
      const [transaction = '0', sequence = '0'] = readCursor(cursor) ?? []
      return { at, operation, status, transaction, sequence }
    })
  }

  /** Null where the maker of the subscription sees nothing of it. */
  async #send(event: Happened): Promise<Sent | null> {
    const body = await bodyOf(this.#hub, this.#maker, event)
    if (body === null) return null
    const headers = signedHeaders(this.#secrets, messageId(this.#row.id, event), body)
    return this.#way.post(this.#row.url, headers, body, this.#signal)
  }

  #keep(event: Happened, state: 'DELIVERED' | 'FAILED' | 'WAITING', sent: Sent, em?: Manager): Promise<void> {
    const message = messageId(this.#row.id, event)
    return keepAttempt(em ?? this.#hub.db.em(), this.#row, message, event, state, sent)
  }

  /** Moves on behind an event; false when somebody changed the subscription meanwhile. */
  async #delivered(event: Happened, sent: Sent | null, given: Happened[] = []): Promise<boolean> {
    const to: Position = [event.transaction, event.sequence]
    const isMoved = await this.#hub.db.em().transactional(async (em) => {
      if (sent) await this.#keep(event, 'DELIVERED', sent, em)
      for (const poison of given) {
        const sql = `update webhook_delivery set state = 'FAILED', finished_at = now() where id = ?`
        await em.execute(sql, [messageId(this.#row.id, poison)])
      }
      const values = [...to, sent?.at.toISOString() ?? null, this.#row.id, ...this.#at]
      return (await rows(em, ADVANCE, values)).length > 0
    })
    this.#at = to
    return isMoved
  }

  async #failed(event: Happened, sent: Sent, behind: Happened[]): Promise<number> {
    const tries = this.#row.tries + 1
    if (sent.status !== 410 && tries >= POISON_TRIES && (await this.#passed(event, sent, behind))) return 0
    const isOver = sent.status === 410 || this.#row.failingMs >= GIVE_UP_MS
    const problem: Problem | null = isOver ? ended(sent) : sent.problem
    const pause = pauseAfter(tries, sent.retryAfterMs)
    await this.#hub.db.em().transactional(async (em) => {
      await this.#keep(event, 'WAITING', sent, em)
      const state = isOver ? 'DISABLED' : 'ACTIVE'
      const values = [pause, JSON.stringify(problem), state, state, this.#row.id, ...this.#at]
      await em.execute(FAILED, values)
    })
    return isOver ? LOOK_MS : pause
  }

  /** Whether the receiver takes one of the messages behind: then this one is given up, and kept to be replayed. */
  async #passed(event: Happened, sent: Sent, behind: Happened[]): Promise<boolean> {
    const given = [event]
    let isKept = false
    for (const next of behind) {
      const probe = await this.#send(next)
      if (this.#signal.aborted) return false
      if (!probe) continue
      if (probe.problem) {
        await this.#keep(next, 'WAITING', probe)
        given.push(next)
        continue
      }
      if (!isKept) await this.#keep(event, 'WAITING', sent)
      isKept = true
      return this.#delivered(next, probe, given)
    }
    return false
  }
}

function ended({ status, problem }: Sent): Problem {
  const why =
    status === 410
      ? 'The receiver says that it is gone for good (410).'
      : `Nothing could be delivered for three days. ${problem?.message ?? ''}`
  return {
    code: 'UNAVAILABLE',
    message: why.trim(),
    resolution: 'Mend the receiver, then set the subscription to ACTIVE: it goes on where it stopped.',
  }
}
