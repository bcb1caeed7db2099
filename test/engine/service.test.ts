import { ApolloServer } from '@apollo/server'
import { getIntrospectionQuery, graphqlSync, parse, printSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { compose } from '../../gateway/compose.ts'
import { createEngine } from '../../gateway/engine.ts'
import type { Transport } from '../../gateway/transport.ts'
import { inProcess } from '../../gateway/transport.ts'
import type { Subgraph } from './harness.ts'
import { bench, otherSupergraphOf, plain, supergraphOf } from './harness.ts'
import { shop } from './shop.ts'
import { zoo } from './zoo.ts'

describe('composition', () => {
  test('says everything that does not fit in one error', () => {
    const a = { name: 'a', url: 'http://a', typeDefs: 'type Query { x: Int y: Int }' }
    const b = { name: 'b', url: 'http://b', typeDefs: 'type Query { x: String y: String }' }
    expect(() => compose([a, b])).toThrow(
      /do not compose:\n- FIELD_TYPE_MISMATCH: .*Query\.x[^]*\n- FIELD_TYPE_MISMATCH: .*Query\.y/,
    )
  })

  test('names the subgraph whose SDL cannot be read', () => {
    expect(() => compose([{ name: 'pim', url: '', typeDefs: 'type {' }])).toThrow(
      /subgraph pim cannot be read/,
    )
  })

  test.each([
    ['the ERP graph', shop()],
    ['the graph of special cases', zoo()],
  ])('of %s gives the same schema to clients with both composers', (_, subgraphs) => {
    const [ours, theirs] = [supergraphOf, otherSupergraphOf].map(
      (by) => createEngine({ supergraphSdl: by(subgraphs) }).schema,
    )
    if (!ours || !theirs) throw new Error('no schema')
    const lines = (schema: typeof ours) => printSchema(schema).split('\n').toSorted()
    expect(lines(ours)).toEqual(lines(theirs))
  })

  test('text that is no supergraph is refused', () => {
    expect(() => createEngine({ supergraphSdl: 'type Query { a: Int }' })).toThrow('not a supergraph')
  })
})

describe('the schema that clients see', () => {
  const { engine, sent } = bench(zoo())

  test('has nothing of the federation in it and nothing that is inaccessible', () => {
    expect(printSchema(engine.schema)).not.toMatch(
      /join__|link__|_entities|_service|_Any|Secret|LOST|@inaccessible/,
    )
  })

  test('answers the introspection query of tools without asking a subgraph', async () => {
    const query = getIntrospectionQuery()
    const { data, errors } = await engine.execute({ query })
    expect(errors).toBeUndefined()
    expect(plain(data)).toEqual(plain(graphqlSync({ schema: engine.schema, source: query }).data))
    expect(sent).toEqual([])
  })

  test('can be asked about in one query with data, through fragments, aliases, variables and conditions', async () => {
    const query = `query ($n: String!, $w: Boolean!) { ...Root me: __typename again: __type(name: "Tool") @include(if: $w) { name } }
      fragment Root on Query { kind: __type(name: $n) { name enumValues { name } } ... on Query { firm { id __typename } __schema { queryType { name } } } }`
    const { data, errors } = await engine.execute({ query, variables: { n: 'State', w: false } })
    expect(errors).toBeUndefined()
    expect(plain(data)).toEqual({
      kind: { name: 'State', enumValues: [{ name: 'NEW' }, { name: 'OLD' }] },
      firm: { id: 'm1', __typename: 'Maker' },
      __schema: { queryType: { name: 'Query' } },
      me: 'Query',
    })
  })

  test('a query for nothing but the name of its type asks no subgraph', async () => {
    sent.length = 0
    expect(plain(await engine.execute({ query: '{ a: __typename }' }))).toEqual({ data: { a: 'Query' } })
    expect(sent).toEqual([])
  })
})

describe('plans', () => {
  test('are kept once for the same operation, however it is laid out and whatever else is in the document', async () => {
    const { engine } = bench(shop())
    await engine.execute({ query: '{ product(sku: "S1") { name } }' })
    await engine.execute({ query: '{\n  product(sku: "S1") {\n name # same\n } }' })
    await engine.execute({ document: parse('query { product(sku: "S1") { name } }') })
    expect(engine.planCount).toBe(1)
  })

  test('are kept per operation of a document', async () => {
    const { engine } = bench(shop())
    const query = 'query A { product(sku: "S1") { name } } query B { product(sku: "S2") { name } }'
    expect(plain((await engine.execute({ query, operationName: 'B' })).data)).toEqual({
      product: { name: 'Product S2' },
    })
    expect(plain((await engine.execute({ query, operationName: 'A' })).data)).toEqual({
      product: { name: 'Product S1' },
    })
    expect((await engine.execute({ query })).errors).toMatchObject([{ extensions: { code: 'VALIDATION' } }])
    expect((await engine.execute({ query, operationName: 'C' })).errors).toMatchObject([
      { extensions: { code: 'VALIDATION' } },
    ])
  })

  test('are not kept without limit', async () => {
    const { engine } = bench(shop(), undefined, { cacheSize: 3 })
    for (let n = 0; n < 9; n++) await engine.execute({ query: `{ product(sku: "S${n}") { name } }` })
    expect(engine.planCount).toBe(3)
  })
})

describe('a change of the supergraph', () => {
  const [one, two] = [shop(['NetSuite']), shop(['NetSuite', 'Odoo'])]
  const query = '{ product(sku: "S1") { stock { answers { connection status } } } }'
  const setUp = () => {
    const closed: string[] = []
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    let holding = false
    const reach = (subgraphs: Subgraph[]) => (name: string) => {
      const schema = subgraphs.find((subgraph) => subgraph.name === name)?.schema
      if (!schema) throw new Error(name)
      const inner = inProcess(schema)
      const execute: Transport['execute'] = async (request) => {
        if (holding) await released
        return inner.execute(request)
      }
      return { execute, close: async () => void closed.push(name) }
    }
    const engine = createEngine({ supergraphSdl: supergraphOf(one), transports: reach(one) })
    const swap = () => engine.swap(supergraphOf(two), reach(two))
    return { engine, swap, closed, hold: () => (holding = true), release }
  }

  test('serves new requests by the new one and drops none that is under way', async () => {
    const { engine, swap, hold, release } = setUp()
    hold()
    const before = engine.execute({ query })
    swap()
    const after = engine.execute({
      query: '{ product(sku: "S1") { stock { answers { ... on OdooStock { odooBin } } } } }',
    })
    release()
    expect(plain(await before)).toEqual({
      data: { product: { stock: { answers: [{ connection: 'NetSuite:main', status: 'LIVE' }] } } },
    })
    expect((await after).errors).toBeUndefined()
  })

  test('closes a transport that is no longer needed, after the last request on it', async () => {
    const { engine, swap, closed, hold, release } = setUp()
    engine.swap(supergraphOf(one))
    expect(closed).toEqual([])
    swap()
    expect(closed).toEqual(['hub', 'netsuite'])
    closed.length = 0
    hold()
    const pending = engine.execute({
      query: '{ product(sku: "S1") { price(connection: "Odoo") { source } } }',
    })
    engine.swap(supergraphOf(one))
    expect(closed).toEqual([])
    release()
    expect(plain(await pending)).toEqual({ data: { product: { price: { source: 'list' } } } })
    expect(closed).toEqual(['odoo'])
    engine.stop()
    expect(closed.toSorted()).toEqual(['hub', 'netsuite', 'odoo'])
  })

  test('to one that cannot be used changes nothing', async () => {
    const { engine } = setUp()
    const { schema } = engine
    expect(() => engine.swap('type Query { a: Int }')).toThrow('not a supergraph')
    expect(engine.schema).toBe(schema)
    expect((await engine.execute({ query })).errors).toBeUndefined()
  })

  test('is told to whoever listens, until they stop', () => {
    const { engine, swap } = setUp()
    let told = 0
    const stop = engine.onSwap(() => told++)
    swap()
    stop()
    engine.swap(supergraphOf(one))
    expect(told).toBe(1)
  })
})

describe('behind Apollo Server', () => {
  test('queries run with the context of the request, its deadline and its key', async () => {
    const { engine, sent } = bench(shop())
    const gateway = engine.asGateway({ deadline: () => 4_000_000_000_000 })
    const server = new ApolloServer<{ tenant?: string }>({ gateway })
    await server.start()
    const { body } = await server.executeOperation(
      { query: 'query ($s: ID!) { product(sku: $s) { name price { source } } }', variables: { s: 'S1' } },
      { contextValue: { tenant: 't1' } },
    )
    expect(body).toMatchObject({
      kind: 'single',
      singleResult: { data: { product: { name: 'Product S1', price: { source: 'list' } } } },
    })
    expect(sent.map(({ context, deadline }) => ({ context, deadline }))).toEqual(
      sent.map(() => ({ context: { tenant: 't1' }, deadline: 4_000_000_000_000 })),
    )
    await server.stop()
  })

  test('a change of the supergraph reaches the server', async () => {
    const { engine } = bench(shop())
    const server = new ApolloServer({ gateway: engine.asGateway() })
    await server.start()
    const ask = () => server.executeOperation({ query: '{ __type(name: "OdooStock") { name } }' })
    expect((await ask()).body).toMatchObject({ singleResult: { data: { __type: { name: 'OdooStock' } } } })
    engine.swap(supergraphOf(shop(['NetSuite'])))
    expect((await ask()).body).toMatchObject({ singleResult: { data: { __type: null } } })
    await server.stop()
  })
})
