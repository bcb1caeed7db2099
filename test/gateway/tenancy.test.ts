import type { GraphQLObjectType } from 'graphql'
import { DEFAULT_TENANT } from '../../subgraphs/hub/access.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestHouse, openHouse } from '../whole.ts'
import { type Ids, asks } from './asks.ts'
import { codes, post } from './client.ts'
import { type Lists, type Owner, type Row, failed, lists, pushed, thingsOf } from './foreign.ts'
import { USER, addKey, addTenant } from './keys.ts'
import { type Taker, idsOf, takersOf } from './takers.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'

let house: TestHouse
let url = ''
const own = { customer: '' }

let keys: { other: string; portal: string; limited: string }
/** What the words of a question stand for, in the mouth of either tenant. */
let ours: Record<string, string>
let theirs: Record<string, string>
let there: Owner
let foreign: Record<'tenant' | 'customer' | 'connection', Partial<Ids>>

beforeAll(async () => {
  const all = ['odoo:main', 'erpnext:main', 'qwoty:main']
  const keysOf = [{ name: 'admin', secret: ADMIN, scopes: ['admin' as const] }]
  house = await openHouse({ only: all, beside: ['odoo:17'], keys: keysOf })
  await addTenant(house, 'other', { 'odoo:other': 'odoo:17', 'qwoty:other': 'qwoty:main' })
  house.sandboxes
    .sandbox('erpnext')
    .act({ do: 'addCustomer', name: 'Lonely Ltd', email: 'lonely@only.example' })
  await house.poll()
  url = (await house.serve()).url
  const other = await addKey(house, { tenant: 'other', scopes: ['admin'] })
  const [mine, their] = [await lists(url, ADMIN), await lists(url, other)]
  own.customer = mine.customers.nodes[0]!.id
  const portal = await addKey(house, { scopes: USER, customer: own.customer })
  const limited = await addKey(house, { scopes: ['admin'], connections: ['odoo:main'] })
  keys = { other, portal, limited }
  const on = <T extends { connection: string }>(nodes: T[], id: string): T =>
    nodes.find(({ connection }) => connection === id)!
  const neighbour = mine.orders.nodes.find(({ customer }) => customer && customer.id !== own.customer)!
    .customer!.id
  const stranger = their.payments.nodes.find(({ customer }) => customer)!.customer!.id
  const [ofTenant, ofNeighbour, ofErp] = [
    await pushed(url, other, stranger, 'odoo:other'),
    await pushed(url, ADMIN, neighbour, 'odoo:main'),
    await pushed(url, ADMIN, own.customer, 'erpnext:main'),
  ]
  const lonely = mine.customers.nodes.find(({ name }) => name === 'Lonely Ltd')!.id
  const idOf = (nodes: Row[], fits: (one: Row) => boolean): string => nodes.find(fits)!.id
  const isOther = ({ customer }: Row): boolean => customer?.id !== own.customer
  const isErp = ({ connection }: Row): boolean => connection === 'erpnext:main'
  const common = { house, url }
  const here = {
    ...common,
    key: ADMIN,
    tenant: DEFAULT_TENANT,
    connection: 'erpnext:main',
    quotes: 'qwoty:main',
  }
  const another = their.customers.nodes.find(({ id }) => id !== stranger)!.id
  there = {
    ...common,
    key: other,
    tenant: 'other',
    connection: 'odoo:other',
    quotes: 'qwoty:other',
    customer: stranger,
    other: another,
  }
  foreign = {
    tenant: {
      quote: their.quotes.nodes[0]!.id,
      invoice: idOf(their.invoices.nodes, () => true),
      payment: idOf(their.payments.nodes, () => true),
      ...ofTenant,
      ...(await thingsOf(there, ofTenant.operation)),
    },
    customer: {
      connection: 'odoo:other',
      customer: neighbour,
      quote: mine.quotes.nodes[0]!.id,
      invoice: idOf(mine.invoices.nodes, isOther),
      payment: idOf(mine.payments.nodes, isOther),
      ...ofNeighbour,
    },
    connection: {
      quote: on(mine.quotes.nodes, 'qwoty:main').id,
      invoice: idOf(mine.invoices.nodes, isErp),
      payment: idOf(mine.payments.nodes, isErp),
      ...ofErp,
      ...(await thingsOf({ ...here, customer: lonely, other: neighbour }, ofErp.operation)),
    },
  }
  const hook = `http://127.0.0.1:${house.sandboxes.port}/hook`
  const both = {
    HOOK: hook,
    AFTER: (await post<{ syncCursor: string }>(url, '{ syncCursor }', {}, { key: ADMIN })).data!.syncCursor,
  }
  ours = {
    ...both,
    OWN: own.customer,
    HERE: 'odoo:main',
    FROM: 'qwoty:main',
    MINE: foreign.connection.subscription!,
  }
  theirs = {
    ...both,
    OWN: another,
    HERE: 'odoo:other',
    FROM: 'qwoty:other',
    MINE: foreign.tenant.subscription!,
  }
})
afterAll(() => house.close())

let count = 0
/** The answer without what differs anyway: the id asked for, and the request's own. */
async function told(key: string, query: string, id: string): Promise<string> {
  const words = key === keys.other ? theirs : ours
  const text = query.replaceAll(/"([A-Z]{3,})"/g, (_, word: string) =>
    JSON.stringify(word === 'KEY' ? `${count++}` : (words[word] ?? word)),
  )
  const operation = text.replace(/^(query|mutation)?/, (kind) => `${kind || 'query'} ($id: ID!)`)
  const reply = await post(url, operation, { id }, { key })
  return reply.text.replaceAll(id, 'ID').replaceAll(/"requestId":"[^"]*"/g, '')
}

/** An id of the same form that nothing has. */
function unknown(kind: keyof Ids, like: string): string {
  return kind === 'connection'
    ? 'odoo:none'
    : like.replace(/[0-9a-f]{8,}.*$/, (rest) => rest.replaceAll(/[0-9a-f]/g, '0'))
}

async function isLikeUnknown(key: string, query: string, kind: keyof Ids, id: string): Promise<boolean> {
  return (await told(key, query, id)) === (await told(key, query, unknown(kind, id)))
}

/** What ends a thing is asked after what only looks at it or changes it. */
function weight({ argument }: Taker): number {
  return ENDING.findIndex((one) => one.test(argument))
}
const ENDING = [
  /^(?!delete|revoke|discard|cancel|decide|resolve|merge|erase|disconnect)/,
  /^(?!erase|disconnect)/,
  /^erase/,
  /^/,
]

describe('a foreign id', () => {
  it.each(asks)('of another tenant is answered like an unknown one by %s', async (_covers, kind, query) => {
    const id = foreign.tenant[kind]!
    expect(await told(ADMIN, query, id)).toBe(await told(ADMIN, query, unknown(kind, id)))
  })

  it.each(asks)('of another customer is answered like an unknown one by %s', async (_covers, kind, query) => {
    const id = foreign.customer[kind]!
    expect(await told(keys.portal, query, id)).toBe(await told(keys.portal, query, unknown(kind, id)))
  })

  it.each(asks)(
    'of a connection out of reach is answered like an unknown one by %s',
    async (_covers, kind, query) => {
      const id = foreign.connection[kind]!
      expect(await told(keys.limited, query, id)).toBe(await told(keys.limited, query, unknown(kind, id)))
    },
  )

  it(
    'is answered like an unknown one in every other argument that takes one',
    { timeout: 120_000 },
    async () => {
      const { takers } = takersOf(house.engine.schema)
      const told: string[] = []
      for (const [whose, key] of [
        ['tenant', ADMIN],
        ['customer', keys.portal],
        ['connection', keys.limited],
      ] as const)
        for (const { argument, kind, query } of takers) {
          const id = foreign[whose][kind]
          if (id && !(await isLikeUnknown(key, query, kind, id))) told.push(`${argument} of another ${whose}`)
        }
      expect(told).toEqual([])
    },
  )

  it.each([
    ['importProgress', 'import'],
    ['operation', 'operation'],
  ] as const)('is answered like an unknown one by the stream %s', async (field, kind) => {
    const stream = async (key: string, id: string): Promise<string> => {
      const headers = {
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
      }
      const query = `subscription ($id: ID!) { ${field}(id: $id) { __typename } }`
      const body = JSON.stringify({ query, variables: { id } })
      const reply = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
      return (await reply.text()).replaceAll(id, 'ID').replaceAll(/"requestId":"[^"]*"/g, '')
    }
    for (const [key, id] of [
      [ADMIN, foreign.tenant[kind]!],
      [keys.limited, foreign.connection[kind]!],
    ] as const)
      expect(await stream(key, id)).toBe(await stream(key, unknown(kind, id)))
  })

  it('is the reason for that answer: whose it is is told something else', { timeout: 120_000 }, async () => {
    const { takers } = takersOf(house.engine.schema)
    const same: string[] = []
    for (const { argument, kind, query } of takers.toSorted((a, b) => weight(a) - weight(b))) {
      // An earlier question may have taken it out of there.
      if (kind === 'group') foreign.tenant.group = await failed(there, foreign.tenant.operation!)
      if (await isLikeUnknown(keys.other, query, kind, foreign.tenant[kind]!)) same.push(argument)
    }
    expect(same).toEqual([])
  })

  it('is asked for above in every field of a product, and nowhere that does not exist', () => {
    const { schema } = house.engine
    const product = Object.values((schema.getType('Product') as GraphQLObjectType).getFields())
    const under = product.flatMap((field) => idsOf(field).map((path) => `${field.name}(${path})`))
    const covered = asks.map(([covers]) => covers)
    expect(under.filter((one) => !covered.includes(one))).toEqual([])
    const streams = Object.values(schema.getSubscriptionType()!.getFields())
    expect(
      streams
        .filter((field) => idsOf(field).length > 0)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['importProgress', 'operation', 'syncEvents'])
    const all = new Set([...under, ...takersOf(schema).all])
    expect(covered.filter((one) => !all.has(one))).toEqual([])
  })
})

describe('a list', () => {
  it('of a key of one customer has only what is its own', async () => {
    const seen = await lists(url, keys.portal)
    expect(seen.customers.nodes.map(({ id }) => id)).toEqual([own.customer])
    for (const { customer } of [...seen.orders.nodes, ...seen.invoices.nodes])
      expect(customer?.id).toBe(own.customer)
    expect(seen.quotes.nodes).toEqual([])
  })

  it('of a key of one connection has only what that one knows', async () => {
    const seen = await lists(url, keys.limited)
    expect(seen.customers.nodes.map(({ name }) => name)).not.toContain('Lonely Ltd')
    expect(seen.customers.nodes.length).toBeGreaterThan(50)
    const rows = [...seen.orders.nodes, ...seen.invoices.nodes, ...seen.quotes.nodes]
    expect(new Set(rows.map(({ connection }) => connection))).toEqual(new Set(['odoo:main']))
    const { data } = await post(url, '{ connections { id } }', {}, { key: keys.limited })
    expect(data).toEqual({ connections: [{ id: 'odoo:main' }] })
  })

  it('of another tenant has nothing of this one', async () => {
    const [mine, theirs] = [await lists(url, ADMIN), await lists(url, keys.other)]
    const ids = ({ customers, orders, invoices, quotes }: Lists) =>
      [customers, orders, invoices, quotes].flatMap(({ nodes }) =>
        (nodes as { id: string }[]).map(({ id }) => id),
      )
    const seen = new Set(ids(mine))
    expect(ids(theirs).filter((id) => seen.has(id))).toEqual([])
    expect(ids(theirs).length).toBeGreaterThan(50)
  })

  it("of a system's own records is closed to a key of one customer", async () => {
    const reply = await post(url, '{ odoo { customers { nodes { id } } } }', {}, { key: keys.portal })
    expect(codes(reply)).toEqual(['FORBIDDEN'])
  })
})
