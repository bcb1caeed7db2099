import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config.ts'
import type { GivenConnection } from '../subgraphs/hub/open.ts'
import type { Staged } from '../subgraphs/sandboxes.ts'

const SANDBOXES = fileURLToPath(new URL('../subgraphs/sandboxes.ts', import.meta.url))

/** The sandboxes of the demo, in a process of their own so that they outlive a killed worker. */
export interface DemoStage {
  connections: GivenConnection[]
  /** "host:port" that the outbound guard must let through. */
  host: string
  /** Tells the sandboxes where their webhooks go, once the gateway listens. */
  subscribe(gateway: string): Promise<void>
}

/** Starts the sandboxes at a port and gives the connections to them. `stops` learns at once how to end them. */
export async function startDemo(sandboxPort: number, stops: (() => Promise<void>)[]): Promise<DemoStage> {
  const child = spawn(process.execPath, [...process.execArgv, SANDBOXES], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, SANDBOX_PORT: String(sandboxPort) },
  })
  stops.push(async () => void child.kill())
  // However this process ends, its stage does not stay behind.
  process.once('exit', () => child.kill())
  const { port, sandboxes } = await listening(child)
  const origin = `http://127.0.0.1:${port}`
  const secret = randomBytes(24).toString('hex')
  const connections = sandboxes.map(({ id, system, config }) => ({
    ...config,
    id,
    system,
    createMissingCustomers: true,
    pollMs: 15_000,
    sweepMs: 60_000,
    // The sandboxes are ours: no vendor's fair use has to be kept.
    limits: { perSecond: 1_000, perMinute: 60_000, perDay: 10_000_000 },
    webhookSecret: secret,
  }))
  return {
    connections,
    host: `127.0.0.1:${port}`,
    async subscribe(gateway) {
      for (const { name, id, sendsWebhooks } of sandboxes) {
        if (!sendsWebhooks) continue
        const targets = [{ url: `${gateway}/webhooks/${id}`, secret }]
        await fetch(`${origin}/${name}/_hooks`, { method: 'PUT', body: JSON.stringify({ targets }) })
      }
    },
  }
}

interface Listening {
  port: number
  sandboxes: Staged[]
}

/** Where the sandboxes are, once they have said that they listen. */
function listening(child: ChildProcess): Promise<Listening> {
  return new Promise((resolve, reject) => {
    child.once('message', (said) => {
      // The channel would keep this process alive.
      child.disconnect()
      resolve(said as Listening)
    })
    child.once('exit', () =>
      reject(
        new ConfigError(
          'SANDBOX_PORT: the sandboxes did not start; is the port taken? Example: SANDBOX_PORT=4011',
        ),
      ),
    )
  })
}
