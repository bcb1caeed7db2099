import { afterEach, expect, it, vi } from 'vitest'
import { openHouse } from '../whole.ts'

const QUERY = `{ products(first: 50) { nodes {
  stock(connections: ["xero:main"]) { answers { ... on XeroStock { status } } }
  price(connection: "xero:main") { ... on XeroPrice { status } }
} } }`

interface Shown {
  products: { nodes: { stock: { answers: { status: string }[] }; price: { status: string } }[] }
}

afterEach(() => vi.useRealTimers())

it('asks Xero once a minute at most for the stock and the prices of 50 products', async () => {
  const house = await openHouse({ only: ['xero:main'] })
  await house.poll()
  const calls = house.sandboxes.calls('xero')
  const items = () => calls.filter(({ path }) => path.endsWith('/Items')).length
  const before = items()
  const statuses = async () => {
    const { data } = await house.ask<Shown>(QUERY)
    return new Set(
      data.products.nodes.flatMap(({ stock, price }) => [stock.answers[0]?.status, price.status]),
    )
  }
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  expect(await statuses()).toEqual(new Set(['LIVE']))
  expect(items() - before).toBe(1)
  vi.setSystemTime(Date.now() + 59_000)
  expect(await statuses()).toEqual(new Set(['CACHED']))
  expect(items() - before).toBe(1)
  vi.setSystemTime(Date.now() + 2_000)
  expect(await statuses()).toEqual(new Set(['LIVE']))
  expect(items() - before).toBe(2)
  await house.close()
})
