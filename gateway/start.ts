import { once } from 'node:events'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import pino, { type Logger } from 'pino'
import { type Config, ConfigError, explain, readAddress, readConfig } from '../config.ts'
import { reportTo } from '../subgraphs/report.ts'
import { startDemo } from './demo.ts'
import { lockFolder } from './lock.ts'
import type { Stop } from './run.ts'

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
    if (supergraph === undefined) await startOwn(readConfig(), only, stops)
    else {
      const log = logger(readAddress(process.env).logLevel)
      const { startForeign } = await import('./run.ts')
      await startForeign(supergraph, stops, log)
    }
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

/** Starts our own house. The sandboxes of the demo load at the same time as the house, each in its own process. */
async function startOwn(config: Config, part: string | undefined, stops: Stop[]): Promise<void> {
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
  const staging = wantsStage ? startDemo(config.sandboxPort, stops) : null
  // Whoever waits for it later hears of its failure.
  staging?.catch(() => {})
  const { startHouse } = await import('./run.ts')
  await startHouse(config, part, staging, stops, log)
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
