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
    expect(await bench.budget.use()).toMatchObject({ running: 0, waiting: 0 })
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
    expect(await bench.budget.use()).toMatchObject({ running: 1, waiting: 1 })
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
    expect(await budget.use()).toMatchObject({ spans: [{ ms: 1_000, limit: 5, used: 5 }], waiting: 7 })
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

describe('the requests of a minute and of a day', () => {
  const MINUTE = 60_000
  const clocked = (limits: Partial<Limits>) => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const budget = new Budget({ ...LIMITS, parallel: 50, ...limits }, 'acme:main')
    const at: [string, number][] = []
    const run = (name: string, lane: Lane) =>
      budget.run(lane, undefined, () => Promise.resolve(void at.push([name, performance.now()])))
    return { budget, at, run }
  }

  it('are never more than the vendor allows over any minute, beside what it allows over a second', async () => {
    const { at, run } = clocked({ perSecond: 4, perMinute: 10 })
    const all = Array.from({ length: 25 }, (_, index) => run(`l${index}`, 'live'))
    await vi.advanceTimersByTimeAsync(3 * MINUTE)
    await Promise.all(all)
    const times = at.map(([, time]) => time)
    for (const [index, time] of times.entries()) {
      expect(time - (times[index - 4] ?? -Infinity)).toBeGreaterThanOrEqual(1_000)
      expect(time - (times[index - 10] ?? -Infinity)).toBeGreaterThanOrEqual(MINUTE)
    }
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(2 * MINUTE + 3_000)
  })

  it('keep to a rate that is no whole number a second, over as many seconds as make it one', async () => {
    const { at, run, budget } = clocked({ perSecond: 1.5 })
    const all = Array.from({ length: 9 }, (_, index) => run(`l${index}`, 'live'))
    await vi.advanceTimersByTimeAsync(6_000)
    await Promise.all(all)
    const start = at[0]?.[1] ?? 0
    expect(at.map(([, time]) => Math.round(time - start))).toEqual([
      0, 0, 1000, 2000, 2000, 3000, 4000, 4000, 5000,
    ])
    expect(await budget.use()).toMatchObject({ spans: [{ limit: 2 }, { ms: 2_000, limit: 3 }] })
    const slow = clocked({ perSecond: 0.5 })
    const two = ['one', 'two'].map((name) => slow.run(name, 'live'))
    await vi.advanceTimersByTimeAsync(1_900)
    expect(slow.at).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    await Promise.all(two)
  })

  it('keep a fifth free of background work, which goes on when its own share is free again', async () => {
    const { at, run, budget } = clocked({ perMinute: 10 })
    const back = Array.from({ length: 12 }, (_, index) => run(`b${index}`, 'background'))
    await settle()
    expect(at).toHaveLength(8)
    const live = [run('l1', 'live'), run('p1', 'push')]
    await settle()
    expect(at.slice(8).map(([name]) => name)).toEqual(['l1', 'p1'])
    expect(await budget.use()).toMatchObject({ waiting: 4 })
    await vi.advanceTimersByTimeAsync(MINUTE)
    await Promise.all([...back, ...live])
    expect(at).toHaveLength(14)
  })

  it('wake a live read at its own time, although background work waits for a later one', async () => {
    const { at, run } = clocked({ perSecond: 2, perMinute: 5 })
    const all = [1, 2, 3, 4, 5].map((nth) => run(`b${nth}`, 'background'))
    await vi.advanceTimersByTimeAsync(1_500)
    all.push(...[1, 2].map((nth) => run(`l${nth}`, 'live')))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(at.map(([name]) => name)).toEqual(['b1', 'b2', 'b3', 'b4', 'l1'])
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    await Promise.all(all)
  })

  it('end as RATE_LIMITED with the time to come back, when a day is used up, instead of waiting for hours', async () => {
    const { at, run, budget } = clocked({ perDay: 5 })
    for (const name of ['one', 'two', 'three', 'four']) await run(name, 'background')
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    const late = { code: 'RATE_LIMITED', connection: 'acme:main', retryAfterMs: 23 * 60 * MINUTE }
    expect(await failure(run('no', 'background'))).toMatchObject(late)
    await run('five', 'live')
    expect(await failure(run('no', 'live'))).toMatchObject(late)
    expect(await budget.use()).toMatchObject({ running: 0, waiting: 0 })
    await vi.advanceTimersByTimeAsync(23 * 60 * MINUTE)
    await run('six', 'live')
    expect(at.map(([name]) => name)).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
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
