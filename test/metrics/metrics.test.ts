import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { InboxWorker, receive } from '../../subgraphs/hub/inbox.ts'
import { codes, post } from '../gateway/client.ts'
import { addKey } from '../gateway/keys.ts'
import { type TestHouse, openHouse } from '../whole.ts'

const ADMIN = 'the-secret-of-the-admin-of-this-house'
const [MINE, OTHER] = ['odoo:main', 'erpnext:main']

interface Point {
  at: string
  done: number
  failed: number
  p95Ms: number | null
}
interface Figures {
  connection: string
  recordsPerHour: number
  successRate: number | null
  errorRate: number | null
  p50Ms: number | null
  p95Ms: number | null
  queueDepth: number
  oldestWaitingAt: string | null
  cacheHitRate: number | null
  series: Point[]
}
interface Answer {
  metrics: { totals: Record<string, number | string | null>; connections: Figures[] }
}

const METRICS = `query ($h: Int! = 24) { metrics(hours: $h) {
  totals { pushedToday waiting retrying dead uncertain oldestWaitingAt }
  connections { connection recordsPerHour successRate errorRate p50Ms p95Ms queueDepth oldestWaitingAt cacheHitRate
    series { at done failed p95Ms } } } }`

let house: TestHouse
let url = ''

/** Operations of one state: how many, how many hours ago they were accepted and ended, how often they were tried. */
async function operations(
  connection: string,
  status: string,
  { count = 1, hoursAgo = 0, tries = 0, customer = null as string | null, ms = null as number | null } = {},
): Promise<void> {
  const sql = `with made as (
      insert into operation (id, tenant, connection, object, action, status, reference, input, customer, tries, created_at, finished_at)
      select 'op_' || gen_random_uuid(), 'default', ?, 'ORDER', 'CREATE', ?, 'r', '{}', ?, ?,
        now() - ? * interval '1 hour', case when ? then now() - ? * interval '1 hour' end
      from generate_series(1, ?) returning id, finished_at)
    insert into attempt (operation, number, worker, started_at, finished_at, outcome)
    select id, 1, 'w', finished_at - ? * interval '1 millisecond', finished_at, ? from made where ?::int is not null`
  const ended = ['DONE', 'REFUSED', 'DEAD'].includes(status)
  const values = [connection, status, customer, tries, hoursAgo, ended, hoursAgo, count]
  const outcome = status === 'DONE' ? 'SUCCESS' : 'ERROR'
  await house.hub.db.em().execute(sql, [...values, ms, outcome, ms])
}

async function ask(key = ADMIN, hours = 24): Promise<Answer['metrics']> {
  const { data, errors } = await post<Answer>(url, METRICS, { h: hours }, { key })
  expect(errors).toEqual([])
  return data!.metrics
}

beforeAll(async () => {
  const keys = [{ name: 'admin', secret: ADMIN, scopes: ['admin' as const] }]
  house = await openHouse({ only: [MINE, OTHER], keys })
  url = (await house.serve()).url
})
afterAll(() => house.close())

describe('metrics', () => {
  it('of a house where nothing happened are zero, and their rates are unknown', async () => {
    const { totals, connections } = await ask()
    expect(totals).toEqual({
      ...{ pushedToday: 0, waiting: 0, retrying: 0, dead: 0, uncertain: 0 },
      oldestWaitingAt: null,
    })
    expect(connections.map(({ connection }) => connection)).toEqual([MINE, OTHER])
    expect(connections[0]).toMatchObject({
      ...{ recordsPerHour: 0, successRate: null, errorRate: null, p50Ms: null, p95Ms: null },
      ...{ queueDepth: 0, oldestWaitingAt: null, cacheHitRate: null },
    })
    expect(connections[0]!.series).toHaveLength(24)
  })

  it('count each operation once, by its state, connection and hour', async () => {
    await operations(MINE, 'DONE', { count: 19, hoursAgo: 2, ms: 100 })
    await operations(MINE, 'DONE', { count: 1, hoursAgo: 2, ms: 900 })
    await operations(MINE, 'REFUSED', { count: 4, hoursAgo: 5, ms: 100 })
    await operations(MINE, 'DEAD', { count: 1, hoursAgo: 30, ms: 100 })
    await operations(MINE, 'ACCEPTED', { count: 3, hoursAgo: 1 })
    await operations(MINE, 'WAITING', { count: 2, hoursAgo: 7, tries: 1 })
    await operations(MINE, 'UNCERTAIN', { count: 1 })
    await operations(OTHER, 'DONE', { count: 2 })
    const { totals, connections } = await ask()
    expect(totals).toMatchObject({ waiting: 3, retrying: 2, dead: 1, uncertain: 1 })
    expect(totals.oldestWaitingAt).toBe(connections[0]!.oldestWaitingAt)
    expect(Math.round((Date.now() - Date.parse(String(totals.oldestWaitingAt))) / 3_600_000)).toBe(7)
    const { series, ...whole } = connections[0]!
    expect(whole).toMatchObject({ successRate: 20 / 24, errorRate: 4 / 24, p50Ms: 100, queueDepth: 5 })
    expect(whole.recordsPerHour).toBeCloseTo(20 / 24)
    expect(series.map(({ done, failed }) => [done, failed]).filter(([d, f]) => d! + f! > 0)).toEqual([
      [0, 4],
      [20, 0],
    ])
    expect(series.findIndex(({ done }) => done > 0) - series.findIndex(({ failed }) => failed > 0)).toBe(3)
    expect(series.find(({ done }) => done > 0)?.p95Ms).toBe(140)
    expect(new Set(series.map(({ at }) => at.slice(14)))).toEqual(new Set(['00:00.000Z']))
    const [day] = await rows<{ n: number }>(
      house.hub.db.em(),
      `select count(*)::int as n from operation where status = 'DONE' and finished_at >= date_trunc('day', now(), 'UTC')`,
    )
    expect(totals.pushedToday).toBe(day!.n)
    const longer = await ask(ADMIN, 48)
    expect(longer.connections[0]).toMatchObject({ successRate: 20 / 25 })
    expect(longer.connections[0]!.series).toHaveLength(48)
  })

  it('show a key only its own connections, tenant and customer', async () => {
    const key = await addKey(house, { scopes: ['read:sync'], connections: [OTHER] })
    const { totals, connections } = await ask(key)
    expect(connections.map(({ connection }) => connection)).toEqual([OTHER])
    expect(totals).toMatchObject({ waiting: 0, retrying: 0, dead: 0, uncertain: 0, oldestWaitingAt: null })
    await operations(MINE, 'DEAD', { customer: 'cus_1' })
    const one = await ask(await addKey(house, { scopes: ['read:sync'], customer: 'cus_1' }))
    expect(one.totals).toMatchObject({ waiting: 0, dead: 1 })
    await house.hub.db.em().execute("insert into tenant (id, name) values ('elsewhere', 'Elsewhere')")
    const foreign = await ask(await addKey(house, { scopes: ['admin'], tenant: 'elsewhere' }))
    expect(foreign).toMatchObject({ totals: { waiting: 0, dead: 0 }, connections: [] })
  })

  it('need the right read:sync, and a time of 1 to 744 hours', async () => {
    const key = await addKey(house, { scopes: ['read:stock', 'read:order'] })
    expect(codes(await post(url, METRICS, {}, { key }))).toEqual(['FORBIDDEN'])
    for (const h of [0, -1, 745])
      expect(codes(await post(url, METRICS, { h }, { key: ADMIN }))).toEqual(['LIMIT_EXCEEDED'])
  })

  it('tell how many live reads the cache answered', async () => {
    await house.poll()
    const stock = `{ product(sku: "DESK-160") { stock { complete } } }`
    for (let turn = 0; turn < 4; turn += 1) await post(url, stock, {}, { key: ADMIN })
    expect((await ask()).connections[0]!.cacheHitRate).toBe(0.75)
  })
})

describe('a connection', () => {
  it('tells when it was last read and when it last told of a change', async () => {
    const query = '{ connections { id lastReadAt lastChangeAt } }'
    const seen = async () => {
      const reply = await post<{
        connections: { id: string; lastReadAt: string | null; lastChangeAt: string | null }[]
      }>(url, query, {}, { key: ADMIN })
      return reply.data!.connections.find(({ id }) => id === MINE)!
    }
    await house.poll()
    const first = await seen()
    expect(Date.parse(first.lastReadAt!)).toBeGreaterThanOrEqual(Date.parse(first.lastChangeAt!))
    await house.hub.db.em().execute('update poll set next_at = now()')
    await house.poll()
    const second = await seen()
    expect(Date.parse(second.lastReadAt!)).toBeGreaterThan(Date.parse(first.lastReadAt!))
    expect(second.lastChangeAt).toBe(first.lastChangeAt)
    await receive(house.hub.db, MINE, [{ kind: 'item', id: '1', deleted: true, at: null }])
    await new InboxWorker(house.hub).once()
    const told = await seen()
    expect(told.lastReadAt).toBe(second.lastReadAt)
    expect(Date.parse(told.lastChangeAt!)).toBeGreaterThan(Date.parse(second.lastReadAt!))
    house.sandboxes.faults('odoo', [{ do: 'status', status: 500, times: 0 }])
    await house.hub.db.em().execute('update poll set next_at = now()')
    await house.poll()
    expect((await seen()).lastReadAt).toBe(second.lastReadAt)
  })
})
