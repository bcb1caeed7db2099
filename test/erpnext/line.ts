import { ErpError } from '../../schema/errors.ts'
import type { Erp } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { erpnext } from '../../subgraphs/erpnext/index.ts'
import { sandbox } from '../../subgraphs/erpnext/sandbox.ts'
import { Tokens } from '../../subgraphs/erpnext/sandbox/access.ts'
import {
  type Exchange,
  type Http,
  type HttpRequest,
  Outbound,
  type Vault,
  asCall,
} from '../../subgraphs/http.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'

/** A vault in memory, with the lock that the real one has. */
export function memoryVault(stored: Record<string, string> | null = null): Vault {
  let last: Promise<unknown> = Promise.resolve()
  return {
    read: () => Promise.resolve(stored),
    renew(renew) {
      const next = last.then(async () => (stored = await renew(stored)))
      last = next.catch(() => undefined)
      return next
    },
  }
}

/** A connector, its sandbox, and every request that went between them. */
export interface Line {
  erp: Erp
  server: SandboxServer
  sent: HttpRequest[]
  exchanges: Exchange[]
  /** The calls that the sandbox got since the last look. */
  calls(): string[]
  close(): Promise<void>
}

/** A part that this connector must have. */
export function part<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The connection lacks this part.')
  return value
}

/** The error that `work` ends with. */
export async function refusal(work: Promise<unknown>): Promise<ErpError> {
  const end: unknown = await work.catch((error: unknown) => error)
  if (end instanceof ErpError) return end
  throw new Error(`Nothing was refused: ${JSON.stringify(end)}`)
}

/** Writes straight into the site, as a person or another program would. */
export async function post(
  line: Line,
  path: string,
  body: object,
  method = 'POST',
): Promise<Record<string, unknown>> {
  const headers = {
    authorization: `token ${Tokens.KEY}:${Tokens.SECRET}`,
    'content-type': 'application/json',
  }
  const answer = await fetch(`${line.server.url('erpnext')}${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  })
  const json = (await answer.json()) as { data?: Record<string, unknown> }
  if (!answer.ok || !json.data) throw new Error(`${path}: ${answer.status} ${JSON.stringify(json)}`)
  return json.data
}

/** Opens a sandbox on a free port and a connector to it. */
export async function open(
  values: Record<string, unknown> = {},
  world: Demo = demo(7),
  vault = memoryVault(),
): Promise<Line> {
  const server = new SandboxServer()
  server.mount('erpnext', sandbox, world)
  const port = await server.listen(0)
  const filled = { ...server.sandbox('erpnext').config(server.url('erpnext')), ...values }
  const sent: HttpRequest[] = []
  const exchanges: Exchange[] = []
  const way = new Outbound({
    connection: 'erpnext:main',
    limits: erpnext.limits,
    vault,
    allowHosts: [`127.0.0.1:${port}`],
    secrets: [],
  })
  const http: Http = {
    vault,
    send: (request) => {
      sent.push(request)
      return asCall({ lane: 'live', record: (exchange) => exchanges.push(exchange) }, () => way.send(request))
    },
  }
  return {
    erp: erpnext.connect(erpnext.config.parse(filled), http),
    server,
    sent,
    exchanges,
    calls: () =>
      server
        .calls('erpnext')
        .splice(0)
        .map(({ method, path }) => `${method} ${path}`),
    async close() {
      await way.close()
      await server.close()
    },
  }
}
