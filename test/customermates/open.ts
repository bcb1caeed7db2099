import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp, Page, Quote } from '../../subgraphs/connector.ts'
import { customermates } from '../../subgraphs/customermates/index.ts'
import { sandbox, variants } from '../../subgraphs/customermates/sandbox.ts'
import { demo } from '../../subgraphs/demo.ts'
import { Outbound } from '../../subgraphs/http.ts'
import type { SandboxAction, SandboxCall } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** A connection to an installation of its own. */
export interface Installation {
  erp: Erp
  name: string
  url: string
  calls: SandboxCall[]
  act(action: SandboxAction): void
  /** Another connection to the same installation. */
  reopen(more?: Record<string, unknown>): Installation
}

/** One server for a file of tests; each installation on it is fresh. */
export function stage(): {
  server: SandboxServer
  open: (more?: Record<string, unknown>, generation?: 1 | 2) => Installation
} {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })
  function connect(name: string, more: Record<string, unknown>): Installation {
    const url = server.url(name)
    const config = customermates.config.parse({ ...server.sandbox(name).config(url), ...more })
    const limits = { ...customermates.limits, perSecond: undefined }
    const allowHosts = [`127.0.0.1:${server.port}`]
    const vault = memoryVault()
    const way = new Outbound({ connection: 'crm:test', limits, vault, allowHosts, secrets: [config.key] })
    ways.push(way)
    return {
      erp: customermates.connect(config, way),
      name,
      url,
      calls: server.calls(name),
      act: (action) => server.sandbox(name).act(action),
      reopen: (other = {}) => connect(name, other),
    }
  }
  return {
    server,
    open(more = {}, generation = 1) {
      const name = `customermates-${++count}`
      server.mount(name, variants[generation] ?? sandbox, demo(7))
      return connect(name, more)
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

/** The deal of a title. */
export async function titled({ erp }: Installation, title: string): Promise<Quote> {
  const rows = await rowsOf(erp.quotes?.list({ first: 100, after: null }))
  return value(rows.find((quote) => quote.title === title))
}

/** The rows of a list that fit on one page. */
export async function rowsOf<T>(work: Promise<Page<T>> | undefined): Promise<T[]> {
  return (await work)?.rows ?? []
}
