import { beforeAll, describe, expect, it } from 'vitest'
import { addKey } from '../gateway/keys.ts'
import type { Setting } from './host.ts'
import { OPEN_MS, type Stand, theStand, run as runIn } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await theStand()
}, OPEN_MS)

type Ran = ReturnType<typeof runIn>
const run = (parameters: Record<string, unknown>, more: Partial<Setting> = {}): Ran =>
  runIn(stand, parameters, more)

const product = { resource: 'product', operation: 'getAvailability' }

describe('the credential', () => {
  it('passes its test with a good key, and fails it with another one or another address', async () => {
    const test = (more: object) => stand.host.test('ErpSupergraphApi', { ...stand.login, ...more })
    expect(await test({})).toBe(true)
    expect(await test({ baseUrl: `${stand.login.baseUrl}/` })).toBe(true)
    expect(await test({ apiKey: 'wrong' })).toBe(false)
    expect(await test({ baseUrl: `${stand.login.baseUrl}/elsewhere` })).toBe(false)
  })
})

describe('availability and price', () => {
  it('asks for all items in one request, and answers each of them in its place', async () => {
    const skus = [...stand.skus.slice(0, 20), 'NO-SUCH', ...stand.skus.slice(0, 10)]
    const parameters = { ...product, sku: (item: number) => skus[item] }
    const { items, requests } = await run(parameters, { items: skus.map((sku) => ({ sku })) })
    expect(requests).toHaveLength(1)
    expect(items.map(({ json }) => json.sku)).toEqual(skus)
    expect(items.map(({ pairedItem }) => pairedItem?.item)).toEqual(skus.map((_, item) => item))
    expect(items[20]!.json).toEqual({ sku: 'NO-SUCH', found: false })
    expect(items[0]!.json).toMatchObject({
      found: true,
      stock: { complete: true, missing: 0 },
      price: { status: 'LIVE', unitPrice: { currency: 'EUR' } },
    })
    expect(items[21]!.json).toEqual(items[0]!.json)
  })

  it('asks for each quantity and customer as the item says, within the limits of the gateway', async () => {
    const quantities = Array.from({ length: 45 }, (_, nth) => String(nth + 1))
    const parameters = {
      ...product,
      sku: stand.skus[0],
      include: ['price'],
      options: (item: number) => ({
        quantity: quantities[item],
        customer: stand.customer,
        currency: 'EUR',
        on: '2026-11-21T00:00:00',
        connections: 'odoo:main',
        deadlineMs: 20_000,
        maxAgeMs: 60_000,
        unit: 'H87',
        warehouses: 'A, B',
      }),
    }
    const { items, requests } = await run(parameters, { items: quantities.map(() => ({})) })
    expect(requests).toHaveLength(3)
    expect(items).toHaveLength(45)
    expect(items.filter(({ json }) => (json.price as { status: string }).status === 'LIVE')).toHaveLength(45)
    expect(items[0]!.json).not.toHaveProperty('stock')
    const all = requests.flatMap(({ body }) => Object.entries(body.variables))
    expect(all.filter(([name]) => name.startsWith('quantity')).map(([, value]) => value)).toEqual(quantities)
  })

  it('says what is missing when an ERP is down, and keeps what the others say', async () => {
    stand.house.sandboxes.faults('erpnext', [{ do: 'status', status: 503, times: 0 }])
    const options = { maxAgeMs: 0, deadlineMs: 1_000 }
    const { items } = await run({ ...product, sku: stand.skus.at(-1), include: ['stock'], options })
    stand.house.sandboxes.faults('erpnext', [])
    const stock = items[0]!.json.stock as { complete: boolean; missing: number; answers: object[] }
    expect(stock).toMatchObject({ complete: false, missing: 1 })
    expect(stock.answers).toContainEqual(
      expect.objectContaining({
        connection: 'erpnext:main',
        problem: expect.objectContaining({ code: 'UNAVAILABLE' }),
      }),
    )
    expect(stock.answers).toContainEqual(expect.objectContaining({ connection: 'odoo:main', problem: null }))
  })

  it('tells of a price that the key may not see, and shows the stock', async () => {
    const apiKey = await addKey(stand.house, { scopes: ['read:stock'] })
    const { items } = await run({ ...product, sku: stand.skus[0] }, { apiKey })
    expect(items[0]!.json).toMatchObject({
      stock: { complete: true },
      price: { problem: { code: 'FORBIDDEN' } },
    })
  })

  it('fails only the item whose value is none, with code and next step, and goes on when told to', async () => {
    const options = (item: number) => ({ currency: item === 1 ? 'euro' : 'EUR' })
    const parameters = { ...product, sku: stand.skus[0], options }
    const items = [{}, {}, {}]
    await expect(run(parameters, { items })).rejects.toMatchObject({
      name: 'NodeApiError',
      message: expect.stringContaining('[VALIDATION]'),
      description: expect.stringContaining('Correct the named value'),
      context: { itemIndex: 1 },
    })
    const { items: done } = await run(parameters, { items, continueOnFail: true })
    expect(done.map(({ json }) => json.code ?? json.found)).toEqual([true, 'VALIDATION', true])
    expect(done[1]).toMatchObject({ json: { resolution: expect.any(String) }, pairedItem: { item: 1 } })
    expect(done[1]!.error).toMatchObject({ name: 'NodeApiError' })
  })

  it('says with code and status why nothing was asked at all', async () => {
    const unknown = run({ ...product, sku: 'X' }, { apiKey: 'wrong' })
    await expect(unknown).rejects.toMatchObject({
      message: '[UNAUTHENTICATED] A valid API key is needed.',
      httpCode: '401',
    })
    const elsewhere = run({ ...product, sku: 'X' }, { baseUrl: stand.house.sandboxes.url('odoo') })
    await expect(elsewhere).rejects.toMatchObject({ message: expect.stringMatching(/\[BAD_ANSWER\]/) })
  })
})

describe('a query of one’s own', () => {
  it('gives the data of each item, and fails with the code of the first error', async () => {
    const query = 'query ($sku: ID!) { product(sku: $sku) { sku } }'
    const variables = (item: number) =>
      item === 0 ? { sku: stand.skus[0] } : JSON.stringify({ sku: 'NO-SUCH' })
    const { items } = await run(
      { resource: 'graphql', operation: 'query', query, variables },
      { items: [{}, {}] },
    )
    expect(items.map(({ json }) => json)).toEqual([{ product: { sku: stand.skus[0] } }, { product: null }])
    const wrong = run({ resource: 'graphql', operation: 'query', query: '{ nothing }' })
    await expect(wrong).rejects.toMatchObject({ message: expect.stringMatching(/^\[VALIDATION\]/) })
  })
})
