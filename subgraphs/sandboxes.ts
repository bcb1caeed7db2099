import pino from 'pino'
import { demo } from './demo.ts'
import { connectorOf, connectors } from './index.ts'
import type { SandboxFactory } from './sandbox.ts'
import { SandboxServer } from './stage.ts'

/** A sandbox of the demo: its mount is its path, and `connection` the id under which the demo knows it. */
export interface SandboxMount {
  name: string
  system: string
  connection: string
  factory: SandboxFactory
  /** Varies the stock figures, so that every system has its own. */
  seed: number
}

/** What a connection to a mounted sandbox needs: an entry of the configuration file. */
export interface SandboxConnection {
  id: string
  system: string
  config: Record<string, unknown>
}

/** What `<system>/sandbox.ts` exports; `variants` are other versions of the system, by the suffix of their name. */
interface SandboxModule {
  sandbox: SandboxFactory
  variants?: Record<string, SandboxFactory>
}

function seedOf(name: string): number {
  return [...name].reduce((seed, letter) => (seed * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 7)
}

async function mountsOf(system: string): Promise<SandboxMount[]> {
  const { sandbox, variants = {} }: SandboxModule = await import(`./${system}/sandbox.ts`)
  const others = Object.entries(variants).map(([suffix, factory]): [string, string, SandboxFactory] => [
    `${system}${suffix}`,
    `${system}:${suffix}`,
    factory,
  ])
  const all: [string, string, SandboxFactory][] = [[system, `${system}:main`, sandbox], ...others]
  return all.map(([name, connection, factory]) => ({
    name,
    system,
    connection,
    factory,
    seed: seedOf(name),
  }))
}

/** Every sandbox, in the order of `subgraphs/index.ts`: "odoo", and "odoo17" for its variant "17". */
export const sandboxes: SandboxMount[] = (
  await Promise.all(connectors.map(({ system }) => mountsOf(system)))
).flat()

/** Starts one server with every sandbox under /<name>/, or those of `only`; port 0 takes a free one. */
export async function openSandboxes(port: number, only?: string[]): Promise<SandboxServer> {
  const server = new SandboxServer()
  for (const { name, connection, factory, seed } of sandboxes)
    if (only?.includes(connection) ?? true) server.mount(name, factory, demo(seed))
  await server.listen(port)
  return server
}

/** The connections to the sandboxes that another process serves at `origin`, such as "http://127.0.0.1:4001". */
export function sandboxConnections(origin: string): SandboxConnection[] {
  return sandboxes.map(({ name, system, connection, factory, seed }) => {
    const url = `${origin}/${name}`
    return { id: connection, system, config: factory(demo(seed), () => url).config(url) }
  })
}

/** What the process that started this one must know of a sandbox. */
export interface Staged extends SandboxConnection {
  name: string
  sendsWebhooks: boolean
}

/** The sandboxes that a server of this process has open. */
export function stagedOf(server: SandboxServer): Staged[] {
  const open = sandboxes.filter(({ name }) => server.has(name))
  return open.map(({ name, system, connection }) => ({
    id: connection,
    system,
    name,
    config: server.sandbox(name).config(server.url(name)),
    sendsWebhooks: connectorOf(system)?.capabilities.includes('webhooks') ?? false,
  }))
}

function portFrom(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new Error(`SANDBOX_PORT is "${text}"; it must be a port number, for example SANDBOX_PORT=4001.`)
}

/** Serves every sandbox until it is told to stop. */
async function main(): Promise<void> {
  const log = pino()
  const server = await openSandboxes(portFrom(process.env.SANDBOX_PORT ?? '4001'))
  for (const { name, connection } of sandboxes) log.info(`${connection} is at ${server.url(name)}/`)
  process.send?.({ port: server.port, sandboxes: stagedOf(server) })
  log.info(`${sandboxes.length} sandboxes listen at http://127.0.0.1:${server.port}/`)
  const stop = () => void server.close().then(() => process.exit(0))
  process.once('SIGTERM', stop).once('SIGINT', stop)
}

if (import.meta.main) {
  await main().catch((error: NodeJS.ErrnoException) => {
    const taken = 'SANDBOX_PORT is taken by another process; choose another, for example SANDBOX_PORT=4011.'
    process.stderr.write(`${error.code === 'EADDRINUSE' ? taken : error.message}\n`)
    process.exit(1)
  })
}
