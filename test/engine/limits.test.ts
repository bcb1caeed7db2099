import { afterEach, describe, expect, test, vi } from 'vitest'
import type { SubgraphRequest, SubgraphResult } from '../../gateway/transport.ts'
import type { Wrap } from './harness.ts'
import { bench, plain } from './harness.ts'
import { shop } from './shop.ts'
import { zoo } from './zoo.ts'

const QUERY = '{ product(sku: "S1") { name stock { available missing answers { connection status } } } }'

/** Lets time stand still until `pass`, so that how busy the machine is decides nothing. */
function clock() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  // Whatever can be answered without time passing has been answered after a turn of the event loop.
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (ms: number) => {
    await settle()
    vi.advanceTimersByTime(ms)
  }
  return { pass }
}
afterEach(() => vi.useRealTimers())

/** A subgraph that takes requests, from a moment on, and answers none of them until told to. */
function held(service: string, from: 'now' | 'later' = 'now') {
  let holding = from === 'now'
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<SubgraphRequest>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let count = 0
  const wrap: Wrap = (name, inner) => {
    if (name !== service) return inner
    const execute = async (request: SubgraphRequest): Promise<SubgraphResult> => {
      if (!holding) return inner.execute(request)
      count++
      onAsked(request)
      await released
      return inner.execute(request)
    }
    return { execute }
  }
  return { wrap, asked, hold: () => (holding = true), release: () => release(), count: () => count }
}

describe('a deadline', () => {
  test('lets the answer go out with what is there, and says what was late', async () => {
    const slow = held('odoo')
    const time = clock()
    const { engine } = bench(shop(), slow.wrap)
    const query = '{ product(sku: "S1") { stock { answers { connection status } } } }'
    const pending = engine.execute({ query, deadline: Date.now() + 2000 })
    await slow.asked
    await time.pass(2000)
    const { data, errors } = await pending
    expect(plain(data)).toMatchObject({
      product: {
        stock: {
          answers: [{ status: 'LIVE' }, { connection: 'Odoo:main', status: null }, { status: 'LIVE' }],
        },
      },
    })
    expect(plain(errors)).toMatchObject([
      {
        path: ['product', 'stock', 'answers', 1],
        extensions: { code: 'DEADLINE_EXCEEDED', service: 'odoo', retryable: true },
      },
    ])
  })

  test('is handed to every subgraph together with a signal that ends with it', async () => {
    const slow = held('odoo')
    const time = clock()
    const { engine, sent } = bench(shop(), slow.wrap)
    const deadline = Date.now() + 2000
    const pending = engine.execute({ query: QUERY, deadline })
    await slow.asked
    await time.pass(2000)
    await pending
    expect(sent.map((request) => request.deadline)).toEqual(sent.map(() => deadline))
    expect((await slow.asked).signal?.aborted).toBe(true)
  })

  test('that has passed already lets nothing out', async () => {
    const { engine, sent } = bench(shop())
    const { data, errors } = await engine.execute({ query: QUERY, deadline: Date.now() - 1 })
    expect(plain(data)).toEqual({ product: null })
    expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED' } }])
    expect(sent).toEqual([])
  })
})

describe('a caller that leaves', () => {
  test('gets its own reason, the upstream request is given up and no further one is sent', async () => {
    const slow = held('odoo')
    const controller = new AbortController()
    const { engine, sent } = bench(shop(['Odoo']), slow.wrap)
    const pending = engine.execute({ query: QUERY, signal: controller.signal })
    const { signal } = await slow.asked
    controller.abort(new Error('the client went away'))
    await expect(pending).rejects.toThrow('the client went away')
    expect(signal?.aborted).toBe(true)
    expect(sent.map(({ service }) => service)).toEqual(['hub', 'odoo'])
  })
})

describe('equal queries under way at the same time', () => {
  const query = '{ product(sku: "S1") { price(connection: "Odoo") { source unitPrice { amount } } } }'
  const ask = async (keys: (string | undefined)[], queries = keys.map(() => query)) => {
    const slow = held('odoo')
    const { engine } = bench(shop(), slow.wrap)
    const pending = keys.map((dedupeKey, index) => engine.execute({ query: queries[index], dedupeKey }))
    await slow.asked
    await new Promise((resolve) => setImmediate(resolve))
    slow.release()
    const answers = await Promise.all(pending)
    return { asked: slow.count(), answers: answers.map(plain) }
  }
  const data = { product: { price: { source: 'list', unitPrice: { amount: '1.12' } } } }

  test('with the same key share one upstream request', async () => {
    expect(await ask(['t1', 't1', 't1'])).toEqual({ asked: 1, answers: [{ data }, { data }, { data }] })
  })

  test('with different keys do not share', async () => {
    expect(await ask(['t1', 't2'])).toEqual({ asked: 2, answers: [{ data }, { data }] })
  })

  test('without a key do not share', async () => {
    expect(await ask([undefined, undefined])).toEqual({ asked: 2, answers: [{ data }, { data }] })
  })

  test('for different things do not share', async () => {
    const other = await ask(['t1', 't1'], [query, query.replace('S1', 'S2')])
    expect(other.asked).toBe(2)
  })

  test('that share an answer each go on with their own copy of it', async () => {
    const deep = '{ item(id: "i2") { ... on Tool { spare { name fits { title } } } } }'
    const slow = held('parts', 'later')
    const { engine } = bench(zoo(), slow.wrap)
    const both = () =>
      [deep, deep.replace('title', 'title: weight')].map((text) =>
        engine.execute({ query: text, dedupeKey: 't' }),
      )
    // Planned beforehand, so that both are under way at the same time.
    await Promise.all(both())
    slow.hold()
    const pending = both()
    await slow.asked
    await new Promise((resolve) => setImmediate(resolve))
    slow.release()
    const fits = (title: unknown) => ({
      item: {
        spare: [
          { name: 'Handle', fits: [{ title }, null] },
          null,
          { name: 'Handle', fits: [{ title }, null] },
        ],
      },
    })
    const [a, b] = await Promise.all(pending)
    expect(plain(a?.data)).toEqual(fits('Hammer'))
    expect(plain(b?.data)).toEqual(fits(7))
    expect(slow.count()).toBe(1)
  })

  test('go on for the others when one of them is given up, and end upstream with the last', async () => {
    const slow = held('odoo')
    const { engine } = bench(shop(), slow.wrap)
    const [one, two] = [new AbortController(), new AbortController()]
    const pending = [one, two].map(({ signal }) => engine.execute({ query, dedupeKey: 't', signal }))
    const upstream = await slow.asked
    await new Promise((resolve) => setImmediate(resolve))
    one.abort(new Error('first left'))
    await expect(pending[0]).rejects.toThrow('first left')
    expect(upstream.signal?.aborted).toBe(false)
    two.abort(new Error('second left'))
    await expect(pending[1]).rejects.toThrow('second left')
    expect(upstream.signal?.aborted).toBe(true)
    expect(slow.count()).toBe(1)
  })

  test('are asked for anew by whoever has more time than the one under way', async () => {
    const slow = held('odoo')
    const time = clock()
    const { engine } = bench(shop(), slow.wrap)
    const hurried = engine.execute({ query, dedupeKey: 't', deadline: Date.now() + 50 })
    await slow.asked
    const patient = engine.execute({ query, dedupeKey: 't' })
    await time.pass(50)
    expect((await hurried).errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED' } }])
    slow.release()
    expect(plain(await patient)).toEqual({ data })
    expect(slow.count()).toBe(2)
  })

  test('never concerns mutations', async () => {
    const log: string[] = []
    const { engine } = bench(zoo(log))
    const wipe = { query: 'mutation { wipe(id: "i1") }', dedupeKey: 't' }
    await Promise.all([engine.execute(wipe), engine.execute(wipe)])
    expect(log).toEqual(['wipe i1', 'wipe i1'])
  })
})
