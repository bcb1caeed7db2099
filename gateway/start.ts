import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import pino, { type Logger } from 'pino'
import { type Config, ConfigError, explain, isLoopback, readAddress, readConfig } from '../config.ts'
import { Access } from '../subgraphs/hub/access.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { InboxWorker } from '../subgraphs/hub/inbox.ts'
import { type GivenConnection, closeHub, isReady, openHub, saveConnections } from '../subgraphs/hub/open.ts'
import { Names } from '../subgraphs/names.ts'
import { Poller } from '../subgraphs/hub/poll.ts'
import { reportTo } from '../subgraphs/report.ts'
import { startWorker } from '../subgraphs/hub/worker.ts'
import { Contexts, dedupeKey } from './context.ts'
import { startDemo } from './demo.ts'
import { type Engine, createEngine } from './engine.ts'
import { passError } from './errors.ts'
import { hookRoutes } from './hooks.ts'
import { composeHouse, ownSubgraphs } from './house.ts'
import { lockFolder } from './lock.ts'
import { overHttp } from './remote.ts'
import { playgroundRoutes } from './playground.ts'
import { type RunningServer, serve } from './server.ts'
import { signInRoutes } from './signin.ts'

type Stop = () => Promise<void>

/** Starts what was asked for; ends the process with a sentence when a setting is wrong. */
async function main(): Promise<void> {
  const stops: Stop[] = []
  let stopping = false
  const stop = async (code: number): Promise<void> => {
    if (stopping) return
    stopping = true
    for (const part of stops.reverse()) await part().catch(() => {})
    process.exit(code)
  }
  process.once('SIGTERM', () => void stop(0))
  process.once('SIGINT', () => void stop(0))
  try {
    const { help, only, supergraph } = readArguments()
    if (help) return void process.stdout.write(HELP)
    if (supergraph !== undefined) await startForeign(supergraph, stops)
    else await startHouse(readConfig(), only, stops)
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    await stop(1)
  }
}

const HELP = `erp-supergraph
  npm start                              everything in one process
  npm run gateway                        the gateway alone (needs DATABASE_URL)
  npm run gateway -- --supergraph FILE   any Federation 2 supergraph, no hub and no database
  npm run worker                         the worker alone (needs DATABASE_URL)
  npm run subgraph -- NAME               one subgraph alone, on PORT
Settings: PORT 4000, HOST 127.0.0.1, DATA_DIR ./data, DATABASE_URL, CONFIG erp-supergraph.yaml, SECRET_KEY, SANDBOX_PORT, LOG_LEVEL
`

const PARTS = ['gateway', 'worker']

function readArguments(): { help?: boolean; only?: string; supergraph?: string } {
  const options = {
    only: { type: 'string' },
    supergraph: { type: 'string' },
    help: { type: 'boolean' },
  } as const
  try {
    const { values } = parseArgs({ options })
    const { only } = values
    if (only === undefined || PARTS.includes(only)) return values
    throw new ConfigError(`--only: there is no part ${only}. Example: --only ${PARTS.join(' or --only ')}`)
  } catch (error) {
    if (error instanceof ConfigError || !(error instanceof Error)) throw error
    throw new ConfigError(`${error.message.split('.')[0]}. Example: npm run gateway -- --supergraph FILE`)
  }
}

/** Any supergraph: subgraphs are reached at the addresses in the file; the caller's authorization goes along. */
async function startForeign(file: string, stops: Stop[]): Promise<void> {
  const { port, host, logLevel } = readAddress(process.env)
  const log = logger(logLevel)
  const engine = readSupergraph(file)
  const context = async (
    authorization: string | undefined,
    signal: AbortSignal | undefined,
    requestId: string,
  ): Promise<Foreign> => {
    const headers: Record<string, string> = { 'x-request-id': requestId }
    return { requestId, signal, headers: authorization ? { ...headers, authorization } : headers }
  }
  const names = new Names([host])
  const server = await serve<Foreign>(
    {
      engine,
      context,
      dedupeKey: ({ headers }) => headers.authorization ?? '',
      accept: isLoopback(host) ? (request) => names.accept(request) : null,
      ready: async () => true,
      format: passError,
    },
    host,
    port,
  )
  stops.push(server.stop)
  log.info(`Serving ${file} at http://${host}:${server.port}/graphql`)
}

function readSupergraph(file: string): Engine {
  try {
    return createEngine({
      supergraphSdl: readFileSync(file, 'utf8'),
      transports: (_name, url) => overHttp(url, { headers: (context) => (context as Foreign).headers }),
    })
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : ''
    throw new ConfigError(
      `--supergraph: ${file} cannot be served: ${why}. Example: npm run gateway -- --supergraph supergraph.graphql`,
    )
  }
}

interface Foreign {
  requestId: string
  signal?: AbortSignal
  headers: Record<string, string>
}

async function startHouse(config: Config, part: string | undefined, stops: Stop[]): Promise<void> {
  const log = logger(config.logLevel)
  if (part && !config.databaseUrl) {
    throw new ConfigError(
      `DATABASE_URL: is missing; the ${part} alone needs a database that it can share. Example: DATABASE_URL=postgres://user@localhost:5432/erp`,
    )
  }
  if (part !== 'worker') await probe(config)
  if (!config.databaseUrl) {
    const unlock = lockFolder(config.dataDir ?? '.')
    stops.push(async () => unlock())
  }
  const wantsStage = config.demo && part !== 'gateway'
  // Before the hub opens: connections of an earlier run are opened with it.
  if (wantsStage) config.file.allowHosts.push(`127.0.0.1:${config.sandboxPort}`)
  const [stage, hub] = await Promise.all([
    wantsStage ? startDemo(config.sandboxPort, stops) : null,
    openHub(config),
  ])
  stops.push(() => closeHub(hub))
  if (stage) {
    config.file.allowHosts.push(stage.host)
    log.info(`Sandboxes at http://${stage.host}/`)
  }
  await saveConnections(hub, stage?.connections ?? (config.file.connections as GivenConnection[]))
  if (part !== 'gateway') startWork(hub, stops)
  if (part === 'worker') return void log.info('The worker is running.')
  const server = await startGateway(config, hub)
  stops.push(server.stop)
  await stage?.subscribe(`http://127.0.0.1:${server.port}`)
  const base = `http://${config.host}:${server.port}`
  log.info(`GraphQL at ${base}/graphql, playground at ${base}/playground`)
}

function startWork(hub: Hub, stops: Stop[]): void {
  const worker = startWorker(hub, { name: `worker-${process.pid}`, parallel: 8 })
  const poller = new Poller(hub)
  const inbox = new InboxWorker(hub)
  poller.start()
  inbox.start()
  stops.push(
    () => worker.stop(),
    () => poller.stop(),
    () => inbox.stop(),
  )
}

async function startGateway(config: Config, hub: Hub): Promise<RunningServer> {
  const { sdl, transports } = await composeHouse(ownSubgraphs(), config.file.subgraphs, config.secretKey)
  const engine = createEngine({ supergraphSdl: sdl, transports })
  const anonymous = config.demo && config.file.keys.length === 0
  const contexts = new Contexts(hub, new Access(hub.db, hub.catalogue, anonymous))
  const names = new Names([config.host, ...config.file.hosts])
  return serve(
    {
      engine,
      context: (authorization, signal, requestId) => contexts.of(authorization, signal, requestId),
      dedupeKey,
      accept: anonymous || config.file.hosts.length > 0 ? (request) => names.accept(request) : null,
      ready: () => isReady(hub.db),
      routes(app) {
        hookRoutes(app, hub)
        signInRoutes(app, hub)
        if (config.demo) playgroundRoutes(app)
      },
    },
    config.host,
    config.port,
  )
}

/** Fails at once where the address is taken, before a database is opened and sandboxes are started. */
async function probe({ host, port }: Config): Promise<void> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

function logger(level: string): Logger {
  const made = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
  reportTo(made)
  return made
}

await main()
