import { ErpError } from '../../schema/errors.ts'
import type {
  Answer,
  Connector,
  Customer,
  Erp,
  Item,
  Kind,
  Limits,
  Read,
  Records,
} from '../../subgraphs/connector.ts'
import { type Demo, type DemoCustomer, demo } from '../../subgraphs/demo.ts'
import { Outbound, type Vault } from '../../subgraphs/http.ts'
import type {
  Fault,
  Ledger,
  Sandbox,
  SandboxAction,
  SandboxCall,
  SandboxFactory,
} from '../../subgraphs/sandbox.ts'
import type { SandboxMount } from '../../subgraphs/sandboxes.ts'
import type { SandboxServer } from '../../subgraphs/stage.ts'
import { secretsOf } from './secrets.ts'
import { Tap, memoryVault } from './tap.ts'

/** What a check may vary when it opens a connection. */
export interface OpenOptions {
  /** Changes what an operator filled in. */
  config?: (values: Record<string, unknown>) => Record<string, unknown>
  /** Puts something between the wire and the sandbox. */
  wrap?: (factory: SandboxFactory) => SandboxFactory
  /** Further "host:port" that may be reached. */
  allowHosts?: string[]
}

/** One connection to a sandbox of its own. */
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

/** All rows of a kind, page by page. */
export async function listAll<T>(read: Read<T>, first: number, search?: string): Promise<T[]> {
  const rows: T[] = []
  let after: string | null = null
  for (let page = 0; page < 1000; page += 1) {
    const { rows: more, next } = await read.list({ first, after, search })
    rows.push(...more)
    if (next === null) return rows
    after = next
  }
  throw new Error('The list does not end within 1000 pages.')
}

const AT_ONCE = 8
let opened = 0

/** Connectors and sandboxes brought together for the checks; every line has a fresh sandbox. */
export class Bench {
  readonly connector: Connector
  readonly mount: SandboxMount
  readonly demo: Demo
  readonly #server: SandboxServer
  readonly #shared: Bench | null
  readonly #taps: Tap[] = []
  readonly #names: string[] = []
  readonly #kept = new Map<string, Promise<unknown>>()

  /** With `shared`, what is only read is asked once for all checks. */
  constructor(connector: Connector, mount: SandboxMount, server: SandboxServer, shared: Bench | null = null) {
    this.connector = connector
    this.mount = mount
    this.demo = shared?.demo ?? demo(mount.seed)
    this.#server = server
    this.#shared = shared
  }

  /** A bench for one check; what it opens goes with it. */
  forCheck(): Bench {
    return new Bench(this.connector, this.mount, this.#server, this)
  }

  /** A connection to a fresh sandbox. Rate budgets are left out: they have their own test, and time is short. */
  open(options: OpenOptions = {}): Line {
    const name = `${this.mount.name}-${++opened}`
    this.#names.push(name)
    const factory = options.wrap?.(this.mount.factory) ?? this.mount.factory
    this.#server.mount(name, factory, demo(this.mount.seed))
    const values = this.#server.sandbox(name).config(this.#server.url(name))
    return this.#line(name, options.config?.(values) ?? values, memoryVault(), options.allowHosts)
  }

  async close(): Promise<void> {
    await Promise.all(this.#taps.map((tap) => tap.close()))
    for (const name of this.#names) this.#server.unmount(name)
  }

  /** The one line that checks share which change nothing. */
  get calm(): Promise<Line> {
    return this.#shared?.calm ?? this.#keep('calm', () => Promise.resolve(this.open()))
  }

  /** All rows of a kind, read once. */
  rows<K extends Kind>(kind: K): Promise<Records[K][]> {
    if (this.#shared) return this.#shared.rows(kind)
    return this.#keep(kind, async () => {
      const read = readOf((await this.calm).erp, kind)
      return read ? listAll(read, 100) : []
    })
  }

  /** The ERP's own ids of these SKUs; the SKU itself where the system lists no items. */
  async items(skus: string[]): Promise<{ item: string; sku: string }[]> {
    const rows: Item[] = await this.rows('item')
    return skus.map((sku) => ({ sku, item: rows.find((row) => row.sku === sku)?.id ?? sku }))
  }

  /** The ERP's own id of a demo customer, found by its e-mail or name. */
  async customer(wanted: DemoCustomer): Promise<string> {
    const rows: Pick<Customer, 'id' | 'email' | 'name'>[] = await this.rows('customer')
    const known = rows.length > 0 ? rows : (await this.calm).ledger().customers
    const row = known.find(({ email, name }) => email === wanted.email || name === wanted.name)
    if (!row) throw new Error(`${this.mount.name} does not know the demo customer ${wanted.name}.`)
    return row.id
  }

  /** The value without the numbers of fresh sandboxes in its addresses, for comparing two lines. */
  alike(value: unknown): unknown {
    return JSON.parse(
      JSON.stringify(value).replaceAll(new RegExp(`${this.mount.name}-\\d+`, 'g'), this.mount.name),
    )
  }

  /** The first demo customer that fits. */
  person(fits: (customer: DemoCustomer) => boolean): DemoCustomer {
    const found = this.demo.customers.find(fits)
    if (!found) throw new Error('The demo has no such customer.')
    return found
  }

  #keep<T>(key: string, make: () => Promise<T>): Promise<T> {
    if (!this.#kept.has(key)) this.#kept.set(key, make())
    return this.#kept.get(key) as Promise<T>
  }

  #line(name: string, values: Record<string, unknown>, vault: Line['vault'], more: string[] = []): Line {
    const { connector } = this
    const limits: Limits = { ...connector.limits, perSecond: undefined }
    const secrets = secretsOf(connector.config, values)
    const allowHosts = [`127.0.0.1:${this.#server.port}`, ...more]
    const tap = new Tap(new Outbound({ connection: name, limits, vault, allowHosts, secrets }))
    this.#taps.push(tap)
    return {
      erp: connector.connect(connector.config.parse(values), tap),
      tap,
      vault,
      sandbox: this.#server.sandbox(name),
      calls: this.#server.calls(name),
      ledger: () => this.#server.sandbox(name).ledger(),
      act: (action) => this.#server.sandbox(name).act(action),
      strike: (...faults) => this.#server.faults(name, faults),
      reopen: () => this.#line(name, values, vault, more),
    }
  }
}

/** The part of a connection that reads one kind. */
export function readOf<K extends Kind>(erp: Erp, kind: K): Read<Records[K]> | undefined {
  const parts: { [P in Kind]: Read<Records[P]> | undefined } = {
    item: erp.items,
    customer: erp.customers,
    order: erp.orders,
    invoice: erp.invoices,
    payment: erp.payments,
    quote: erp.quotes,
  }
  return parts[kind]
}

/** All kinds of records. */
export const KINDS: Kind[] = ['item', 'customer', 'order', 'invoice', 'payment', 'quote']

/** The error that `work` ends with; fails when it ends well or with anything but an ErpError. */
export async function refusal(work: () => Promise<unknown>): Promise<ErpError> {
  const end = await work().then(
    (value) => new Error(`Nothing was refused; the answer is ${JSON.stringify(value)?.slice(0, 300)}.`),
    (error: unknown) => error,
  )
  if (end instanceof ErpError) return end
  throw end
}

/** The errors of a batch, thrown or standing in its rows. */
export async function refusals(work: () => Promise<Answer<unknown>[]>): Promise<ErpError[]> {
  try {
    return (await work()).filter((answer) => answer instanceof ErpError)
  } catch (error) {
    if (error instanceof ErpError) return [error]
    throw error
  }
}

/** Runs `work` for each of many, a few at a time. */
export async function eachOf<T>(many: T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = many.values()
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** The values of a batch; throws the first error that stands in it. */
export function values<T>(answers: Answer<T>[]): (T | null)[] {
  return answers.map((answer) => {
    if (answer instanceof ErpError) throw answer
    return answer
  })
}
