import { expect } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Erp, OrderInput } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { Outbound, type Vault } from '../../subgraphs/http.ts'
import { netsuite } from '../../subgraphs/netsuite/index.ts'
import { type SandboxOptions, netsuiteSandbox } from '../../subgraphs/netsuite/sandbox.ts'
import type { Fault, Sandbox, SandboxCall } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { altering } from '../contract/mutate.ts'

/** A connection to a fresh sandbox over real HTTP. */
export interface Stand {
  erp: Erp
  url: string
  sandbox: Sandbox
  calls: SandboxCall[]
  vault: Vault & { stored: Record<string, string> | null }
  strike(...faults: Fault[]): void
  /** Statements of SuiteQL that were asked, in order. */
  statements(): string[]
  close(): Promise<void>
}

/** What a test may want otherwise. */
export interface StandOptions {
  account?: SandboxOptions
  config?: Record<string, unknown>
  company?: Demo
  /** Changes the text of every answer. */
  alter?: (text: string) => string
}

/** Tokens in memory, under a lock. */
export function memory(stored: Record<string, string> | null = null): Stand['vault'] {
  let last: Promise<unknown> = Promise.resolve()
  return {
    stored,
    read() {
      return Promise.resolve(this.stored)
    },
    renew(renew) {
      const next = last.then(async () => (this.stored = await renew(this.stored)))
      last = next.catch(() => undefined)
      return next
    },
  }
}

/** Opens a connection to a sandbox of its own. */
export async function open(options: StandOptions = {}, vault = memory()): Promise<Stand> {
  const server = new SandboxServer()
  const { account, company = demo(7), alter = (text) => text } = options
  server.mount('netsuite', altering(() => alter)(netsuiteSandbox(account)), company)
  const port = await server.listen(0)
  const sandbox = server.sandbox('netsuite')
  const url = server.url('netsuite')
  const config = netsuite.config.parse({ ...sandbox.config(url), ...options.config })
  const allowHosts = [`127.0.0.1:${port}`]
  const http = new Outbound({
    connection: 'netsuite:test',
    limits: netsuite.limits,
    vault,
    allowHosts,
    secrets: [],
  })
  const calls = server.calls('netsuite')
  return {
    erp: netsuite.connect(config, http),
    url,
    sandbox,
    calls,
    vault,
    strike: (...faults) => server.faults('netsuite', faults),
    statements: () =>
      calls
        .filter(({ path }) => path.endsWith('/suiteql'))
        .map(({ body }) => String((JSON.parse(body) as { q: string }).q)),
    async close() {
      await http.close()
      await server.close()
    },
  }
}

/** Runs a test against a connection of its own. */
export async function using(
  options: StandOptions,
  work: (stand: Stand) => Promise<void>,
  vault = memory(),
): Promise<void> {
  const stand = await open(options, vault)
  try {
    await work(stand)
  } finally {
    await stand.close()
  }
}

/** The ErpError that a promise ends with. */
export async function refused(work: Promise<unknown> | undefined): Promise<ErpError> {
  const end = await Promise.resolve(work).then(
    (value) => new Error(`Nothing was refused: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  expect(end).toBeInstanceOf(ErpError)
  return end as ErpError
}

/** Internal ids of the demo: the item with a SKU, the customer with a number. */
export async function itemId({ erp }: Stand, sku: string): Promise<string> {
  const page = await erp.items?.list({ first: 10, after: null, search: sku })
  return page?.rows.find((row) => row.sku === sku)?.id ?? ''
}

/** The internal id of a demo customer. */
export async function customerId({ erp }: Stand, number: string): Promise<string> {
  const page = await erp.customers?.list({ first: 10, after: null, search: number })
  return page?.rows.find((row) => row.number === number)?.id ?? ''
}

/** An order of two lines: one priced by us, one by NetSuite. */
export async function order(stand: Stand, more: Partial<OrderInput> = {}): Promise<OrderInput> {
  return {
    customer: await customerId(stand, 'C-10002'),
    lines: [
      { item: null, sku: 'DESK-60', quantity: '2', unitPrice: { amount: '99.5', currency: 'EUR' } },
      { item: null, sku: 'SCREW-80', quantity: '1.5' },
    ],
    ...more,
  }
}

/** The writes among the calls: everything that is neither SuiteQL nor a token. */
export function writes({ calls }: Stand): SandboxCall[] {
  return calls.filter(({ method, path }) => method !== 'GET' && !/suiteql|token/.test(path))
}
