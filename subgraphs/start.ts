import { parseArgs } from 'node:util'
import pino from 'pino'
import { ConfigError, readConfig } from '../config.ts'
import { Access } from './hub/access.ts'
import { hubSubgraph } from './hub/index.ts'
import { type GivenConnection, openHub, saveConnections } from './hub/open.ts'
import { connectorOf, connectors } from './index.ts'
import { Loaders } from './loaders.ts'
import { serveSubgraph } from './serve.ts'
import { CONTEXT_HEADER, readCaller } from './signed.ts'
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
  const given = config.demo
    ? await demoConnections(config.file.allowHosts, name)
    : (config.file.connections as GivenConnection[])
  const hub = await openHub(config.databaseUrl ? config : { ...config, dataDir: null })
  if (!config.databaseUrl)
    await saveConnections(
      hub,
      given.filter(({ system }) => system === name),
    )
  const access = new Access(hub.db, hub.catalogue, config.demo)
  const contextOf = async (headers: Record<string, string | undefined>, requestId: string) => {
    const signed = headers[CONTEXT_HEADER]
    const caller = signed ? readCaller(config.secretKey, signed) : await access.caller(headers.authorization)
    const { directory, seal } = hub
    return { hub, directory, seal, caller, loaders: new Loaders(), requestId }
  }
  const { url } = await serveSubgraph(
    connector ? subgraphOf(connector) : hubSubgraph(),
    contextOf,
    config.host,
    config.port,
  )
  pino({ level: config.logLevel, base: null }).info(`Subgraph ${name} at ${url}`)
}

/** The sandboxes of this system, in this process. */
async function demoConnections(allowHosts: string[], name: string | undefined): Promise<GivenConnection[]> {
  const { openSandboxes, sandboxConnections } = await import('./sandboxes.ts')
  const server = await openSandboxes(0)
  allowHosts.push(`127.0.0.1:${server.port}`)
  const all = sandboxConnections(`http://127.0.0.1:${server.port}`)
  return all
    .filter(({ system }) => system === name)
    .map(({ id, system, config }) => ({ ...config, id, system }))
}

await main(parseArgs({ allowPositionals: true }).positionals[0]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
