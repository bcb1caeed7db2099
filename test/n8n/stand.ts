import { rows } from '../../subgraphs/hub/database.ts'
import { importCustomers, importItems } from '../../subgraphs/hub/identity.ts'
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
  /** A customer of Odoo's, and SKUs that both ERPs sell. */
  customer: string
  skus: string[]
  /** What every node needs to reach the house. */
  login: { baseUrl: string; apiKey: string }
  /** Orders that Odoo really holds by reference. */
  booked(reference: unknown): number
  close(): Promise<void>
}

/** Reads the first records of each ERP, as the first poll would; the rest of them is not needed here. */
async function meet({ hub }: TestHouse): Promise<void> {
  const ask = { first: 100, after: null }
  for (const open of hub.directory.every()) {
    const items = await open.erp.items?.list(ask)
    if (items) await importItems(hub.db, open, items.rows)
    const customers = await open.erp.customers?.list(ask)
    if (customers) await importCustomers(hub.db, open, customers.rows)
  }
}

/** What both ERPs sell by the piece. */
const GOODS = `select p.sku from product p join external_ref r on r.hub_id = p.id and r.kind = 'item'
  where p.unit = 'H87' group by p.sku having count(*) = 2 order by 1`
const BUYER = `select hub_id as id from external_ref where connection = 'odoo:main' and kind = 'customer'
  order by native_id limit 1`

/** A house takes seconds to open, on a busy machine many. */
export const OPEN_MS = 240_000

let opened: Promise<Stand> | null = null

/** The one that all tests of a process share: a house is dear to open. */
export function theStand(): Promise<Stand> {
  return (opened ??= openStand())
}

async function openStand(): Promise<Stand> {
  const installed = install()
  const keys = [{ name: 'other', secret: 'a secret that no test uses', scopes: USER }]
  const house = await openHouse({ only: ['odoo:main', 'erpnext:main'], keys })
  await meet(house)
  const { url } = await house.serve()
  const worker: Worker = startWorker(house.hub, { name: 'worker', parallel: 4, log: console.error })
  const em = house.hub.db.em()
  const skus = (await rows<{ sku: string }>(em, GOODS)).map(({ sku }) => sku)
  const [customer] = await rows<{ id: string }>(em, BUYER)
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
