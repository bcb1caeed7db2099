import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp, OrderInput } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import type { Sandbox, SandboxFactory } from '../../subgraphs/sandbox.ts'
import { sapbusinessone } from '../../subgraphs/sapbusinessone/index.ts'
import { sandbox } from '../../subgraphs/sapbusinessone/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** The demo company of these tests. */
export const DEMO = demo(11)

/** A connection to a company of its own. */
export interface Company {
  erp: Erp
  name: string
  sandbox: Sandbox
  /** Everything that went over the wire. */
  wire: { request: HttpRequest; answer: HttpAnswer }[]
  /** Calls so far, as the company saw them. */
  calls: { method: string; path: string; body: string; status: number | null }[]
  /** Sends by hand with a session of its own; `path` stands below /b1s/v2/. */
  raw(
    method: HttpRequest['method'],
    path: string,
    body?: object | string,
    headers?: Record<string, string>,
  ): Promise<HttpAnswer>
}

/** What an operator fills in differently; may need the address of the company. */
type More = Record<string, unknown> | ((url: string) => Record<string, unknown>)

/** One server for a file of tests; each company on it is fresh. */
export function stage(): { server: SandboxServer; open: (more?: More, factory?: SandboxFactory) => Company } {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })
  const open = (more: More = {}, factory = sandbox): Company => {
    const name = `b1company${++count}`
    server.mount(name, factory, DEMO)
    const url = server.url(name)
    const config = sapbusinessone.config.parse({
      ...server.sandbox(name).config(url),
      ...(typeof more === 'function' ? more(url) : more),
    })
    const vault = memoryVault()
    const allowHosts = [`127.0.0.1:${server.port}`]
    const { limits } = sapbusinessone
    const way = new Outbound({ connection: name, limits, vault, allowHosts, secrets: [config.password] })
    ways.push(way)
    const wire: Company['wire'] = []
    const send = async (request: HttpRequest) => {
      const answer = await way.send(request)
      wire.push({ request, answer })
      return answer
    }
    const raw: Company['raw'] = async (method, path, body, headers) => {
      const { company: CompanyDB, user: UserName, password: Password } = config
      const login = JSON.stringify({ CompanyDB, UserName, Password })
      const answer = await way.send({ method: 'POST', url: `${url}/b1s/v2/Login`, body: login })
      const cookie = /B1SESSION=[^;]+/.exec(answer.headers['set-cookie'] ?? '')?.[0] ?? ''
      const text = typeof body === 'string' ? body : body ? JSON.stringify(body) : null
      return way.send({ method, url: `${url}/b1s/v2/${path}`, headers: { cookie, ...headers }, body: text })
    }
    const erp = sapbusinessone.connect(config, { vault, send })
    return { erp, name, sandbox: server.sandbox(name), wire, calls: server.calls(name), raw }
  }
  return { server, open }
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

/** An order of one line for a retail customer in Germany. */
export function orderInput(
  more: Partial<OrderInput> = {},
  line: Partial<OrderInput['lines'][0]> = {},
): OrderInput {
  const unitPrice = { amount: '212.50', currency: 'EUR' }
  return {
    customer: 'C-10002',
    currency: 'EUR',
    orderedOn: '2026-11-21',
    requestedDelivery: '2026-12-01',
    lines: [{ item: 'DESK-160', sku: 'DESK-160', quantity: '2', unitPrice, ...line }],
    ...more,
  }
}

/** A question for a price. */
export function priceAsk(sku: string, quantity: string, customer: string | null = 'C-10001') {
  return { item: sku, sku, customer, quantity, unit: null, currency: null, on: '2026-11-21' }
}
