import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hookRoutes } from '../../gateway/hooks.ts'
import { rows } from '../../subgraphs/hub/database.ts'
import { InboxWorker } from '../../subgraphs/hub/inbox.ts'
import { untilFinal } from '../../subgraphs/hub/waiting.ts'
import { type Worker, startWorker } from '../../subgraphs/hub/worker.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const SECRET = 'what the CRM and we agreed on'
let house: TestHouse
let worker: Worker

interface Deal {
  native_id: string
  state: string
  sales_order: string | null
  problem: { code: string } | null
}

function deals(): Promise<Deal[]> {
  const sql = 'select native_id, state, sales_order, problem from quote where connection = ? order by id'
  return rows<Deal>(house.hub.db.em(), sql, ['customermates:main'])
}

/** The totals of the orders that stand in the ERP because of us. */
function booked(): string[] {
  const { orders } = house.sandboxes.sandbox('odoo').ledger()
  return orders.flatMap(({ ref, state, total }) =>
    ref?.startsWith('esg_') && state === 'booked' ? [total] : [],
  )
}

async function settle(): Promise<void> {
  const found = await rows<{ id: string }>(house.hub.db.em(), 'select id from operation')
  const ids = found.map(({ id }) => id)
  await untilFinal(house.hub, ids, 20_000)
}

beforeAll(async () => {
  const connection = { webhookSecret: SECRET, createMissingCustomers: true }
  const only = ['odoo:main', 'customermates:main']
  house = await openHouse({
    only,
    connection: { ...connection, requiredCustomerFields: [] },
  })
  worker = startWorker(house.hub, { name: 'deals', parallel: 4 })
  await house.poll()
  await settle()
})
afterAll(async () => {
  await worker.stop()
  await house.close()
})

it('a deal of Customermates that is won becomes exactly one order in the ERP, and no other deal does', async () => {
  const before = await deals()
  const won = before.filter(({ state }) => state === 'ACCEPTED')
  expect(won.map(({ problem }) => problem)).toEqual([null, null, null])
  expect(before.filter(({ sales_order: order }) => order)).toHaveLength(won.length)
  expect(booked()).toHaveLength(won.length)

  const sent = before.find(({ state }) => state === 'SENT')?.native_id ?? ''
  house.sandboxes.sandbox('customermates').act({ do: 'setQuoteStatus', id: sent, status: 'won' })
  const { url } = await house.serve({ routes: (app) => hookRoutes(app, house.hub) })
  const data = { userId: 'seller', entityId: sent, payload: {} }
  const body = JSON.stringify({ event: 'deal.updated', data, timestamp: new Date().toISOString() })
  const signature = createHmac('sha256', SECRET).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-webhook-signature': signature }
  const tell = () => fetch(`${url}/webhooks/customermates:main`, { method: 'POST', headers, body })
  const answers = await Promise.all(Array.from({ length: 10 }, tell))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  const inbox = new InboxWorker(house.hub)
  await Promise.all([inbox.once(), inbox.once()])
  await settle()
  expect(booked()).toHaveLength(won.length + 1)
})
