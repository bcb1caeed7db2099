import { graphql } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signCaller, readCaller } from '../../subgraphs/signed.ts'
import { connectorOf } from '../../subgraphs/index.ts'
import { subgraphOf } from '../../subgraphs/subgraph.ts'
import { post } from '../gateway/client.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'
const LEVELS = 'the-secret-of-a-portal-that-sees-levels'
const SKU = 'DESK-160'
const QUANTITIES =
  'available onHand reserved incoming levels { warehouse { code } available onHand reserved incoming }'
const STOCK = `query { product(sku: "${SKU}") { stock { available incoming availability complete missing answers {
  id __typename connection ... on StockAnswer { status availability unit source ${QUANTITIES} } } } } }`

interface Answer {
  id: string
  __typename: string
  status: string
  availability: string
  unit: string | null
  available: string | null
  levels: object[] | null
  [field: string]: unknown
}
interface Total {
  available: string | null
  incoming: string | null
  availability: string
  complete: boolean
  missing: number
  answers: Answer[]
}

let house: TestHouse
let url = ''

async function stock(key: string): Promise<Total> {
  const { data, errors } = await post<{ product: { stock: Total } }>(url, STOCK, {}, { key })
  expect(errors).toEqual([])
  return data!.product.stock
}
async function levelsKey(lowStockBelow: string): Promise<string> {
  const query = `mutation ($i: CreateKeyInput!) { createKey(input: $i) { secret } }`
  const i = { name: 'portal', scopes: ['read:stock'], stockAs: 'LEVELS', lowStockBelow }
  const { data } = await post<{ createKey: { secret: string } }>(url, query, { i }, { key: ADMIN })
  return data!.createKey.secret
}

beforeAll(async () => {
  const keys = [
    { name: 'same', secret: ADMIN, scopes: ['admin' as const] },
    { name: 'same', secret: LEVELS, scopes: ['admin' as const], stockAs: 'LEVELS' as const },
  ]
  house = await openHouse({ only: ['odoo:main', 'erpnext:main'], keys })
  await house.poll()
  url = (await house.serve()).url
})
afterAll(() => house.close())

describe('a key that sees stock as levels', () => {
  it('gets availability and no quantity, in answers and totals', async () => {
    const [exact, seen] = [await stock(ADMIN), await stock(LEVELS)]
    expect(Number(exact.available)).toBeGreaterThan(0)
    expect(exact.answers.every(({ levels }) => levels!.length > 0)).toBe(true)
    expect(seen).toMatchObject({ available: null, incoming: null, complete: true, missing: 0 })
    expect(seen.availability).toBe(exact.availability)
    expect(seen.answers).toHaveLength(2)
    seen.answers.forEach((answer, index) => {
      const { id, __typename, connection, status, availability, unit, ...rest } = answer
      const { availability: right, unit: own } = exact.answers[index]!
      expect([id, __typename, connection].every(Boolean)).toBe(true)
      expect(['LIVE', 'CACHED']).toContain(status)
      expect([availability, unit]).toEqual([right, own])
      expect(Object.values(rest).every((value) => value === null)).toBe(true)
    })
  })

  it('gets no more when a key with the same name and rights asks at the same moment', async () => {
    const fresh = STOCK.replace('stock {', 'stock(maxAgeMs: 0) {')
    const all = [ADMIN, LEVELS, ADMIN, LEVELS].map((key) =>
      post<{ product: { stock: Total } }>(url, fresh, {}, { key }),
    )
    const totals = (await Promise.all(all)).map(({ data }) => data!.product.stock.available)
    expect(totals.map((total) => total === null)).toEqual([false, true, false, true])
  })

  it('gets no more by alias, fragment or type of its own', async () => {
    const query = `query { product(sku: "${SKU}") { s: stock { a: available t: answers { ... on OdooStock { x: available y: onHand z: levels { q: onHand } }
      ... on ErpNextStock { x: available y: onHand z: levels { q: onHand } } ... on StockAnswer { w: incoming } } } } }`
    const exact = await post(url, query, {}, { key: ADMIN })
    expect(exact.errors).toEqual([])
    expect(exact.text).toMatch(/"x":"\d/)
    const seen = await post(url, query, {}, { key: LEVELS })
    expect(seen.errors).toEqual([])
    expect(seen.text).not.toMatch(/"[aqwxyz]":"?\d/)
  })

  it('gets no more by a reference written by hand, in process or with the signed context', async () => {
    const [answer] = (await stock(ADMIN)).answers.filter(({ __typename }) => __typename === 'OdooStock')
    const { schema } = subgraphOf(connectorOf('odoo')!)
    const source = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on OdooStock { availability ${QUANTITIES} } } }`
    const variableValues = { r: [{ __typename: 'OdooStock', id: answer!.id, available: '1' }] }
    const ask = async (key: string, signed: boolean) => {
      const context = await house.contexts.of(`Bearer ${key}`)
      const caller = signed
        ? readCaller('s'.repeat(32), signCaller('s'.repeat(32), context.caller))
        : context.caller
      const contextValue = { ...context, caller }
      const { data, errors } = await graphql({ schema, source, variableValues, contextValue })
      expect(errors).toBeUndefined()
      return (data!._entities as Answer[])[0]!
    }
    expect(await ask(ADMIN, true)).toMatchObject({ available: answer!.available })
    for (const signed of [false, true]) {
      const { availability, ...rest } = await ask(LEVELS, signed)
      expect(availability).toBe(answer!.availability)
      expect(Object.values(rest).every((value) => value === null)).toBe(true)
    }
  })

  it("gets no stock from a system's own lists", async () => {
    const query = '{ odoo { items(first: 5) { nodes { __typename id sku name unit } } } }'
    const { data } = await post<{ odoo: { items: { nodes: object[] } } }>(url, query, {}, { key: LEVELS })
    expect(data!.odoo.items.nodes).toHaveLength(5)
    const fields = '{ __type(name: "OdooItem") { fields { name } } }'
    const shape = await post<{ __type: { fields: { name: string }[] } }>(url, fields, {}, { key: LEVELS })
    const names = shape.data!.__type.fields.map(({ name }) => name)
    expect(names.filter((name) => /stock|hand|reserved|incoming|available/i.test(name))).toEqual([])
  })
})

describe('availability', () => {
  it('follows the quantity and the threshold of the key, and is unknown where nothing is known', async () => {
    const exact = await stock(ADMIN)
    const least = Math.min(...exact.answers.map(({ available }) => Number(available)))
    const most = Math.max(...exact.answers.map(({ available }) => Number(available)))
    expect((await stock(await levelsKey(String(least)))).availability).toBe('IN_STOCK')
    const low = await stock(await levelsKey(String(most + 1)))
    expect(low.availability).toBe('LOW_STOCK')
    expect(low.answers.map(({ availability }) => availability)).toEqual(['LOW_STOCK', 'LOW_STOCK'])
    for (const system of ['odoo', 'erpnext'])
      house.sandboxes.faults(system, [{ do: 'status', status: 500, times: 0 }])
    const query = `{ product(sku: "DESK-140") { stock { availability answers { ... on StockAnswer { availability } } } } }`
    const { data } = await post<{ product: { stock: Total } }>(url, query, {}, { key: LEVELS })
    expect(data!.product.stock).toEqual({
      availability: 'UNKNOWN',
      answers: [{ availability: 'UNKNOWN' }, { availability: 'UNKNOWN' }],
    })
  })
})
