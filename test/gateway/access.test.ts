import { request } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Contexts } from '../../gateway/context.ts'
import { Names } from '../../subgraphs/names.ts'
import { Access, saveKeys } from '../../subgraphs/hub/access.ts'
import { startWorker } from '../../subgraphs/hub/worker.ts'
import { demo } from '../../subgraphs/demo.ts'
import { type TestHouse, openHouse } from '../whole.ts'
import { type Reply, INSIDE, codes, post } from './client.ts'
import { USER, addKey } from './keys.ts'
import { bare, closing, only, overEvents, overSocket } from './live.ts'
import { describeRights } from './rights.ts'
import { describeStandalone } from './standalone.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'
/** Ids of the demo's customers by their number, such as "C-10001". */
const ids = new Map<string, string>()

let house: TestHouse
let url = ''

beforeAll(async () => {
  const keys = [{ name: 'admin', secret: ADMIN, scopes: ['admin' as const] }]
  house = await openHouse({ only: ['odoo:main', 'erpnext:main'], keys })
  await house.poll()
  url = (await house.serve()).url
  const query = '{ customers(first: 500) { nodes { id email } } }'
  const { data } = await post<{ customers: { nodes: { id: string; email: string }[] } }>(
    url,
    query,
    {},
    { key: ADMIN },
  )
  const byEmail = new Map(data!.customers.nodes.map(({ id, email }) => [email, id]))
  for (const { number, email } of demo(1).customers) ids.set(number, byEmail.get(email)!)
})
afterAll(() => house.close())

describe('a key', () => {
  it('that is missing, wrong, expired or revoked is refused in the same words', async () => {
    const dead = [
      await addKey(house, { scopes: ['admin'], expiresAt: "now() - interval '1 second'" }),
      await addKey(house, { scopes: ['admin'], revokedAt: 'now()' }),
      'wrong',
      `${ADMIN}x`,
    ]
    const replies = [await post(url, '{ __typename }')]
    for (const key of dead) replies.push(await post(url, '{ __typename }', {}, { key }))
    for (const authorization of [
      'Basic eDp5',
      `bearer`,
      `Bearer`,
      ADMIN,
      `Bearer ${ADMIN} ${ADMIN}`,
      'Bearer ü',
    ])
      replies.push(
        await post(url, '{ __typename }', {}, { headers: { authorization: encodeURI(authorization) } }),
      )
    for (const { status, errors } of replies) {
      expect([status, errors]).toMatchObject([
        401,
        [{ message: 'A valid API key is needed.', extensions: { code: 'UNAUTHENTICATED' } }],
      ])
    }
    expect(new Set(replies.map(plain)).size).toBe(1)
  })

  it('that is wrong is told before anything else about the request, but its shape', async () => {
    expect(codes(await post(url, '{ half'))).toEqual(['UNAUTHENTICATED'])
  })

  it('is good in any case of the word Bearer', async () => {
    const reply = await post(url, '{ __typename }', {}, { headers: { authorization: `bearer ${ADMIN}` } })
    expect(reply.data).toEqual({ __typename: 'Query' })
  })

  it('that was taken out of the config is good no more, and good again when it is back', async () => {
    const [kept, gone] = [
      { name: 'a', secret: ADMIN, scopes: ['admin' as const] },
      { name: 'b', secret: 'a-key-that-goes-away', scopes: ['admin' as const] },
    ]
    const isGood = async () =>
      (await anew()
        .of(`Bearer ${gone.secret}`)
        .catch(() => null)) !== null
    await saveKeys(house.hub.db, [kept, gone])
    expect(await isGood()).toBe(true)
    await saveKeys(house.hub.db, [kept])
    expect(await isGood()).toBe(false)
    await saveKeys(house.hub.db, [])
    expect((await post(url, '{ __typename }', {}, { key: ADMIN })).status).toBe(200)
    await saveKeys(house.hub.db, [kept, gone])
    expect(await isGood()).toBe(true)
  })

  it('that is wrong closes a WebSocket with 4403, and is refused with 401 for events', async () => {
    const socket = bare(url)
    await once(socket, 'open')
    socket.send('{"type":"connection_init","payload":{"authorization":"Bearer wrong"}}')
    expect(await closing(socket)).toEqual([4403, 'UNAUTHENTICATED'])
    await expect(only(overSocket(url).ask('{ __typename }'))).rejects.toMatchObject({ code: 4403 })
    await expect(only(overEvents(url).ask('{ __typename }'))).rejects.toMatchObject({
      response: { status: 401 },
    })
  })

  it.each([
    ['WebSocket', overSocket],
    ['server-sent events', overEvents],
  ])('that is revoked gets no further event over %s', async (name, open) => {
    const key = await addKey(house, { scopes: USER })
    const server = await house.serve({ context: (...given) => anew().of(...given) })
    const live = open(server.url, { key })
    const push = `mutation ($c: ID!, $k: ID!) { pushOrder(input: { customer: $c, lines: [{ sku: "DESK-160", quantity: "1" }] }, idempotencyKey: $k) { operation { id } } }`
    const variables = { c: ids.get('C-10001'), k: name }
    const pushed = await post<{ pushOrder: { operation: { id: string } } }>(url, push, variables, {
      key: ADMIN,
    })
    const events = live.ask('subscription ($id: ID!) { operation(id: $id) { status } }', {
      id: pushed.data!.pushOrder.operation.id,
    })
    expect((await events.next()).value?.data).toEqual({ operation: { status: 'ACCEPTED' } })
    await house.hub.db.em().execute('update api_key set revoked_at = now() where name = ?', [key])
    const worker = startWorker(house.hub, { name: 'tests', parallel: 1 })
    const last = (await events.next()).value
    expect(last?.data).toBeUndefined()
    expect(codes({ errors: last!.errors! })).toEqual(['UNAUTHENTICATED'])
    expect((await events.next()).done).toBe(true)
    await worker.stop()
    live.close()
  })
})

describe('without keys, the names by which the server is called', () => {
  const open = () => {
    const names = new Names(['shop.example'])
    return house.serve({ accept: (incoming) => names.accept(incoming) })
  }

  it('are those of this machine and the configured ones; a page elsewhere gets nothing', async () => {
    const { port } = await open()
    const ask = async (headers: Record<string, string>): Promise<number> => {
      const sent = request({
        port,
        path: '/graphql?query={__typename}',
        headers: { authorization: `Bearer ${ADMIN}`, ...headers },
      }).end()
      const [answer] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }]
      answer.resume()
      return answer.statusCode
    }
    for (const host of ['localhost', `127.0.0.1:${port}`, '[::1]', 'shop.example', 'SHOP.example:443'])
      expect(await ask({ host })).toBe(200)
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.',
      'x@localhost:1@evil.example',
      '0.0.0.0',
    ])
      expect([host, await ask({ host })]).toEqual([host, 403])
    for (const origin of ['http://evil.example', 'null', 'http://localhost.evil.example', 'file://'])
      expect([origin, await ask({ host: 'localhost', origin })]).toEqual([origin, 403])
    expect(await ask({ host: 'localhost', origin: 'http://localhost:3000' })).toBe(200)
  })

  it('are checked for WebSockets and events too', async () => {
    const server = await open()
    const refused = bare(server.url, { origin: 'http://evil.example' })
    const [, answer] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }]
    expect(answer.statusCode).toBe(403)
    const host = bare(server.url, { host: 'evil.example' })
    expect(
      ((await once(host, 'unexpected-response')) as [unknown, { statusCode: number }])[1].statusCode,
    ).toBe(403)
    const live = overEvents(server.url, { key: ADMIN, origin: 'http://evil.example' })
    await expect(only(live.ask('{ __typename }'))).rejects.toMatchObject({ response: { status: 403 } })
    const own = overSocket(server.url, { key: ADMIN, origin: 'http://localhost:5173' })
    expect((await only(own.ask('{ __typename }'))).data).toEqual({ __typename: 'Query' })
    own.close()
  })
})

interface Price {
  connection: string
  unitPrice: { amount: string; currency: string }
  source: string
  tiers: { minimumQuantity: string; unitPrice: { amount: string } }[]
}
const PRICES = `query ($c: ID, $q: Decimal!) { product(sku: "DESK-140") { prices(customer: $c, quantity: $q) {
  connection ... on PriceAnswer { unitPrice { amount currency } source tiers { minimumQuantity unitPrice { amount } } } } } }`

async function pricesOf(quantity: string, customer: string | null, key = ADMIN): Promise<Price[]> {
  const { data, errors } = await post<{ product: { prices: Price[] } }>(
    url,
    PRICES,
    { c: customer, q: quantity },
    { key },
  )
  expect(errors).toEqual([])
  return data!.product.prices
}

function agreed(number: string | null, group: string | null): { minimum: string; price: string }[] {
  const fits = demo(1).agreements.find(
    (one) =>
      one.sku === 'DESK-140' && one.currency === 'EUR' && one.customer === number && one.group === group,
  )
  return fits!.tiers
}

describe("a customer's price", () => {
  it('is its own, by its tiers, however many ask at once', async () => {
    const [key, wholesale] = [ids.get('C-10001')!, ids.get('C-10004')!]
    const expected: [string | null, string, string][] = [
      [key, '1', agreed('C-10001', null)[0]!.price],
      [key, '25', agreed('C-10001', null)[1]!.price],
      [wholesale, '1', agreed(null, 'wholesale')[0]!.price],
      [wholesale, '25', agreed(null, 'wholesale')[1]!.price],
      [wholesale, '50', agreed(null, 'wholesale')[2]!.price],
      [null, '25', demo(1).products.find(({ sku }) => sku === 'DESK-140')!.listPrice],
    ]
    for (const _round of ['from the ERPs', 'from the cache']) {
      const found = await Promise.all(expected.map(([customer, quantity]) => pricesOf(quantity, customer)))
      expect(found.map((prices) => prices.map(({ unitPrice }) => Number(unitPrice.amount)))).toEqual(
        expected.map(([, , amount]) => [Number(amount), Number(amount)]),
      )
    }
  })

  it('comes with its tiers', async () => {
    const prices = await pricesOf('1', ids.get('C-10001')!)
    for (const { tiers } of prices)
      expect(tiers.map((tier) => [Number(tier.minimumQuantity), Number(tier.unitPrice.amount)])).toEqual(
        expect.arrayContaining(
          agreed('C-10001', null).map(({ minimum, price }) => [Number(minimum), Number(price)]),
        ),
      )
  })

  it("is what a key of one customer gets without naming it, and nobody else's", async () => {
    const key = await addKey(house, { scopes: USER, customer: ids.get('C-10001')! })
    expect(await pricesOf('25', null, key)).toEqual(await pricesOf('25', ids.get('C-10001')!))
    const foreign = await post(url, PRICES, { c: ids.get('C-10004'), q: '25' }, { key })
    expect(codes(foreign)).toEqual(['INVALID_CUSTOMER'])
    expect(foreign.text).not.toMatch(INSIDE)
  })
})

describeRights(
  () => house,
  () => url,
)
describeStandalone(() => house, ADMIN, ids)

/** Keys as another process sees them, which has none in memory. */
function anew(): Contexts {
  return new Contexts(house.hub, new Access(house.hub.db, house.hub.catalogue, false))
}

function plain({ text }: Reply<unknown>): string {
  return text.replace(/"requestId":"[^"]*"/, '')
}
