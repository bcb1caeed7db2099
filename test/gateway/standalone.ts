import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dedupeKey } from '../../gateway/context.ts'
import { createEngine } from '../../gateway/engine.ts'
import { composeHouse, ownSubgraphs } from '../../gateway/house.ts'
import { type RunningServer, serve } from '../../gateway/server.ts'
import { ANONYMOUS, Access } from '../../subgraphs/hub/access.ts'
import { hubSubgraph } from '../../subgraphs/hub/index.ts'
import { isReady } from '../../subgraphs/hub/open.ts'
import { visitors } from '../../subgraphs/hub/visitor.ts'
import { connectorOf } from '../../subgraphs/index.ts'
import { recordId } from '../../subgraphs/ids.ts'
import { type ServedSubgraph, serveSubgraph } from '../../subgraphs/serve.ts'
import { CONTEXT_HEADER, signCaller } from '../../subgraphs/signed.ts'
import { type Subgraph, subgraphOf } from '../../subgraphs/subgraph.ts'
import type { Caller } from '../../subgraphs/caller.ts'
import type { TestHouse } from '../whole.ts'
import { type Reply, codes, post, send } from './client.ts'
import { USER, addKey } from './keys.ts'
import { only, overEvents } from './live.ts'

const SECRET = 'a secret key for tests only, 32 characters and more'
const FIRST = `{ product(sku: "DESK-140") { name stock { available complete missing answers { connection ... on StockAnswer { available unit problem { code } } } }
  prices(quantity: "25") { connection ... on PriceAnswer { unitPrice { amount currency } } } }
  orders(first: 3) { nodes { number customer { name } record { connection ... on OdooOrder { number lines { sku quantity } } } } } }`

/** A subgraph as a user would write it: a colour for every product, by SKU. Everything it is told, it keeps. */
function pim(heard: Record<string, string | undefined>[]): Subgraph {
  const typeDefs =
    parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { favourite: Product! }
    type Product @key(fields: "sku") { sku: ID! colour: String! broken: String }`)
  const resolvers = {
    Query: { favourite: () => ({ sku: 'DESK-140' }) },
    Product: {
      __resolveReference: (
        { sku }: { sku: string },
        context: { headers: Record<string, string | undefined> },
      ) => {
        heard.push(context.headers)
        return { sku }
      },
      colour: ({ sku }: { sku: string }) => `colour of ${sku}`,
      broken: () => {
        throw new TypeError("Cannot read properties of undefined (reading 'paint')")
      },
    },
  }
  return { name: 'pim', typeDefs, schema: buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]) }
}

/** The same house with its parts in processes of their own, as far as HTTP can tell. */
export function describeStandalone(
  house: () => TestHouse,
  key: string,
  customers: Map<string, string>,
): void {
  describe('subgraphs that are served alone', () => {
    const served = new Map<string, ServedSubgraph>()
    const heard: Record<string, string | undefined>[] = []
    let server: RunningServer
    let url = ''

    beforeAll(async () => {
      const { hub, contexts } = house()
      const contextOf = visitors(hub, new Access(hub.db, hub.catalogue, false), SECRET)
      const parts = [hubSubgraph(), subgraphOf(connectorOf('odoo')!), subgraphOf(connectorOf('erpnext')!)]
      for (const part of parts) served.set(part.name, await serveSubgraph(part, contextOf, '127.0.0.1', 0))
      const open = async (headers: Record<string, string | undefined>) => ({ headers })
      served.set('pim', await serveSubgraph(pim(heard), open, '127.0.0.1', 0))
      const listed = [...served].map(([name, { url: at }]) => ({ name, url: at }))
      const { sdl, transports } = await composeHouse(ownSubgraphs(), listed, SECRET)
      server = await serve(
        {
          engine: createEngine({ supergraphSdl: sdl, transports }),
          context: (...given) => contexts.of(...given),
          dedupeKey,
          accept: null,
          ready: () => isReady(hub.db),
        },
        '127.0.0.1',
        0,
      )
      url = `http://127.0.0.1:${server.port}`
    })
    afterAll(async () => {
      await server.stop()
      for (const { close } of served.values()) await close()
    })

    /** Hands a reference to a subgraph as only a router may. */
    async function entity(
      name: string,
      reference: object,
      headers: Record<string, string>,
    ): Promise<Reply<{ _entities: unknown[] }>> {
      const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }'
      const body = JSON.stringify({ query, variables: { r: [reference] } })
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }
      return send(served.get(name)!.url.replace('/graphql', ''), init)
    }
    const signed = (more: Partial<Caller>, now?: number) => ({
      [CONTEXT_HEADER]: signCaller(SECRET, { ...ANONYMOUS, ...more }, now),
    })

    it('answer like those in the process', async () => {
      const inside = await house().ask(FIRST, {}, await house().contexts.of(`Bearer ${key}`))
      const outside = await post(url, FIRST, {}, { key })
      expect(outside.errors).toEqual([])
      expect(outside.data).toEqual(inside.data)
    })

    it('stream events through the gateway', async () => {
      const live = overEvents(url, { key })
      const push = `mutation ($c: ID!) { pushOrder(input: { customer: $c, lines: [{ sku: "DESK-160", quantity: "1" }] }, idempotencyKey: "alone") { operation { id } } }`
      const pushed = await post<{ pushOrder: { operation: { id: string } } }>(
        url,
        push,
        { c: customers.get('C-10001') },
        { key },
      )
      const query = 'subscription ($id: ID!) { operation(id: $id) { status customer { name } } }'
      const event = await only(live.ask(query, { id: pushed.data!.pushOrder.operation.id }))
      expect(event.data).toEqual({ operation: { status: 'ACCEPTED', customer: { name: 'Acme GmbH' } } })
      live.close()
    })

    it('take nobody without a context that the gateway signed lately, or a key', async () => {
      const reference = { __typename: 'Product', sku: 'DESK-140' }
      const good = signed({})[CONTEXT_HEADER]!
      const [text, signature] = good.split('.') as [string, string]
      const forged = Buffer.from(
        Buffer.from(text, 'base64url').toString().replace('anonymous', 'anonymouse'),
      ).toString('base64url')
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { [CONTEXT_HEADER]: '' },
        { [CONTEXT_HEADER]: text },
        { [CONTEXT_HEADER]: `${forged}.${signature}` },
        { [CONTEXT_HEADER]: signCaller('x'.repeat(32), ANONYMOUS) },
        signed({}, Date.now() - 31_000),
      ] as Record<string, string>[]) {
        const reply = await entity('hub', reference, headers)
        expect([reply.status, codes(reply)]).toEqual([401, ['UNAUTHENTICATED']])
      }
      const asked = { _entities: [{ __typename: 'Product' }] }
      expect((await entity('hub', reference, { [CONTEXT_HEADER]: good })).data).toEqual(asked)
      expect((await entity('hub', reference, { authorization: `Bearer ${key}` })).data).toEqual(asked)
    })

    it('check again whatever a reference written by hand names', async () => {
      const { hub } = house()
      const [mine, neighbour] = [customers.get('C-10001')!, customers.get('C-10004')!]
      const known = await hub.catalogue.customers('default', [mine, neighbour])
      const [own, other] = known.map((one) => ({ id: one!.row.id, natives: one!.natives }))
      const [product] = await hub.catalogue.bySku('default', ['DESK-140'])
      const item = product!.natives['odoo:main']!
      const terms = {
        connection: 'odoo:main',
        buyer: other!.id,
        customer: other!.natives['odoo:main']!,
        quantity: '1',
        unit: null,
        currency: null,
        on: '2026-11-21',
        deadlineMs: 5_000,
        maxAgeMs: null,
      }
      const price = { __typename: 'OdooPrice', id: hub.seal.priceId(item, 'DESK-140', terms) }
      const stock = {
        __typename: 'OdooStock',
        id: hub.seal.stockId('odoo:main', item, 'DESK-140', {
          warehouses: null,
          deadlineMs: 5_000,
          maxAgeMs: null,
        }),
      }
      const customer = {
        __typename: 'OdooCustomer',
        id: recordId('odoo:main', 'customer', other!.natives['odoo:main']!),
      }
      const credit = {
        __typename: 'OdooCredit',
        id: recordId('odoo:main', 'credit', other!.natives['odoo:main']!),
      }
      const portal = { customer: own! }
      const cases: [string, object, Partial<Caller>, Partial<Caller>][] = [
        ['odoo', price, {}, portal],
        ['odoo', customer, {}, portal],
        ['odoo', credit, {}, portal],
        ['odoo', stock, {}, { connections: ['erpnext:main'] }],
        ['odoo', stock, {}, { tenant: 'other' }],
        ['odoo', price, {}, { tenant: 'other' }],
        ['hub', { __typename: 'Customer', id: other!.id }, {}, portal],
        ['hub', { __typename: 'Product', sku: 'DESK-140' }, {}, { tenant: 'other' }],
        [
          'hub',
          {
            __typename: 'Stock',
            id: hub.seal.close({
              sku: 'DESK-140',
              connections: null,
              warehouses: null,
              deadlineMs: 1,
              maxAgeMs: null,
            }),
          },
          {},
          { tenant: 'other' },
        ],
      ]
      for (const [name, reference, may, mayNot] of cases) {
        const seen = await entity(name, reference, signed(may))
        expect([reference, seen.data?._entities[0]]).toEqual([reference, expect.objectContaining({})])
        const hidden = await entity(name, reference, signed(mayNot))
        expect([reference, hidden.data, hidden.errors]).toEqual([reference, { _entities: [null] }, []])
      }
      const bent = { ...price, id: price.id.replace('odoo:main', 'erpnext:main') }
      for (const reference of [
        bent,
        { ...stock, id: stock.id.slice(0, -30) + stock.id.slice(-29) },
        { ...stock, id: 'odoo:main/stock' },
        { ...price, id: '' },
      ])
        expect((await entity('odoo', reference, signed({}))).data).toEqual({ _entities: [null] })
    })

    it("join a user's own subgraph, which gets the caller's own authorization and no word of ours", async () => {
      const reply = await post(
        url,
        '{ product(sku: "DESK-140") { name colour } favourite { name colour } }',
        {},
        { key },
      )
      expect(reply.errors).toEqual([])
      const desk = { name: 'Schreibtisch 140', colour: 'colour of DESK-140' }
      expect(reply.data).toEqual({ product: desk, favourite: desk })
      expect(heard.at(-1)).toMatchObject({
        authorization: `Bearer ${key}`,
        'x-request-id': expect.any(String) as string,
      })
      expect(heard.at(-1)).not.toHaveProperty(CONTEXT_HEADER)
    })

    it("tell nothing of the inside when a user's own subgraph breaks", async () => {
      const reply = await post(url, '{ product(sku: "DESK-140") { name broken } }', {}, { key })
      expect(reply.data).toEqual({ product: { name: 'Schreibtisch 140', broken: null } })
      expect(reply.errors).toMatchObject([
        {
          message: 'Something went wrong on our side.',
          path: ['product', 'broken'],
          extensions: { code: 'INTERNAL', requestId: reply.headers.get('x-request-id') },
        },
      ])
      expect(reply.text).not.toContain('paint')
    })

    it('that are gone are missing in their own branch', async () => {
      const addPortal = await addKey(house(), { scopes: USER })
      await served.get('odoo')!.close()
      type Gone = {
        product: {
          name: string
          stock: {
            available: string
            missing: number
            answers: { connection: string; available: string | null }[]
          }
        }
      }
      const query =
        '{ product(sku: "DESK-140") { name stock { available complete missing answers { connection ... on StockAnswer { status available } } } } }'
      const { data, errors } = await post<Gone>(url, query, {}, { key: addPortal })
      const [odoo, erpnext] = data!.product.stock.answers
      expect(odoo).toEqual({ connection: 'odoo:main', status: null, available: null })
      expect(data!.product.stock).toMatchObject({
        complete: false,
        missing: 1,
        available: erpnext!.available,
      })
      for (const { extensions } of errors)
        expect(extensions).toMatchObject({ code: 'UNAVAILABLE', service: 'odoo' })
      expect(errors.length).toBeGreaterThan(0)
    })
  })
}
