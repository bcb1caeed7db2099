import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Budget, type Lane } from '../subgraphs/budget.ts'
import type { Limits } from '../subgraphs/connector.ts'
import { type Database, openDatabase } from '../subgraphs/hub/database.ts'
import { sharedMeter } from '../subgraphs/hub/meter.ts'
import type { Meter } from '../subgraphs/meter.ts'
import { type FreshDatabase, freshDatabase } from './postgres.ts'
import { openHouse } from './whole.ts'

const LIMITS: Limits = { parallel: 3, batch: 50, timeoutMs: 30_000 }

let fresh: FreshDatabase
/** Two processes of one installation, as far as the database can tell. */
let processes: Database[]
beforeAll(async () => {
  fresh = await freshDatabase()
  processes = await Promise.all([0, 1].map(() => openDatabase({ url: fresh.url })))
})
afterAll(async () => {
  await Promise.all(processes.map((one) => one.close()))
  await fresh.drop()
})

function meters(connection: string, limits: Partial<Limits> = {}): [Meter, Meter] {
  const [one, other] = processes.map((db) => sharedMeter(db, connection, { ...LIMITS, ...limits }))
  return [one!, other!]
}

/** How many of so many requests in a row are let in, in turns by both processes, and the wait of the last one. */
async function letIn(both: Meter[], lane: Lane, asked: number): Promise<{ entered: number; waitMs: number }> {
  let entered = 0
  let waitMs = 0
  for (let index = 0; index < asked; index += 1) {
    const meter = both[index % both.length]!
    const entry = await meter.enter(lane)
    waitMs = entry.waitMs
    if (entry.place === null) continue
    entered += 1
    await meter.leave(entry.place)
  }
  return { entered, waitMs }
}

describe('two processes that send over one connection', () => {
  it('together never have more requests under way than the vendor allows, and all of them end', async () => {
    const budgets = meters('acme:places').map((meter) => new Budget(LIMITS, 'acme:places', meter))
    const full = Promise.withResolvers<void>()
    let running = 0
    let most = 0
    let done = 0
    const work = async () => {
      most = Math.max(most, ++running)
      if (running === 3) full.resolve()
      await full.promise
      await turn()
      running -= 1
      done += 1
    }
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => budgets[index % 2]!.run('live', undefined, work)),
    )
    expect([done, most]).toEqual([40, 3])
    expect((await budgets[0]!.use()).running).toBe(0)
  })

  it('share a minute and a day, of which a part is kept for people', async () => {
    const both = meters('acme:minute', { perMinute: 10, perDay: 14 })
    expect(await letIn(both, 'background', 12)).toMatchObject({ entered: 8 })
    const { entered, waitMs } = await letIn(both, 'live', 4)
    expect(entered).toBe(2)
    expect(waitMs).toBeGreaterThan(30_000)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    const age = `update budget_sent set sent_at = sent_at - interval '1 minute' where connection = 'acme:minute'`
    await processes[0]!.em().execute(age)
    expect((await letIn(both, 'live', 6)).entered).toBe(4)
    const { spans } = await both[1].use()
    expect(spans).toMatchObject([
      { ms: 60_000, limit: 10, used: 4 },
      { ms: 86_400_000, limit: 14, used: 14 },
    ])
    expect(spans[1]!.until!.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000)
  })

  it('do not count each other where they send over different connections', async () => {
    const here = meters('acme:here', { perDay: 2 })
    const there = meters('acme:there', { perDay: 2 })
    expect((await letIn(here, 'live', 3)).entered).toBe(2)
    expect((await letIn(there, 'live', 3)).entered).toBe(2)
  })

  it('take over at once the places of a process that is gone', async () => {
    const gone = await openDatabase({ url: fresh.url })
    const limits = { ...LIMITS, parallel: 2 }
    const killed = sharedMeter(gone, 'acme:gone', limits)
    const [alive] = meters('acme:gone', { parallel: 2 })
    expect([await killed.enter('live'), await killed.enter('live')].map(({ place }) => place)).toEqual([1, 2])
    expect((await alive.enter('live')).place).toBeNull()
    await gone.close()
    let entry = await alive.enter('live')
    while (entry.place === null) entry = await alive.enter('live')
    expect(entry.waitMs).toBe(0)
  })

  it('get a place back that nobody gave back, when its request must have ended', async () => {
    const [killed, alive] = meters('acme:killed', { parallel: 1 })
    expect((await killed.enter('live')).place).toBe(1)
    expect((await alive.enter('live')).place).toBeNull()
    const pass = `update budget_place set until = until - interval '35 seconds' where connection = 'acme:killed'`
    await processes[0]!.em().execute(pass)
    expect((await alive.enter('live')).place).toBe(1)
  })

  it('refuse with RATE_LIMITED and the time to come back whom they would keep waiting too long', async () => {
    const [meter] = meters('acme:day', { perDay: 1 })
    const budget = new Budget({ ...LIMITS, perDay: 1 }, 'acme:day', meter)
    await letIn([meter], 'live', 1)
    const other = new Budget(LIMITS, 'acme:day', meter)
    const refused = { code: 'RATE_LIMITED', retryAfterMs: expect.closeTo(86_400_000, -6) }
    await expect(other.run('live', undefined, async () => 1)).rejects.toMatchObject(refused)
    expect((await budget.use()).running).toBe(0)
  })
})

describe('a house on a server database', () => {
  it('shows at each connection what all its processes have sent, and what the vendor allows', async () => {
    const database = await freshDatabase()
    const only = ['odoo:main']
    const house = await openHouse({
      only,
      databaseUrl: database.url,
      connection: { limits: { perMinute: 500 } },
    })
    try {
      await house.poll()
      const query =
        '{ connections { budget { parallel running waiting limits { seconds limit used until } } } }'
      type Seen = {
        connections: { budget: { running: number; limits: { used: number; until: string }[] } }[]
      }
      const { data, errors } = await house.ask<Seen>(query)
      expect(errors).toBeUndefined()
      const { budget } = data.connections[0]!
      expect(budget).toMatchObject({ running: 0, waiting: 0, limits: [{ seconds: 60, limit: 500 }] })
      expect(budget.limits[0]!.used).toBe(house.sandboxes.calls('odoo').length)
      expect(Date.parse(budget.limits[0]!.until)).toBeGreaterThan(Date.now())
    } finally {
      await house.close()
      await database.drop()
    }
  })
})
