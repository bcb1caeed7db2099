import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp, OrderInput } from '../../subgraphs/connector.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type Exchange, type HttpAnswer, type HttpRequest, Outbound, asCall } from '../../subgraphs/http.ts'
import { sageintacct } from '../../subgraphs/sageintacct/index.ts'
import { sandbox } from '../../subgraphs/sageintacct/sandbox.ts'
import type { Sandbox, SandboxAnswer, SandboxRequest } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** The demo company of these tests. */
export const DEMO = demo(17)

/** A connection to a company of its own. */
export interface Company {
  erp: Erp
  name: string
  url: string
  sandbox: Sandbox
  /** Everything that went over the wire. */
  wire: { request: HttpRequest; answer: HttpAnswer }[]
  /** The same as a log shows it. */
  exchanges: Exchange[]
  /** Calls so far, as the company saw them. */
  calls: { method: string; path: string; body: string; status: number | null }[]
  /** Sends by hand, past the connector. */
  raw(request: HttpRequest): Promise<HttpAnswer>
}

/** How a company answers to a request; `next` is how it answers by itself, to that request or to another. */
export type Change = (
  request: SandboxRequest,
  next: (other?: SandboxRequest) => Promise<SandboxAnswer>,
) => SandboxAnswer | Promise<SandboxAnswer>

/** One server for a file of tests; each company on it is fresh. */
export function stage(): {
  server: SandboxServer
  open: (more?: Record<string, unknown>) => Company
  /** A company that answers as `change` says where the path is such a one. */
  altered: (path: RegExp, change: Change) => Company
} {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })
  const altered = (path: RegExp, change: Change): Company => {
    const company = open()
    const whole = (...given: Parameters<typeof sandbox>): Sandbox => {
      const inner = sandbox(...given)
      const handle: Sandbox['handle'] = (request) => {
        const next = async (other = request) => inner.handle(other)
        return path.test(request.path) ? change(request, next) : next()
      }
      return { ...inner, handle }
    }
    server.mount(company.name, whole, DEMO)
    return company
  }
  const open = (more: Record<string, unknown> = {}): Company => {
    const name = `intacct${++count}`
    server.mount(name, sandbox, DEMO)
    const url = server.url(name)
    const config = sageintacct.config.parse({ ...server.sandbox(name).config(url), ...more })
    const way = new Outbound({
      connection: name,
      limits: sageintacct.limits,
      vault: memoryVault(),
      allowHosts: [`127.0.0.1:${server.port}`],
      secrets: [config.clientSecret, config.senderPassword],
    })
    ways.push(way)
    const wire: Company['wire'] = []
    const exchanges: Exchange[] = []
    const send = async (request: HttpRequest) => {
      const call = { lane: 'live', record: (one: Exchange) => void exchanges.push(one) } as const
      const answer = await asCall(call, () => way.send(request))
      wire.push({ request, answer })
      return answer
    }
    return {
      erp: sageintacct.connect(config, { vault: way.vault, send }),
      ...{ name, url, wire, exchanges },
      sandbox: server.sandbox(name),
      calls: server.calls(name),
      raw: (request) => way.send(request),
    }
  }
  return { server, open, altered }
}

/** Two lines for a retail customer, sent to an address of its own. */
export function order(more: Partial<OrderInput> = {}): OrderInput {
  const customer = DEMO.customers.find(({ group, currency }) => group === 'retail' && currency === 'EUR')
  const line = (sku: string, quantity: string, amount: string) => {
    return { item: sku, sku, quantity, unit: 'H87', unitPrice: { amount, currency: 'EUR' } }
  }
  return {
    customer: customer?.number ?? '',
    lines: [line('DESK-160', '2', '212.50'), line('CHAIR-60', '13', '99.90')],
    currency: 'EUR',
    purchaseOrderNumber: 'PO-8841',
    orderedOn: '2026-11-20',
    requestedDelivery: '2026-12-01',
    shipTo: {
      name: 'Möbelhaus <Süd>',
      lines: ['Tor 3', 'Rampe'],
      postalCode: '80331',
      city: 'München',
      country: 'DE',
    },
    note: 'Bitte läuten 🔔 & warten',
    ...more,
  }
}

/** The refusal with which `work` ends. */
export async function refusal(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().catch((error: unknown) => error)
  if (end instanceof ErpError) return end
  throw new Error(`Nothing was refused: ${JSON.stringify(end)}`)
}

/** The rows of a batch; throws an error that stands among them. */
export function values<T>(answers: Answer<T>[] | undefined): (T | null)[] {
  return (answers ?? []).map((answer) => {
    if (answer instanceof ErpError) throw answer
    return answer
  })
}
