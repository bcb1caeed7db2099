import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pino, { type Logger } from 'pino'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { Access } from '../subgraphs/hub/access.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { InboxWorker } from '../subgraphs/hub/inbox.ts'
import { type GivenConnection, closeHub, isReady, openHub, saveConnections } from '../subgraphs/hub/open.ts'
import { Poller } from '../subgraphs/hub/poll.ts'
import { startWorker } from '../subgraphs/hub/worker.ts'
import { Contexts, Names, dedupeKey } from './context.ts'
import { startDemo } from './demo.ts'
import { createEngine } from './engine.ts'
import { passError } from './errors.ts'
import { hookRoutes } from './hooks.ts'
import { composeHouse, ownSubgraphs } from './house.ts'
import { playgroundRoutes } from './playground.ts'
import { type RunningServer, serve } from './server.ts'
import { signInRoutes } from './signin.ts'

type Stop = () => Promise<void>

const { values } = parseArgs({
  options: { only: { type: 'string' }, supergraph: { type: 'string' }, help: { type: 'boolean' } },
})

/** Starts what was asked for; ends the process with a sentence when a setting is wrong. */
async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(HELP)
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
    if (values.supergraph) await startForeign(values.supergraph, stops)
    else await startHouse(readConfig(), stops)
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

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return 'The start failed.'
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EADDRINUSE') return `PORT: is taken by another process. Example: PORT=4010 npm start`
  if (code === 'ECONNREFUSED')
    return 'DATABASE_URL: nothing answers there. Example: DATABASE_URL=postgres://user@localhost:5432/erp'
  return error.message
}

/** Any supergraph: subgraphs are reached at the addresses in the file; the caller's authorization goes along. */
async function startForeign(file: string, stops: Stop[]): Promise<void> {
  const { port, host } = readConfig({
    ...process.env,
    CONFIG: '',
    DATABASE_URL: '',
    SECRET_KEY: 'x'.repeat(32),
  })
  const { overHttp } = await import('./remote.ts')
  const engine = createEngine({
    supergraphSdl: readFileSync(file, 'utf8'),
    transports: (_name, url) => overHttp(url, { headers: (context) => (context as Foreign).headers }),
  })
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
      accept: (request) => names.accept(request),
      ready: async () => true,
      format: passError,
    },
    host,
    port,
  )
  stops.push(server.stop)
  logger('info').info(`Serving ${file} at http://${host}:${server.port}/graphql`)
}
interface Foreign {
  requestId: string
  signal?: AbortSignal
  headers: Record<string, string>
}

async function startHouse(config: Config, stops: Stop[]): Promise<void> {
  const log = logger(config.logLevel)
  const part = values.only
  if (part && !config.databaseUrl) {
    throw new ConfigError(
      `DATABASE_URL: is missing; the ${part} alone needs a database that it can share. Example: DATABASE_URL=postgres://user@localhost:5432/erp`,
    )
  }
  const wantsStage = config.demo && part !== 'gateway'
  // Before the hub opens: connections of an earlier run are opened with it.
  if (wantsStage) config.file.allowHosts.push(`127.0.0.1:${config.sandboxPort}`)
  const [stage, hub] = await Promise.all([wantsStage ? startDemo(config.sandboxPort) : null, openHub(config)])
  stops.push(() => closeHub(hub))
  if (stage) {
    stops.push(stage.stop)
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

function logger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}

await main()
