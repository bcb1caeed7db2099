import { setTimeout as wait } from 'node:timers/promises'
import { ErpError } from '../../schema/errors.ts'
import type { Kind, Page, Records } from '../connector.ts'
import type { OpenConnection } from '../connections.ts'
import { asCall } from '../http.ts'
import { toProblem } from '../reader.ts'
import { planStandings } from './back/standing.ts'
import { noteRefusal, noteWelcome } from './attention.ts'
import { rows } from './database.ts'
import type { Hub } from './hub.ts'
import { tookDeletion } from './gone.ts'
import { importIds, intake } from './intake.ts'
import { KINDS, readOf } from './kinds.ts'
import { FenceLost } from './operations.ts'
import { takeAway } from './setting/deletions.ts'
import { pauseOf } from './setting/pace.ts'
import { settingOf } from './setting/read.ts'
import { askForHooks, planHooks } from './subscribe.ts'

/** What has a row in the table of polls: each kind, and the webhooks that the ERP must be asked for. */
type Due = Claimed & ({ kind: Kind } | { kind: 'hook' })
interface Claimed {
  connection: string
  kind: string
  cursor: string | null
  fence: string
}

/** What a person has to confirm before records that a reading began at `since` did not meet are taken for gone. */
interface Held {
  since: string
  problem: ErpError
}

const CLOCK = 'select clock_timestamp()::text as since'
const LEASE_MS = 60_000
const READ_AT_ONCE = 100
const POLL = { by: 'poll' }
/** So long the first connections have the machine for themselves; a slow one holds nobody up for longer. */
const STAGGER_MS = 1_000
const MAX_PAUSE_MS = 3_600_000

/** Keeps the identity map up to date: polls every connection for what changed, each kind on its own. */
export class Poller {
  readonly #hub: Hub
  readonly #stop = new AbortController()
  /** What is under way, so that it ends at once when an operator says so. */
  readonly #under = new Map<Claimed, AbortController>()
  #running: Promise<void> | null = null
  #off: (() => void) | null = null

  constructor(hub: Hub) {
    this.#hub = hub
  }

  start(): void {
    this.#off = this.#hub.db.bus.on('connection', (id) => void this.#check(id).catch(() => {}))
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#off?.()
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
    await planStandings(this.#hub)
  }

  #claim(): Promise<Due[]> {
    const sql = `update poll set lease_until = now() + ? * interval '1 millisecond', fence = fence + 1
      where (connection, kind) in (select p.connection, p.kind from poll p join connection c on c.id = p.connection
        left join sync_setting s on s.connection = p.connection and s.kind = p.kind
        where p.next_at <= now() and (p.lease_until is null or p.lease_until < now())
          and c.state not in ('PAUSED', 'DISCONNECTED') and coalesce(s.enabled and s.direction <> 'OUT', true)
        for update of p skip locked)
      returning connection, kind, cursor, fence::text`
    return rows<Due>(this.#hub.db.em(), sql, [LEASE_MS])
  }

  /** Ends polls of a connection that another holds by now, or nobody: its settings were changed, or it rests. */
  async #check(connection: string): Promise<void> {
    const own = [...this.#under.keys()].filter((poll) => poll.connection === connection)
    if (own.length === 0) return
    const sql = 'select kind, fence::text from poll where connection = ?'
    const found = await rows<{ kind: string; fence: string }>(this.#hub.db.em(), sql, [connection])
    for (const poll of own) {
      const isOurs = found.some(({ kind, fence }) => kind === poll.kind && fence === poll.fence)
      if (!isOurs) this.#under.get(poll)?.abort()
    }
  }

  async #inOrder(polls: Due[]): Promise<void> {
    for (const kind of [...KINDS, 'hook'] as const) {
      const due = polls.find((poll) => poll.kind === kind)
      const open = due && this.#hub.directory.every().find(({ id }) => id === due.connection)
      if (due && open) await this.#poll(due, open)
    }
  }

  async #poll(due: Due, open: OpenConnection): Promise<void> {
    const ended = new AbortController()
    this.#under.set(due, ended)
    try {
      const signal = AbortSignal.any([this.#stop.signal, ended.signal])
      const { pauseMs, held } = await asCall({ lane: 'background', signal }, () => this.#work(due, open))
      await this.#finish(due, pauseMs, held)
      await noteWelcome(this.#hub.db, open.id)
    } catch (error) {
      if (error instanceof FenceLost || ended.signal.aborted) return
      await noteRefusal(this.#hub.db, open.id, error)
      const sql = 'select failures from poll where connection = ? and kind = ?'
      const [row] = await rows<{ failures: number }>(this.#hub.db.em(), sql, [due.connection, due.kind])
      const pause = Math.min(MAX_PAUSE_MS, 1_000 * 2 ** Math.min(row?.failures ?? 0, 12))
      await this.#fail(due, pause, error)
    } finally {
      this.#under.delete(due)
    }
  }

  /** Does what is due, and gives the pause until the next time, and what a person has to confirm. */
  async #work(due: Due, open: OpenConnection): Promise<{ pauseMs: number; held: Held | null }> {
    if (due.kind === 'hook') return { pauseMs: await askForHooks(this.#hub, open), held: null }
    const held = await this.#read(due, due.kind, open)
    const pauseMs = pauseOf(open, await settingOf(this.#hub.db.em(), open.id, due.kind))
    return { pauseMs, held }
  }

  /** The connector's changes; where it tells none, everything it can list, which is worth a longer pause. */
  async #read(due: Claimed, kind: Kind, open: OpenConnection): Promise<Held | null> {
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
      await this.#keep(due, page.cursor, page.changes.length > 0)
    }
    return null
  }

  /** Reads everything; what is not met any more has vanished. */
  async #sweep(due: Claimed, kind: Kind, open: OpenConnection): Promise<Held | null> {
    const [clock] = await rows<{ since: string }>(this.#hub.db.em(), CLOCK)
    const since = clock?.since ?? ''
    let after: string | null = null
    do {
      const page: Page<Records[Kind]> | undefined = await readOf(open.erp, kind)?.list({
        first: READ_AT_ONCE,
        after,
      })
      if (!page) return null
      await intake(this.#hub, open, kind, page.rows, POLL)
      await this.#keep(due, null, false)
      after = page.next
    } while (after)
    const problem = await takeAway(this.#hub, open, kind, since)
    return problem && { since, problem }
  }

  /** Keeps how far a poll came, and the lease on it. A page that comes again, at the same cursor, is no change. */
  async #keep(due: Claimed, cursor: string | null, changed: boolean): Promise<void> {
    const sql = `update poll set cursor = ?, lease_until = now() + ? * interval '1 millisecond',
      changed_at = case when ? and cursor is distinct from ? then now() else changed_at end
      where connection = ? and kind = ? and fence = ? returning kind`
    const values = [cursor, LEASE_MS, changed, cursor, due.connection, due.kind, due.fence]
    if ((await rows(this.#hub.db.em(), sql, values)).length === 0) throw new FenceLost()
  }

  async #finish(due: Due, pauseMs: number, held: Held | null): Promise<void> {
    const problem = held && JSON.stringify(toProblem(held.problem, due.connection))
    const sql = `update poll set lease_until = null, next_at = now() + ? * interval '1 millisecond', failures = 0,
      problem = ?::jsonb, held_since = ?::timestamptz, succeeded_at = now(), baseline_at = coalesce(baseline_at, now())
      where connection = ? and kind = ? and fence = ?`
    const values = [pauseMs, problem, held?.since ?? null, due.connection, due.kind, due.fence]
    await this.#hub.db.em().execute(sql, values)
  }

  async #fail(due: Due, pauseMs: number, error: unknown): Promise<void> {
    const sql = `update poll set lease_until = null, next_at = now() + ? * interval '1 millisecond',
      failures = failures + 1, problem = ?::jsonb where connection = ? and kind = ? and fence = ?`
    const problem = JSON.stringify(toProblem(error, due.connection))
    await this.#hub.db.em().execute(sql, [pauseMs, problem, due.connection, due.kind, due.fence])
  }
}
