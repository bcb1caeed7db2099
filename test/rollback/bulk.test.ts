import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { Crowd } from './crowd.ts'

const BOOKS = 'quickbooks'
const BATCH = 'run_of_500'
const WAIT = { timeout: 120_000, interval: 50 }

/** The telephone that the flow run wrote. */
const phoneOf = (nth: number) => `+49401${nth + 100_000}`

interface Known {
  native: string
  hub: string
}
interface Report {
  state: string
  planned: number
  restored: number
  rows: { nodes: { record: string; state: string; reason: string | null; message: string | null }[] }
}

describe('the rollback of a batch of 500', () => {
  let crowd: Crowd
  let known: Known[]
  beforeAll(async () => {
    crowd = await Crowd.open(BOOKS, 500)
    const sql = `select native_id as native, hub_id as hub from external_ref where kind = 'customer' order by native_id`
    known = await rows<Known>(crowd.yard.hub.db.em(), sql)
  }, 120_000)
  afterAll(() => crowd.close())

  /** A new telephone for all in the ERP, and the log of the flow run that wrote it. */
  const change = async () => {
    const { erp } = crowd.yard.open(BOOKS)
    const ids = known.map(({ native }) => native)
    const before = (await erp.customers?.byId(ids)) ?? []
    for (const [nth, { native }] of known.entries())
      await erp.customer?.update?.({ id: native }, { phone: phoneOf(nth) }, null)
    const after = (await erp.customers?.byId(ids)) ?? []
    const log = known.map(({ native, hub }, nth) => ({
      ...{ id: `op_${nth}`, native, hub, before: before[nth], after: after[nth] },
      input: { phone: phoneOf(nth), customer: hub },
    }))
    const sql = `insert into operation (id, tenant, connection, object, action, status, outcome, reference, input,
        customer, external_id, before, after, batch, finished_at)
      select id, 'default', ?, 'CUSTOMER', 'UPDATE', 'DONE', 'SUCCESS', 'esg_' || id, input, hub, native, before, after, ?, now()
      from jsonb_to_recordset(?::jsonb) as l(id text, native text, hub text, input jsonb, before jsonb, after jsonb)`
    await crowd.yard.hub.db.em().execute(sql, [crowd.yard.id(BOOKS), BATCH, JSON.stringify(log)])
  }
  const count = async (sql: string) => (await rows<{ n: number }>(crowd.yard.hub.db.em(), sql))[0]?.n ?? 0
  const ask = async <T>(query: string) => {
    const { data, errors } = await crowd.yard.ask(query)
    expect(errors).toBeUndefined()
    return data as T
  }
  const report = async (id: string) =>
    (
      await ask<{ rollback: Report }>(`{ rollback(id: "${id}") { state planned restored skipped failed
        rows(first: 500) { nodes { record state reason message } } } }`)
    ).rollback

  it(
    'restores 493 and reports the 7 that were changed since, although its process is killed half way',
    { timeout: 300_000 },
    async () => {
      expect(known).toHaveLength(500)
      const before = await crowd.phones()
      await change()
      await crowd.fork()
      const seven = known.filter((_, nth) => nth % 71 === 3).slice(0, 7)
      const { customer } = crowd.yard.open(BOOKS).erp
      for (const { native } of seven) await customer?.update?.({ id: native }, { phone: '+4930777777' }, null)
      const natives = seven.map(({ native }) => native).toSorted()
      const changed = await crowd.phones()

      const plan = await ask<{ planRollback: { rows: Report['rows'] } }>(`{ planRollback(
        input: { batch: "${BATCH}" }, first: 500) { total restorable skipped rows { nodes { record state reason } } } }`)
      expect(plan.planRollback).toMatchObject({ total: 500, restorable: 493, skipped: 7 })
      const named = plan.planRollback.rows.nodes.filter(({ reason }) => reason === 'CHANGED')
      expect(named.map(({ record }) => record).toSorted()).toEqual(natives)
      expect(await crowd.phones()).toEqual(changed)

      const { startRollback } = await ask<{ startRollback: { id: string } }>(
        `mutation { startRollback(input: { batch: "${BATCH}" }) { id } }`,
      )
      const { id } = startRollback
      const restored = `select count(*)::int as n from rollback_row where rollback = '${id}' and state = 'RESTORED'`
      await expect.poll(() => count(restored), WAIT).toBeGreaterThan(100)
      await crowd.kill()
      const [half, live] = [await report(id), await crowd.phones()]
      expect(half).toMatchObject({ state: 'RUNNING', planned: 500 })
      expect(half.restored).toBeLessThan(493)
      // What is under way may be there already; all else is in the ERP exactly as the log says.
      const sure = half.rows.nodes.filter(({ state }) => state !== 'SENT')
      const meant = ({ record, state }: { record: string; state: string }) =>
        (state === 'RESTORED' ? before : changed).get(record)
      expect(sure.map(({ record }) => live.get(record))).toEqual(sure.map(meant))

      // The lease of the killed process would end by itself; the test does not wait for it.
      await crowd.yard.hub.db.em().execute('update job set lease_until = now()')
      crowd.work()
      const running = `select count(*)::int as n from rollback where state = 'RUNNING'`
      await expect.poll(() => count(running), WAIT).toBe(0)
      const whole = await report(id)
      expect(whole).toMatchObject({ state: 'DONE', planned: 500, restored: 493, skipped: 7, failed: 0 })
      const left = whole.rows.nodes.filter(({ state }) => state === 'SKIPPED')
      expect(left.map(({ record }) => record).toSorted()).toEqual(natives)
      const told = new Set(left.map(({ reason, message }) => `${reason} ${message}`))
      expect([...told]).toEqual(['CHANGED Changed since: phone.'])
      const after = await crowd.phones()
      for (const { native } of known)
        expect(after.get(native)).toBe(natives.includes(native) ? '+4930777777' : before.get(native))
      expect(await count(`select count(*)::int as n from operation where batch = '${id}'`)).toBe(493)
    },
  )
})
