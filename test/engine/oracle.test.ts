import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bench, oracle, otherSupergraphOf, plain } from './harness.ts'
import { shop } from './shop.ts'
import { zoo } from './zoo.ts'

type Case = [query: string, variables?: Record<string, unknown>]

const SHOP: Case[] = [
  ['{ product(sku: "S1") { name } }'],
  ['{ product(sku: "X") { name stock { available } } }'],
  [
    '{ products(first: 3) { nodes { sku stock { id missing available answers { id connection status available unit } } } } }',
  ],
  [
    '{ products(skus: ["S1", "S2", "S1"]) { nodes { stock { available } prices(customer: "c") { id unitPrice { amount currency } } } } }',
  ],
  [
    '{ product(sku: "S1") { a: prices(customer: "a") { source ...P } b: prices(customer: "bb", quantity: "5") { ...P } } } fragment P on PriceAnswer { unitPrice { amount } }',
  ],
  [
    '{ product(sku: "S3") { stock(connections: ["Odoo"]) { available answers { __typename connection ... on OdooStock { odooBin levels { warehouse quantity } } } } } }',
  ],
  [
    '{ product(sku: "S1") { stock { answers { connection ... on NetSuiteStock { available netsuiteBin } ... on SapStock { sapBin available } } } } }',
  ],
  [
    '{ product(sku: "S4") { price { kind: __typename id } p2: price(connection: "Sap") { __typename unitPrice { amount } } } }',
  ],
  [
    'query ($first: Int = 2, $bins: Boolean!) { products(first: $first) { nodes { sku stock { answers { ... on OdooStock @include(if: $bins) { odooBin } status @skip(if: $bins) } } } } }',
    { bins: true },
  ],
  [
    'query ($first: Int = 2, $bins: Boolean!) { products(first: $first) { nodes { sku stock { answers { ... on OdooStock @include(if: $bins) { odooBin } status @skip(if: $bins) } } } } }',
    { bins: false },
  ],
  [
    'query ($c: ID, $only: [ID!]) { product(sku: "S5") { prices(customer: $c) { unitPrice { amount } } stock(connections: $only) { available } } }',
    { c: 'abc', only: 'Sap' },
  ],
  [
    'query ($w: Boolean!) { product(sku: "S1") @include(if: $w) { name } again: product(sku: "S2") { name @skip(if: $w) sku } }',
    { w: false },
  ],
  ['{ product(sku: "S1") { stock { answers { problem { code } levels { quantity } } } } }'],
]

const ZOO: Case[] = [
  ['{ bestItem { __typename } }'],
  [
    'query ($w: Boolean = false) { items { k: __typename @include(if: $w) l: __typename score } reviews { about { m: __typename } } }',
  ],
  ['{ bestItem { kind: __typename title } reviews { about { ... on Book { pages kind: __typename } } } }'],

  ['{ items { id title score } }'],
  ['{ items { __typename id title score ... on Book { pages } } }'],
  ['{ bestItem { score } }'],
  ['{ bestItem { __typename title score } }'],
  [
    '{ bestItem { ... on Book { pages score } } reviews { about { title stars(scale: 2) s3: stars(scale: 3) } author { name born } } }',
  ],
  ['{ book(sku: "B-2") { total q: quote(days: 3) weight: pages } }'],
  ['{ items { ... on Book { postage rate(currency: "EUR") } ... on Tool { postage rate: voltage } } }'],
  ['{ items { ... on Book { f: pages } ... on Tool { f: watts } } }'],
  ['{ items { ... on Book { f: binding maker { id } } ... on Tool { f: voltage } } }'],
  ['{ reviews { about { ... on Book { f: pages } ... on Tool { f: watts } } } }'],
  ['{ makers { label } }'],
  ['{ makers { rating } }'],
  [
    '{ search(text: "a") { __typename ... on Book { postage } ... on Tool { spare { name fits { title voltage } } } ... on Maker { rating } } }',
  ],
  ['{ search(text: "zz") { ... on Maker { label } } }'],
  [
    'query ($a: Boolean!, $b: Boolean!) { book(sku: "B-1") { postage @include(if: $a) rate(currency: "EUR") @skip(if: $b) ... @include(if: $a) { label } } items @skip(if: $b) { score } }',
    { a: true, b: false },
  ],
  [
    'query ($a: Boolean!, $b: Boolean!) { book(sku: "B-1") { postage @include(if: $a) rate(currency: "EUR") @skip(if: $b) ... @include(if: $a) { label } } items @skip(if: $b) { score } }',
    { a: false, b: true },
  ],
  [
    'query ($a: Boolean!, $b: Boolean!) { items @include(if: $a) { id @skip(if: $b) score @skip(if: $b) @include(if: $a) ...F @include(if: $b) } } fragment F on Item { score reviews { text } }',
    { a: true, b: true },
  ],
  [
    'query ($a: Boolean!, $b: Boolean!) { items @include(if: $a) { id @skip(if: $b) score @skip(if: $b) @include(if: $a) ...F @include(if: $b) } } fragment F on Item { score reviews { text } }',
    { a: true, b: false },
  ],
  [
    'query ($n: Near = { city: "A" }, $k: [State!]) { search(text: "L", near: $n) { ... on Maker { label } } s2: search(text: "L", near: { city: "B", kinds: $k }) { ... on Maker { label } } }',
    { k: ['NEW', 'OLD'] },
  ],
  [
    'query ($n: Near) { search(text: "L", near: $n) { ... on Maker { label } } }',
    { n: { city: 'Q', radius: 9 } },
  ],
  ['query ($n: Near) { search(text: "L", near: $n) { ... on Maker { label } } }'],
  ['{ moods strictMoods book(sku: "B-2") { state title } }'],
  ['{ firm { a: place { city } b: place { country city } rating } }'],
  [
    '{ item(id: "i2") { __typename ... on Tool { watts voltage spare { name fits { id title } } } tags } other: item(id: "zz") { title } }',
  ],
  ['{ spare(id: "s1") { fits { ... on Item { title score } } } }'],
  ['{ book(sku: "none") { postage label } items { tags } }'],
  ['{ __typename items { kind: __typename } }'],
  ['query A { x: __typename items { id } ...F } fragment F on Query { firm { id } }'],
  [
    'mutation { a: rename(id: "i1", title: "x") { id postage } review(id: "i1", text: "t") { text about { title } } b: rename(id: "i1", title: "y") { title score } wipe(id: "i2") }',
  ],
  ['mutation { broken { id } wipe(id: "i1") }'],
]

describe.each([
  ['the ERP graph', shop(), SHOP],
  ['the graph of special cases', zoo(), ZOO],
])('%s answers like the reference implementation', (_, subgraphs, cases) => {
  let reference: Awaited<ReturnType<typeof oracle>>
  beforeAll(async () => {
    reference = await oracle(subgraphs)
  })
  afterAll(() => reference.stop())
  const composers = {
    ours: bench(subgraphs),
    theirs: bench(subgraphs, undefined, { supergraphSdl: otherSupergraphOf(subgraphs) }),
  }

  test.each(cases)('%s', async (query, variables = {}) => {
    const expected = plain((await reference.ask(query, variables)).data)
    for (const [composer, { engine }] of Object.entries(composers)) {
      const { data, errors } = await engine.execute({ query, variables })
      expect({ composer, data: plain(data), errors: plain(errors) }).toMatchObject({
        composer,
        data: expected,
      })
    }
  })
})
