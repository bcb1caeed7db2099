import { ErpError } from '../../schema/errors.ts'
import { saps4hana } from '../../subgraphs/saps4hana/index.ts'
import { sandbox, withToken } from '../../subgraphs/saps4hana/sandbox.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { Outbound } from '../../subgraphs/http.ts'
import type { Sandbox } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { Tap, memoryVault } from '../contract/tap.ts'

/** A connection to a sandbox of its own. */
export interface Stand {
  erp: ReturnType<typeof saps4hana.connect>
  tap: Tap
  sandbox: Sandbox
  server: SandboxServer
  demo: Demo
  url: string
  vault: ReturnType<typeof memoryVault>
}

/** Runs `work` with a fresh sandbox and a connection to it, by user or by token. */
export async function using<T>(
  work: (stand: Stand) => Promise<T>,
  more: Record<string, unknown> = {},
  byToken = false,
): Promise<T> {
  const server = new SandboxServer()
  const company = demo(7)
  server.mount('s4', sandbox, company)
  await server.listen(0)
  const url = server.url('s4')
  const filled = { ...server.sandbox('s4').config(url), ...(byToken && withToken(url)), ...more }
  const values = saps4hana.config.parse(filled)
  const vault = memoryVault()
  const tap = new Tap(
    new Outbound({
      connection: 'saps4hana:test',
      limits: saps4hana.limits,
      vault,
      allowHosts: [`127.0.0.1:${server.port}`],
      secrets: [values.password ?? 'none', values.clientSecret ?? 'none'],
    }),
  )
  try {
    const erp = saps4hana.connect(values, tap)
    return await work({ erp, tap, server, sandbox: server.sandbox('s4'), demo: company, url, vault })
  } finally {
    await tap.close()
    await server.close()
  }
}

/** An order of two lines for the third customer of the demo, by SKU. */
export const ORDER = {
  customer: '10100003',
  currency: 'EUR',
  lines: [
    { item: null, sku: 'DESK-160', quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } },
    { item: null, sku: 'CHAIR-60', quantity: '13', unitPrice: { amount: '99.90', currency: 'EUR' } },
  ],
}

/** A question for a price on a day. */
export function priceAsk(sku: string, customer: string | null, quantity = '1') {
  return { item: sku, sku, customer, quantity, unit: null, currency: null, on: '2026-11-21' }
}

/** The code with which something is refused. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing was refused',
    (error: unknown) => (error instanceof ErpError ? error.code : String(error)),
  )
}

/** The calls of which the given words are a part, without the path to the services. */
export function asked({ server }: Stand, part: string): string[] {
  const calls = server
    .calls('s4')
    .map(({ method, path }) => `${method} ${path.split('/').slice(5).join('/')}`)
  return calls.filter((call) => call.includes(part))
}
