import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { Jobs } from '../../subgraphs/hub/jobs.ts'
import type { Customer } from '../../subgraphs/records.ts'
import type { SandboxFactory as Factory } from '../../subgraphs/sandbox.ts'
import { type FreshDatabase, freshDatabase } from '../postgres.ts'
import { type Yard, buildYard } from '../yard.ts'
import { LOADER } from '../loader.ts'

/** The demo company with so many further customers, each its own. */
function crowd(count: number): Demo {
  const company = demo(1)
  const [model] = company.customers
  if (!model) throw new Error('The demo has no customers.')
  const customers = Array.from({ length: count }, (_, nth) => ({
    ...model,
    number: `C-${20_001 + nth}`,
    name: `Kunde ${nth + 1} GmbH`,
    email: `einkauf@firma${nth + 1}.example`,
    phone: `+49309${String(1_000_000 + nth)}`,
    taxId: `DE${String(200_000_000 + nth * 7)}`,
  }))
  return { ...company, customers, agreements: [], orders: [] }
}

/** A hub on a server database over one sandbox with many customers, all known, and workers that come and go. */
export class Crowd {
  readonly yard: Yard
  readonly mount: string
  readonly #database: FreshDatabase
  readonly #jobs: Jobs[] = []
  #child: ChildProcess | null = null

  private constructor(yard: Yard, mount: string, database: FreshDatabase) {
    this.yard = yard
    this.mount = mount
    this.#database = database
  }

  static async open(mount: string, count: number): Promise<Crowd> {
    const database = await freshDatabase()
    const gates = {
      around:
        (_: string, factory: Factory): Factory =>
        (_demo, url) =>
          factory(crowd(count), url),
    }
    // As fast as the machine is: the pace of the vendor would make a test of minutes.
    const connection = { limits: { perSecond: 10_000, parallel: 8 } }
    const yard = await buildYard({ url: database.url, mounts: [mount], known: count, gates, connection })
    return new Crowd(yard, mount, database)
  }

  /** The telephone of every customer as the ERP itself holds it. */
  async phones(): Promise<Map<string, string>> {
    const all = new Map<string, string>()
    const { customers } = this.yard.open(this.mount).erp
    let after: string | null = null
    do {
      const page: { rows: Customer[]; next: string | null } | undefined = await customers?.list({
        first: 500,
        after,
      })
      for (const { id, phone } of page?.rows ?? []) all.set(id, phone ?? '')
      after = page?.next ?? null
    } while (after)
    return all
  }

  /** Works in a process of its own until `kill`. */
  async fork(): Promise<void> {
    const { config, hub } = this.yard
    this.#child = fork(new URL('worker.ts', import.meta.url), {
      execArgv: LOADER,
      env: { ...process.env, WORKER: JSON.stringify({ config, settings: hub.settings }) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await once(this.#child, 'message')
  }

  /** SIGKILL: gone in the middle of whatever it did. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** Works in this process. */
  work(): void {
    this.yard.work('rescue')
    const jobs = new Jobs(this.yard.hub, this.yard.hub.handlers)
    jobs.start()
    this.#jobs.push(jobs)
  }

  async close(): Promise<void> {
    await this.kill()
    await Promise.all(this.#jobs.map((jobs) => jobs.stop()))
    await this.yard.close()
    await this.#database.drop()
  }
}
