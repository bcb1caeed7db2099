import { randomUUID } from 'node:crypto'
import { type ExecutionResult, type GraphQLSchema, graphql } from 'graphql'
import type { Config } from '../config.ts'
import type { Problem } from '../schema/index.ts'
import { type Caller, SCOPES } from '../subgraphs/caller.ts'
import type { ConnectionSettings, OpenConnection } from '../subgraphs/connections.ts'
import { demo } from '../subgraphs/demo.ts'
import { acceptOrder } from '../subgraphs/hub/accept.ts'
import { DEFAULT_TENANT } from '../subgraphs/hub/access.ts'
import { saveConnection } from '../subgraphs/hub/connection.ts'
import { rows } from '../subgraphs/hub/database.ts'
import type { Hub, HubContext, PushSettings } from '../subgraphs/hub/hub.ts'
import { importCustomers, importItems } from '../subgraphs/hub/identity.ts'
import { hubSubgraph } from '../subgraphs/hub/index.ts'
import type { PushOrderInput } from '../subgraphs/hub/inputs.ts'
import { closeHub, openHub } from '../subgraphs/hub/open.ts'
import type { Operation } from '../subgraphs/hub/operations.ts'
import { OperationTable } from '../subgraphs/hub/tables.ts'
import { untilFinal } from '../subgraphs/hub/waiting.ts'
import { type Worker, startWorker } from '../subgraphs/hub/worker.ts'
import type { Exchange } from '../subgraphs/http.ts'
import { Loaders } from '../subgraphs/loaders.ts'
import type { Fault, Ledger, SandboxFactory } from '../subgraphs/sandbox.ts'
import { type SandboxMount, sandboxes } from '../subgraphs/sandboxes.ts'
import { SandboxServer } from '../subgraphs/stage.ts'
import { embeddedDump } from './postgres.ts'

/** Times that make a test quick: a lost push is looked for after half a second. */
export const QUICK: Partial<PushSettings> = {
  leaseMs: 5_000,
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

/** So many requests that no test waits for a vendor's limit. */
const UNHURRIED = { perSecond: 10_000, perMinute: 600_000, perDay: 1_000_000 }

/** What a yard is built of. */
export interface YardOptions {
  /** null: the embedded database. */
  url: string | null
  /** Names of sandboxes; each is a connection of its own. */
  mounts: string[]
  settings?: Partial<PushSettings>
  /** What an operator sets for every connection: createMissingCustomers, limits. */
  connection?: Partial<ConnectionSettings>
  /** So many sandboxes of each mount, each a connection of its own: "odoo", "odoo-1", "odoo-2". */
  copies?: number
  /** Records of each kind that are known from the start. */
  known?: number
  /** What is put in front of each sandbox. */
  gates?: { around(name: string, factory: SandboxFactory): SandboxFactory }
}

/** A try as the database keeps it. */
export interface AttemptRow {
  number: number
  started_at: string
  finished_at: string | null
  problem: Problem | null
  exchanges: Exchange[]
}

/** Two of a product, or as many as it is sold from. */
const LEAST = `select greatest(2, coalesce(minimum_quantity, '0')::numeric)::text as id from product where sku = ?`

/** A hub on a real database, connected to real sandboxes over HTTP. */
export class Yard {
  readonly hub: Hub
  readonly server: SandboxServer
  readonly config: Config
  readonly #mounts: SandboxMount[]
  readonly #workers: Worker[] = []
  readonly #name = randomUUID()
  #keys = 0

  constructor(hub: Hub, server: SandboxServer, config: Config, mounts: SandboxMount[]) {
    this.hub = hub
    this.server = server
    this.config = config
    this.#mounts = mounts
  }

  /** The id of the connection to a sandbox. */
  id(mount: string): string {
    return this.#mounts.find(({ name }) => name === mount)?.connection ?? mount
  }

  open(mount: string): OpenConnection {
    const found = this.hub.directory.find(DEFAULT_TENANT, this.id(mount))
    if (!found) throw new Error(`${mount} is not connected.`)
    return found
  }

  ledger(mount: string): Ledger {
    return this.server.sandbox(mount).ledger()
  }

  /** What the sandbox booked under our reference. */
  booked(mount: string, reference: string): string[] {
    return this.ledger(mount)
      .orders.filter(({ ref }) => ref === reference)
      .map(({ state }) => state)
  }

  faults(mount: string, ...faults: Fault[]): void {
    this.server.faults(mount, faults)
  }

  /** Starts a worker in this process; it stops with the yard. */
  work(name = 'worker', graceMs?: number): Worker {
    const worker = startWorker(this.hub, { name, parallel: 8, graceMs, log: console.error })
    this.#workers.push(worker)
    return worker
  }

  /** A key that was not used before. */
  key(): string {
    this.#keys += 1
    return `${this.#name}-${this.#keys}`
  }

  /** The hub's id of a customer that a sandbox knows. */
  async customer(mount: string, nth = 0): Promise<string> {
    const sql = `select hub_id as id from external_ref where connection = ? and kind = 'customer'
      order by native_id offset ? limit 1`
    return this.#one(sql, [this.id(mount), nth])
  }

  /** An SKU that a sandbox knows; goods sold by the piece first. */
  async sku(mount: string, nth = 0): Promise<string> {
    const sql = `select sku as id from product p join external_ref r on r.hub_id = p.id
      where r.connection = ? order by p.unit = 'H87' desc nulls last, sku offset ? limit 1`
    return this.#one(sql, [this.id(mount), nth])
  }

  async #one(sql: string, parameters: unknown[]): Promise<string> {
    const [row] = await rows<{ id: string }>(this.hub.db.em(), sql, parameters)
    if (!row) throw new Error(`There is nothing: ${sql}`)
    return row.id
  }

  /** An order of one line for a connection. */
  async order(mount: string, more: Partial<PushOrderInput> = {}): Promise<PushOrderInput> {
    const [customer, sku] = await Promise.all([this.customer(mount), this.sku(mount)])
    const quantity = await this.#one(LEAST, [sku])
    return { connection: this.id(mount), customer, lines: [{ sku, quantity }], ...more }
  }

  /** Accepts an order; gives its operation. */
  async accept(input: PushOrderInput, key = this.key()): Promise<string> {
    return (await acceptOrder(this.hub, ADMIN, input, key)).operations[0]!
  }

  /** Accepts an order and waits for its end. */
  async push(input: PushOrderInput, key = this.key()): Promise<Operation> {
    return this.ended(await this.accept(input, key))
  }

  /** The operation once it is final or uncertain. */
  async ended(id: string): Promise<Operation> {
    const [row] = await untilFinal(this.hub, [id], 20_000)
    if (!row) throw new Error(`There is no operation ${id}.`)
    return row
  }

  async operation(id: string): Promise<Operation> {
    return this.hub.db.em().findOneOrFail(OperationTable, { id })
  }

  /** The states that an operation went through, oldest first. */
  async history(id: string): Promise<string[]> {
    const sql = 'select status from event where operation = ? order by sequence'
    return (await rows<{ status: string }>(this.hub.db.em(), sql, [id])).map(({ status }) => status)
  }

  /** The tries of an operation, oldest first. */
  attempts(id: string): Promise<AttemptRow[]> {
    return rows(this.hub.db.em(), 'select * from attempt where operation = ? order by number', [id])
  }

  /** The operation as soon as it is as wanted; told by the bus, with a look now and then. */
  async until(id: string, wanted: (row: Operation) => boolean): Promise<Operation> {
    for (;;) {
      const told = Promise.withResolvers<void>()
      const off = this.hub.db.bus.on('event', () => told.resolve())
      const row = await this.operation(id)
      if (wanted(row)) return (off(), row)
      const timer = setTimeout(told.resolve, 100)
      await told.promise
      clearTimeout(timer)
      off()
    }
  }

  /** Waits until a sandbox has got a request that matches; returns at once when it has. */
  async called(mount: string, match: string): Promise<void> {
    const seen = () =>
      this.server.calls(mount).some(({ method, path, body }) => `${method} ${path} ${body}`.includes(match))
    while (!seen()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  /** Asks the hub's graph as a caller. */
  async ask<T = Record<string, never>>(
    source: string,
    variableValues: Record<string, unknown> = {},
    caller: Caller = ADMIN,
  ): Promise<ExecutionResult<T>> {
    const contextValue = this.context(caller)
    return (await graphql({ schema: schema(), source, variableValues, contextValue })) as never
  }

  /** What a resolver gets when this caller asks. */
  context(caller: Caller): HubContext {
    const { hub } = this
    const { directory, seal } = hub
    return { hub, directory, seal, caller, loaders: new Loaders(), requestId: 'test' }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()))
    await closeHub(this.hub)
    await this.server.close()
  }
}

let built: GraphQLSchema | null = null

/** The hub's own graph. */
export function schema(): GraphQLSchema {
  built ??= hubSubgraph().schema
  return built
}

/** Everything the hub needs to know, without a file. */
export function configFor(url: string | null, allowHosts: string[]): Config {
  const file = { connections: [], allowHosts, keys: [], subgraphs: [], hosts: [], origins: [] }
  const ports = { port: 0, sandboxPort: 0, host: '127.0.0.1', publicUrl: 'http://127.0.0.1', isPublic: false }
  const rest = { dataDir: null, databaseUrl: url, secretKey: SECRET, logLevel: 'silent', demo: true }
  return { ...ports, ...rest, file }
}
const SECRET = 'k'.repeat(40)

/** Builds a yard and makes its connections' first items and customers known. */
export async function buildYard(options: YardOptions): Promise<Yard> {
  const server = new SandboxServer()
  await server.listen(0)
  const mounts = sandboxes
    .filter(({ name }) => options.mounts.includes(name))
    .flatMap((mount) => Array.from({ length: options.copies ?? 1 }, (_, nth) => copyOf(mount, nth)))
  for (const { name, factory, seed } of mounts) {
    server.mount(name, options.gates?.around(name, factory) ?? factory, demo(seed))
  }
  const config = configFor(options.url, [`127.0.0.1:${server.port}`])
  const hub = await openHub(
    config,
    { ...QUICK, ...options.settings },
    options.url ? undefined : await embeddedDump(),
  )
  for (const [position, { name, system, connection: id }] of mounts.entries()) {
    const own = server.sandbox(name).config(server.url(name))
    const settings = { limits: UNHURRIED, ...options.connection }
    await saveConnection(hub, { id, tenant: DEFAULT_TENANT, system, config: own, settings, position })
  }
  const yard = new Yard(hub, server, config, mounts)
  for (const { name } of mounts) await meet(hub, yard.open(name), options.known ?? 40)
  return yard
}

function copyOf(mount: SandboxMount, nth: number): SandboxMount {
  if (nth === 0) return mount
  return { ...mount, name: `${mount.name}-${nth}`, connection: `${mount.connection}-${nth}` }
}

/** Reads the first records, as the first poll would. */
async function meet(hub: Hub, open: OpenConnection, first: number): Promise<void> {
  const ask = { first, after: null }
  const items = await open.erp.items?.list(ask)
  if (items) await importItems(hub.db, open, items.rows)
  const customers = await open.erp.customers?.list(ask)
  if (customers) await importCustomers(hub.db, open, customers.rows)
}
