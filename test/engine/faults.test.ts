import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import type { Wrap } from './harness.ts'
import { bench, plain } from './harness.ts'
import { shop } from './shop.ts'
import { zoo } from './zoo.ts'

const failing =
  (service: string, fail: () => never | Promise<never>): Wrap =>
  (name, inner) =>
    name === service ? { execute: async () => fail() } : inner
const down = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:8069'))

describe('a failing subgraph', () => {
  test("leaves its siblings' data untouched", async () => {
    const { engine } = bench(shop(), failing('odoo', down))
    const { data } = await engine.execute({
      query: '{ product(sku: "S1") { name stock { answers { connection available } } } }',
    })
    expect(plain(data)).toEqual({
      product: {
        name: 'Product S1',
        stock: {
          answers: [
            { connection: 'NetSuite:main', available: '10' },
            { connection: 'Odoo:main', available: null },
            { connection: 'Sap:main', available: '12' },
          ],
        },
      },
    })
  })

  test('is named with a code that says to try again, and its address stays inside', async () => {
    const { engine } = bench(shop(), failing('odoo', down))
    const { errors } = await engine.execute({
      query: '{ product(sku: "S1") { a: stock { rows: answers { status } } } }',
    })
    expect(plain(errors)).toEqual([
      {
        message: 'The subgraph odoo does not answer.',
        path: ['product', 'a', 'rows', 1],
        extensions: { code: 'UNAVAILABLE', service: 'odoo', retryable: true, id: 'Odoo|S1|' },
      },
    ])
  })

  test('that holds root fields is reported once for each of them', async () => {
    const { engine } = bench(zoo(), failing('catalog', down))
    const { data, errors } = await engine.execute({
      query: '{ mine: book(sku: "B-1") { title } item(id: "i1") { title } spare(id: "s1") { name } }',
    })
    expect(plain(data)).toEqual({ mine: null, item: null, spare: { name: 'Handle' } })
    expect(errors?.map(({ path }) => path)).toEqual([['mine'], ['item']])
  })

  test('that throws where it should reject is no different', async () => {
    const throwing: Wrap = (name, inner) => {
      if (name !== 'sap') return inner
      return {
        execute: () => {
          throw new TypeError('not a promise')
        },
      }
    }
    const { engine } = bench(shop(), throwing)
    const { data, errors } = await engine.execute({
      query: '{ product(sku: "S1") { price(connection: "Sap") { source } } }',
    })
    expect(plain(data)).toEqual({ product: { price: { source: null } } })
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }])
  })

  test('keeps the code of an error that names its cause', async () => {
    const bad = () =>
      Promise.reject(
        new GraphQLError('half an answer', { extensions: { code: 'BAD_ANSWER', retryable: true } }),
      )
    const { engine } = bench(shop(), failing('odoo', bad))
    const { errors } = await engine.execute({
      query: '{ product(sku: "S1") { price(connection: "Odoo") { source } } }',
    })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_ANSWER', service: 'odoo' } }])
  })
})

describe('an error of one row', () => {
  const query =
    '{ list: products(skus: ["S1", "S99", "S2", "S99"]) { nodes { stock { answers { ... on OdooStock { available } } } } } }'

  test("has the client's path with the row's position, and the id of what failed", async () => {
    const { engine } = bench(shop())
    const { data, errors } = await engine.execute({ query })
    expect(errors?.map(({ path }) => path)).toEqual([
      ['list', 'nodes', 1, 'stock', 'answers', 1],
      ['list', 'nodes', 3, 'stock', 'answers', 1],
    ])
    expect(plain(errors?.[0]?.extensions)).toEqual({
      code: 'CREDIT_HOLD',
      connection: 'Odoo:main',
      retryable: false,
      id: 'Odoo|S99|',
    })
    const row = (available: string | null) => ({ stock: { answers: [{}, { available }, {}] } })
    expect(plain(data)).toEqual({ list: { nodes: [row('11'), row(null), row('21'), row(null)] } })
  })

  test('below an entity goes on with the path inside the entity', async () => {
    const inside: Wrap = (name, inner) => {
      if (name !== 'odoo') return inner
      const errors = [
        { message: 'no price', path: ['_entities', 0, 'unitPrice', 'amount'], extensions: { id: 'own' } },
      ]
      return { execute: async () => ({ data: { _entities: [{ unitPrice: null }] }, errors }) }
    }
    const { engine } = bench(shop(), inside)
    const { errors } = await engine.execute({
      query: '{ product(sku: "S1") { price(connection: "Odoo") { unitPrice { amount } } } }',
    })
    expect(errors).toMatchObject([
      { path: ['product', 'price', 'unitPrice', 'amount'], extensions: { id: 'own' } },
    ])
  })

  test('in a request for stock and price at once finds its own row', async () => {
    const { engine } = bench(shop())
    const mixed =
      '{ products(skus: ["S1", "S99"]) { nodes { stock { answers { status } } prices { source } } } }'
    const { errors } = await engine.execute({ query: mixed })
    expect(errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual([
      'products.nodes.1.prices.1',
      'products.nodes.1.stock.answers.1',
    ])
  })

  test('in a field that only the plan asked for points to what the client can see', async () => {
    const hidden: Wrap = (name, inner) => {
      if (name !== 'catalog') return inner
      const errors = [{ message: 'no weight', path: ['book', 'weight'] }]
      return {
        execute: async () => ({ data: { book: { __typename: 'Book', id: 'i1', weight: null } }, errors }),
      }
    }
    const { engine } = bench(zoo(), hidden)
    const { errors } = await engine.execute({ query: '{ book(sku: "B-1") { id postage } }' })
    expect(errors).toMatchObject([{ message: 'no weight', path: ['book'] }])
  })

  test('under a name that the plan had to change has the name of the client', async () => {
    const renamed: Wrap = (name, inner) => {
      if (name !== 'catalog') return inner
      return {
        execute: async ({ query: text }) => {
          const inner = /(\w+): watts/.exec(text)?.[1] ?? ''
          const row = { __typename: 'Tool', [inner]: null }
          return { data: { items: [row] }, errors: [{ message: 'no power', path: ['items', 0, inner] }] }
        },
      }
    }
    const { engine } = bench(zoo(), renamed)
    const { errors } = await engine.execute({
      query: '{ items { ... on Book { f: pages } ... on Tool { f: watts } } }',
    })
    expect(errors).toMatchObject([{ message: 'no power', path: ['items', 0, 'f'] }])
  })

  test('carries no stack trace of the subgraph', async () => {
    const chatty: Wrap = (name, inner) => {
      if (name !== 'hub') return inner
      const extensions = { code: 'INTERNAL', stacktrace: ['at secret.js:1'], exception: { stacktrace: [] } }
      return {
        execute: async () => ({
          data: { product: null },
          errors: [{ message: 'x', path: ['product'], extensions }],
        }),
      }
    }
    const { engine } = bench(shop(), chatty)
    const { errors } = await engine.execute({ query: '{ product(sku: "S1") { name } }' })
    expect(plain(errors)).toEqual([{ message: 'x', path: ['product'], extensions: { code: 'INTERNAL' } }])
  })
})

describe('a request that is wrong', () => {
  test.each([
    ['cannot be parsed', '{ product(', undefined],
    ['asks for an unknown field', '{ product(sku: "S1") { nope } }', undefined],
    [
      'has a variable of the wrong type',
      'query ($n: Int) { products(first: $n) { nodes { sku } } }',
      { n: 'many' },
    ],
    ['lacks a variable', 'query ($s: ID!) { product(sku: $s) { sku } }', {}],
    [
      'has an alias that would reach the prototype of all objects',
      '{ product(sku: "S1") { __proto__: stock { id } } }',
      undefined,
    ],
    ['gives another field the name of the type', '{ product(sku: "S1") { __typename: sku } }', undefined],
    ['is a subscription', 'subscription { events { cursor } }', undefined],
  ])('is refused before any subgraph is asked if it %s', async (_, query, variables) => {
    const { engine, sent } = bench(shop())
    const { data, errors } = await engine.execute({ query, variables })
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION' } }])
    expect(sent).toEqual([])
  })

  test('a response name that every object inherits is an ordinary name', async () => {
    const { engine } = bench(shop(), failing('odoo', down))
    const query =
      '{ product(sku: "S1") { price(connection: "Odoo") { constructor: source toString: connection } } }'
    const { data } = await engine.execute({ query })
    expect(plain(data)).toEqual({ product: { price: { constructor: null, toString: 'Odoo:main' } } })
  })
})
