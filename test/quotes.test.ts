import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hookRoutes } from '../gateway/hooks.ts'
import { rows } from '../subgraphs/hub/database.ts'
import { InboxWorker } from '../subgraphs/hub/inbox.ts'
import { untilFinal } from '../subgraphs/hub/waiting.ts'
import { type Worker, startWorker } from '../subgraphs/hub/worker.ts'
import { type TestHouse, openHouse } from './whole.ts'

const SECRET = 'what the source and we agreed on'
const WAIT_MS = 20_000

let house: TestHouse
let worker: Worker
let inbox: InboxWorker
let url: string

interface QuoteNode {
  id: string
  number: string
  state: string
  problem: { code: string } | null
  order: { id: string; number: string | null } | null
}

interface Line {
  sku: string
  quantity: string
}
interface OrderNode {
  quote: { number: string; record: { customerName: string; net: { amount: string }; lines: Line[] } }
  record: { customerName: string; state: string; net: { amount: string }; lines: Line[] }
}

async function quotes(): Promise<QuoteNode[]> {
  const query = `{ quotes(first: 100, filter: { connection: "qwoty:main" }) {
    nodes { id number state problem { code } order { id number } } } }`
  const { data } = await house.ask<{ quotes: { nodes: QuoteNode[] } }>(query)
  return data.quotes.nodes
}

/** Waits until every operation has ended, and gives how they ended. */
async function settle(): Promise<{ status: string; action: string }[]> {
  const found = await rows<{ id: string }>(house.hub.db.em(), 'select id from operation order by created_at')
  const done = await untilFinal(
    house.hub,
    found.map(({ id }) => id),
    WAIT_MS,
  )
  return done.map(({ status, action }) => ({ status, action }))
}

function booked(): { ref: string | null; state: string }[] {
  return house.sandboxes
    .sandbox('odoo')
    .ledger()
    .orders.filter(({ ref }) => ref?.startsWith('esg_'))
}

/** Tells of a quote as the source does: thin, signed over time and body. */
function tell(nativeId: string, secret: string | null = SECRET): Promise<Response> {
  const body = JSON.stringify({ event_type: 'quote.accepted', id: nativeId })
  const at = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret ?? '')
    .update(`${at}.${body}`)
    .digest('hex')
  const signed = { 'x-qwoty-timestamp': at, 'x-qwoty-signature': signature }
  const headers = { 'content-type': 'application/json', ...(secret === null ? {} : signed) }
  return fetch(`${url}/webhooks/qwoty:main`, { method: 'POST', headers, body })
}

async function nativeOf(number: string): Promise<string> {
  const [row] = await rows<{ native_id: string }>(
    house.hub.db.em(),
    'select native_id from quote where number = ?',
    [number],
  )
  return row?.native_id ?? ''
}

beforeAll(async () => {
  const connection = { webhookSecret: SECRET, createMissingCustomers: true }
  house = await openHouse({ only: ['odoo:main', 'qwoty:main'], connection })
  worker = startWorker(house.hub, { name: 'quotes', parallel: 4 })
  inbox = new InboxWorker(house.hub)
  await house.poll()
  ;({ url } = await house.serve({ routes: (app) => hookRoutes(app, house.hub) }))
  await settle()
})

afterAll(async () => {
  await worker.stop()
  await house.close()
})

describe('a quote', () => {
  it('becomes exactly one order when it is accepted, and none in any other state', async () => {
    const all = await quotes()
    const accepted = all.filter(({ state, problem }) => state === 'ACCEPTED' && !problem)
    expect(accepted.length).toBeGreaterThan(0)
    expect(accepted.every(({ order }) => order?.number)).toBe(true)
    expect(all.filter(({ state }) => state !== 'ACCEPTED').every(({ order }) => order === null)).toBe(true)
    expect(booked().filter(({ state }) => state === 'booked')).toHaveLength(accepted.length)
  })

  it('carries its lines, customer and agreed net total into the order, and both link to each other', async () => {
    const [quote] = (await quotes()).filter(({ order }) => order)
    const query = `query ($order: ID!) { order(id: $order) {
      customer { name } quote { number record { ... on QwotyQuote { customerName net { amount } lines { sku quantity } } } }
      record { ... on OdooOrder { customerName purchaseOrderNumber state net { amount } lines { sku quantity unitPrice { amount } } } } } }`
    const { data, errors } = await house.ask<{ order: OrderNode }>(query, { order: quote?.order?.id })
    expect(errors).toBeUndefined()
    const { order } = data
    expect(order.quote.number).toBe(quote?.number)
    expect(order.record.state).toBe('OPEN')
    expect(order.record.customerName).toBe(order.quote.record.customerName)
    const wanted = order.quote.record.lines.map(({ sku, quantity }) => [sku, Number(quantity)])
    const sold = order.record.lines.filter(({ sku }) => sku)
    expect(sold.map(({ sku, quantity }) => [sku, Number(quantity)])).toEqual(wanted)
    expect(Number(order.record.net.amount)).toBe(Number(order.quote.record.net.amount))
  })

  it('makes one order however often and however parallel its acceptance is told', async () => {
    const before = booked().length
    const sent = (await quotes()).find(({ state }) => state === 'SENT')
    const native = await nativeOf(sent?.number ?? '')
    house.sandboxes.sandbox('qwoty').act({ do: 'setQuoteStatus', id: native, status: 'accepted' })
    const answers = await Promise.all(Array.from({ length: 100 }, () => tell(native)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    await Promise.all([inbox.once(), inbox.once(), inbox.once()])
    await settle()
    expect(booked()).toHaveLength(before + 1)
    const now = (await quotes()).find(({ number }) => number === sent?.number)
    expect(now?.order?.number).toBeTruthy()
  })

  it('cancels its order in the ERP when it is cancelled afterwards', async () => {
    const quote = (await quotes()).find(({ order }) => order?.number)
    const native = await nativeOf(quote?.number ?? '')
    house.sandboxes.sandbox('qwoty').act({ do: 'setQuoteStatus', id: native, status: 'canceled' })
    await tell(native)
    await inbox.once()
    const ended = await settle()
    expect(ended).toContainEqual({ status: 'DONE', action: 'CANCEL' })
    expect(booked().filter(({ state }) => state === 'cancelled')).toHaveLength(1)
  })

  it('is not read again for a webhook with a wrong or missing signature', async () => {
    const calls = house.sandboxes.calls('qwoty').length
    const [wrong, missing] = await Promise.all([tell('qte_1', 'another secret'), tell('qte_1', null)])
    expect([wrong?.status, missing?.status]).toEqual([401, 401])
    await inbox.once()
    expect(house.sandboxes.calls('qwoty')).toHaveLength(calls)
  })
})
