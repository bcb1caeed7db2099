import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../gateway/engine.ts'
import { composeHouse, ownSubgraphs } from '../gateway/house.ts'
import { ANONYMOUS } from '../subgraphs/hub/access.ts'
import { Loaders } from '../subgraphs/loaders.ts'
import { type ServedSubgraph, serveSubgraph } from '../subgraphs/serve.ts'
import { CONTEXT_HEADER, readCaller, signCaller } from '../subgraphs/signed.ts'
import { ProductLiveDocument } from './operations/typed/graphql.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'
import { type TestHouse, openHouse } from './whole.ts'

const KEY = 'a secret key for tests only, 32 characters and more'
const SHELF = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Product @key(fields: "id") { id: ID! shelf: String }
  type Query { shelves: [String!]! }`)

let database: FreshDatabase
let house: TestHouse
let served: Map<string, ServedSubgraph>

/** Asks one subgraph by HTTP as somebody who stands in front of it. */
async function ask(name: string, query: string, headers: Record<string, string>) {
  const answer = await fetch(served.get(name)?.url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return {
    status: answer.status,
    body: (await answer.json()) as { data?: { _entities?: unknown[] }; errors?: object[] },
  }
}

beforeAll(async () => {
  database = await freshDatabase()
  house = await openHouse({ databaseUrl: database.url, only: ['odoo:main', 'erpnext:main'] })
  await house.poll()
  const { hub } = house
  const contextOf = async (headers: Record<string, string | undefined>, requestId: string) => {
    const caller = readCaller(KEY, headers[CONTEXT_HEADER])
    return { hub, directory: hub.directory, seal: hub.seal, caller, loaders: new Loaders(), requestId }
  }
  const own = ownSubgraphs()
  const all = await Promise.all(own.map((subgraph) => serveSubgraph(subgraph, contextOf, '127.0.0.1', 0)))
  const resolvers = {
    Product: { __resolveReference: async ({ id }: { id: string }) => ({ id, shelf: `shelf of ${id}` }) },
    Query: { shelves: () => ['A'] },
  }
  const schema = buildSubgraphSchema([{ typeDefs: SHELF, resolvers }])
  const foreign = await serveSubgraph(
    { name: 'shelves', typeDefs: SHELF, schema },
    async () => ({}),
    '127.0.0.1',
    0,
  )
  served = new Map([
    ...own.map(({ name }, index): [string, ServedSubgraph] => [name, all[index]!]),
    ['shelves', foreign],
  ])
})

afterAll(async () => {
  await Promise.all([...served.values()].map((one) => one.close()))
  await house.close()
  await database.drop()
})

describe('subgraphs in processes of their own', () => {
  it('answer over HTTP with the signed context what they answer in one process', async () => {
    const listed = [...served]
      .filter(([name]) => name !== 'shelves')
      .map(([name, { url }]) => ({ name, url }))
    const { sdl, transports } = await composeHouse(ownSubgraphs(), listed, KEY)
    const engine = createEngine({ supergraphSdl: sdl, transports })
    const context = await house.contexts.of(undefined)
    const variables = { sku: 'DESK-160', quantity: '25' }
    const apart = await engine.execute({ document: ProductLiveDocument, variables, context })
    const together = await house.run(ProductLiveDocument, variables)
    const ageless = (value: unknown) =>
      JSON.stringify(value)
        .replace(/"ageMs":\d+/g, '"ageMs":0')
        .replace(/"status":"(LIVE|CACHED)"/g, '"status":""')
    expect(apart.errors).toBeUndefined()
    expect(JSON.parse(ageless(apart.data))).toEqual(JSON.parse(ageless(together.data)))
    engine.stop()
  })

  it('let a subgraph of the user join by its address', async () => {
    const { url } = served.get('shelves') ?? { url: '' }
    const { sdl, transports } = await composeHouse(ownSubgraphs(), [{ name: 'shelves', url }], KEY)
    const engine = createEngine({ supergraphSdl: sdl, transports })
    const query = '{ shelves product(sku: "DESK-160") { id name shelf } }'
    const { data, errors } = await engine.execute({ query, context: await house.contexts.of(undefined) })
    expect(errors).toBeUndefined()
    const product = data?.product as { id: string; shelf: string }
    expect([data?.shelves, product.shelf]).toEqual([['A'], `shelf of ${product.id}`])
    engine.stop()
  })

  it('say which address does not answer when one cannot join', async () => {
    const gone = [{ name: 'pim', url: 'http://127.0.0.1:9/graphql' }]
    await expect(composeHouse(ownSubgraphs(), gone, KEY)).rejects.toThrow(
      /pim at http:\/\/127\.0\.0\.1:9\/graphql/,
    )
  })

  it('refuse a context that is missing, forged, changed or too old', async () => {
    const old = signCaller(KEY, ANONYMOUS, Date.now() - 60_000)
    const forged = signCaller('another key, also of more than 32 characters', ANONYMOUS)
    const changed = signCaller(KEY, ANONYMOUS).replace(/^../, 'eX')
    for (const signed of ['', old, forged, changed]) {
      const { status } = await ask('odoo', '{ __typename }', signed ? { [CONTEXT_HEADER]: signed } : {})
      expect(status).toBe(401)
    }
  })

  it('check a reference that was written by hand against tenant, connection and customer', async () => {
    const query = `{ _entities(representations: [{ __typename: "OdooItem", id: "odoo:main/item/1" }]) { ... on OdooItem { sku } } }`
    const as = (caller: object) =>
      ask('odoo', query, { [CONTEXT_HEADER]: signCaller(KEY, { ...ANONYMOUS, ...caller }) })
    expect((await as({})).body.data?._entities).toEqual([{ sku: 'DESK-60' }])
    for (const stranger of [{ tenant: 'another' }, { connections: ['erpnext:main'] }]) {
      expect((await as(stranger)).body.data?._entities).toEqual([null])
    }
    const customer = query
      .replace('OdooItem', 'OdooCustomer')
      .replace('/item/1', '/customer/1')
      .replace('OdooItem { sku', 'OdooCustomer { name')
    const limited = { ...ANONYMOUS, customer: { id: 'cus_x', natives: { 'odoo:main': '2' } } }
    const foreign = await ask('odoo', customer, { [CONTEXT_HEADER]: signCaller(KEY, limited) })
    expect(foreign.body.data?._entities).toEqual([null])
  })
})
