import { setTimeout as wait } from 'node:timers/promises'
import { sweepEvents } from './events.ts'
import { sweepLog } from './retention.ts'
import type { Hub } from './hub.ts'
import { Lease } from './lease.ts'
import { type Claimed, FenceLost, claim } from './operations.ts'
import { type Pusher, push } from './push.ts'

/** How long a stopping worker lets pushes finish before it hands them over. */
const GRACE_MS = 8_000
const SWEEP_MS = 600_000

/** Who carries out operations. */
export interface Worker {
  /** Takes nothing new, lets what is under way finish, hands the rest over. */
  stop(): Promise<void>
}

/** How a worker is called, and how many operations of one connection it carries out at once. */
export interface WorkerOptions extends Pusher {
  parallel: number
  /** How long a stopping worker lets pushes finish, in milliseconds. */
  graceMs?: number
}

/** Starts carrying out due operations: when told, when a retry is due, and at least every `idleMs`. */
export function startWorker(hub: Hub, options: WorkerOptions): Worker {
  const crew = new Crew(hub, options)
  crew.start()
  return { stop: () => crew.stop() }
}

class Crew {
  readonly #hub: Hub
  readonly #options: WorkerOptions
  readonly #stop = new AbortController()
  readonly #busy = new Map<string, { lease: Lease; connection: string; work: Promise<void> }>()
  #told = Promise.withResolvers<void>()
  #off: (() => void) | null = null
  #loop: Promise<void> | null = null
  #sweptAt = 0

  constructor(hub: Hub, options: WorkerOptions) {
    this.#hub = hub
    this.#options = options
  }

  start(): void {
    this.#off = this.#hub.db.bus.on('operation', () => this.#told.resolve())
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#off?.()
    this.#stop.abort()
    this.#told.resolve()
    await this.#loop
    const all = Promise.all([...this.#busy.values()].map(({ work }) => work))
    const patience = new AbortController()
    await Promise.race([
      all,
      wait(this.#options.graceMs ?? GRACE_MS, null, { signal: patience.signal }).catch(() => null),
    ])
    patience.abort()
    for (const { lease } of this.#busy.values()) lease.abort()
    await Promise.all([...this.#busy.values()].map(({ work }) => work))
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#told = Promise.withResolvers<void>()
      const claimedAt = performance.now()
      // A database that is away is no reason to end: the next look may find it again.
      const found = await this.#claim().catch((): Claimed[] => [])
      for (const held of found) this.#take(held, claimedAt)
      if (found.length === 0) await this.#rest()
    }
  }

  #claim(): Promise<Claimed[]> {
    const { db, directory, settings } = this.#hub
    const busy = Map.groupBy(this.#busy.values(), ({ connection }) => connection)
    const free = directory.every().map(({ id, limits }) => {
      // Each connection has slots of its own, so that a slow one never takes another's.
      const slots = Math.min(this.#options.parallel, limits.parallel)
      return { connection: id, slots: slots - (busy.get(id)?.length ?? 0) }
    })
    const open = free.filter(({ slots }) => slots > 0)
    return claim(db, this.#options.name, open, settings.leaseMs)
  }

  #take(held: Claimed, claimedAt: number): void {
    const lease = new Lease(this.#hub, held, claimedAt)
    lease.start()
    // An error that ends here is a lost fence or a lost database: the lease runs out, and someone takes over.
    const work = push(this.#hub, held, lease, this.#options)
      .catch((error: unknown) => {
        if (!(error instanceof FenceLost)) this.#options.log?.(error, held.id)
      })
      .finally(() => {
        lease.stop()
        this.#busy.delete(`${held.id} ${held.fence}`)
        this.#told.resolve()
      })
    this.#busy.set(`${held.id} ${held.fence}`, { lease, connection: held.connection, work })
  }

  async #rest(): Promise<void> {
    if (performance.now() - this.#sweptAt > SWEEP_MS || this.#sweptAt === 0) {
      this.#sweptAt = performance.now()
      await sweepEvents(this.#hub).catch(() => {})
      await sweepLog(this.#hub).catch(() => {})
    }
    if (this.#stop.signal.aborted) return
    const rested = new AbortController()
    const idle = wait(this.#hub.settings.idleMs, undefined, { signal: rested.signal }).catch(() => {})
    await Promise.race([this.#told.promise, idle])
    rested.abort()
  }
}
