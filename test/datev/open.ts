import { afterAll, beforeAll } from 'vitest'
import { ErpError } from '../../schema/errors.ts'
import type { Erp, InvoiceInput } from '../../subgraphs/connector.ts'
import { datev } from '../../subgraphs/datev/index.ts'
import { type ExtfFile, readExtf } from '../../subgraphs/datev/extf.ts'
import { type Manner, company } from '../../subgraphs/datev/sandbox.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type HttpRequest, Outbound } from '../../subgraphs/http.ts'
import type { Fault, Ledger, SandboxCall } from '../../subgraphs/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { memoryVault } from '../contract/tap.ts'

/** A connection to a company of its own. */
export interface Office {
  erp: Erp
  url: string
  sent: HttpRequest[]
  calls: SandboxCall[]
  vault: ReturnType<typeof memoryVault>
  ledger(): Ledger
  strike(...faults: Fault[]): void
  expire(): void
  /** The files that were uploaded, read back. */
  files(): ExtfFile[]
  /** The same company after the process was started anew, with other settings and its kept tokens. */
  reopen(more?: Record<string, unknown>): Office
}

/** One server for a file of tests; each company on it is fresh. */
export function stage(): {
  server: SandboxServer
  open: (more?: Record<string, unknown>, manner?: Manner) => Office
} {
  const server = new SandboxServer()
  const ways: Outbound[] = []
  let count = 0
  beforeAll(() => server.listen(0))
  afterAll(async () => {
    await Promise.all(ways.map((way) => way.close()))
    await server.close()
  })

  function connect(name: string, more: Record<string, unknown>, vault = memoryVault()): Office {
    const own = server.sandbox(name)
    const url = server.url(name)
    const config = datev.config.parse({ ...own.config(url), ...more })
    const allowHosts = [`127.0.0.1:${server.port}`]
    const way = new Outbound({ connection: name, limits: datev.limits, vault, allowHosts, secrets: [] })
    ways.push(way)
    const sent: HttpRequest[] = []
    const send = (request: HttpRequest) => {
      sent.push(request)
      return way.send(request)
    }
    return {
      erp: datev.connect(config, { vault, send }),
      ...{ url, sent, vault },
      calls: server.calls(name),
      ledger: () => own.ledger(),
      strike: (...faults) => server.faults(name, faults),
      expire: () => own.act({ do: 'expireTokens' }),
      files: () => sent.flatMap(({ bytes }) => (bytes ? [readExtf(bytes)] : [])),
      reopen: (other = more) => connect(name, other, vault),
    }
  }
  return {
    server,
    open(more = {}, manner = {}) {
      const name = `datev${++count}`
      server.mount(name, company(manner), demo(13))
      return connect(name, more)
    },
  }
}

/** The error that a promise ends with. */
export async function errorOf(work: Promise<unknown> | undefined): Promise<ErpError> {
  const end = await Promise.resolve(work).catch((error: unknown) => error)
  if (end instanceof ErpError) return end
  throw new Error(`No ErpError but ${JSON.stringify(end)}`)
}

/** Two desks with 19 % tax for the first customer of Berlin. */
export function invoiceOf(more: Partial<InvoiceInput> = {}): InvoiceInput {
  const price = { amount: '212.50', currency: 'EUR' }
  return {
    customer: '10001',
    number: 'RE-7',
    issuedOn: '2026-11-21',
    dueOn: '2026-12-21',
    lines: [{ item: null, sku: 'DESK-160', quantity: '2', unitPrice: price }],
    ...more,
  }
}
