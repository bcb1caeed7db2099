import { setTimeout as wait } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import type { Kind, Page, Records } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { asCall } from '../http.ts'
import { toProblem } from '../reader.ts'
import { noteRefusal, noteWelcome } from './attention.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import { tookDeletion } from './gone.ts'
import { importIds, intake } from './intake.ts'
import { KINDS, readOf } from './kinds.ts'
import { askForHooks, planHooks } from './subscribe.ts'

/** What has a row in the table of polls: each kind, and the webhooks that the ERP must be asked for. */
type Due = Claimed & ({ kind: Kind } | { kind: 'hook' })
interface Claimed {
  connection: string
  cursor: string | null
  fence: string
}

const LEASE_MS = 60_000
const READ_AT_ONCE = 100
const POLL = { by: 'poll' }
/** So long the first connections have the machine for themselves; a slow one holds nobody up for longer. */
const STAGGER_MS = 1_000
const DAY_MS = 24 * 3_600_000
/** Which part of a day's requests polls may use, so that people and pushes never find it used up. */
const POLL_SHARE = 0.25
const MAX_PAUSE_MS = 3_600_000

/** The pause that an operator chose, or a longer one: polls may use a part of what the vendor allows in a day. */
function pauseOf({ limits, erp, settings }: OpenConnection): number {
  const chosen = erp.changes ? settings.pollMs : settings.sweepMs
  const { perDay } = limits
  const kinds = KINDS.filter((kind) => readOf(erp, kind)).length
  return perDay ? Math.max(chosen, Math.ceil((DAY_MS * kinds) / (perDay * POLL_SHARE))) : chosen
}

/** Keeps the identity map up to date: polls every connection for what changed, each kind on its own. */
export class Poller {
  readonly #hub: Hub
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null

  constructor(hub: Hub) {
    this.#hub = hub
  }

  start(): void {
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Polls everything that is due now, once, and waits for it; for the start and for tests. */
  async once(): Promise<void> {
    await Promise.all(await this.#begin())
  }

  /** Starts what is due, in the order of the connections: the next when one is done, or after a short while. */
  async #begin(): Promise<Promise<void>[]> {
    await this.#plan()
    const byConnection = Map.groupBy(await this.#claim(), ({ connection }) => connection)
    const begun: Promise<void>[] = []
    for (const { id } of this.#hub.directory.every()) {
      const polls = byConnection.get(id)
      if (!polls) continue
      const poll = this.#inOrder(polls)
      begun.push(poll)
      if (this.#stop.signal.aborted) break
      await Promise.race([poll, wait(STAGGER_MS, undefined, { ref: false })])
    }
    return begun
  }

  async #loop(): Promise<void> {
    const running = new Set<Promise<void>>()
    while (!this.#stop.signal.aborted) {
      for (const poll of await this.#begin().catch(() => [])) {
        running.add(poll)
        void poll.finally(() => running.delete(poll))
      }
      await wait(this.#hub.settings.idleMs, undefined, { signal: this.#stop.signal }).catch(() => {})
    }
    await Promise.allSettled(running)
  }

  /** Every kind of every connection has a row; a new connection is due at once. */
  async #plan(): Promise<void> {
    const wanted = this.#hub.directory
      .every()
      .flatMap((open) => KINDS.filter((kind) => readOf(open.erp, kind)).map((kind) => [open.id, kind]))
    const sql = `insert into poll (connection, kind) select * from jsonb_to_recordset(?::jsonb) as w(connection text, kind text)
      where exists (select from connection c where c.id = w.connection) on conflict do nothing`
    const data = wanted.map(([connection, kind]) => ({ connection, kind }))
    await this.#hub.db.em().execute(sql, [JSON.stringify(data)])
    await planHooks(this.#hub)
  }

  #claim(): Promise<Due[]> {
    const sql = `update poll set lease_until = now() + ? * interval '1 millisecond', fence = fence + 1
      where (connection, kind) in (select connection, kind from poll where next_at <= now()
        and (lease_until is null or lease_until < now()) for update skip locked)
      returning connection, kind, cursor, fence::text`
    return rows<Due>(this.#hub.db.em(), sql, [LEASE_MS])
  }

  async #inOrder(polls: Due[]): Promise<void> {
    for (const kind of [...KINDS, 'hook'] as const) {
      const due = polls.find((poll) => poll.kind === kind)
      const open = due && this.#hub.directory.every().find(({ id }) => id === due.connection)
      if (due && open) await this.#poll(due, open)
    }
  }

  async #poll(due: Due, open: OpenConnection): Promise<void> {
    try {
      const call = { lane: 'background', signal: this.#stop.signal } as const
      const pauseMs = await asCall(call, () => this.#work(due, open))
      await this.#finish(due, pauseMs, null)
      await noteWelcome(this.#hub.db, open.id)
    } catch (error) {
      await noteRefusal(this.#hub.db, open.id, error)
      const sql = 'select failures from poll where connection = ? and kind = ?'
      const [row] = await rows<{ failures: number }>(this.#hub.db.em(), sql, [due.connection, due.kind])
      const pause = Math.min(MAX_PAUSE_MS, 1_000 * 2 ** Math.min(row?.failures ?? 0, 12))
      await this.#finish(due, pause, error)
    }
  }

  /** Does what is due, and gives the pause until the next time. */
  async #work(due: Due, open: OpenConnection): Promise<number> {
    if (due.kind === 'hook') return askForHooks(this.#hub, open)
    await this.#read(due, due.kind, open)
    return pauseOf(open)
  }

  /** The connector's changes; where it tells none, everything it can list, which is worth a longer pause. */
  async #read(due: Claimed, kind: Kind, open: OpenConnection): Promise<void> {
    if (!open.erp.changes) return this.#sweep(due, kind, open)
    const pages = open.erp.changes(kind, due.cursor)[Symbol.asyncIterator]()
    // A system may tell changes of some kinds and not of others.
    const first = await pages.next().catch((error: unknown) => {
      if (error instanceof ErpError && error.code === 'NOT_SUPPORTED') return null
      throw error
    })
    if (!first) return this.#sweep(due, kind, open)
    for (let next = first; !next.done; next = await pages.next()) {
      const page = next.value
      const gone = page.changes.filter(({ deleted }) => deleted)
      const ids = page.changes.filter(({ deleted }) => !deleted).map(({ id }) => id)
      for (const { id } of gone) await tookDeletion(this.#hub, open, kind, id, POLL.by)
      await importIds(this.#hub, open, kind, [...new Set(ids)], POLL)
      await this.#keep(due, kind, page.cursor, page.changes.length > 0)
    }
  }

  async #sweep(due: Claimed, kind: Kind, open: OpenConnection): Promise<void> {
    let after: string | null = null
    do {
      const page: Page<Records[Kind]> | undefined = await readOf(open.erp, kind)?.list({
        first: READ_AT_ONCE,
        after,
      })
      if (!page) return
      await intake(this.#hub, open, kind, page.rows, POLL)
      await this.#keep(due, kind, null, false)
      after = page.next
    } while (after)
  }

  /** Keeps how far a poll came, and the lease on it. A page that comes again, at the same cursor, is no change. */
  async #keep(due: Claimed, kind: Kind, cursor: string | null, changed: boolean): Promise<void> {
    const sql = `update poll set cursor = ?, lease_until = now() + ? * interval '1 millisecond',
      changed_at = case when ? and cursor is distinct from ? then now() else changed_at end
      where connection = ? and kind = ? and fence = ?`
    const values = [cursor, LEASE_MS, changed, cursor, due.connection, kind, due.fence]
    await this.#hub.db.em().execute(sql, values)
  }

  async #finish(due: Due, pauseMs: number, error: unknown): Promise<void> {
    const problem = error ? JSON.stringify(toProblem(error, due.connection)) : null
    const sql = `update poll set lease_until = null, next_at = now() + ? * interval '1 millisecond',
      failures = case when ?::jsonb is null then 0 else failures + 1 end, problem = ?::jsonb,
      succeeded_at = case when ?::jsonb is null then now() else succeeded_at end,
      baseline_at = case when ?::jsonb is null then coalesce(baseline_at, now()) else baseline_at end
      where connection = ? and kind = ? and fence = ?`
    await this.#hub.db
      .em()
      .execute(sql, [pauseMs, problem, problem, problem, problem, due.connection, due.kind, due.fence])
  }
}
