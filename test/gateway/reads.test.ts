import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { demo } from '../../subgraphs/demo.ts'
import type { Fault } from '../../subgraphs/sandbox.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { post } from './client.ts'

const NAMES = ['odoo', 'erpnext', 'netsuite'] as const
const IDS = NAMES.map((name) => `${name}:main`)
const EVERYTHING = `fragment Everything on Product {
  sku
  stock(maxAgeMs: $age, deadlineMs: $deadline) {
    available complete missing
    answers { connection ... on StockAnswer { status ageMs available unit levels { warehouse { code } available } problem { code connection } } }
  }
  prices(quantity: "25", maxAgeMs: $age, deadlineMs: $deadline) {
    connection ... on PriceAnswer { status ageMs unitPrice { amount currency } problem { code } }
  }
}`
const ONE = `query ($age: Int, $deadline: Int! = 5000) { product(sku: "DESK-160") { ...Everything } } ${EVERYTHING}`
const MANY = `query ($skus: [ID!], $age: Int, $deadline: Int! = 5000) { products(skus: $skus) { nodes { ...Everything } } } ${EVERYTHING}`

interface Answer {
  connection: string
  status: string
  ageMs: number | null
  available: string | null
  levels: { warehouse: { code: string }; available: string }[] | null
  problem: { code: string; connection?: string } | null
}
interface Shown {
  sku: string
  stock: { available: string | null; complete: boolean; missing: number; answers: Answer[] }
  prices: (Omit<Answer, 'available'> & { unitPrice: { amount: string; currency: string } | null })[]
}

let house: TestHouse
let url = ''

beforeAll(async () => {
  house = await openHouse({ only: IDS })
  await house.poll()
  url = (await house.serve()).url
})
afterAll(() => house.close())

/** A connection as after a start: nothing cached, nothing given up. */
async function renew(id: string): Promise<void> {
  const query = 'mutation ($id: ID!) { pauseConnection(id: $id) { id } resumeConnection(id: $id) { state } }'
  expect((await post(url, query, { id })).errors).toEqual([])
}

beforeEach(async () => {
  for (const name of NAMES) house.sandboxes.faults(name, [])
  for (const id of IDS) await renew(id)
})

async function one(variables: { age?: number; deadline?: number } = {}): Promise<Shown> {
  const { data, errors } = await post<{ product: Shown }>(url, ONE, variables)
  expect(errors).toEqual([])
  return data!.product
}

function of<A extends { connection: string }>(answers: A[], id: string): A {
  return answers.find(({ connection }) => connection === id)!
}

function sum(amounts: (string | null)[]): string {
  return String(amounts.reduce((total, amount) => total + Number(amount), 0))
}

function strike(name: string, fault: Fault): void {
  house.sandboxes.faults(name, [{ times: 0, ...fault }])
}

function countCalls(): Record<string, number> {
  const counts = Object.fromEntries(NAMES.map((name) => [name, house.sandboxes.calls(name).length]))
  for (const name of NAMES) house.sandboxes.calls(name).length = 0
  return counts
}

describe('live stock and prices', () => {
  it('come from every ERP that knows the product, and add up', async () => {
    const { stock, prices } = await one()
    expect(stock.answers.map(({ connection, status }) => [connection, status])).toEqual(
      IDS.map((id) => [id, 'LIVE']),
    )
    for (const { available, levels } of stock.answers)
      expect(sum(levels!.map((level) => level.available))).toBe(available)
    expect(stock).toMatchObject({ complete: true, missing: 0 })
    expect(stock.available).toBe(sum(stock.answers.map(({ available }) => available)))
    expect(prices.map(({ connection, unitPrice }) => [connection, unitPrice])).toEqual(
      IDS.map((id) => [id, { amount: '250', currency: 'EUR' }]),
    )
  })

  it('of 50 products cost no more calls than those of one: two per ERP and kind at most', async () => {
    const skus = demo(1)
      .products.slice(0, 50)
      .map(({ sku }) => sku)
    // Warehouses, price lists and the like are read once.
    await one()
    countCalls()
    await one({ age: 0 })
    const forOne = countCalls()
    const { data, errors } = await post<{ products: { nodes: Shown[] } }>(url, MANY, { skus })
    const forFifty = countCalls()
    expect(errors).toEqual([])
    expect(data!.products.nodes.map(({ sku }) => sku)).toEqual(skus)
    for (const { stock, prices } of data!.products.nodes) {
      expect(stock).toMatchObject({ complete: true, missing: 0 })
      expect(prices.map(({ unitPrice }) => unitPrice?.amount)).not.toContain(undefined)
    }
    expect(forFifty).toEqual(forOne)
    for (const name of NAMES) expect(forFifty[name]).toBeLessThanOrEqual(4)
  })

  it('are cached for the next reader, with their age, and cost no call', async () => {
    const first = await one()
    countCalls()
    const second = await one()
    expect(countCalls()).toEqual({ odoo: 0, erpnext: 0, netsuite: 0 })
    for (const answer of [...second.stock.answers, ...second.prices]) {
      expect(answer.status).toBe('CACHED')
      expect(answer.ageMs).toBeGreaterThanOrEqual(0)
    }
    expect(second.stock.available).toBe(first.stock.available)
  })

  it('asked by many at once cost the calls of one', async () => {
    await one()
    countCalls()
    await one({ age: 0 })
    const alone = countCalls()
    for (const id of IDS) await renew(id)
    await one()
    countCalls()
    for (const id of IDS) house.hub.directory.find('default', id)!.readers.stock.clear()
    for (const id of IDS) house.hub.directory.find('default', id)!.readers.price.clear()
    await Promise.all(Array.from({ length: 20 }, () => one()))
    expect(countCalls()).toEqual(alone)
  })

  it.each(NAMES)('see a change in %s at once with maxAgeMs 0, and from the cache without', async (name) => {
    const before = (await one()).stock
    const warehouse = demo(1).warehouses[0]!.code
    const id = `${name}:main`
    house.sandboxes.sandbox(name).act({ do: 'setStock', sku: 'DESK-160', warehouse, onHand: '1234' })
    expect(of((await one()).stock.answers, id)).toMatchObject({
      status: 'CACHED',
      available: of(before.answers, id).available,
    })
    const after = (await one({ age: 0 })).stock
    expect(of(after.answers, id).status).toBe('LIVE')
    expect(Number(of(after.answers, id).available)).toBeGreaterThan(1_000)
    expect(after.available).toBe(sum(after.answers.map(({ available }) => available)))
  })
})

describe('an ERP that does not answer', () => {
  it('that hangs is left at the deadline, alone: its part is missing, not zero', async () => {
    strike('odoo', { do: 'hang' })
    const { stock, prices } = await one({ deadline: 2_500 })
    expect(of(stock.answers, 'odoo:main')).toMatchObject({
      status: 'UNAVAILABLE',
      available: null,
      problem: { code: 'DEADLINE_EXCEEDED', connection: 'odoo:main' },
    })
    expect(of(prices, 'odoo:main')).toMatchObject({ unitPrice: null, problem: { code: 'DEADLINE_EXCEEDED' } })
    const others = stock.answers.filter(({ connection }) => connection !== 'odoo:main')
    expect(others.map(({ status }) => status)).toEqual(['LIVE', 'LIVE'])
    expect(stock).toMatchObject({ complete: false, missing: 1 })
    expect(stock.available).toBe(sum(others.map(({ available }) => available)))
  })

  it('that hangs is answered for by what it said before, marked STALE', async () => {
    const before = await one()
    strike('odoo', { do: 'hang' })
    const { stock, prices } = await one({ age: 0, deadline: 300 })
    expect(of(stock.answers, 'odoo:main')).toMatchObject({
      status: 'STALE',
      available: of(before.stock.answers, 'odoo:main').available,
      problem: { code: 'DEADLINE_EXCEEDED' },
    })
    expect(of(prices, 'odoo:main')).toMatchObject({ status: 'STALE', unitPrice: { amount: '250' } })
    expect(stock.available).toBe(before.stock.available)
  })

  it('that is late still fills the cache for the next reader', async () => {
    await one()
    house.hub.directory.find('default', 'odoo:main')!.readers.stock.clear()
    house.sandboxes.faults('odoo', [{ do: 'hold', times: 0 }])
    const query =
      '{ product(sku: "DESK-160") { stock(connections: ["odoo:main"], deadlineMs: 100) { available answers { ... on StockAnswer { status } } } } }'
    const ask = async () => (await post(url, query)).data
    expect(await ask()).toMatchObject({
      product: { stock: { available: null, answers: [{ status: 'UNAVAILABLE' }] } },
    })
    house.sandboxes.faults('odoo', [])
    await vi.waitFor(async () =>
      expect(await ask()).toMatchObject({ product: { stock: { answers: [{ status: 'CACHED' }] } } }),
    )
  })

  it.each([
    ['is dead', { do: 'reset' }, 'UNAVAILABLE'],
    ['answers 503', { do: 'status', status: 503 }, 'UNAVAILABLE'],
    ['answers with a page', { do: 'html' }, 'BAD_ANSWER'],
    ['answers with half of it', { do: 'half' }, 'BAD_ANSWER'],
    ['answers with nothing', { do: 'empty' }, 'BAD_ANSWER'],
    ['throttles', { do: 'status', status: 429, retryAfter: '30' }, 'RATE_LIMITED'],
  ] as [string, Fault, string][])(
    'that %s has its problem in its own branch',
    async (_words, fault, code) => {
      for (const name of NAMES) {
        for (const id of IDS) await renew(id)
        strike(name, fault)
        const id = `${name}:main`
        const { stock, prices } = await one()
        expect(of(stock.answers, id)).toMatchObject({
          status: 'UNAVAILABLE',
          available: null,
          problem: { code },
        })
        expect(of(prices, id)).toMatchObject({ status: 'UNAVAILABLE', unitPrice: null, problem: { code } })
        for (const answer of [...stock.answers, ...prices].filter(({ connection }) => connection !== id))
          expect([name, answer.status, answer.problem]).toEqual([name, 'LIVE', null])
        expect(stock).toMatchObject({ complete: false, missing: 1 })
        house.sandboxes.faults(name, [])
      }
    },
  )

  it('leaves no total at all when nobody answers', async () => {
    for (const name of NAMES) strike(name, { do: 'reset' })
    const { stock } = await one()
    expect(stock).toMatchObject({ available: null, complete: false, missing: 3 })
  })
})
