import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type Exchange, Outbound, asCall } from '../../subgraphs/http.ts'
import { qwoty } from '../../subgraphs/qwoty/index.ts'
import { sandbox } from '../../subgraphs/qwoty/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** A connection to a workspace of its own. */
export interface Workspace {
  erp: Erp
  name: string
  url: string
  vault: ReturnType<typeof memoryVault>
  exchanges: Exchange[]
  /** The same workspace and kept tokens after the process was started anew. */
  reopen(): Workspace
}

/** One server for a file of tests; each workspace on it is fresh. */
export function stage(): { server: SandboxServer; open: (more?: Record<string, unknown>) => Workspace } {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })

  function connect(name: string, more: Record<string, unknown>, vault: Workspace['vault']): Workspace {
    const url = server.url(name)
    const config = qwoty.config.parse({ ...server.sandbox(name).config(url), ...more })
    const limits = { ...qwoty.limits, perSecond: undefined, perMinute: undefined }
    const allowHosts = [`127.0.0.1:${server.port}`]
    const way = new Outbound({ connection: 'qwoty:test', limits, vault, allowHosts, secrets: [config.token] })
    ways.push(way)
    const exchanges: Exchange[] = []
    const http = {
      vault,
      send: (request: Parameters<Outbound['send']>[0]) =>
        asCall({ lane: 'live', record: (exchange) => exchanges.push(exchange) }, () => way.send(request)),
    }
    const erp = qwoty.connect(config, http)
    return { erp, name, url, vault, exchanges, reopen: () => connect(name, more, vault) }
  }
  return {
    server,
    open(more = {}) {
      const name = `qwoty${++count}`
      server.mount(name, sandbox, demo(7))
      return connect(name, more, memoryVault())
    },
  }
}

/** The value of an answer; throws what stands there instead. */
export function value<T>(answer: Answer<T> | undefined): T {
  if (answer instanceof ErpError) throw answer
  if (answer === null || answer === undefined) throw new Error('The answer is null.')
  return answer
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
