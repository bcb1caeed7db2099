import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import type { Sandbox } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { weclapp } from '../../subgraphs/weclapp/index.ts'
import { sandbox } from '../../subgraphs/weclapp/sandbox.ts'
import { memoryVault } from '../contract/tap.ts'

/** The demo company of these tests. */
export const DEMO = demo(11)

/** A connection to a tenant of its own. */
export interface Tenant {
  erp: Erp
  name: string
  url: string
  sandbox: Sandbox
  /** Everything that went over the wire. */
  wire: { request: HttpRequest; answer: HttpAnswer }[]
  /** Calls so far, as the tenant saw them. */
  calls: { method: string; path: string; status: number | null }[]
  /** Sends by hand, with the connection's own token. */
  raw(method: HttpRequest['method'], path: string, body?: object, token?: string): Promise<HttpAnswer>
}

/** One server for a file of tests; each tenant on it is fresh. */
export function stage(): { server: SandboxServer; open: (more?: Record<string, unknown>) => Tenant } {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })
  return {
    server,
    open(more = {}) {
      const name = `weclapp${++count}`
      server.mount(name, sandbox, DEMO)
      const url = server.url(name)
      const config = weclapp.config.parse({ ...server.sandbox(name).config(url), ...more })
      const vault = memoryVault()
      const allowHosts = [`127.0.0.1:${server.port}`]
      const secrets = [config.token]
      const way = new Outbound({ connection: name, limits: weclapp.limits, vault, allowHosts, secrets })
      ways.push(way)
      const wire: Tenant['wire'] = []
      const send = async (request: HttpRequest) => {
        const answer = await way.send(request)
        wire.push({ request, answer })
        return answer
      }
      const raw: Tenant['raw'] = (method, path, body, token = config.token) =>
        way.send({
          method,
          url: `${url}/webapp/api/v2/${path}`,
          headers: { AuthenticationToken: token, ...(body ? { 'content-type': 'application/json' } : {}) },
          body: body ? JSON.stringify(body) : null,
        })
      const calls = server.calls(name)
      const erp = weclapp.connect(config, { vault, send })
      return { erp, name, url, sandbox: server.sandbox(name), wire, calls, raw }
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

/** The id of an article by its SKU. */
export async function itemOf({ erp }: Tenant, sku: string): Promise<string> {
  const rows = (await erp.items?.list({ first: 5, after: null, search: sku }))?.rows
  const row = rows?.find((one) => one.sku === sku)
  if (!row) throw new Error(`The tenant has no ${sku}.`)
  return row.id
}

/** The id of a demo customer by its number. */
export function customerOf({ sandbox: tenant }: Tenant, number: string): string {
  const name = DEMO.customers.find((one) => one.number === number)?.email
  const row = tenant.ledger().customers.find(({ email }) => email === name)
  if (!row) throw new Error(`The tenant has no customer ${number}.`)
  return row.id
}
