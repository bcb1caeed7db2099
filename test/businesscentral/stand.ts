import { businesscentral } from '../../subgraphs/businesscentral/index.ts'
import { sandbox } from '../../subgraphs/businesscentral/sandbox.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { Outbound } from '../../subgraphs/http.ts'
import type { Sandbox, SandboxFactory } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { Tap, memoryVault } from '../contract/tap.ts'

/** A connection to a sandbox of its own. */
export interface Stand {
  erp: ReturnType<typeof businesscentral.connect>
  tap: Tap
  sandbox: Sandbox
  server: SandboxServer
  demo: Demo
  url: string
}

/** Runs `work` with a fresh sandbox and a connection to it. */
export async function using<T>(
  work: (stand: Stand) => Promise<T>,
  more: Record<string, unknown> = {},
  factory: SandboxFactory = sandbox,
): Promise<T> {
  const server = new SandboxServer()
  const company = demo(7)
  server.mount('bc', factory, company)
  await server.listen(0)
  const values = businesscentral.config.parse({ ...server.sandbox('bc').config(server.url('bc')), ...more })
  const tap = new Tap(
    new Outbound({
      connection: 'businesscentral:test',
      limits: businesscentral.limits,
      vault: memoryVault(),
      allowHosts: [`127.0.0.1:${server.port}`],
      secrets: [values.clientSecret ?? values.accessKey ?? ''],
    }),
  )
  try {
    const erp = businesscentral.connect(values, tap)
    return await work({
      erp,
      tap,
      server,
      sandbox: server.sandbox('bc'),
      demo: company,
      url: server.url('bc'),
    })
  } finally {
    await tap.close()
    await server.close()
  }
}

/** An order of two lines for the first customer, by SKU. */
export async function orderFor({ erp }: Stand) {
  const customer = (await erp.customers?.list({ first: 1, after: null }))?.rows[0]?.id ?? ''
  const line = { item: null, quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } }
  return {
    customer,
    currency: 'EUR',
    lines: [
      { ...line, sku: 'DESK-160' },
      { ...line, sku: 'CHAIR-60' },
    ],
  }
}
