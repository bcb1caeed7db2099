import { setTimeout as wait } from 'node:timers/promises'
import { type ErrorCode, ErpError } from '../../schema/errors.ts'
import type { Problem } from '../../schema/index.ts'
import type { OpenConnection } from '../connections.ts'
import { asCall } from '../http.ts'
import { toProblem } from '../reader.ts'
import type { Kind } from '../records.ts'
import { beat } from './beat.ts'
import { type Manager, rows } from './database.ts'
import type { Hub } from './hub.ts'
import { FenceLost } from './operations.ts'

/** A piece of durable background work: done once, tried again until it is, found again after a crash. */
export interface Job<P extends object = object> {
  id: string
  tenant: string
  kind: string
  /** What it is about; a kind has one job per subject for ever. */
  subject: string
  /** The operation of the sync log that it follows from; its failures show there. */
  operation: string | null
  payload: P
  tries: number
  fence: string
}

/** What a handler may do while a job runs. */
export interface JobRun<P extends object> {
  /** Ends when the worker stops or the lease is lost. */
  signal: AbortSignal
  /** Keeps how far it came, for the next try after a crash. Throws FenceLost when another process has the job. */
  keep(payload: P): Promise<void>
}

/** When a job shall run again although nothing went wrong. */
export interface Again {
  againInMs: number
}

/** One kind of job. */
export interface JobHandler {
  kind: string
  /** Jobs of this kind that one process carries out at the same time. */
  parallel: number
  /** Whether a change of this kind of record shall become a job of this kind; asked once per batch of changes. */
  wants?(hub: Hub, open: OpenConnection, kind: Kind): Promise<boolean>
  /** Must be repeatable. Throws ErpError; one that is not retryable ends the job DEAD at once. */
  work(hub: Hub, job: Job, run: JobRun<object>): Promise<Again | void>
}

/** Declares a kind of job with the type of its payload. */
export function jobHandler<P extends object>(
  given: Omit<JobHandler, 'work'> & {
    work(hub: Hub, job: Job<P>, run: JobRun<P>): Promise<Again | void>
  },
): JobHandler {
  return { ...given, work: (hub, job, run) => given.work(hub, job as Job<P>, run) }
}

/** A job to be done. */
export interface NewJob {
  tenant: string
  kind: string
  subject: string
  operation?: string | null
  payload?: object
  /** Milliseconds until it is due. */
  pauseMs?: number
}

const ENQUEUE = `insert into job (tenant, kind, subject, operation, payload, next_at)
  select tenant, kind, subject, operation, coalesce(payload, '{}'), now() + coalesce("pauseMs", 0) * interval '1 millisecond'
  from jsonb_to_recordset(?::jsonb) as j(tenant text, kind text, subject text, operation text, payload jsonb, "pauseMs" int)
  on conflict (kind, subject) do nothing`

/** Writes jobs inside the caller's transaction; one that is there already stays as it is. Tell 'job' afterwards. */
export async function enqueue(em: Manager, jobs: NewJob[]): Promise<void> {
  if (jobs.length > 0) await em.execute(ENQUEUE, [JSON.stringify(jobs)])
}

const LEASE_MS = 30_000
const MAX_TRIES = 20
const BACKOFF_MS = 500
const BACKOFF_MAX_MS = 3_600_000

const CLAIM = `
update job set lease_until = now() + ? * interval '1 millisecond', fence = fence + 1, tries = tries + 1
where id in (
  select d.id from jsonb_to_recordset(?::jsonb) as free(kind text, slots int) cross join lateral (
    select id from job where job.kind = free.kind and state = 'WAITING' and next_at <= now()
      and (lease_until is null or lease_until < now()) order by next_at, id limit free.slots for update skip locked) d)
returning id::text, tenant, kind, subject, operation, payload, tries, fence::text`

/** Carries out jobs: when told, when due, and at least every `idleMs`. */
export class Jobs {
  readonly #hub: Hub
  readonly #handlers: Map<string, JobHandler>
  readonly #stop = new AbortController()
  readonly #busy = new Map<string, { kind: string; work: Promise<void> }>()
  #told = Promise.withResolvers<void>()
  #off: (() => void) | null = null
  #running: Promise<void> | null = null

  constructor(hub: Hub, handlers: JobHandler[]) {
    this.#hub = hub
    this.#handlers = new Map(handlers.map((handler) => [handler.kind, handler]))
  }

  start(): void {
    this.#off = this.#hub.db.bus.on('job', () => this.#told.resolve())
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#off?.()
    this.#stop.abort()
    this.#told.resolve()
    await this.#running
    await Promise.all([...this.#busy.values()].map(({ work }) => work))
  }

  /** Does everything that is due now and what follows from it; for tests. */
  async once(): Promise<void> {
    while ((await this.#begin()) > 0) await Promise.all([...this.#busy.values()].map(({ work }) => work))
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#told = Promise.withResolvers<void>()
      const begun = await this.#begin().catch(() => 0)
      if (begun > 0) continue
      const rested = new AbortController()
      const idle = wait(this.#hub.settings.idleMs, undefined, { signal: rested.signal }).catch(() => {})
      await Promise.race([this.#told.promise, idle])
      rested.abort()
    }
  }

  async #begin(): Promise<number> {
    const busy = Map.groupBy(this.#busy.values(), ({ kind }) => kind)
    const free = [...this.#handlers.values()]
      .map(({ kind, parallel }) => ({ kind, slots: parallel - (busy.get(kind)?.length ?? 0) }))
      .filter(({ slots }) => slots > 0)
    if (free.length === 0 || this.#stop.signal.aborted) return 0
    const found = await rows<Job>(this.#hub.db.em(), CLAIM, [LEASE_MS, JSON.stringify(free)])
    for (const job of found) {
      const work = this.#carry(job)
        // A lost lease or database: the job is found again when its lease has ended.
        .catch(() => {})
        .finally(() => {
          this.#busy.delete(`${job.id} ${job.fence}`)
          this.#told.resolve()
        })
      this.#busy.set(`${job.id} ${job.fence}`, { kind: job.kind, work })
    }
    return found.length
  }

  async #carry(job: Job): Promise<void> {
    const handler = this.#handlers.get(job.kind)
    if (!handler) return
    const lost = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, lost.signal])
    const endBeat = beat(() => prolong(this.#hub, job).catch(() => lost.abort()), LEASE_MS / 3)
    const run = { signal, keep: (payload: object) => prolong(this.#hub, job, payload) }
    try {
      const again = await asCall({ lane: 'background', signal }, () => handler.work(this.#hub, job, run))
      await (again ? postpone(this.#hub, job, again.againInMs) : finish(this.#hub, job))
    } catch (error) {
      if (error instanceof FenceLost) return
      // A worker that stops is no failure of the job.
      if (this.#stop.signal.aborted) return await postpone(this.#hub, job, 0)
      await fail(this.#hub, job, error)
    } finally {
      endBeat()
    }
  }
}

async function prolong(hub: Hub, { id, fence }: Job, payload: object | null = null): Promise<void> {
  const sql = `update job set lease_until = now() + ? * interval '1 millisecond', payload = coalesce(?::jsonb, payload)
    where id = ? and fence = ? returning id`
  const values = [LEASE_MS, payload && JSON.stringify(payload), id, fence]
  if ((await rows(hub.db.em(), sql, values)).length === 0) throw new FenceLost()
}

async function postpone(hub: Hub, { id, fence }: Job, pauseMs: number): Promise<void> {
  const sql = `update job set lease_until = null, tries = 0, problem = null,
    next_at = now() + ? * interval '1 millisecond' where id = ? and fence = ?`
  await hub.db.em().execute(sql, [Math.round(pauseMs), id, fence])
}

/** Takes back the warning that earlier tries of the job left, and no other. */
const FINISH = `
with was as (select id, problem from job where id = ? and fence = ? for update),
ended as (
  update job set state = 'DONE', finished_at = now(), lease_until = null, problem = null from was where job.id = was.id
  returning job.id, job.operation, was.problem as said)
update operation o set outcome = 'SUCCESS', problem = null from ended
where o.id = ended.operation and o.direction = 'IN' and o.outcome = 'WARNING' and o.problem = ended.said
  and not exists (select from job j where j.operation = o.id and j.id <> ended.id and j.problem is not null)
returning o.id`

async function finish(hub: Hub, { id, fence }: Job): Promise<void> {
  const cleared = await rows<{ id: string }>(hub.db.em(), FINISH, [id, fence])
  for (const operation of cleared) hub.db.bus.tell('event', operation.id)
}

const FAIL = `
with failed as (
  update job set state = ?, problem = ?::jsonb, lease_until = null, next_at = now() + ? * interval '1 millisecond',
    finished_at = case when ? = 'DEAD' then now() end
  where id = ? and fence = ? returning operation, state, problem),
shown as (
  update operation o set problem = failed.problem, outcome = case failed.state when 'DEAD' then 'ERROR' else 'WARNING' end,
    status = case failed.state when 'DEAD' then 'DEAD' else o.status end
  from failed where o.id = failed.operation and o.direction = 'IN' returning o.*)
insert into event (tenant, connection, operation, object, status, outcome)
select tenant, connection, id, object, status, outcome from shown where status = 'DEAD'`

/** Whether a job that failed so is not tried again. */
export function givesUp({ tries }: Job, error: unknown): boolean {
  const isFinal = error instanceof ErpError && !error.retryable && !WAITS.includes(error.code)
  return isFinal || tries >= MAX_TRIES
}

async function fail(hub: Hub, job: Job, error: unknown): Promise<void> {
  const state = givesUp(job, error) ? 'DEAD' : 'WAITING'
  const asked = error instanceof ErpError ? (error.retryAfterMs ?? 0) : 0
  const pauseMs = Math.max(asked, Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** job.tries))
  const problem: Problem = toProblem(error, error instanceof ErpError ? (error.connection ?? '') : '')
  problem.connection ||= null
  const values = [state, JSON.stringify(problem), Math.round(pauseMs), state, job.id, job.fence]
  await hub.db.em().execute(FAIL, values)
  if (state === 'DEAD' && job.operation) hub.db.bus.tell('event', job.operation)
}

/** A person has to act, but not on the job: it waits, and goes on by itself afterwards. */
export const WAITS: readonly ErrorCode[] = ['AUTHENTICATION_FAILED', 'PERMISSION_DENIED', 'NEEDS_AUTH']
