import { GraphQLError, parse } from 'graphql'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { GraphQLResolverMap } from '@apollo/subgraph'
import type { Subgraph } from './harness.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"])`

interface Row {
  id: string
}

const ITEMS = [
  { __typename: 'Book', id: 'i1', sku: 'B-1', title: 'Ledger', weight: 3, pages: 100, tags: ['a', 'b'] },
  { __typename: 'Tool', id: 'i2', sku: 'T-1', title: 'Hammer', weight: 7, watts: 20, tags: [] },
  { __typename: 'Book', id: 'i3', sku: 'B-2', title: 'Atlas', weight: 9, pages: 300, tags: ['c'] },
]
const item = (id: string) => ITEMS.find((row) => row.id === id) ?? null

/** Items behind an interface with a key, a union, nested keys, input objects and a serial mutation. */
function catalog(log: string[]): [string, GraphQLResolverMap<unknown>] {
  const sdl = `${LINK}
    interface Item @key(fields: "id") { id: ID! title: String weight: Int tags: [String!]! }
    type Book implements Item @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! title: String weight: Int tags: [String!]! pages: Int! @shareable maker: Maker state: State }
    type Tool implements Item @key(fields: "id") { id: ID! title: String weight: Int tags: [String!]! watts: Int maker: Maker secret: Secret @inaccessible }
    type Secret @inaccessible { code: String }
    union Hit = Book | Tool | Maker
    type Place @shareable { country: String! city: String! }
    type Maker @key(fields: "place { country city } name") @key(fields: "id") { id: ID! name: String! place: Place! label: String @shareable }
    enum State { NEW OLD LOST @inaccessible }
    input Near { city: String! radius: Int = 5 kinds: [State!] }
    type Query { items: [Item!]! item(id: ID!): Item search(text: String!, near: Near): [Hit]! book(sku: ID!): Book makers: [Maker] @shareable firm: Maker! moods: [State] strictMoods: [State!] }
    type Mutation { rename(id: ID!, title: String!): Book wipe(id: ID!): Boolean! broken: Book }`
  const maker = {
    __typename: 'Maker',
    id: 'm1',
    name: 'Acme',
    place: { country: 'NL', city: 'Delft' },
    label: 'acme/nl',
  }
  const resolvers: GraphQLResolverMap<unknown> = {
    Query: {
      items: () => ITEMS,
      item: (_: unknown, { id }: Row) => item(id),
      book: (_: unknown, { sku }: { sku: string }) => ITEMS.find((row) => row.sku === sku) ?? null,
      makers: () => [maker, null],
      firm: () => maker,
      moods: () => ['NEW', 'LOST', 'OLD'],
      strictMoods: () => ['NEW', 'LOST'],
      search: (
        _: unknown,
        { text, near }: { text: string; near?: { city: string; radius: number; kinds?: string[] } },
      ) => [
        ...ITEMS.filter((row) => row.title.includes(text)),
        { ...maker, label: near ? `${near.city}:${near.radius}:${(near.kinds ?? []).join()}` : 'far' },
        null,
      ],
    },
    Item: { __resolveReference: ({ id }: Row) => item(id) },
    Book: {
      __resolveReference: (ref: { id?: string; sku?: string }) =>
        ITEMS.find((row) => row.id === ref.id || row.sku === ref.sku) ?? null,
      maker: () => maker,
      state: ({ id }: Row) => (id === 'i3' ? 'LOST' : 'NEW'),
    },
    Tool: { __resolveReference: ({ id }: Row) => item(id), maker: () => null, secret: () => ({ code: 'x' }) },
    Maker: { __resolveReference: () => maker },
    Mutation: {
      rename: (_: unknown, { id, title }: { id: string; title: string }) => {
        log.push(`rename ${title}`)
        return { ...item(id), title }
      },
      wipe: (_: unknown, { id }: Row) => log.push(`wipe ${id}`) > 0,
      broken: () => {
        log.push('broken')
        throw new GraphQLError('broken', { extensions: { code: 'CONFLICT' } })
      },
    },
  }
  return [sdl, resolvers]
}

/** An interface object, @requires with arguments and nesting, and a second resolver of shared fields. */
function reviews(log: string[]): [string, GraphQLResolverMap<unknown>] {
  const sdl = `${LINK}
    type Item @key(fields: "id") @interfaceObject { id: ID! score: Int! stars(scale: Int = 1): Int reviews: [Review!]! }
    type Review @key(fields: "id") { id: ID! text: String about: Item author: Author @provides(fields: "name") }
    type Author @key(fields: "id") { id: ID! name: String @external }
    type Query { reviews: [Review!]! bestItem: Item }
    type Mutation { review(id: ID!, text: String!): Review }`
  const list = [
    { id: 'r1', text: 'good', about: { id: 'i1' }, author: { id: 'a1', name: 'Ann' } },
    { id: 'r2', text: 'bad', about: { id: 'i2' }, author: { id: 'a2', name: 'Bob' } },
  ]
  const resolvers: GraphQLResolverMap<unknown> = {
    Query: { reviews: () => list, bestItem: () => ({ id: 'i3' }) },
    Item: {
      __resolveReference: ({ id }: Row) => ({ id }),
      score: ({ id }: Row) => Number(id.slice(1)) * 10,
      stars: ({ id }: Row, { scale }: { scale: number }) => Number(id.slice(1)) * scale,
      reviews: ({ id }: Row) => list.filter((row) => row.about.id === id),
    },
    Review: { __resolveReference: ({ id }: Row) => list.find((row) => row.id === id) ?? null },
    Author: { __resolveReference: ({ id }: Row) => ({ id, name: 'only by provides' }) },
    Mutation: {
      review: (_: unknown, { id, text }: { id: string; text: string }) => {
        log.push(`review ${text}`)
        return { id: 'r9', text, about: { id } }
      },
    },
  }
  return [sdl, resolvers]
}

/** Fields computed from other subgraphs' fields, with arguments, aliases and nesting; overrides. */
function pricing(): [string, GraphQLResolverMap<unknown>] {
  const sdl = `${LINK}
    type Book @key(fields: "id") { id: ID! weight: Int @external tags: [String!]! @external maker: Maker @external
      rate(currency: String!, round: Boolean = false): Float
      postage: Int @requires(fields: "weight") label: String @requires(fields: "tags maker { name place { city } }")
      total: String @requires(fields: "quote(days: 3)") quote(days: Int!): Int @external }
    type Tool @key(fields: "id") { id: ID! weight: Int @external postage: Int @requires(fields: "weight") voltage: Int @override(from: "parts") }
    type Place @shareable { country: String! city: String! }
    type Maker @key(fields: "place { country city } name") { name: String! place: Place! rating: Int }
    type Author @key(fields: "id") { id: ID! name: String @shareable born: Int }
    type Query { makers: [Maker] @shareable }`
  const resolvers: GraphQLResolverMap<unknown> = {
    Book: {
      rate: (_: unknown, { currency, round }: { currency: string; round: boolean }) =>
        (currency === 'EUR' ? 1.5 : 2.25) + (round ? 1 : 0),
      postage: ({ weight }: { weight: number }) => weight * 2,
      label: (row: { tags: string[]; maker?: { name: string; place: { city: string } } }) =>
        `${row.tags.join('+')}@${row.maker?.name}/${row.maker?.place.city}`,
      total: ({ quote }: { quote: number }) => `total ${quote}`,
    },
    Tool: { postage: ({ weight }: { weight: number }) => weight * 3, voltage: () => 230 },
    Maker: {
      rating: ({ place, name }: { place: { city: string }; name: string }) => (place.city + name).length,
    },
    Author: { born: ({ id }: Row) => 1900 + Number(id.slice(1)), name: ({ id }: Row) => `full ${id}` },
    Query: { makers: () => [{ name: 'Acme', place: { country: 'NL', city: 'Delft' } }, null] },
  }
  return [sdl, resolvers]
}

/** What was overridden, and a field with an argument that another subgraph requires. */
function parts(): [string, GraphQLResolverMap<unknown>] {
  const sdl = `${LINK}
    type Tool @key(fields: "id") { id: ID! voltage: Int spare: [Spare] }
    type Book @key(fields: "id") { id: ID! quote(days: Int!): Int binding: Binding! pages: Int @shareable }
    type Spare @key(fields: "id") { id: ID! name: String fits: [Tool] }
    enum Binding { HARD SOFT }
    type Query { spare(id: ID!): Spare }`
  const spare = { __typename: 'Spare', id: 's1', name: 'Handle', fits: [{ id: 'i2' }, null] }
  const resolvers: GraphQLResolverMap<unknown> = {
    Tool: { voltage: () => 110, spare: () => [spare, null, spare] },
    Book: {
      quote: ({ id }: Row, { days }: { days: number }) => days * Number(id.slice(1)),
      binding: () => 'HARD',
    },
    Spare: { __resolveReference: () => spare },
    Query: { spare: () => spare },
  }
  return [sdl, resolvers]
}

/** Four subgraphs that use between them every federation feature the real graph may come to use. */
export function zoo(log: string[] = []): Subgraph[] {
  const all = { catalog: catalog(log), reviews: reviews(log), pricing: pricing(), parts: parts() }
  return Object.entries(all).map(([name, [sdl, resolvers]]) => {
    const typeDefs = parse(sdl)
    return { name, typeDefs, schema: buildSubgraphSchema([{ typeDefs, resolvers }]) }
  })
}
