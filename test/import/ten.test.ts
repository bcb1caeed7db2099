import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Demo, demo } from '../../subgraphs/demo.ts'
import { DEFAULT_TENANT } from '../../subgraphs/hub/access.ts'
import { saveConnection } from '../../subgraphs/hub/connection.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { closeHub, openHub } from '../../subgraphs/hub/open.ts'
import type { Hub } from '../../subgraphs/hub/hub.ts'
import { sandbox } from '../../subgraphs/odoo/sandbox.ts'
import { SandboxServer } from '../../subgraphs/stage.ts'
import { ChildWorker } from '../child.ts'
import { type FreshDatabase, freshDatabase } from '../postgres.ts'
import { until } from '../scene.ts'
import { QUICK, Yard, configFor } from '../yard.ts'

const COUNT = 10_000
/** The sandbox has an item of its own, without a SKU. */
const RECORDS = COUNT + 1
const ID = 'odoo:main'

/** The demo company with so many products, and nothing else that costs time. */
function large(): Demo {
  const small = demo(1)
  const [first] = small.products
  if (!first) throw new Error('There are no products.')
  const products = Array.from({ length: COUNT }, (_, index) => ({
    ...first,
    sku: `BULK-${String(index).padStart(5, '0')}`,
    name: `Bulk ${index} größer & ✨`,
    barcode: `4${String(index).padStart(12, '0')}`,
    stock: [],
  }))
  return { ...small, products, agreements: [], orders: [] }
}

let server: SandboxServer
let database: FreshDatabase & { url: string }
let hub: Hub
let yard: Yard
beforeAll(async () => {
  server = new SandboxServer()
  server.mount('odoo', sandbox, large())
  await server.listen(0)
  database = await freshDatabase()
  const config = configFor(database.url, [`127.0.0.1:${server.port}`])
  hub = await openHub(config, QUICK)
  const own = server.sandbox('odoo').config(server.url('odoo'))
  const settings = { limits: { perSecond: 10_000, perMinute: 600_000 } }
  await saveConnection(hub, { id: ID, tenant: DEFAULT_TENANT, system: 'odoo', config: own, settings })
  yard = new Yard(hub, server, config, [])
})
afterAll(async () => {
  await closeHub(hub)
  await server.close()
  await database.drop()
})

interface Progress {
  state: string
  done: number
  failed: number
}

async function progress(id: string): Promise<Progress> {
  const query = 'query ($id: ID!) { syncImport(id: $id) { state done failed } }'
  const { data } = await yard.ask(query, { id })
  return (data as unknown as { syncImport: Progress }).syncImport
}

/** Waits until so many are done; each part has the patience of its own. */
async function reached(id: string, count: number): Promise<void> {
  for (let part = 1_000; part <= count; part += 1_000)
    await until(async () => (await progress(id)).done >= part, `${part} records`)
}

it(
  'imports 10,000 records through storms of 429, cut lines and a kill, without one lost or doubled',
  { timeout: 240_000 },
  async () => {
    server.faults('odoo', [
      { do: 'status', status: 429, retryAfter: '0', times: 12, skip: 9 },
      { do: 'reset', times: 5, skip: 30 },
      { do: 'resetAfter', times: 5, skip: 44 },
      { do: 'half', times: 2, skip: 60 },
      { do: 'status', status: 429, retryAfter: '0', times: 12, skip: 80 },
      { do: 'status', status: 503, times: 6, skip: 90 },
    ])
    const [first, second] = [new ChildWorker(yard, { jobs: true }), new ChildWorker(yard, { jobs: true })]
    const started = await yard.ask(
      'mutation ($id: ID!) { startImport(connection: $id, objects: [PRODUCT]) { id state } }',
      { id: ID },
    )
    expect(started.errors).toBeUndefined()
    const { id } = (started.data as unknown as { startImport: { id: string } }).startImport
    await first.start()
    await reached(id, 4_000)
    await first.kill()
    const kept = await progress(id)
    expect(kept.done).toBeLessThan(COUNT)
    // The lease of the killed process ends.
    await hub.db.em().execute("update job set lease_until = now() where kind = 'import'")
    await second.start()
    await reached(id, COUNT)
    await until(async () => (await progress(id)).state === 'DONE', 'the end')
    await second.stop()
    // Each has struck as often as it should: nothing of the script is left.
    expect(await (await fetch(`${server.url('odoo')}/_faults`)).json()).toEqual([])
    expect(await progress(id)).toEqual({ state: 'DONE', done: RECORDS, failed: 0 })
    const counts = `select (select count(*)::int from mirror where told) as mirrored,
    (select count(distinct sku)::int from product) as products,
    (select count(*)::int from external_ref where kind = 'item') as "references",
    (select count(*)::int from operation) as operations,
    (select count(distinct external_id)::int from operation where batch = ?) as "logged"`
    const [found] = await rows(hub.db.em(), counts, [id])
    const of = { products: COUNT, references: COUNT }
    expect(found).toEqual({ ...of, mirrored: RECORDS, operations: RECORDS, logged: RECORDS })
  },
)
