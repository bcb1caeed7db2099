import { describe, expect, test } from 'vitest'
import type { SubgraphRequest } from '../../gateway/transport.ts'
import type { Wrap } from './harness.ts'
import { bench, plain } from './harness.ts'
import { shop } from './shop.ts'
import { zoo } from './zoo.ts'

const to = (sent: SubgraphRequest[], service: string) => sent.filter((request) => request.service === service)
const answering =
  (service: string, data: Record<string, unknown>): Wrap =>
  (name, inner) =>
    name === service ? { execute: async () => ({ data: structuredClone(data) }) } : inner

describe('what is sent', () => {
  test('a subgraph none of whose entities was found is not asked', async () => {
    const { engine, sent } = bench(shop())
    const { data } = await engine.execute({
      query: '{ product(sku: "S1") { stock(connections: ["Odoo"]) { answers { status } } } }',
    })
    expect(plain(data)).toEqual({ product: { stock: { answers: [{ status: 'LIVE' }] } } })
    expect(sent.map(({ service }) => service)).toEqual(['hub', 'odoo'])
  })

  test('stock and price of many products are one request to each ERP', async () => {
    const { engine, sent } = bench(shop())
    await engine.execute({
      query: '{ products(first: 9) { nodes { stock { answers { status } } prices { source } } } }',
    })
    expect(to(sent, 'sap')).toHaveLength(1)
    const lists = Object.values(to(sent, 'sap')[0]?.variables ?? {})
    expect(lists.map((list) => (Array.isArray(list) ? list.length : 0))).toEqual([9, 9])
  })

  test('equal representations are sent once, and each row still has its answer', async () => {
    const { engine, sent } = bench(shop())
    const query =
      '{ products(skus: ["S1", "S2", "S1"]) { nodes { stock { answers { ... on SapStock { available } } } } } }'
    const { data } = await engine.execute({ query })
    expect(to(sent, 'sap')[0]?.variables['representations']).toHaveLength(2)
    const of = (available: string) => ({ stock: { answers: [{}, {}, { available }] } })
    expect(plain(data)).toEqual({ products: { nodes: [of('12'), of('22'), of('12')] } })
  })

  test('rows that share an answer do not share what a later fetch adds to one of them', async () => {
    const { engine } = bench(zoo())
    const query = `{ a: item(id: "i2") { ... on Tool { spare { fits { title stars(scale: 1) } } } }
      b: item(id: "i2") { ... on Tool { spare { fits { title stars(scale: 5) } } } } }`
    const { data } = await engine.execute({ query })
    const fits = (stars: number) => [{ title: 'Hammer', stars }, null]
    expect(plain(data)).toEqual({
      a: { spare: [{ fits: fits(2) }, null, { fits: fits(2) }] },
      b: { spare: [{ fits: fits(10) }, null, { fits: fits(10) }] },
    })
  })

  test('a total is computed by the hub from what the ERPs answered, and a dead one counts as missing', async () => {
    const dead: Wrap = (name, inner) =>
      name === 'sap' ? { execute: () => Promise.reject(new Error('ECONNREFUSED 10.0.0.5')) } : inner
    const { engine, sent } = bench(shop(), dead)
    const { data } = await engine.execute({
      query: '{ product(sku: "S3") { stock { available missing answers { connection } } } }',
    })
    expect(plain(data)).toMatchObject({ product: { stock: { available: '61', missing: 1 } } })
    expect(plain(data)).toMatchObject({
      product: { stock: { answers: [{}, {}, { connection: 'Sap:main' }] } },
    })
    expect(plain(to(sent, 'hub')[1]?.variables['representations'])).toEqual([
      {
        __typename: 'Stock',
        id: 's|S3|',
        answers: [
          { available: '30', unit: 'C62', status: 'LIVE' },
          { available: '31', unit: 'C62', status: 'LIVE' },
          {},
        ],
      },
    ])
  })

  test('a null that a subgraph answered is sent on as null', async () => {
    const empty: Wrap = answering('odoo', { _entities: [{ available: null, unit: 'C62', status: 'LIVE' }] })
    const { engine, sent } = bench(shop(['Odoo']), empty)
    await engine.execute({ query: '{ product(sku: "S3") { stock { available } } }' })
    const [representation] = plain(to(sent, 'hub')[1]?.variables['representations']) as {
      answers: unknown[]
    }[]
    expect(representation?.answers).toEqual([{ available: null, unit: 'C62', status: 'LIVE' }])
  })

  test('an entity whose key did not arrive is not asked for', async () => {
    const keyless: Wrap = answering('catalog', { book: { __typename: 'Book', id: null, weight: 3 } })
    const { engine, sent } = bench(zoo(), keyless)
    const { data } = await engine.execute({ query: '{ book(sku: "B-1") { postage } }' })
    expect(plain(data)).toEqual({ book: { postage: null } })
    expect(sent.map(({ service }) => service)).toEqual(['catalog'])
  })
})

describe('fields that need other fields', () => {
  test("a required field with arguments is not confused with the client's own arguments", async () => {
    const { engine } = bench(zoo())
    const { data } = await engine.execute({ query: '{ book(sku: "B-1") { total quote(days: 9) } }' })
    expect(plain(data)).toEqual({ book: { total: 'total 3', quote: 9 } })
  })

  test("a client's alias cannot take the place of a required field or of a key", async () => {
    const { engine } = bench(zoo())
    const { data } = await engine.execute({
      query: '{ book(sku: "B-1") { weight: pages id: title postage label } }',
    })
    expect(plain(data)).toEqual({ book: { weight: 100, id: 'Ledger', postage: 6, label: 'a+b@Acme/Delft' } })
  })

  test('a nested key finds its entity', async () => {
    const { engine, sent } = bench(zoo())
    const { data } = await engine.execute({ query: '{ firm { rating } }' })
    expect(plain(data)).toEqual({ firm: { rating: 9 } })
    const [{ place, name }] = plain(sent[1]?.variables['representations']) as [
      { place: unknown; name: string },
    ]
    expect({ place, name }).toEqual({ place: { country: 'NL', city: 'Delft' }, name: 'Acme' })
  })
})

describe('types', () => {
  test("an interface object's subgraph is asked by the interface's name, and the client sees the real type", async () => {
    const { engine, sent } = bench(zoo())
    const { data } = await engine.execute({
      query: '{ items { __typename score } bestItem { kind: __typename title } }',
    })
    expect(plain(data)).toEqual({
      items: [
        { __typename: 'Book', score: 10 },
        { __typename: 'Tool', score: 20 },
        { __typename: 'Book', score: 30 },
      ],
      bestItem: { kind: 'Book', title: 'Atlas' },
    })
    const asked = to(sent, 'reviews').flatMap(({ variables }) => plain(variables['representations'] ?? []))
    expect(asked).toEqual(['i1', 'i2', 'i3'].map((id) => ({ __typename: 'Item', id })))
  })

  test('one response name with two types of value in a union is kept apart on the way and put together for the client', async () => {
    const { engine } = bench(zoo())
    const { data } = await engine.execute({
      query: '{ reviews { about { ... on Book { f: pages } ... on Tool { f: watts } } } }',
    })
    expect(plain(data)).toEqual({ reviews: [{ about: { f: 100 } }, { about: { f: 20 } }] })
  })

  test('an enum value that clients do not know is null, and an error says where', async () => {
    const { engine } = bench(zoo())
    const { data, errors } = await engine.execute({
      query: '{ moods strictMoods book(sku: "B-2") { state title } }',
    })
    expect(plain(data)).toEqual({
      moods: ['NEW', null, 'OLD'],
      strictMoods: null,
      book: { state: null, title: 'Atlas' },
    })
    expect(errors?.map(({ path }) => path)).toEqual([
      ['moods', 1],
      ['strictMoods', 1],
      ['book', 'state'],
    ])
    expect(errors?.every(({ extensions }) => extensions['code'] === 'BAD_ANSWER')).toBe(true)
    expect(JSON.stringify(errors)).not.toContain('LOST')
  })

  test('an object of a type that clients must not see is null', async () => {
    const { engine } = bench(
      zoo(),
      answering('catalog', { item: { __typename: 'Secret', id: 'i1', title: 'hidden' } }),
    )
    const { data, errors } = await engine.execute({ query: '{ item(id: "i1") { title } }' })
    expect(plain(data)).toEqual({ item: null })
    expect(JSON.stringify(errors)).not.toContain('Secret')
  })
})

describe('null', () => {
  test('a missing non-null field empties the nearest object that may be null, and no more', async () => {
    const rows = {
      search: [
        { __typename: 'Book', tags: null, title: 'A' },
        { __typename: 'Book', tags: ['x'], title: 'B' },
      ],
    }
    const { engine } = bench(zoo(), answering('catalog', rows))
    const { data, errors } = await engine.execute({
      query: '{ search(text: "x") { ... on Book { title tags } } }',
    })
    expect(plain(data)).toEqual({ search: [null, { title: 'B', tags: ['x'] }] })
    expect(errors).toMatchObject([{ path: ['search', 0, 'tags'], extensions: { code: 'BAD_ANSWER' } }])
  })

  test('a null that reaches the top empties the answer', async () => {
    const { engine } = bench(zoo(), answering('catalog', { firm: null }))
    const { data, errors } = await engine.execute({ query: '{ firm { id } }' })
    expect(data).toBeNull()
    expect(errors).toHaveLength(1)
  })

  test('a null that a subgraph explained is not explained twice', async () => {
    const dead: Wrap = (name, inner) =>
      name === 'reviews' ? { execute: () => Promise.reject(new Error('down')) } : inner
    const { engine } = bench(zoo(), dead)
    const { data, errors } = await engine.execute({ query: '{ item(id: "i1") { title score } }' })
    expect(plain(data)).toEqual({ item: null })
    expect(errors).toMatchObject([
      { path: ['item'], extensions: { code: 'UNAVAILABLE', service: 'reviews', id: 'i1' } },
    ])
  })

  test('something that is no list where the schema has a list becomes null with an error', async () => {
    const { engine } = bench(zoo(), answering('catalog', { moods: 'NEW' }))
    const { data, errors } = await engine.execute({ query: '{ moods }' })
    expect(plain(data)).toEqual({ moods: null })
    expect(errors).toMatchObject([{ path: ['moods'] }])
  })
})

describe('conditions', () => {
  const query = `query ($w: Boolean!) { product(sku: "S1") { sku @skip(if: $w) stock @include(if: $w) { answers { status } }
    price { source @include(if: $w) id @skip(if: $w) } } }`

  test('what a variable leaves out is neither asked for nor answered', async () => {
    const { engine, sent } = bench(shop())
    expect(plain((await engine.execute({ query, variables: { w: false } })).data)).toEqual({
      product: { sku: 'S1', price: { id: 'NetSuite|S1|*1' } },
    })
    expect(sent.map(({ service }) => service)).toEqual(['hub'])
  })

  test('one plan serves every combination of the variables', async () => {
    const { engine } = bench(shop())
    await engine.execute({ query, variables: { w: false } })
    const { data } = await engine.execute({ query, variables: { w: true } })
    expect(plain(data)).toEqual({
      product: { stock: { answers: Array(3).fill({ status: 'LIVE' }) }, price: { source: 'list' } },
    })
    expect(engine.planCount).toBe(1)
  })
})

describe('mutations', () => {
  test('the fields of a mutation run one after the other, also across subgraphs', async () => {
    const log: string[] = []
    const { engine } = bench(zoo(log))
    const query = `mutation { a: rename(id: "i1", title: "one") { id } review(id: "i1", text: "two") { text } b: rename(id: "i1", title: "three") { score } }`
    const { data } = await engine.execute({ query })
    expect(log).toEqual(['rename one', 'review two', 'rename three'])
    expect(Object.keys(data ?? {})).toEqual(['a', 'review', 'b'])
  })

  test('a mutation that fails does not stop the next one', async () => {
    const log: string[] = []
    const { engine } = bench(zoo(log))
    const { data, errors } = await engine.execute({
      query: 'mutation { broken { id } review(id: "i1", text: "x") { text } }',
    })
    expect(plain(data)).toEqual({ broken: null, review: { text: 'x' } })
    expect(errors).toMatchObject([{ message: 'broken', path: ['broken'], extensions: { code: 'CONFLICT' } }])
    expect(log).toEqual(['broken', 'review x'])
  })
})
