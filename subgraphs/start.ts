import type { IncomingMessage } from 'node:http'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { ConfigError, explain, readConfig } from '../config.ts'
import { Access } from './hub/access.ts'
import { hubSubgraph } from './hub/index.ts'
import { type GivenConnection, closeHub, openHub, saveConnections } from './hub/open.ts'
import { visitors } from './hub/visitor.ts'
import { connectorOf, connectors } from './index.ts'
import { Names } from './names.ts'
import { reportTo } from './report.ts'
import { serveSubgraph } from './serve.ts'
import { subgraphOf } from './subgraph.ts'

/** Runs one subgraph alone on PORT: `npm run subgraph -- odoo`. */
async function main(name: string | undefined): Promise<void> {
  const connector = connectorOf(name ?? '')
  if (!connector && name !== 'hub') {
    const known = ['hub', ...connectors.map(({ system }) => system)].join(', ')
    throw new ConfigError(
      `There is no subgraph ${name ?? '(none named)'}. Known: ${known}. Example: npm run subgraph -- odoo`,
    )
  }
  const config = readConfig()
  if (!connector && !config.databaseUrl) {
    throw new ConfigError(
      'DATABASE_URL: is missing; the hub alone needs a database that it can share. Example: DATABASE_URL=postgres://user@localhost:5432/erp',
    )
  }
  const log = pino({ level: config.logLevel, base: null })
  reportTo(log)
  const given = config.demo
    ? await demoConnections(config.file.allowHosts, name)
    : (config.file.connections as GivenConnection[])
  const own = config.databaseUrl ? config : { ...config, dataDir: null }
  const hub = await openHub(own)
  if (!config.databaseUrl)
    await saveConnections(
      hub,
      given.filter(({ system }) => system === name),
    )
  const contextOf = visitors(hub, new Access(hub.db, hub.catalogue, config.demo), config.secretKey)
  const subgraph = connector ? subgraphOf(connector) : hubSubgraph()
  const names = new Names([config.host, ...config.file.hosts])
  const accept = config.demo ? (request: IncomingMessage) => names.accept(request) : undefined
  const served = await serveSubgraph(subgraph, contextOf, config.host, config.port, accept)
  const stop = () =>
    void served
      .close()
      .then(() => closeHub(hub))
      .finally(() => process.exit(0))
  process.once('SIGTERM', stop).once('SIGINT', stop)
  log.info(`Subgraph ${name} at ${served.url}`)
}

/** The sandboxes of this system, in this process. */
async function demoConnections(allowHosts: string[], name: string | undefined): Promise<GivenConnection[]> {
  const { openSandboxes, stagedOf } = await import('./sandboxes.ts')
  const server = await openSandboxes(0)
  allowHosts.push(`127.0.0.1:${server.port}`)
  const all = stagedOf(server)
  return all
    .filter(({ system }) => system === name)
    .map(({ id, system, config }) => ({ ...config, id, system }))
}

/** The name on the command line. */
function nameGiven(): string | undefined {
  return parseArgs({ allowPositionals: true }).positionals[0]
}

try {
  await main(nameGiven())
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(1)
}
