import type { Config } from '../config.ts'
import { type Caller, SCOPES } from '../subgraphs/caller.ts'
import type { OpenConnection } from '../subgraphs/connections.ts'
import { demo } from '../subgraphs/demo.ts'
import { DEFAULT_TENANT } from '../subgraphs/hub/access.ts'
import type { Hub, PushSettings } from '../subgraphs/hub/hub.ts'
import { importCustomers, importItems } from '../subgraphs/hub/identity.ts'
import { type GivenConnection, closeHub, openHub, saveConnections } from '../subgraphs/hub/open.ts'
import { type Worker, startWorker } from '../subgraphs/hub/worker.ts'
import type { Ledger } from '../subgraphs/sandbox.ts'
import { sandboxes } from '../subgraphs/sandboxes.ts'
import { SandboxServer } from '../subgraphs/stage.ts'

/** Times that make a test quick: a lost push is looked for after half a second. */
export const QUICK: Partial<PushSettings> = {
  leaseMs: 1_000,
  maxPushMs: 400,
  backoffMs: 20,
  backoffMaxMs: 100,
  idleMs: 50,
}

/** Someone who may do everything. */
export const ADMIN: Caller = {
  tenant: DEFAULT_TENANT,
  name: 'admin',
  scopes: [...SCOPES],
  connections: null,
  customer: null,
}

/** What a yard is built of. */
export interface YardOptions {
  /** null: the embedded database. */
  url: string | null
  /** Names of sandboxes; each is a connection of its own. */
  mounts: string[]
  settings?: Partial<PushSettings>
  createMissingCustomers?: boolean
}

/** A hub on a real database, connected to real sandboxes over HTTP. */
export interface Yard {
  hub: Hub
  server: SandboxServer
  config: Config
  open(mount: string): OpenConnection
  ledger(mount: string): Ledger
  /** Starts a worker in this process; it stops with the yard. */
  work(name?: string): Worker
  close(): Promise<void>
}

/** Everything the hub needs to know, without a file. */
export function configFor(url: string | null, allowHosts: string[]): Config {
  const file = { connections: [], allowHosts, keys: [], subgraphs: [], hosts: [] }
  const ports = { port: 0, sandboxPort: 0, host: '127.0.0.1' }
  const rest = { dataDir: null, databaseUrl: url, secretKey: 'k'.repeat(40), logLevel: 'silent', demo: true }
  return { ...ports, ...rest, file }
}

/** Builds a yard and makes its connections' first items and customers known. */
export async function buildYard(options: YardOptions): Promise<Yard> {
  const server = new SandboxServer()
  await server.listen(0)
  const mounts = sandboxes.filter(({ name }) => options.mounts.includes(name))
  for (const { name, factory, seed } of mounts) server.mount(name, factory, demo(seed))
  const config = configFor(options.url, [`127.0.0.1:${server.port}`])
  const hub = await openHub(config, { ...QUICK, ...options.settings })
  const given = mounts.map(({ name, system, connection }): GivenConnection => {
    const own = server.sandbox(name).config(server.url(name))
    return { ...own, id: connection, system, createMissingCustomers: options.createMissingCustomers ?? false }
  })
  await saveConnections(hub, given)
  const open = (mount: string) => {
    const connection = mounts.find(({ name }) => name === mount)?.connection ?? mount
    const found = hub.directory.find(DEFAULT_TENANT, connection)
    if (!found) throw new Error(`${mount} is not connected.`)
    return found
  }
  for (const { name } of mounts) await meet(hub, open(name))
  const workers: Worker[] = []
  return {
    hub,
    server,
    config,
    open,
    ledger: (mount) => server.sandbox(mount).ledger(),
    work(name = 'worker') {
      const worker = startWorker(hub, { name, parallel: 8 })
      workers.push(worker)
      return worker
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()))
      await closeHub(hub)
      await server.close()
    },
  }
}

/** Reads the first records, as the first poll would. */
async function meet(hub: Hub, open: OpenConnection): Promise<void> {
  const ask = { first: 40, after: null }
  const items = await open.erp.items?.list(ask)
  if (items) await importItems(hub.db, open, items.rows)
  const customers = await open.erp.customers?.list(ask)
  if (customers) await importCustomers(hub.db, open, customers.rows)
}
