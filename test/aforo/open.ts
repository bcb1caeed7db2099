import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import { aforo } from '../../subgraphs/aforo/index.ts'
import { sandbox } from '../../subgraphs/aforo/sandbox.ts'
import { KEY, TENANT } from '../../subgraphs/aforo/sandbox/answers.ts'
import type { Erp } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { Outbound } from '../../subgraphs/http.ts'
import type { SandboxFactory } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** A connection to a tenant of its own. */
export interface Open {
  erp: Erp
  name: string
  url: string
}

/** Sends a request as an operator would, past the connector. */
export async function operate(
  method: string,
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'x-tenant-id': TENANT, ...headers },
    body: body && JSON.stringify(body),
  })
  const type = answer.headers.get('content-type')
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> }
}

/** One server for a file of tests; each tenant on it is fresh. */
export function stage() {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })

  /** Connects to any address with the credentials of the sandbox. */
  function connect(config: Record<string, unknown>): Erp {
    const limits = { ...aforo.limits, perMinute: undefined }
    const allowHosts = [new URL(String(config.url)).host]
    const way = new Outbound({
      connection: 'aforo:test',
      limits,
      vault: memoryVault(),
      allowHosts,
      secrets: [KEY],
    })
    ways.push(way)
    return aforo.connect(aforo.config.parse({ key: KEY, tenant: TENANT, ...config }), way)
  }
  return {
    server,
    connect,
    open(more: Record<string, unknown> = {}, factory: SandboxFactory = sandbox): Open {
      const name = `aforo${++count}`
      server.mount(name, factory, demo(7))
      const url = server.url(name)
      return { erp: connect({ ...server.sandbox(name).config(url), ...more }), name, url }
    },
  }
}

/** The error that a promise ends with, or that stands in the first row of its answer. */
export async function errorOf(work: Promise<unknown> | undefined): Promise<ErpError> {
  const end = await Promise.resolve(work).then(
    (rows) => (Array.isArray(rows) ? (rows as unknown[])[0] : rows),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw new Error(`No ErpError but ${JSON.stringify(end)}`)
}
