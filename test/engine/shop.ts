import { GraphQLError, parse } from 'graphql'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { GraphQLResolverMap } from '@apollo/subgraph'
import type { Subgraph } from './harness.ts'

/** The ERP systems of the little graph; the full set is only needed where the fan-out itself is measured. */
export const SYSTEMS = ['NetSuite', 'Odoo', 'Sap', 'Exact']

/** How many products the hub of the little graph knows. */
export const PRODUCTS = 50

interface Ref {
  __typename: string
  id: string
  connection: string
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"])`

function hubSdl(systems: string[]): string {
  const fragments = systems.map((s) => `... on ${s}Stock { available unit status }`).join(' ')
  const types = systems.map(
    (s) => `
    type ${s}Stock implements StockAnswer @key(fields: "id", resolvable: false) {
      id: ID! connection: ID! @shareable available: String @external unit: String @external status: ReadStatus @external }
    type ${s}Price implements PriceAnswer @key(fields: "id", resolvable: false) { id: ID! connection: ID! @shareable }`,
  )
  return `${LINK}
    enum ReadStatus { LIVE CACHED STALE UNAVAILABLE }
    interface StockAnswer { id: ID! connection: ID! }
    interface PriceAnswer { id: ID! connection: ID! }
    ${types.join('\n')}
    type Stock @key(fields: "id") { id: ID! answers: [StockAnswer]! missing: Int! @requires(fields: "answers { ${fragments} }")
      available: String @requires(fields: "answers { ${fragments} }") }
    type Product @key(fields: "id") { id: ID! sku: ID! name: String
      stock(connections: [ID!], maxAgeMs: Int): Stock!
      prices(customer: ID, quantity: String = "1"): [PriceAnswer]! price(customer: ID, connection: ID): PriceAnswer }
    type ProductPage { nodes: [Product!]! }
    type Event { cursor: ID! product: Product! price: PriceAnswer }
    type Query { product(sku: ID!): Product products(skus: [ID!], first: Int = 20): ProductPage! }
    type Subscription { events(after: Int = 0): Event! }`
}

function hubResolvers(systems: string[], hooks: ShopHooks): GraphQLResolverMap<unknown> {
  const product = (sku: string) => ({ __typename: 'Product', id: `p:${sku}`, sku, name: `Product ${sku}` })
  const refs = (kind: string, sku: string, args: string, only?: string[] | null): Ref[] =>
    systems
      .filter((s) => !only || only.includes(s))
      .map((s) => ({ __typename: s + kind, id: `${s}|${sku}|${args}`, connection: `${s}:main` }))
  const stock = (id: string) => {
    const [, sku = '', only = ''] = id.split('|')
    return { id, answers: refs('Stock', sku, '', only ? only.split(',') : null) }
  }
  const totals = (row: { answers?: ({ available?: string | null } | null)[] }) =>
    (row.answers ?? []).map((answer) => answer?.available)
  return {
    Query: {
      product: (_: unknown, { sku }: { sku: string }) => (sku.startsWith('S') ? product(sku) : null),
      products: (_: unknown, { skus, first }: { skus?: string[]; first: number }) => ({
        nodes: (skus ?? Array.from({ length: PRODUCTS }, (_x, i) => `S${i}`)).slice(0, first).map(product),
      }),
    },
    Product: {
      __resolveReference: ({ id }: { id: string }) => product(id.slice(2)),
      stock: ({ sku }: { sku: string }, { connections }: { connections?: string[] }) =>
        stock(`s|${sku}|${(connections ?? []).join(',')}`),
      prices: ({ sku }: { sku: string }, a: { customer?: string; quantity: string }) =>
        refs('Price', sku, `${a.customer ?? ''}*${a.quantity}`),
      price: ({ sku }: { sku: string }, a: { customer?: string; connection?: string }) =>
        refs('Price', sku, `${a.customer ?? ''}*1`, [a.connection ?? systems[0]!])[0] ?? null,
    },
    Stock: {
      __resolveReference: (reference: { id: string; answers?: [] }) => ({
        ...stock(reference.id),
        ...reference,
      }),
      missing: (row: { answers?: [] }) => totals(row).filter((value) => value == null).length,
      available: (row: { answers?: [] }) => {
        const known = totals(row).filter((value) => value != null)
        return known.length === 0 ? null : String(known.reduce((sum, value) => sum + Number(value), 0))
      },
    },
    Subscription: {
      events: {
        subscribe: (_: unknown, { after }: { after: number }) => hooks.events(after),
        resolve: (n: number) => ({
          cursor: String(n),
          product: product(`S${n}`),
          price: refs('Price', `S${n}`, '*1')[0],
        }),
      },
    },
  }
}

function erpSdl(s: string): string {
  return `${LINK}
    enum ReadStatus { LIVE CACHED STALE UNAVAILABLE }
    type Problem @shareable { code: String! message: String! }
    type Money @shareable { amount: String! currency: String! }
    type Level @shareable { warehouse: String! quantity: String! }
    interface StockAnswer { id: ID! connection: ID! status: ReadStatus available: String unit: String ageMs: Int problem: Problem levels: [Level!] }
    interface PriceAnswer { id: ID! connection: ID! status: ReadStatus unitPrice: Money source: String problem: Problem }
    type ${s}Stock implements StockAnswer @key(fields: "id") { id: ID! connection: ID! @shareable status: ReadStatus
      available: String unit: String ageMs: Int problem: Problem levels: [Level!] ${s.toLowerCase()}Bin: String }
    type ${s}Price implements PriceAnswer @key(fields: "id") { id: ID! connection: ID! @shareable status: ReadStatus unitPrice: Money source: String problem: Problem }`
}

function erpResolvers(s: string, position: number): GraphQLResolverMap<unknown> {
  // Asynchronous as in real subgraphs: a reference that throws at once would fail the whole list.
  const read = async ({ id }: { id: string }) => {
    const [, sku = '', args = ''] = id.split('|')
    if (sku === 'S99' && s === 'Odoo') {
      const extensions = { code: 'CREDIT_HOLD', connection: `${s}:main`, retryable: false }
      throw new GraphQLError('the ERP refused S99', { extensions })
    }
    if (sku === 'SNULL') return null
    return { id, sku, args, connection: `${s}:main`, status: sku === 'SODD' ? 'MELTED' : 'LIVE' }
  }
  return {
    ReadStatus: { MELTED: 'MELTED' },
    [`${s}Stock`]: {
      __resolveReference: read,
      available: ({ sku }: { sku: string }) => String(Number(sku.slice(1)) * 10 + position),
      unit: () => 'C62',
      ageMs: () => 0,
      levels: ({ sku }: { sku: string }) => [{ warehouse: 'main', quantity: sku.slice(1) }],
      [`${s.toLowerCase()}Bin`]: () => `bin-${s}`,
    },
    [`${s}Price`]: {
      __resolveReference: read,
      unitPrice: ({ sku, args }: { sku: string; args: string }) => ({
        amount: `${sku.slice(1)}.${position}${args.length}`,
        currency: 'EUR',
      }),
      source: () => 'list',
    },
  }
}

/** What a test can put into the little graph: the events that its subscription delivers. */
export interface ShopHooks {
  events(after: number): AsyncIterable<number>
}

const QUIET: ShopHooks = { events: async function* () {} }

/** The hub and one subgraph per system: the shape of the real graph, with data in memory. */
export function shop(systems: string[] = SYSTEMS.slice(0, 3), hooks: ShopHooks = QUIET): Subgraph[] {
  const hub = parse(hubSdl(systems))
  const subgraphs: Subgraph[] = [
    {
      name: 'hub',
      typeDefs: hub,
      schema: buildSubgraphSchema([{ typeDefs: hub, resolvers: hubResolvers(systems, hooks) }]),
    },
  ]
  systems.forEach((system, position) => {
    const typeDefs = parse(erpSdl(system))
    const resolvers = erpResolvers(system, position)
    delete resolvers['ReadStatus']
    subgraphs.push({
      name: system.toLowerCase(),
      typeDefs,
      schema: buildSubgraphSchema([{ typeDefs, resolvers }]),
    })
  })
  return subgraphs
}
