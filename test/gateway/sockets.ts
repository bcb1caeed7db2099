import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { startWorker } from '../../subgraphs/hub/worker.ts'
import type { TestHouse } from '../whole.ts'
import { bombs } from './bombs.ts'
import { type Told, INSIDE, codes, post } from './client.ts'
import { type Live, type Opening, type Result, bare, closing, only, overEvents, overSocket } from './live.ts'

const ways: [name: string, open: (url: string, opening?: Opening) => Live][] = [
  ['WebSocket', overSocket],
  ['server-sent events', overEvents],
]
const STOCK =
  '{ product(sku: "DESK-160") { sku stock { complete answers { connection ... on OdooStock { status } } } } }'
const PUSH = `mutation ($c: ID!, $k: ID!) {
  pushOrder(input: { customer: $c, lines: [{ sku: "DESK-160", quantity: "1" }] }, idempotencyKey: $k) { operation { id } problems { message } } }`
const OPERATION = `subscription ($id: ID!) {
  operation(id: $id) { status order { number record { ... on OdooOrder { lines { sku quantity } } } } } }`

async function all<T>(results: AsyncIterable<Result<T>>): Promise<Result<T>[]> {
  const found: Result<T>[] = []
  for await (const result of results) found.push(result)
  return found
}

/** What is promised of WebSocket and of server-sent events alike, and of each alone. */
export function describeSockets(house: () => TestHouse, url: () => string): void {
  describe.each(ways)('over %s', (_name, open) => {
    it('a query is answered from all subgraphs', async () => {
      const live = open(url())
      const { data, errors } = await only(live.ask(STOCK))
      expect(errors).toBeUndefined()
      expect(data).toMatchObject({
        product: { sku: 'DESK-160', stock: { complete: true, answers: [{ connection: 'odoo:main' }] } },
      })
      live.close()
    })

    it('a subscription tells every state of a push, with what the ERP holds, and ends', async () => {
      const { data } = await post<{ customers: { nodes: { id: string }[] } }>(
        url(),
        '{ customers(first: 1) { nodes { id } } }',
      )
      const variables = { c: data!.customers.nodes[0]!.id, k: _name }
      const pushed = await post<{ pushOrder: { operation: { id: string } } }>(url(), PUSH, variables)
      const live = open(url())
      type Event = { operation: { status: string; order: object } }
      const events = live.ask<Event>(OPERATION, { id: pushed.data!.pushOrder.operation.id })
      const first = (await events.next()).value as Result<Event>
      expect(first.data?.operation.status).toBe('ACCEPTED')
      const worker = startWorker(house().hub, { name: 'tests', parallel: 1 })
      const rest = await all(events)
      await worker.stop()
      expect(rest.map((event) => event.data?.operation.status)).toEqual(['RUNNING', 'DONE'])
      expect(rest.at(-1)?.data?.operation.order).toMatchObject({
        record: { lines: [{ sku: 'DESK-160', quantity: '1' }] },
      })
      live.close()
    })

    it.each([
      ['a text that is no operation', '{ product(', 'VALIDATION'],
      ['an unknown field', '{ colour }', 'VALIDATION'],
      ['a bad value', '{ product(sku: "DESK-160") { price(quantity: "0") { connection } } }', 'VALIDATION'],
      ['a bad cursor', 'subscription { syncEvents(after: "x") { cursor } }', 'VALIDATION'],
      ['a NUL', '{ product(sku: "\\u0000") { sku } }', 'VALIDATION'],
      ...bombs,
    ])('%s is told, and the connection goes on', async (_words, query, code) => {
      const live = open(url())
      const errors = await only(live.ask(query)).then(
        (result) => result.errors ?? [],
        (thrown: unknown) => thrown as Told[],
      )
      expect(codes({ errors })).toEqual([code])
      expect(errors[0]?.extensions.requestId).toMatch(/^[0-9a-f-]{36}$/)
      expect(JSON.stringify(errors)).not.toMatch(INSIDE)
      expect((await only(live.ask('{ __typename }'))).data).toEqual({ __typename: 'Query' })
      live.close()
    })
  })

  describe('over a WebSocket', () => {
    it('who does not say who it is, is let go with 4408', async () => {
      expect(await closing(bare(url()))).toEqual([4408, 'Connection initialisation timeout'])
    })

    it.each([
      [
        'asks before it says who it is',
        '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}',
        4401,
      ],
      ['says what is no message', '{"type":"hello"}', 4400],
      ['says what is no JSON', 'garbage', 4400],
      ['sends 10 MB', 'x'.repeat(10_000_000), 1009],
    ])('who %s, is let go with a code', async (_words, message, code) => {
      const socket = bare(url())
      await once(socket, 'open')
      socket.send(message)
      expect((await closing(socket))[0]).toBe(code)
      expect((await fetch(`${url()}/health/live`)).status).toBe(200)
    })

    it('no address and no going away in the middle brings the server down', async () => {
      for (const path of ['//', '/%', '/graphqlx', '/graphql?x=%']) {
        const socket = bare(url(), {}, path)
        await Promise.race([once(socket, 'error'), once(socket, 'open')])
        socket.terminate()
      }
      expect((await fetch(`${url()}/health/live`)).status).toBe(200)
    })

    it('more than 100 operations at once are refused', async () => {
      const live = overSocket(url())
      const open = Array.from({ length: 100 }, () => live.ask('subscription { syncEvents { cursor } }'))
      for (const one of open) void one.next()
      await expect(live.ask('subscription { syncEvents { cursor } }').next()).rejects.toMatchObject([
        { extensions: { code: 'LIMIT_EXCEEDED' } },
      ])
      live.close()
    })
  })

  describe('over server-sent events', () => {
    it('a mutation by GET does not run', async () => {
      const query = encodeURIComponent('mutation { pauseConnection(id: "odoo:main") { id } }')
      const headers = { accept: 'text/event-stream' }
      const answer = await fetch(`${url()}/graphql?query=${query}`, { headers })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
      expect(codes((await answer.json()) as { errors: Told[] })).toEqual(['NOT_SUPPORTED'])
    })
  })

  it('a stop lets a query over a WebSocket end, and ends every stream', async () => {
    const server = await house().serve()
    const [socket, events] = [overSocket(server.url), overEvents(server.url)]
    house().sandboxes.faults('odoo', [{ do: 'hold', times: 0 }])
    const calls = house().sandboxes.calls('odoo').length
    const asked = only(
      socket.ask('{ product(sku: "DESK-160") { stock(maxAgeMs: 0, deadlineMs: 20000) { complete } } }'),
    )
    const streamed = events.ask('subscription { syncEvents { cursor } }').next()
    while (house().sandboxes.calls('odoo').length === calls)
      await new Promise((resolve) => setImmediate(resolve))
    const stopped = server.stop()
    house().sandboxes.faults('odoo', [])
    expect((await asked).data).toEqual({ product: { stock: { complete: true } } })
    expect((await streamed).done).toBe(true)
    await stopped
    socket.close()
    events.close()
  })
}
