import { describe, expect, test } from 'vitest'
import type { Ask } from '../../gateway/answer.ts'
import type { Engine } from '../../gateway/engine.ts'
import { mapEvents } from '../../gateway/events.ts'
import { counter, silence } from './events.ts'
import type { Wrap } from './harness.ts'
import { bench, plain, supergraphOf } from './harness.ts'
import { shop } from './shop.ts'

const QUERY =
  'subscription ($after: Int) { events(after: $after) { cursor product { name stock { available answers { status } } } price { source } } }'

async function streamOf(engine: Engine, ask: Ask) {
  const stream = await engine.subscribe(ask)
  if (!(Symbol.asyncIterator in stream)) throw new Error(stream.errors?.[0]?.message)
  return stream
}

describe('a subscription', () => {
  test('fetches what each event points to from all the subgraphs that have it', async () => {
    const { engine, sent } = bench(shop(['NetSuite', 'Odoo'], { events: counter(3).from }))
    const events: unknown[] = []
    for await (const event of await streamOf(engine, { query: QUERY, variables: { after: 1 } }))
      events.push(plain(event))
    const event = (n: number) => ({
      data: {
        events: {
          cursor: String(n),
          product: {
            name: `Product S${n}`,
            stock: { available: String(n * 20 + 1), answers: [{ status: 'LIVE' }, { status: 'LIVE' }] },
          },
          price: { source: 'list' },
        },
      },
    })
    expect(events).toEqual([event(2), event(3)])
    expect(sent.map(({ service }) => service).toSorted()).toEqual([
      'hub',
      'hub',
      'netsuite',
      'netsuite',
      'odoo',
      'odoo',
    ])
  })

  test('that the client leaves ends the upstream one, even while an event is awaited', async () => {
    const quiet = silence()
    const { engine } = bench(shop(['Odoo'], { events: quiet.from }))
    const stream = await streamOf(engine, { query: QUERY })
    const pending = stream.next()
    await stream.return()
    expect(await pending).toEqual({ done: true, value: undefined })
    await quiet.ended
  })

  test('ends with the signal of its caller', async () => {
    const quiet = silence()
    const controller = new AbortController()
    const { engine } = bench(shop(['Odoo'], { events: quiet.from }))
    const stream = await streamOf(engine, { query: QUERY, signal: controller.signal })
    const pending = stream.next()
    controller.abort()
    expect(await pending).toEqual({ done: true, value: undefined })
    await quiet.ended
  })

  test('goes on when a subgraph fails for one event', async () => {
    let calls = 0
    const flaky: Wrap = (name, inner) =>
      name === 'odoo'
        ? {
            execute: (request) =>
              ++calls === 1 ? Promise.reject(new Error('down')) : inner.execute(request),
          }
        : inner
    const { engine } = bench(shop(['Odoo'], { events: counter(2).from }), flaky)
    const events: unknown[] = []
    const query = 'subscription { events { cursor price { source } } }'
    for await (const event of await streamOf(engine, { query })) events.push(plain(event))
    expect(events).toMatchObject([
      {
        data: { events: { cursor: '1', price: { source: null } } },
        errors: [{ path: ['events', 'price'], extensions: { code: 'UNAVAILABLE' } }],
      },
      { data: { events: { cursor: '2', price: { source: 'list' } } } },
    ])
    expect(events[1]).not.toHaveProperty('errors')
  })

  test('whose source breaks ends with an error that says so', async () => {
    const breaking = async function* () {
      yield 1
      throw new Error('socket hang up')
    }
    const { engine } = bench(shop(['Odoo'], { events: breaking }))
    const events: unknown[] = []
    for await (const event of await streamOf(engine, { query: 'subscription { events { cursor } }' }))
      events.push(plain(event))
    expect(events).toEqual([
      { data: { events: { cursor: '1' } } },
      {
        data: null,
        errors: [
          {
            message: 'The subgraph hub does not answer.',
            path: ['events'],
            extensions: { code: 'UNAVAILABLE', service: 'hub', retryable: true },
          },
        ],
      },
    ])
  })

  test('that cannot start answers with the reason', async () => {
    const { engine } = bench(shop(), (_, inner) => ({ execute: inner.execute }))
    expect(await engine.subscribe({ query: QUERY })).toMatchObject({
      errors: [{ extensions: { code: 'UNAVAILABLE', service: 'hub' } }],
    })
    expect(await engine.subscribe({ query: '{ product(sku: "S1") { name } }' })).toMatchObject({
      errors: [{ extensions: { code: 'VALIDATION' } }],
    })
  })

  test('goes on over a change of the supergraph', async () => {
    const subgraphs = shop(['Odoo'], { events: counter(2).from })
    const { engine } = bench(subgraphs)
    const stream = await streamOf(engine, { query: 'subscription { events { cursor price { source } } }' })
    await stream.next()
    engine.swap(supergraphOf(shop(['Odoo'])))
    expect(plain((await stream.next()).value)).toEqual({
      data: { events: { cursor: '2', price: { source: 'list' } } },
    })
  })
})

test('a stream whose change fails says so, and ends its source', async () => {
  const numbers = counter(9)
  let over = 0
  const refuse = () => {
    throw new Error('cannot be changed')
  }
  const stream = mapEvents(numbers.from(0), refuse, () => over++)
  await expect(stream.next()).rejects.toThrow('cannot be changed')
  await numbers.ended
  expect(await stream.next()).toEqual({ done: true, value: undefined })
  expect(over).toBe(1)
})
