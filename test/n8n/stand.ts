import { rows } from '../../subgraphs/hub/database.ts'
import { type Worker, startWorker } from '../../subgraphs/hub/worker.ts'
import { USER, addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { type Context, Host, type Setting } from './host.ts'
import { type Installed, type Item, install } from './package.ts'

/** The package as n8n has it, a house with keys to serve it, and a worker that pushes. */
export interface Stand {
  house: TestHouse
  host: Host
  installed: Installed
  /** A customer and SKUs that Odoo knows. */
  customer: string
  skus: string[]
  /** What every node needs to reach the house. */
  login: { baseUrl: string; apiKey: string }
  /** Orders that Odoo really holds by reference. */
  booked(reference: unknown): number
  close(): Promise<void>
}

let opened: Promise<Stand> | null = null

/** The one that all tests of a process share: a house is dear to open. */
export function theStand(): Promise<Stand> {
  return (opened ??= openStand())
}

async function openStand(): Promise<Stand> {
  const installed = install()
  const keys = [{ name: 'other', secret: 'a secret that no test uses', scopes: USER }]
  const house = await openHouse({ only: ['odoo:main', 'erpnext:main'], keys })
  await house.poll()
  const { url } = await house.serve()
  const worker: Worker = startWorker(house.hub, { name: 'worker', parallel: 4, log: console.error })
  const known = (kind: string, column: string, table: string) =>
    rows<{ id: string }>(
      house.hub.db.em(),
      `select ${column} as id from ${table} t join external_ref r on r.hub_id = t.id
        where r.connection = 'odoo:main' and r.kind = ? and ${kind === 'item' ? `t.unit = 'H87'` : 'true'} order by 1`,
      [kind],
    )
  const skus = (await known('item', 't.sku', 'product')).map(({ id }) => id)
  const [customer] = await known('customer', 't.id', 'customer')
  return {
    house,
    host: new Host(installed),
    installed,
    customer: customer?.id ?? '',
    skus,
    login: { baseUrl: url, apiKey: await addKey(house, { scopes: USER }) },
    booked: (reference) =>
      house.sandboxes
        .sandbox('odoo')
        .ledger()
        .orders.filter(({ ref }) => ref === reference).length,
    async close() {
      await worker.stop()
      await house.close()
      installed.remove()
    },
  }
}

/** Runs the action node; gives its items and the requests that it sent. */
export async function run(
  stand: Stand,
  parameters: Record<string, unknown>,
  more: Partial<Setting> = {},
): Promise<{ items: Item[]; requests: Context['requests'] }> {
  const context = stand.host.context('ErpSupergraph', { ...stand.login, parameters, ...more })
  const node = stand.installed.nodes.ErpSupergraph!
  const [items = []] = await node.execute!.call(context)
  return { items, requests: context.requests }
}
