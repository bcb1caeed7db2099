import { ErpError } from '../../schema/errors.ts'
import type { OrderInput } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { Outbound } from '../../subgraphs/http.ts'
import type { Sandbox } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { syspro } from '../../subgraphs/syspro/index.ts'
import { type Installation, installation } from '../../subgraphs/syspro/sandbox.ts'
import { Tap, memoryVault } from '../contract/tap.ts'

/** A connection to an installation of its own. */
export interface Stand {
  erp: ReturnType<typeof syspro.connect>
  tap: Tap
  sandbox: Sandbox
  server: SandboxServer
  demo: Demo
  /** The address of the REST service. */
  url: string
}

/** Runs `work` with a connection; `more` changes its configuration, `how` the installation. */
export async function using<T>(
  work: (stand: Stand) => Promise<T>,
  more: Record<string, unknown> = {},
  how: Installation = {},
): Promise<T> {
  const server = new SandboxServer()
  const company = demo(7)
  server.mount('syspro', installation(how), company)
  await server.listen(0)
  const sandbox = server.sandbox('syspro')
  const values = syspro.config.parse({ ...sandbox.config(server.url('syspro')), ...more })
  const allowHosts = [`127.0.0.1:${server.port}`]
  const secrets = [values.operatorPassword]
  const tap = new Tap(
    new Outbound({
      connection: 'syspro:test',
      limits: syspro.limits,
      vault: memoryVault(),
      allowHosts,
      secrets,
    }),
  )
  try {
    const erp = syspro.connect(values, tap)
    return await work({ erp, tap, sandbox, server, demo: company, url: values.url })
  } finally {
    await tap.close()
    await server.close()
  }
}

/** The error that `work` ends with. */
export async function refused(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().then(
    () => null,
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw new Error(`Nothing was refused: ${String(end)}`)
}

/** An order of one desk for the first customer. */
export function orderFor(more: Partial<OrderInput> = {}): OrderInput {
  const line = { item: null, sku: 'DESK-60', quantity: '2', unitPrice: { amount: '212.50', currency: 'EUR' } }
  return { customer: '0010001', currency: 'EUR', lines: [line], ...more }
}

/** What the service answers to a plain address, as bytes. */
export async function bytesAt(address: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(address)).arrayBuffer())
}

/** The documents that a request carries in its address, by name. */
export function sentOf({ url }: { url: string }): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams)
}
