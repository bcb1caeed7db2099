import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp, OrderInput } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import { lexware } from '../../subgraphs/lexware/index.ts'
import { sandbox } from '../../subgraphs/lexware/sandbox.ts'
import type { Ledger, SandboxAction, SandboxCall, SandboxFactory } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** The demo company of these tests. */
export const DEMO = demo(13)

/** A connection to an organisation of its own. */
export interface Office {
  erp: Erp
  name: string
  url: string
  sent: HttpRequest[]
  calls: SandboxCall[]
  ledger(): Ledger
  act(action: SandboxAction): void
  /** Sends by hand, with the connection's own key. */
  raw(method: HttpRequest['method'], path: string, body?: object): Promise<HttpAnswer>
  /** The same organisation after the process was started anew, with other settings. */
  reopen(more?: Record<string, unknown>, perSecond?: number): Office
}

/** One server for a file of tests; each organisation on it is fresh. */
export function stage(factory: SandboxFactory = sandbox): {
  server: SandboxServer
  open: (more?: Record<string, unknown>) => Office
} {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })

  function connect(name: string, more: Record<string, unknown>, perSecond?: number): Office {
    const url = server.url(name)
    const config = lexware.config.parse({ ...server.sandbox(name).config(url), ...more })
    const vault = memoryVault()
    const limits = { ...lexware.limits, perSecond }
    const allowHosts = [`127.0.0.1:${server.port}`]
    const way = new Outbound({ connection: name, limits, vault, allowHosts, secrets: [config.apiKey] })
    ways.push(way)
    const sent: HttpRequest[] = []
    const send = (request: HttpRequest) => {
      sent.push(request)
      return way.send(request)
    }
    const raw: Office['raw'] = (method, path, body) => {
      const headers = {
        authorization: `Bearer ${config.apiKey}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      }
      return way.send({ method, url: `${url}/v1/${path}`, headers, body: body ? JSON.stringify(body) : null })
    }
    const own = server.sandbox(name)
    return {
      erp: lexware.connect(config, { vault, send }),
      ...{ name, url, sent, raw },
      calls: server.calls(name),
      ledger: () => own.ledger(),
      act: (action) => own.act(action),
      reopen: (other = more, rate = perSecond) => connect(name, other, rate),
    }
  }
  return {
    server,
    open(more = {}) {
      const name = `lexware${++count}`
      server.mount(name, factory, DEMO)
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

/** The id of an article by its SKU. */
export async function itemOf({ erp }: Office, sku: string): Promise<string> {
  const rows = (await erp.items?.list({ first: 5, after: null, search: sku }))?.rows
  return value(rows?.find((row) => row.sku === sku) ?? null).id
}

/** The id of a demo customer by its place in the demo. */
export function customerOf({ ledger }: Office, at: number): string {
  const email = DEMO.customers.at(at)?.email
  return value(ledger().customers.find((row) => row.email === email) ?? null).id
}

/** Two desks for a German customer. */
export function orderOf(office: Office, more: Partial<OrderInput> = {}): OrderInput {
  const line = {
    item: null,
    sku: 'DESK-160',
    quantity: '2',
    unitPrice: { amount: '212.50', currency: 'EUR' },
  }
  return { customer: customerOf(office, 1), lines: [line], orderedOn: '2026-11-20', ...more }
}
