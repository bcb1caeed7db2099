import { ErpError } from '../../schema/errors.ts'
import type { Answer, Erp, OrderInput } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import { quickbooks } from '../../subgraphs/quickbooks/index.ts'
import { QuickBooks } from '../../subgraphs/quickbooks/sandbox.ts'
import type { SandboxCall } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { Tap, memoryVault } from '../contract/tap.ts'

/** A request and its answer, as they went over the wire. */
export interface Message {
  request: HttpRequest
  answer: HttpAnswer
}

/** A connection to a company of its own. */
export interface Stand {
  erp: Erp
  tap: Tap
  company: QuickBooks
  server: SandboxServer
  demo: Demo
  calls: SandboxCall[]
  messages: Message[]
  vault: ReturnType<typeof memoryVault>
  send(request: HttpRequest): Promise<HttpAnswer>
}

class Listening extends Tap {
  readonly messages: Message[] = []

  override async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await super.send(request)
    this.messages.push({ request, answer })
    return answer
  }
}

/** Runs `work` with a fresh company and a connection to it. */
export async function using<T>(
  work: (stand: Stand) => Promise<T>,
  more: Record<string, unknown> = {},
): Promise<T> {
  const server = new SandboxServer()
  const data = demo(7)
  const company = new QuickBooks(data)
  server.mount('qbo', () => company, data)
  await server.listen(0)
  const values = quickbooks.config.parse({ ...company.config(server.url('qbo')), ...more })
  const vault = memoryVault()
  const tap = new Listening(
    new Outbound({
      connection: 'quickbooks:test',
      limits: { ...quickbooks.limits, perSecond: undefined },
      vault,
      allowHosts: [`127.0.0.1:${server.port}`],
      secrets: [values.clientSecret],
    }),
  )
  try {
    const erp = quickbooks.connect(values, tap)
    const send = (request: HttpRequest) => tap.send({ ...request, url: `${server.url('qbo')}${request.url}` })
    const calls = server.calls('qbo')
    return await work({ erp, tap, company, server, demo: data, calls, messages: tap.messages, vault, send })
  } finally {
    await tap.close()
    await server.close()
  }
}

/** The one value of a batch. */
export function value<T>(answers: Answer<T>[] | undefined): T {
  const [first] = answers ?? []
  if (first instanceof ErpError) throw first
  if (first === null || first === undefined) throw new Error('Nothing was answered.')
  return first
}

/** How the work was refused. */
export async function refused(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().then(
    () => new Error('Nothing was refused.'),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw end
}

/** The id of an item by its SKU. */
export async function itemOf({ erp }: Stand, sku: string): Promise<string> {
  const page = await erp.items?.list({ first: 5, after: null, search: sku })
  return page?.rows.find((row) => row.sku === sku)?.id ?? ''
}

/** An order of one line for a customer who is kept in euros. */
export async function orderFor({ erp }: Stand, more: Partial<OrderInput> = {}): Promise<OrderInput> {
  const page = await erp.customers?.list({ first: 20, after: null })
  const customer = page?.rows.find(({ currency }) => currency === 'EUR')?.id ?? ''
  const line = { item: null, sku: 'DESK-60', quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } }
  return { customer, lines: [line], currency: 'EUR', ...more }
}
