import type { Erp, OrderInput } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { type HttpAnswer, type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import { odoo } from '../../subgraphs/odoo/index.ts'
import { type Version, sandboxOf } from '../../subgraphs/odoo/sandbox.ts'
import type { Sandbox, SandboxCall, SandboxFactory } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { ErpError } from '../../schema/errors.ts'

/** The demo company as these tests see it. */
export const company: Demo = demo(19)

/** A connection to a sandbox of its own, with everything that went over the wire. */
export interface Bench {
  erp: Erp
  server: SandboxServer
  sandbox: Sandbox
  calls: SandboxCall[]
  sent: { request: HttpRequest; answer: HttpAnswer }[]
  /** Another connection to the same sandbox, with other settings. */
  again(settings: Record<string, unknown>): Erp
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a sandbox on a free port and connects to it. */
export async function open(
  version: Version = 19,
  settings: Record<string, unknown> = {},
  factory: SandboxFactory = sandboxOf(version),
): Promise<Bench> {
  const server = new SandboxServer()
  server.mount('odoo', factory, company)
  await server.listen(0)
  const sent: Bench['sent'] = []
  const ways: Outbound[] = []
  const again = (more: Record<string, unknown>): Erp => {
    const http = new Outbound({
      connection: 'odoo:test',
      limits: odoo.limits,
      vault: { read: () => Promise.resolve(null), renew: (renew) => renew(null) },
      allowHosts: [new URL(server.url('odoo')).host],
      secrets: [],
    })
    ways.push(http)
    const tap = {
      vault: http.vault,
      async send(request: HttpRequest) {
        const answer = await http.send(request)
        sent.push({ request, answer })
        return answer
      },
    }
    const values = { ...server.sandbox('odoo').config(server.url('odoo')), ...settings, ...more }
    return odoo.connect(odoo.config.parse(values), tap)
  }
  return {
    erp: again({}),
    server,
    sandbox: server.sandbox('odoo'),
    calls: server.calls('odoo'),
    sent,
    again,
    async [Symbol.asyncDispose]() {
      await Promise.all(ways.map((way) => way.close()))
      await server.close()
    },
  }
}

/** The error that `work` ends with; fails when it ends well. */
export async function refusal(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().then(
    (value) => new Error(`It was not refused but answered ${JSON.stringify(value)}.`),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw end
}

/** Native ids: the demo's items and customers stand in the sandbox in their order. */
export function itemId(sku: string): string {
  return String(company.products.findIndex((product) => product.sku === sku) + 1)
}

/** The native id of the first customer that fits. */
export function customerId(fits: (customer: Demo['customers'][number]) => boolean): string {
  return String(company.customers.findIndex(fits) + 1)
}

/** An order of two lines. */
export function orderInput(more: Partial<OrderInput> = {}): OrderInput {
  return {
    customer: customerId(({ group, currency }) => group === 'retail' && currency === 'EUR'),
    lines: [
      { item: itemId('DESK-60'), sku: 'DESK-60', quantity: '2' },
      { item: null, sku: 'PUMP-60', quantity: '1.5', unitPrice: { amount: '99.90', currency: 'EUR' } },
    ],
    ...more,
  }
}

/** What a person or another program does in the same Odoo, over JSON-RPC, which every version speaks. */
export async function native<T>(
  { server, sandbox }: Bench,
  model: string,
  method: string,
  args: unknown[],
  named: Record<string, unknown> = {},
): Promise<T> {
  const url = server.url('odoo')
  const { database, secret } = sandbox.config(url)
  const params = {
    service: 'object',
    method: 'execute_kw',
    args: [database, 2, secret, model, method, args, named],
  }
  const response = await fetch(`${url}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 7, params }),
  })
  const { result, error } = (await response.json()) as { result?: T; error?: { data: { message: string } } }
  if (error) throw new Error(error.data.message)
  return result as T
}

/** The calls of a model's method, whichever API they came over. */
export function callsOf({ calls }: Bench, model: string, method: string): SandboxCall[] {
  return calls.filter(
    ({ path, body }) => path.endsWith(`/${model}/${method}`) || body.includes(`"${model}","${method}"`),
  )
}
