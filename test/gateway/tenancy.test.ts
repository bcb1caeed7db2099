import { type GraphQLInputType, getNamedType, isInputObjectType, isNonNullType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestHouse, openHouse } from '../whole.ts'
import { type Ids, asks, elsewhere } from './asks.ts'
import { codes, post } from './client.ts'
import { USER, addKey, addTenant } from './keys.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'

let house: TestHouse
let url = ''
const own = { customer: '' }

interface Lists {
  customers: { nodes: { id: string; name: string }[] }
  orders: { nodes: { id: string; connection: string; customer: { id: string } | null }[] }
  invoices: { nodes: { id: string; connection: string; customer: { id: string } | null }[] }
  quotes: { nodes: { id: string; connection: string }[] }
}

async function lists(key: string): Promise<Lists> {
  const query = `{ customers(first: 500) { nodes { id name } } quotes { nodes { id connection } }
    orders(first: 500) { nodes { id connection customer { id } } } invoices(first: 500) { nodes { id connection customer { id } } } }`
  const { data, errors } = await post<Lists>(url, query, {}, { key })
  expect(errors).toEqual([])
  return data!
}

/** An accepted order that no worker pushes, and its operation. */
async function pushed(
  key: string,
  customer: string,
  connection: string,
): Promise<{ order: string; operation: string }> {
  const query = `mutation ($c: ID!, $on: ID!, $k: ID!) {
    pushOrder(input: { customer: $c, connection: $on, lines: [{ sku: "DESK-140", quantity: "1" }] }, idempotencyKey: $k)
    { order { id } operation { id } problems { message } } }`
  const variables = { c: customer, on: connection, k: `${customer} ${connection}` }
  const { data, errors } = await post<{ pushOrder: { order: { id: string }; operation: { id: string } } }>(
    url,
    query,
    variables,
    { key },
  )
  expect(errors).toEqual([])
  return { order: data!.pushOrder.order.id, operation: data!.pushOrder.operation.id }
}

let keys: { other: string; portal: string; limited: string }
let foreign: { tenant: Ids; customer: Ids; connection: Ids }

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
  const [mine, theirs] = [await lists(ADMIN), await lists(other)]
  own.customer = mine.customers.nodes[0]!.id
  const portal = await addKey(house, { scopes: USER, customer: own.customer })
  const limited = await addKey(house, { scopes: ['admin'], connections: ['odoo:main'] })
  keys = { other, portal, limited }
  const on = <T extends { connection: string }>(nodes: T[], id: string): T =>
    nodes.find(({ connection }) => connection === id)!
  const neighbour = mine.orders.nodes.find(({ customer }) => customer && customer.id !== own.customer)!
    .customer!.id
  const stranger = theirs.customers.nodes[0]!.id
  const [ofTenant, ofNeighbour, ofErp] = [
    await pushed(other, stranger, 'odoo:other'),
    await pushed(ADMIN, neighbour, 'odoo:main'),
    await pushed(ADMIN, own.customer, 'erpnext:main'),
  ]
  const invoice = (
    nodes: Lists['invoices']['nodes'],
    fits: (one: Lists['invoices']['nodes'][number]) => boolean,
  ): string => nodes.find(fits)!.id
  const lonely = mine.customers.nodes.find(({ name }) => name === 'Lonely Ltd')!.id
  foreign = {
    tenant: {
      connection: 'odoo:other',
      customer: stranger,
      quote: theirs.quotes.nodes[0]!.id,
      invoice: invoice(theirs.invoices.nodes, () => true),
      ...ofTenant,
    },
    customer: {
      connection: 'odoo:other',
      customer: neighbour,
      quote: mine.quotes.nodes[0]!.id,
      invoice: invoice(mine.invoices.nodes, ({ customer }) => customer?.id !== own.customer),
      ...ofNeighbour,
    },
    connection: {
      connection: 'erpnext:main',
      customer: lonely,
      quote: on(mine.quotes.nodes, 'qwoty:main').id,
      invoice: on(mine.invoices.nodes, 'erpnext:main').id,
      ...ofErp,
    },
  }
})
afterAll(() => house.close())

let count = 0
/** The answer without what differs anyway: the id asked for, and the request's own. */
async function told(key: string, query: string, id: string): Promise<string> {
  const text = query.replace('"OWN"', JSON.stringify(own.customer)).replace('"KEY"', `"${count++}"`)
  const operation = text.startsWith('mutation')
    ? text.replace('mutation', 'mutation ($id: ID!)')
    : `query ($id: ID!) ${text}`
  const reply = await post(url, operation, { id }, { key })
  return reply.text.replaceAll(id, 'ID').replaceAll(/"requestId":"[^"]*"/g, '')
}

const UNKNOWN: Ids = {
  connection: 'odoo:none',
  customer: 'cus_00000000000000000000000000000000',
  order: 'ord_00000000000000000000000000000000',
  invoice: 'inv_00000000000000000000000000000000',
  quote: 'quo_00000000000000000000000000000000',
  operation: 'op_00000000000000000000000000000000',
}

describe('a foreign id', () => {
  it.each(asks)('of another tenant is answered like an unknown one by %s', async (_covers, kind, query) => {
    expect(await told(ADMIN, query, foreign.tenant[kind])).toBe(await told(ADMIN, query, UNKNOWN[kind]))
  })

  it.each(asks)('of another customer is answered like an unknown one by %s', async (_covers, kind, query) => {
    expect(await told(keys.portal, query, foreign.customer[kind])).toBe(
      await told(keys.portal, query, UNKNOWN[kind]),
    )
  })

  it.each(asks)(
    'of a connection out of reach is answered like an unknown one by %s',
    async (_covers, kind, query) => {
      expect(await told(keys.limited, query, foreign.connection[kind])).toBe(
        await told(keys.limited, query, UNKNOWN[kind]),
      )
    },
  )

  it('is asked for above in every argument that takes one', () => {
    const { schema } = house.engine
    const roots = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!]
    const fields = [...roots, schema.getType('Product') as (typeof roots)[0]].flatMap((type) =>
      Object.values(type.getFields()),
    )
    const takers = fields.flatMap(({ name, args }) =>
      args.flatMap((arg) => idsIn(arg.type, arg.name).map((path) => `${name}(${path})`)),
    )
    const covered = new Set(asks.map(([covers]) => covers))
    expect(
      takers.filter((taker) => !covered.has(taker) && !elsewhere.some(([one]) => one.test(taker))),
    ).toEqual([])
    expect([...covered].filter((one) => !takers.includes(one))).toEqual([])
  })
})

function idsIn(type: GraphQLInputType, path: string): string[] {
  const named = getNamedType(isNonNullType(type) ? type.ofType : type)
  if (named.name === 'ID') return [path]
  if (!isInputObjectType(named)) return []
  return Object.values(named.getFields()).flatMap((field) => idsIn(field.type, `${path}.${field.name}`))
}

describe('a list', () => {
  it('of a key of one customer has only what is its own', async () => {
    const seen = await lists(keys.portal)
    expect(seen.customers.nodes.map(({ id }) => id)).toEqual([own.customer])
    for (const { customer } of [...seen.orders.nodes, ...seen.invoices.nodes])
      expect(customer?.id).toBe(own.customer)
    expect(seen.quotes.nodes).toEqual([])
  })

  it('of a key of one connection has only what that one knows', async () => {
    const seen = await lists(keys.limited)
    expect(seen.customers.nodes.map(({ name }) => name)).not.toContain('Lonely Ltd')
    expect(seen.customers.nodes.length).toBeGreaterThan(50)
    const rows = [...seen.orders.nodes, ...seen.invoices.nodes, ...seen.quotes.nodes]
    expect(new Set(rows.map(({ connection }) => connection))).toEqual(new Set(['odoo:main']))
    const { data } = await post(url, '{ connections { id } }', {}, { key: keys.limited })
    expect(data).toEqual({ connections: [{ id: 'odoo:main' }] })
  })

  it('of another tenant has nothing of this one', async () => {
    const [mine, theirs] = [await lists(ADMIN), await lists(keys.other)]
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
