import type { Connector, Customer, Item, Kind, Records } from '../../subgraphs/connector.ts'
import { type Demo, type DemoCustomer, demo } from '../../subgraphs/demo.ts'
import type { SandboxMount } from '../../subgraphs/sandboxes.ts'
import type { SandboxServer } from '../../subgraphs/stage.ts'
import { listAll, readOf } from './kinds.ts'
import type { Alter } from './mutate.ts'
import { type Line, type OpenOptions, Stand } from './stand.ts'

export type { Line } from './stand.ts'

/** What all checks of one connector share: sandboxes that can be used again, and rows that are read once. */
class Stock {
  readonly untouched: Stand[] = []
  readonly used: Stand[] = []
  readonly kept = new Map<string, Promise<unknown>>()
  refs = 0
}

interface Borrowed {
  stand: Stand
  to: Stand[]
}

/**
 * A connector and its sandbox, brought together for the checks. Three ways to a connection: `open` gives a
 * sandbox that nobody has touched and nobody will see again; `clean` and `reading` one that is only read;
 * `used` and `writing` one that others have written to, for records of their own reference.
 */
export class Bench {
  readonly connector: Connector
  readonly mount: SandboxMount
  readonly demo: Demo
  readonly #server: SandboxServer
  readonly #stock: Stock
  readonly #own: Stand[] = []
  readonly #borrowed: Borrowed[] = []

  constructor(connector: Connector, mount: SandboxMount, server: SandboxServer, shared?: Bench) {
    this.connector = connector
    this.mount = mount
    this.demo = shared?.demo ?? demo(mount.seed)
    this.#server = server
    this.#stock = shared ? shared.#stock : new Stock()
  }

  /** A bench for one check; what it opens goes with it. */
  forCheck(): Bench {
    return new Bench(this.connector, this.mount, this.#server, this)
  }

  /** A connection to a sandbox of its own. */
  open(options: OpenOptions = {}): Line {
    const stand = this.#stand()
    this.#own.push(stand)
    return stand.open(options)
  }

  /** A connection to a sandbox that nobody changes, for as long as the check runs. */
  clean(options: OpenOptions = {}): Line {
    return this.#take(this.#stock.untouched).open(options)
  }

  /** A connection to a sandbox in which other references stand already, for as long as the check runs. */
  used(): Line {
    return this.#take(this.#stock.used).open()
  }

  /** A reference that nobody has used. */
  ref(): string {
    return `ord_01JD2WQ3${String(++this.#stock.refs).padStart(6, '0')}`
  }

  /** Runs `work` with a connection of its own to a sandbox that nobody changes; `alter` changes its answers. */
  reading<T>(work: (line: Line) => Promise<T>, alter: Alter | null = null): Promise<T> {
    return this.#borrow(this.#stock.untouched, work, alter)
  }

  /** Runs `work` with a connection of its own to a sandbox in which other references stand already. */
  writing<T>(work: (line: Line, ref: string) => Promise<T>): Promise<T> {
    return this.#borrow(this.#stock.used, (line) => work(line, this.ref()), null)
  }

  async close(): Promise<void> {
    await Promise.all(this.#own.splice(0).map((stand) => stand.remove()))
    const back = async ({ stand, to }: Borrowed): Promise<void> => {
      await stand.clear()
      to.push(stand)
    }
    await Promise.all(this.#borrowed.splice(0).map(back))
  }

  /** Ends what all checks shared. */
  async end(): Promise<void> {
    await this.close()
    const { untouched, used } = this.#stock
    await Promise.all([...untouched.splice(0), ...used.splice(0)].map((stand) => stand.remove()))
  }

  /** The one connection for checks that only ask. */
  get calm(): Promise<Line> {
    return this.keep('calm', async () => this.#stand().open())
  }

  /** All rows of a kind, read once. */
  rows<K extends Kind>(kind: K): Promise<Records[K][]> {
    return this.keep(kind, async () => {
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

  /** SKUs that stand in no document, so that every ERP lets them be deleted. */
  unsold(): string[] {
    const sold = new Set(this.demo.orders.flatMap(({ lines }) => lines.map(({ sku }) => sku)))
    return this.demo.products.map(({ sku }) => sku).filter((sku) => !sold.has(sku))
  }

  /** The value without what two fresh sandboxes differ in: their addresses, and when their rows were made. */
  alike(value: unknown): unknown {
    const numbered = new RegExp(`${this.mount.name}-\\d+`, 'g')
    const text = JSON.stringify(value).replaceAll(numbered, this.mount.name)
    return JSON.parse(text.replaceAll(/"updatedAt":"[^"]*"/g, '"updatedAt":"then"'))
  }

  /** The first demo customer that fits. */
  person(fits: (customer: DemoCustomer) => boolean): DemoCustomer {
    const found = this.demo.customers.find(fits)
    if (!found) throw new Error('The demo has no such customer.')
    return found
  }

  #take(from: Stand[]): Stand {
    const stand = from.pop() ?? this.#stand()
    this.#borrowed.push({ stand, to: from })
    return stand
  }

  #stand(): Stand {
    return new Stand(this.connector, this.mount, this.#server)
  }

  async #borrow<T>(free: Stand[], work: (line: Line) => Promise<T>, alter: Alter | null): Promise<T> {
    const stand = free.pop() ?? this.#stand()
    stand.alter = alter
    try {
      return await work(stand.open())
    } finally {
      await stand.clear()
      free.push(stand)
    }
  }

  /** What `make` makes, once for all checks. */
  keep<T>(key: string, make: () => Promise<T>): Promise<T> {
    const { kept } = this.#stock
    if (!kept.has(key)) kept.set(key, make())
    return kept.get(key) as Promise<T>
  }
}
