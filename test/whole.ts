import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import type { Config } from '../config.ts'
import { type RequestContext, Contexts, dedupeKey } from '../gateway/context.ts'
import { type Engine, createEngine } from '../gateway/engine.ts'
import { composeHouse, ownSubgraphs } from '../gateway/house.ts'
import { type RunningServer, type ServerOptions, serve } from '../gateway/server.ts'
import { Access } from '../subgraphs/hub/access.ts'
import type { Hub, PushSettings } from '../subgraphs/hub/hub.ts'
import { closeHub, isReady, openHub, saveConnections } from '../subgraphs/hub/open.ts'
import { InboxWorker } from '../subgraphs/hub/inbox.ts'
import { Jobs } from '../subgraphs/hub/jobs.ts'
import { Poller } from '../subgraphs/hub/poll.ts'
import { startWorker } from '../subgraphs/hub/worker.ts'
import { openSandboxes, stagedOf } from '../subgraphs/sandboxes.ts'
import { embeddedDump, freshDatabase } from './postgres.ts'
import type { SandboxServer } from '../subgraphs/stage.ts'

/** A whole house on loopback with every sandbox, for tests of what users see. */
export interface TestHouse {
  sandboxes: SandboxServer
  hub: Hub
  engine: Engine
  contexts: Contexts
  /** Runs an operation as the anonymous caller of the demo, without HTTP. */
  ask<T>(query: string, variables?: Record<string, unknown>, context?: RequestContext): Promise<Answered<T>>
  /** Runs a generated operation, whose answer has its own type. */
  run<T, V extends { [name: string]: unknown }>(
    document: TypedDocumentNode<T, V>,
    variables: V,
  ): Promise<Answered<T>>
  /** Reads everything that the connections have to tell, once. */
  poll(): Promise<void>
  /** Works the inbox and all background jobs that are due, and what follows from them, once. */
  settle(): Promise<void>
  /** Starts a worker that carries out pushes and background jobs; it stops with the house. */
  work(): void
  /** Serves it over HTTP and WebSocket on a free port. */
  serve(more?: Partial<ServerOptions<RequestContext>>): Promise<RunningServer & { url: string }>
  close(): Promise<void>
}

/** An answer as tests look into it; they name the shape that they asked for. */
export interface Answered<T> {
  data: T
  errors?: readonly {
    message: string
    path?: readonly (string | number)[]
    extensions?: Record<string, unknown>
  }[]
}

/** What a test may want otherwise. */
export interface HouseOptions {
  /** An own database on the PostgreSQL server of this run when left out; null: the embedded one, in memory. */
  databaseUrl?: string | null
  settings?: Partial<PushSettings>
  keys?: Config['file']['keys']
  /** Only these connections; all when left out. */
  only?: string[]
  /** Sandboxes, by the id of their connection, that are open beside those of `only`. */
  beside?: string[]
  /** Settings of every connection. */
  connection?: Record<string, unknown>
  sandboxes?: SandboxServer
}

const SECRET = 'a secret key for tests only, 32 characters and more'

/** The graph is the same in every test: nothing in it knows of a hub before a request comes. */
const graph = composeHouse(ownSubgraphs(), [], SECRET)

/** Opens a house. */
export async function openHouse(options: HouseOptions = {}): Promise<TestHouse> {
  const database = options.databaseUrl === undefined ? await freshDatabase() : null
  const databaseUrl = database?.url ?? options.databaseUrl ?? null
  const sandboxes = options.sandboxes ?? (await openSandboxes(0, options.only?.concat(options.beside ?? [])))
  const keys = options.keys ?? []
  const file = {
    connections: [],
    allowHosts: [`127.0.0.1:${sandboxes.port}`],
    keys,
    subgraphs: [],
    hosts: [],
    origins: [],
  }
  const config: Config = {
    port: 0,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1',
    isPublic: false,
    dataDir: null,
    databaseUrl,
    sandboxPort: sandboxes.port,
    secretKey: SECRET,
    logLevel: 'silent',
    file,
    demo: keys.length === 0,
  }
  const hub = await openHub(
    config,
    { idleMs: 20, ...options.settings },
    databaseUrl ? undefined : await embeddedDump(),
  )
  const all = stagedOf(sandboxes)
  const given = all.filter(({ id }) => options.only?.includes(id) ?? true)
  await saveConnections(
    hub,
    given.map(({ id, system, config: own }) => ({
      ...own,
      limits: { perSecond: 10_000, perMinute: 600_000, perDay: 1_000_000 },
      ...options.connection,
      id,
      system,
    })),
  )
  const { sdl, transports } = await graph
  const engine = createEngine({ supergraphSdl: sdl, transports })
  const contexts = new Contexts(hub, new Access(hub.db, hub.catalogue, keys.length === 0))
  const poller = new Poller(hub)
  const servers: RunningServer[] = []
  const inbox = new InboxWorker(hub)
  const jobs = new Jobs(hub, hub.handlers)
  const working: (() => Promise<void>)[] = []
  return {
    sandboxes,
    hub,
    engine,
    contexts,
    async ask<T>(query: string, variables: Record<string, unknown> = {}, context?: RequestContext) {
      const own = context ?? (await contexts.of(undefined))
      return (await engine.execute({ query, variables, context: own })) as Answered<T>
    },
    async run(document, variables) {
      const context = await contexts.of(undefined)
      const asked = await engine.execute({ document, variables: { ...variables }, context })
      return asked as Answered<never>
    },
    poll: () => poller.once(),
    async settle() {
      await inbox.once()
      await jobs.once()
    },
    work() {
      const worker = startWorker(hub, { name: 'worker', parallel: 8, log: console.error })
      const further = new Jobs(hub, hub.handlers)
      further.start()
      working.push(
        () => worker.stop(),
        () => further.stop(),
      )
    },
    async serve(more = {}) {
      const context: ServerOptions<RequestContext>['context'] = (authorization, signal, id) =>
        contexts.of(authorization, signal, id)
      const server = await serve<RequestContext>(
        { engine, context, dedupeKey, accept: null, ready: () => isReady(hub.db), ...more },
        '127.0.0.1',
        0,
      )
      servers.push(server)
      return { ...server, url: `http://127.0.0.1:${server.port}` }
    },
    async close() {
      for (const server of servers) await server.stop()
      await Promise.all(working.map((stop) => stop()))
      await closeHub(hub)
      if (!options.sandboxes) await sandboxes.close()
      await database?.drop()
    },
  }
}
