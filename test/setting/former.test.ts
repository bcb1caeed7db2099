import { afterAll, beforeAll, expect, it } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { sandboxes } from '../../subgraphs/sandboxes.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ODOO = 'odoo:main'

let house: TestHouse
beforeAll(async () => {
  // A lost push is looked for only after an hour, so that it is still uncertain when the company is switched.
  house = await openHouse({ only: [ODOO], settings: { maxPushMs: 3_600_000, backoffMs: 20 } })
  await house.poll()
  house.work()
})
afterAll(() => house.close())

const operation = async (id: string) => {
  const sql = 'select status, problem, reference, sent_at as "sentAt" from operation where id = ?'
  type Row = { status: string; problem: { code: string } | null; reference: string; sentAt: string | null }
  const [row] = await rows<Row>(house.hub.db.em(), sql, [id])
  return row
}

async function push(): Promise<string> {
  const sql = "select hub_id as id from external_ref where kind = 'customer' order by native_id limit 1"
  const [buyer] = await rows<{ id: string }>(house.hub.db.em(), sql)
  const query = `mutation ($input: PushOrderInput!) { pushOrder(input: $input, idempotencyKey: "lost") { operation { id } } }`
  const input = { connection: ODOO, customer: buyer?.id, lines: [{ sku: 'DESK-60', quantity: '2' }] }
  const { data } = await house.ask<{ pushOrder: { operation: { id: string } } }>(query, { input })
  return data.pushOrder.operation.id
}

function switchCompany(): Promise<unknown> {
  const mount = sandboxes.find(({ connection }) => connection === ODOO)!
  house.sandboxes.unmount('odoo')
  house.sandboxes.mount('odoo', mount.factory, { ...demo(mount.seed), company: 'Südlicht Handel GmbH' })
  const query = `mutation ($config: JSON!) {
    connect(id: "${ODOO}", system: "odoo", config: $config, switchCompany: true) { state } }`
  const config = house.sandboxes.sandbox('odoo').config(house.sandboxes.url('odoo'))
  return house.ask(query, { config })
}

it('what may have arrived in the former company waits for a person, and is never sent to the new one', async () => {
  house.sandboxes.faults('odoo', [{ do: 'resetAfter', match: 'sale.order/create', times: 0 }])
  const id = await push()
  await expect.poll(async () => (await operation(id))?.sentAt, { timeout: 20_000 }).toBeTruthy()
  await expect.poll(async () => (await operation(id))?.status, { timeout: 20_000 }).toBe('WAITING')
  await house.ask(`mutation { pauseConnection(id: "${ODOO}") { state } }`)
  await switchCompany()
  const { status, problem, reference } = (await operation(id))!
  expect([status, problem?.code]).toEqual(['UNCERTAIN', expect.any(String)])
  await house.ask(`mutation { resumeConnection(id: "${ODOO}") { state } }`)
  // A push of now goes through, which shows that the worker has been there.
  await house.poll()
  const sql = "select hub_id as id from external_ref where kind = 'customer' order by native_id limit 1"
  const [buyer] = await rows<{ id: string }>(house.hub.db.em(), sql)
  const later = `mutation ($input: PushOrderInput!) { pushOrder(input: $input, idempotencyKey: "new", waitMs: 20000) {
    operation { status } } }`
  const input = { connection: ODOO, customer: buyer?.id, lines: [{ sku: 'DESK-60', quantity: '2' }] }
  expect((await house.ask(later, { input })).data).toEqual({ pushOrder: { operation: { status: 'DONE' } } })
  const { orders } = house.sandboxes.sandbox('odoo').ledger()
  expect(orders.filter(({ ref }) => ref === reference)).toEqual([])
  expect((await operation(id))?.status).toBe('UNCERTAIN')
})
