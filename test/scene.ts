import { setTimeout as wait } from 'node:timers/promises'
import type { Fault, SandboxFactory } from '../subgraphs/sandbox.ts'
import { ChildWorker } from './child.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'
import { CHANGES, type StateChange, Still } from './still.ts'
import { type Yard, buildYard } from './yard.ts'

/** A dozen pushes start cold at once here, so a lease must outlast a busy machine. */
const SETTINGS = { leaseMs: 2_500, idleMs: 150 }

/** Looks again until it is so; says what never was. */
export async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const patience = performance.now() + 40_000
  while (!(await isSo())) {
    if (performance.now() > patience) throw new Error(`Never: ${what}`)
    await wait(15)
  }
}

/** A moment of a push. Each has a connection of its own, so that one kill hits all of them. */
export interface Point {
  mount: string
  name: string
  /** The nth request stands still before or after it is handled, or is lost altogether. */
  fault?: Fault & { skip: number }
  /** This state change stands still. */
  change?: StateChange
}

/** Every moment of a push of so many requests. */
export function pointsOf(system: string, requests: number, round: number): Point[] {
  const each = Array.from({ length: requests }, (_, skip) => skip)
  // A request that stood still is carried out after the kill; one that hung is never.
  const before = round % 2 ? 'hang' : 'hold'
  const points: Omit<Point, 'mount'>[] = [
    { name: 'after the end' },
    ...each.map((skip) => ({ name: `before request ${skip + 1}`, fault: { do: before, skip } as const })),
    ...each.map((skip) => ({ name: `after request ${skip + 1}`, fault: { do: 'holdAfter', skip } as const })),
    ...CHANGES.map((change) => ({ name: `while ${change}`, change })),
  ]
  return points.map((point, nth) => ({ ...point, mount: nth === 0 ? system : `${system}-${nth}` }))
}

/** A hub over copies of a sandbox, on a server database whose state changes can stand still. */
export class Scene {
  readonly requests: number
  readonly yard: Yard
  readonly still: Still
  readonly #system: string
  readonly #database: FreshDatabase
  #next: ChildWorker

  private constructor(system: string, requests: number, yard: Yard, still: Still, database: FreshDatabase) {
    this.#system = system
    this.requests = requests
    this.yard = yard
    this.still = still
    this.#database = database
    this.#next = new ChildWorker(yard)
  }

  static async open(system: string): Promise<Scene> {
    const requests = await requestsOf(system)
    const database = await freshDatabase()
    const copies = pointsOf(system, requests, 0).length
    const common = { url: database.url, known: 5, settings: SETTINGS }
    const yard = await buildYard({ ...common, mounts: [system], copies })
    return new Scene(system, requests, yard, await new Still(database.url).open(), database)
  }

  /** The next worker; the one after it is loaded meanwhile. */
  worker(): ChildWorker {
    const worker = this.#next
    this.#next = new ChildWorker(this.yard)
    return worker
  }

  /** Whether a push stands at its point. */
  async stands({ mount, fault, change }: Point, operation: string): Promise<boolean> {
    if (change) return this.still.isReached(this.yard.id(mount), change)
    if (!fault) return (await this.yard.operation(operation)).status === 'DONE'
    const call = this.yard.server.calls(mount)[fault.skip]
    return fault.do === 'holdAfter' ? (call?.status ?? null) !== null : call !== undefined
  }

  /** Accepts an order whose push will stand still at the point. */
  async accept(point: Point): Promise<string> {
    this.yard.server.calls(point.mount).length = 0
    this.yard.faults(point.mount, ...(point.fault ? [point.fault] : []))
    if (point.change) await this.still.hold(this.yard.id(point.mount), point.change)
    return this.yard.accept(await this.yard.order(point.mount))
  }

  /** Everything goes on that still can. */
  async release(undone: boolean): Promise<void> {
    if (undone) await this.still.undo()
    await this.still.release()
    for (const { mount } of pointsOf(this.#system, this.requests, 0)) this.yard.faults(mount)
  }

  async close(): Promise<void> {
    await this.#next.kill()
    await this.still.close()
    await this.yard.close()
    await this.#database.drop()
  }
}

/** How many requests one push takes on a connection that was just opened. */
async function requestsOf(system: string): Promise<number> {
  const database = await freshDatabase()
  const yard = await buildYard({ url: database.url, mounts: [system], known: 5, settings: SETTINGS })
  const child = new ChildWorker(yard)
  yard.server.calls(system).length = 0
  await child.start()
  const { status } = await yard.push(await yard.order(system))
  if (status !== 'DONE') throw new Error(`A push to ${system} ends ${status}.`)
  const requests = yard.server.calls(system).length
  await child.kill()
  await yard.close()
  await database.drop()
  return requests
}

/** Stands still after the nth request that wrote something, whichever request that is. */
export class Gates {
  readonly #wanted = new Map<string, number>()
  readonly #reached = new Set<string>()
  #open = Promise.withResolvers<void>()

  /** The sandbox named so will stand still after its nth write from now on. */
  close(name: string, nth: number): void {
    this.#wanted.set(name, nth)
  }

  isReached(name: string): boolean {
    return this.#reached.has(name)
  }

  open(): void {
    this.#wanted.clear()
    this.#open.resolve()
    this.#open = Promise.withResolvers<void>()
  }

  /** Puts a gate in front of a sandbox. */
  around(name: string, factory: SandboxFactory): SandboxFactory {
    return (demo, url) => {
      const sandbox = factory(demo, url)
      const handle = sandbox.handle.bind(sandbox)
      const books = () => JSON.stringify(sandbox.ledger().orders)
      sandbox.handle = async (request) => {
        const before = books()
        const answer = await handle(request)
        if (books() !== before) await this.#pass(name)
        return answer
      }
      return sandbox
    }
  }

  async #pass(name: string): Promise<void> {
    const left = this.#wanted.get(name)
    if (left === undefined) return
    this.#wanted.set(name, left - 1)
    if (left !== 1) return
    this.#reached.add(name)
    await this.#open.promise
  }
}
