import type { Logger } from 'pino'
import { readFileSync } from 'node:fs'
import { type Config, ConfigError, isLoopback, readAddress } from '../config.ts'
import { Access } from '../subgraphs/hub/access.ts'
import { saveDemoFlows } from '../subgraphs/hub/flow/demo.ts'
import type { Hub } from '../subgraphs/hub/hub.ts'
import { InboxWorker } from '../subgraphs/hub/inbox.ts'
import { Jobs } from '../subgraphs/hub/jobs.ts'
import { type GivenConnection, closeHub, isReady, openHub, saveConnections } from '../subgraphs/hub/open.ts'
import { Names } from '../subgraphs/names.ts'
import { Poller } from '../subgraphs/hub/poll.ts'
import { startWorker } from '../subgraphs/hub/worker.ts'
import { Contexts, dedupeKey } from './context.ts'
import { dashboardRoutes } from './dashboard.ts'
import type { DemoStage } from './demo.ts'
import { embedRoutes } from './embed.ts'
import { openDocuments } from './documents.ts'
import { type Engine, createEngine } from './engine.ts'
import { passError } from './errors.ts'
import { hookRoutes } from './hooks.ts'
import { composeHouse, ownSubgraphs } from './house.ts'
import { metricsRoutes } from './metrics.ts'
import { Origins } from './origins.ts'
import { overHttp } from './remote.ts'
import { playgroundRoutes } from './playground.ts'
import { type RunningServer, serve } from './server.ts'
import { signInRoutes } from './signin.ts'

/** Ends one part of what runs. */
export type Stop = () => Promise<void>

/** Any supergraph: subgraphs are reached at the addresses in the file; the caller's authorization goes along. */
export async function startForeign(file: string, stops: Stop[], log: Logger): Promise<void> {
  const { port, host } = readAddress(process.env)
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

/** Our own house: hub, subgraphs, worker and gateway, or the part that is asked for, over the demo's stage if any. */
export async function startHouse(
  config: Config,
  part: string | undefined,
  staging: Promise<DemoStage> | null,
  stops: Stop[],
  log: Logger,
): Promise<void> {
  const [stage, hub] = await Promise.all([staging, openHub(config)])
  stops.push(() => closeHub(hub))
  if (stage) {
    config.file.allowHosts.push(stage.host)
    log.info(`Sandboxes at http://${stage.host}/`)
  }
  await saveConnections(hub, stage?.connections ?? (config.file.connections as GivenConnection[]))
  if (stage) await saveDemoFlows(hub)
  const calm = part === 'gateway' ? async () => {} : startWork(hub, stops)
  if (part === 'worker') return void log.info('The worker is running.')
  const server = await startGateway(config, hub)
  // What goes on in the background takes no time from those who still wait for an answer.
  stops.push(async () => void (await Promise.all([server.stop(), calm()])))
  await stage?.subscribe(`http://127.0.0.1:${server.port}`)
  const base = `http://${config.host}:${server.port}`
  log.info(`GraphQL at ${base}/graphql, playground at ${base}/playground`)
}

/** Gives how what nobody waits for is stopped: polls, webhooks that came in, jobs. Pushes go on until they are stopped. */
function startWork(hub: Hub, stops: Stop[]): Stop {
  const worker = startWorker(hub, { name: `worker-${process.pid}`, parallel: 8 })
  const poller = new Poller(hub)
  const inbox = new InboxWorker(hub)
  const jobs = new Jobs(hub, hub.handlers)
  poller.start()
  inbox.start()
  jobs.start()
  const calm = async () => void (await Promise.all([poller.stop(), inbox.stop(), jobs.stop()]))
  stops.push(() => worker.stop(), calm)
  return calm
}

async function startGateway(config: Config, hub: Hub): Promise<RunningServer> {
  const { sdl, transports } = await composeHouse(ownSubgraphs(), config.file.subgraphs, config.secretKey)
  const engine = createEngine({ supergraphSdl: sdl, transports })
  const documents = await openDocuments(config.file.documents?.files, config.file.documents?.only)
  const anonymous = config.demo && config.file.keys.length === 0
  const contexts = new Contexts(hub, new Access(hub.db, hub.catalogue, anonymous))
  const names = new Names([config.host, ...config.file.hosts])
  const origins = new Origins(config.file.origins, { loopback: config.demo })
  return serve(
    {
      engine,
      context: (authorization, signal, requestId) => contexts.of(authorization, signal, requestId),
      dedupeKey,
      accept: anonymous || config.file.hosts.length > 0 ? (request) => origins.accept(request, names) : null,
      ready: () => isReady(hub.db),
      documents,
      routes(app) {
        hookRoutes(app, hub)
        signInRoutes(app, hub)
        metricsRoutes(app, hub, { callerOf: (key) => contexts.callerOf(key), loopback: !config.isPublic })
        dashboardRoutes(app)
        embedRoutes(app)
        origins.routes(app)
        if (config.demo || config.file.playground) playgroundRoutes(app)
      },
    },
    config.host,
    config.port,
  )
}
