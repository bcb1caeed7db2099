import { afterEach, describe, expect, it, vi } from 'vitest'
import { ErpError } from '../schema/errors.ts'
import { Budget, type Lane } from '../subgraphs/budget.ts'
import type { Limits } from '../subgraphs/connector.ts'
import { Wires, failure, reply } from './wire.ts'

const LIMITS: Limits = { parallel: 1, batch: 50, timeoutMs: 1_000 }

/** Work that runs until it is told to end, and notes when it starts. */
class Bench {
  readonly started: string[] = []
  readonly budget: Budget
  most = 0
  readonly #ends = new Map<string, PromiseWithResolvers<void>>()
  #running = 0

  constructor(limits: Partial<Limits>) {
    this.budget = new Budget({ ...LIMITS, ...limits }, 'acme:main')
  }

  run(name: string, lane: Lane = 'live', signal?: AbortSignal): Promise<string> {
    const end = Promise.withResolvers<void>()
    this.#ends.set(name, end)
    return this.budget.run(lane, signal, async () => {
      this.started.push(name)
      this.most = Math.max(this.most, ++this.#running)
      await end.promise.finally(() => (this.#running -= 1))
      return name
    })
  }

  end(name: string): void {
    this.#ends.get(name)?.resolve()
  }

  fail(name: string): void {
    this.#ends.get(name)?.reject(new ErpError('VALIDATION', 'No.'))
  }
}

/** Lets everything happen that waits for nothing from outside. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

afterEach(() => void vi.useRealTimers())

describe('the places of a connection', () => {
  it('are never more than the vendor allows, and all work gets one', async () => {
    const bench = new Bench({ parallel: 4 })
    const names = Array.from({ length: 30 }, (_, index) => `w${index}`)
    const all = Promise.all(names.map((name) => bench.run(name)))
    for (const name of names) {
      await settle()
      bench.end(name)
    }
    expect(await all).toEqual(names)
    expect(bench.most).toBe(4)
    expect(bench.budget.use).toMatchObject({ running: 0, waiting: 0 })
  })

  it('go to live reads first, then to pushes, then to background work, each in its order', async () => {
    const bench = new Bench({})
    const asked: [string, Lane][] = [
      ['first', 'background'],
      ['b1', 'background'],
      ['p1', 'push'],
      ['l1', 'live'],
      ['b2', 'background'],
      ['p2', 'push'],
      ['l2', 'live'],
    ]
    const all = asked.map(([name, lane]) => bench.run(name, lane))
    for (let turn = 0; turn < asked.length; turn += 1) {
      await settle()
      bench.end(bench.started.at(-1) ?? '')
    }
    await Promise.all(all)
    expect(bench.started).toEqual(['first', 'l1', 'l2', 'p1', 'p2', 'b1', 'b2'])
  })

  it('are never all taken by background work, where there is more than one', async () => {
    const bench = new Bench({ parallel: 3 })
    const back = ['b1', 'b2', 'b3', 'b4'].map((name) => bench.run(name, 'background'))
    await settle()
    expect(bench.started).toEqual(['b1', 'b2'])
    const live = bench.run('l1')
    await settle()
    expect(bench.started).toEqual(['b1', 'b2', 'l1'])
    for (const name of ['l1', 'b1', 'b2', 'b3', 'b4']) {
      bench.end(name)
      await settle()
    }
    await Promise.all([...back, live])
  })

  it('become free when work fails, and the failure is told as it is', async () => {
    const bench = new Bench({})
    const [bad, good] = [failure(bench.run('bad')), bench.run('good')]
    bench.fail('bad')
    bench.end('good')
    expect((await bad).code).toBe('VALIDATION')
    expect(await good).toBe('good')
  })

  it('are not kept for a caller that has left the queue', async () => {
    const bench = new Bench({})
    const leave = new AbortController()
    const [first, gone, last] = [
      bench.run('first'),
      failure(bench.run('gone', 'live', leave.signal)),
      bench.run('last'),
    ]
    await settle()
    leave.abort()
    expect((await gone).code).toBe('DEADLINE_EXCEEDED')
    expect(bench.budget.use).toMatchObject({ running: 1, waiting: 1 })
    bench.end('first')
    bench.end('last')
    await Promise.all([first, last])
    expect(bench.started).toEqual(['first', 'last'])
    expect((await failure(bench.run('late', 'live', AbortSignal.abort()))).code).toBe('DEADLINE_EXCEEDED')
  })
})

describe('the requests of a second', () => {
  it('are never more than the vendor allows over any second, and live reads come first in the next one', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const budget = new Budget({ ...LIMITS, parallel: 50, perSecond: 5 }, 'acme:main')
    const at: [string, number][] = []
    const run = (name: string, lane: Lane) =>
      budget.run(lane, undefined, () => Promise.resolve(void at.push([name, performance.now()])))
    const start = performance.now()
    const all = Array.from({ length: 12 }, (_, index) => run(`b${index}`, 'background'))
    await settle()
    expect(at).toHaveLength(5)
    expect(budget.use).toMatchObject({ lastSecond: 5, waiting: 7 })
    await vi.advanceTimersByTimeAsync(600)
    all.push(run('live', 'live'))
    await settle()
    expect(at).toHaveLength(5)
    await vi.advanceTimersByTimeAsync(400)
    expect(at.map(([name]) => name).slice(5)).toEqual(['live', 'b5', 'b6', 'b7', 'b8'])
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(all)
    for (const [index, [, time]] of at.entries()) {
      const fifthBefore = at[index - 5]?.[1] ?? -Infinity
      expect(time - fifthBefore).toBeGreaterThanOrEqual(1000)
    }
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})

describe('the breaker', () => {
  const wires = new Wires()
  afterEach(() => wires.close())

  it('opens after eight lost requests, and then nothing is sent and the answer comes at once', async () => {
    const wire = await wires.open((request) => void request.socket.destroy())
    for (let nth = 1; nth <= 8; nth += 1) await failure(wire.send({ method: 'POST', body: '{}' }))
    const error = await failure(wire.send())
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      connection: 'acme:main',
      retryAfterMs: 2_000,
      retryable: true,
    })
    expect(wire.got).toHaveLength(8)
  })

  it('lets one request try after two seconds: a good one closes it, a lost one keeps it open', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    let dead = true
    const wire = await wires.open((request, response, nth) =>
      dead ? request.socket.destroy() : reply(200)(request, response, nth),
    )
    const post = () => wire.send({ method: 'POST', body: '{}' })
    for (let nth = 1; nth <= 8; nth += 1) await failure(post())
    vi.advanceTimersByTime(1_999)
    await failure(post())
    expect(wire.got).toHaveLength(8)
    vi.advanceTimersByTime(2)
    await failure(post())
    expect(wire.got).toHaveLength(9)
    await failure(post())
    expect(wire.got).toHaveLength(9)
    dead = false
    vi.advanceTimersByTime(2_001)
    expect((await post()).status).toBe(200)
    expect((await Promise.all([post(), post(), post()])).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it('does not open for refusals of the ERP, nor for server errors that are answered', async () => {
    const wire = await wires.open(reply(500))
    for (let nth = 1; nth <= 20; nth += 1) expect((await wire.send()).status).toBe(500)
    expect(wire.got).toHaveLength(20)
  })

  it('does not open because callers were in a hurry', async () => {
    let leave = new AbortController()
    const wire = await wires.open((request, response, nth) =>
      nth <= 20 ? leave.abort() : reply(200)(request, response, nth),
    )
    for (let nth = 1; nth <= 20; nth += 1) {
      leave = new AbortController()
      expect((await failure(wire.send({}, { signal: leave.signal }))).code).toBe('DEADLINE_EXCEEDED')
    }
    expect((await wire.send()).status).toBe(200)
  })

  it('opens for an ERP that never answers in time', async () => {
    const wire = await wires.open(() => undefined)
    await Promise.all(Array.from({ length: 8 }, () => failure(wire.send({ timeoutMs: 30 }))))
    expect((await failure(wire.send({ timeoutMs: 30 }))).code).toBe('UNAVAILABLE')
    expect(wire.got).toHaveLength(8)
  })
})
