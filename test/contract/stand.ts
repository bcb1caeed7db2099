import type { Connector, Erp, Limits } from '../../subgraphs/connector.ts'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { Outbound, type Vault } from '../../subgraphs/http.ts'
import type { Fault, Ledger, Sandbox, SandboxAction, SandboxCall } from '../../subgraphs/sandbox.ts'
import type { SandboxMount } from '../../subgraphs/sandboxes.ts'
import type { SandboxServer } from '../../subgraphs/stage.ts'
import { type Alter, altering } from './mutate.ts'
import { secretsOf } from './secrets.ts'
import { Tap, memoryVault } from './tap.ts'

/** What a check may vary when it opens a connection. */
export interface OpenOptions {
  /** Changes what an operator filled in. */
  config?: (values: Record<string, unknown>) => Record<string, unknown>
  /** Further "host:port" that may be reached. */
  allowHosts?: string[]
}

/** One connection to a sandbox. */
export interface Line {
  erp: Erp
  tap: Tap
  vault: Vault & { renewals: number }
  sandbox: Sandbox
  /** What the sandbox was asked so far; `length = 0` starts anew. */
  calls: SandboxCall[]
  ledger(): Ledger
  act(action: SandboxAction): void
  strike(...faults: Fault[]): void
  /** The same sandbox and the same kept tokens after the process was started anew. */
  reopen(): Line
}

let mounted = 0

/** One mounted sandbox, and the connections to it. */
export class Stand {
  readonly connector: Connector
  readonly demo: Demo
  /** Changes what the sandbox answers, on the wire. */
  alter: Alter | null = null
  readonly #server: SandboxServer
  readonly #name: string
  #taps: Tap[] = []

  constructor(connector: Connector, mount: SandboxMount, server: SandboxServer) {
    this.connector = connector
    this.demo = demo(mount.seed)
    this.#server = server
    this.#name = `${mount.name}-${++mounted}`
    server.mount(this.#name, altering(() => this.alter)(mount.factory), this.demo)
  }

  /** Connects with the credentials of the sandbox, and with nothing remembered. */
  open(options: OpenOptions = {}): Line {
    const values = this.#server.sandbox(this.#name).config(this.#server.url(this.#name))
    return this.#line(options.config?.(values) ?? values, memoryVault(), options.allowHosts ?? [])
  }

  /** Ends the connections and forgets faults and calls; what was booked stays. */
  async clear(): Promise<void> {
    this.alter = null
    this.#server.faults(this.#name, [])
    await Promise.all(this.#taps.splice(0).map((tap) => tap.close()))
    this.#server.calls(this.#name).length = 0
  }

  async remove(): Promise<void> {
    await this.clear()
    this.#server.unmount(this.#name)
  }

  /** Rate budgets are left out: they have their own test, and time is short. */
  #line(values: Record<string, unknown>, vault: Line['vault'], more: string[]): Line {
    const { connector } = this
    const [name, server] = [this.#name, this.#server]
    const limits: Limits = {
      ...connector.limits,
      perSecond: undefined,
      perMinute: undefined,
      perDay: undefined,
    }
    const secrets = secretsOf(connector.config, values)
    const allowHosts = [`127.0.0.1:${server.port}`, ...more]
    const tap = new Tap(new Outbound({ connection: name, limits, vault, allowHosts, secrets }))
    this.#taps.push(tap)
    return {
      erp: connector.connect(connector.config.parse(values), tap),
      tap,
      vault,
      sandbox: server.sandbox(name),
      calls: server.calls(name),
      ledger: () => server.sandbox(name).ledger(),
      act: (action) => server.sandbox(name).act(action),
      strike: (...faults) => server.faults(name, faults),
      reopen: () => this.#line(values, vault, more),
    }
  }
}
