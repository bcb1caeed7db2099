import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buy } from '../../client/example.ts'
import {
  type ErrorCode,
  GraphError,
  OperationDocument,
  ProductDocument,
  ProductsPageDocument,
  PushOrderDocument,
  OrderStatusDocument,
  SyncCursorDocument,
  SyncEventsDocument,
  UpsertCustomerDocument,
} from '../../client/index.ts'
import { streamOperation } from '../../subgraphs/hub/events.ts'
import { OperationTable } from '../../subgraphs/hub/tables.ts'
import { startWorker } from '../../subgraphs/hub/worker.ts'
import { type Shop, Wire, openShop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await shop.start()
})
afterAll(() => shop.close())

const thrown = (asked: Promise<unknown>): Promise<{ code: ErrorCode; retryable: boolean }> =>
  asked.then(
    () => expect.fail('It was answered.'),
    (error: unknown) => (error instanceof GraphError ? error : expect.fail(String(error))),
  )

/** Lets a worker run until nothing of the operation is left to do. */
async function work(id: string): Promise<void> {
  const worker = startWorker(shop.house.hub, { name: 'tests', parallel: 1 })
  for await (const { status } of streamOperation(shop.house.hub, id)) if (status === 'DONE') break
  await worker.stop()
}

describe('the example for a frontend team', () => {
  it('asks, orders, and sees every state of its order although the server restarts in between', async () => {
    const lines: string[] = []
    const away = Promise.withResolvers<void>()
    const order = { customer: shop.customer, sku: 'DESK-160', quantity: '2', key: 'example' }
    const bought = buy({ url: shop.url() }, order, (line) => {
      lines.push(line)
      if (line === 'ACCEPTED') away.resolve()
    })
    await away.promise
    await shop.stop()
    await work((await shop.house.hub.db.em().findOneOrFail(OperationTable, { status: 'ACCEPTED' })).id)
    await shop.start()
    await bought
    expect(lines.filter((line) => !line.startsWith('UNAVAILABLE'))).toEqual([
      expect.stringMatching(/^Schreibtisch 160: \d+ in stock$/),
      expect.stringMatching(/^[\d.]+ EUR each for 2 \(.+\)$/),
      'ACCEPTED',
      expect.stringMatching(/^RUNNING/),
      expect.stringMatching(/^DONE S\d+$/),
    ])
    expect(lines).toContain('UNAVAILABLE, connecting again')
  })
})

describe('queries and mutations', () => {
  it('go by the id of their document, typed in question and answer', async () => {
    const wire = new Wire()
    const client = wire.client({ url: shop.url() })
    const { products } = await client.query(ProductsPageDocument, { skus: ['DESK-160'] })
    expect(products.nodes[0]?.stock.answers[0]).toMatchObject({ connection: 'odoo:main', problem: null })
    const input = { customer: shop.customer, lines: [{ sku: 'DESK-160', quantity: '1' }] }
    const { pushOrder } = await client.mutate(PushOrderDocument, { input, idempotencyKey: 'q', dryRun: true })
    expect(pushOrder.plan?.length).toBeGreaterThan(0)
    const person = { name: 'Zaunkönig 4711 SE', email: 'post@zaunkoenig.example' }
    const dry = { input: person, idempotencyKey: 'c', dryRun: true }
    expect((await client.mutate(UpsertCustomerDocument, dry)).upsertCustomer.problems).toEqual([])
    const { order } = await client.query(OrderStatusDocument, { id: 'nobody' })
    expect(order).toBeNull()
    expect(wire.bodies.map(({ documentId, query }) => [typeof documentId, query])).toEqual(
      Array.from({ length: 4 }, () => ['string', undefined]),
    )
    // @ts-expect-error A variable of another type is refused before anything runs.
    await client.query(ProductDocument, { sku: 'x', quantity: 7 }).catch(() => {})
  })

  it('go by their text where the server does not know them, and the id is not tried again', async () => {
    const { url } = await shop.house.serve()
    const wire = new Wire()
    const client = wire.client({ url: `${url}/graphql` })
    for (const sku of ['DESK-160', 'none']) await client.query(ProductDocument, { sku })
    expect(wire.bodies.map((body) => ('query' in body ? 'text' : 'id'))).toEqual(['id', 'text', 'text'])
    const id = await shop.order('text')
    for await (const { operation } of client.subscribe(OperationDocument, { id })) {
      expect(operation).toMatchObject({ id, status: 'ACCEPTED' })
      break
    }
  })

  it('throw one kind of error, with a code of the closed list', async () => {
    const url = shop.url()
    const client = new Wire().client({ url })
    const wrong = await thrown(client.query(ProductDocument, { sku: 'DESK-160', quantity: '0' }))
    expect(wrong).toMatchObject({ code: 'VALIDATION', retryable: false, requestId: expect.any(String) })
    const stranger = new Wire().client({ url, key: async () => 'wrong' })
    expect(await thrown(stranger.query(ProductDocument, { sku: 'x' }))).toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    const events = stranger.subscribe(OperationDocument, { id: 'x' })
    expect(await thrown(events.next())).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await thrown(client.subscribe(SyncEventsDocument, { after: 'x' }).next())).toMatchObject({
      code: 'VALIDATION',
    })
    const nowhere = new Wire().client({ url: 'http://127.0.0.1:9/graphql' })
    const away = await thrown(nowhere.query(ProductDocument, { sku: 'x' }))
    expect(away).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    const elsewhere = new Wire().client({ url: url.replace('/graphql', '/health/live') })
    expect(await thrown(elsewhere.query(ProductDocument, { sku: 'x' }))).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('end with the abort of their signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const asked = new Wire().client({ url: shop.url() }).query(ProductDocument, { sku: 'x' }, { signal })
    await expect(asked).rejects.toThrow('enough')
  })
})

describe('subscriptions', () => {
  it('to one operation end at its final state', async () => {
    const id = await shop.order('final')
    const client = new Wire().client({ url: shop.url() })
    const states: string[] = []
    for await (const { operation } of client.subscribe(OperationDocument, { id })) {
      states.push(operation.status)
      if (states.length === 1) await work(id)
    }
    expect(states).toEqual(['ACCEPTED', 'RUNNING', 'DONE'])
  })

  it('miss nothing that happened between a break and the first event', async () => {
    const wire = new Wire()
    wire.onOpen = (socket) => socket.terminate()
    const client = wire.client({ url: shop.url() })
    let made = Promise.resolve('')
    const onBreak = () => {
      wire.onOpen = () => {}
      made = shop.order('between')
    }
    for await (const { syncEvents } of client.subscribe(SyncEventsDocument, {}, { onBreak })) {
      expect(syncEvents).toMatchObject({ status: 'ACCEPTED', operation: { id: await made } })
      break
    }
    expect(wire.sockets).toHaveLength(2)
  })

  it('give each event once and in order, however often and however politely the connection is cut', async () => {
    const wire = new Wire()
    const client = wire.client({ url: shop.url() })
    const { after } = await cursorOf(client)
    const made: string[] = []
    const order = async () => made.push(await shop.order(`many-${made.length}`))
    await order()
    const seen: string[] = []
    for await (const { syncEvents } of client.subscribe(SyncEventsDocument, { after })) {
      seen.push(syncEvents.operation.id)
      if (seen.length === 8) break
      const socket = wire.sockets.at(-1)
      if (seen.length % 3 === 0) socket?.terminate()
      if (seen.length % 3 === 1) socket?.close(1000)
      await order()
    }
    expect(seen).toEqual(made)
    // A connection that is closed politely may bring another event first; the two that are torn down bring none.
    expect(wire.sockets.length).toBeGreaterThan(2)
  })

  it.each([
    ['its iterator', (end: End) => void end.events.return?.()],
    ['a signal', (end: End) => end.abort.abort()],
    ['the client', (end: End) => end.client.close()],
  ])('are ended by %s at once, while they wait', async (_name, end) => {
    const wire = new Wire()
    const opened = new Promise<void>((resolve) => (wire.onOpen = () => resolve()))
    const client = wire.client({ url: shop.url() })
    const abort = new AbortController()
    const events = client.subscribe(SyncEventsDocument, {}, { signal: abort.signal })
    const next = events.next()
    await opened
    const closed = new Promise<void>((resolve) => void wire.sockets[0]?.once('close', () => resolve()))
    end({ client, events, abort })
    expect(await next).toEqual({ done: true, value: undefined })
    await closed
  })
})

interface End {
  client: ReturnType<Wire['client']>
  events: AsyncIterableIterator<unknown>
  abort: AbortController
}

async function cursorOf(client: ReturnType<Wire['client']>): Promise<{ after: string }> {
  return { after: (await client.query(SyncCursorDocument, {})).syncCursor }
}
