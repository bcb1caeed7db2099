import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rows } from '../../subgraphs/hub/database.ts'
import { importIds } from '../../subgraphs/hub/intake.ts'
import { type Job, Jobs, enqueue, jobHandler } from '../../subgraphs/hub/jobs.ts'
import { ErpError } from '../../schema/errors.ts'
import { type TestHouse, openHouse } from '../whole.ts'

interface Logged {
  object: string
  action: string
  status: string
  outcome: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  customer: string | null
}

describe('the mirror of every record', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: ['odoo:main'], settings: { maxPushMs: 100 } })
    await house.poll()
  })
  afterAll(() => house.close())

  const logged = (): Promise<Logged[]> =>
    rows(house.hub.db.em(), "select * from operation where direction = 'IN' order by created_at, id")
  const open = () => {
    const [first] = house.hub.directory.every()
    if (!first) throw new Error('There is no connection.')
    return first
  }

  it('keeps what the first reading finds without a line in the log', async () => {
    const found = await rows<{ kind: string; n: number }>(
      house.hub.db.em(),
      'select kind, count(*)::int as n from mirror group by kind',
    )
    expect(found.find(({ kind }) => kind === 'customer')?.n).toBe(60)
    expect(await logged()).toEqual([])
  })

  it('logs a change made in the ERP once, with what was before and after', async () => {
    const [native] = await rows<{ native_id: string }>(
      house.hub.db.em(),
      "select native_id from mirror where kind = 'customer' order by native_id limit 1",
    )
    const id = native?.native_id ?? ''
    await open().erp.customer?.update?.({ id }, { phone: '+49301112223' }, null)
    for (let time = 0; time < 3; time += 1)
      await importIds(house.hub, open(), 'customer', [id], { by: 'webhook' })
    const [line, ...others] = await logged()
    expect(others).toEqual([])
    expect(line).toMatchObject({
      object: 'CUSTOMER',
      action: 'UPDATE',
      status: 'DONE',
      outcome: 'SUCCESS',
      after: { phone: '+49301112223' },
    })
    expect(line?.before?.phone).not.toBe('+49301112223')
    expect(line?.customer).toMatch(/^cus_/)
  })

  it('takes what comes back of our own push for an echo, not for a change', async () => {
    house.work()
    const [customer] = await rows<{ id: string }>(house.hub.db.em(), 'select id from customer limit 1')
    const input = { customer: customer?.id, lines: [{ sku: 'DESK-160', quantity: '2' }] }
    const { data } = await house.ask<{ pushOrder: { operation: { status: string; externalId: string } } }>(
      `mutation ($input: PushOrderInput!) { pushOrder(input: $input, idempotencyKey: "echo", waitMs: 20000) {
        operation { status externalId } problems { message } } }`,
      { input },
    )
    expect(data.pushOrder.operation.status).toBe('DONE')
    const before = (await logged()).length
    await importIds(house.hub, open(), 'order', [data.pushOrder.operation.externalId], { by: 'poll' })
    expect((await logged()).length).toBe(before)
  })
})

describe('a background job', () => {
  let house: TestHouse
  beforeAll(async () => {
    house = await openHouse({ only: ['qwoty:main'] })
  })
  afterAll(() => house.close())

  const add = (kind: string, subject: string) =>
    enqueue(house.hub.db.em(), [{ tenant: 'default', kind, subject }])
  const state = async (subject: string) => {
    const sql = 'select state, tries, problem from job where subject = ?'
    const [row] = await rows<{ state: string; tries: number; problem: { code: string } | null }>(
      house.hub.db.em(),
      sql,
      [subject],
    )
    return row
  }
  const due = (subject: string) =>
    house.hub.db.em().execute('update job set next_at = now() where subject = ?', [subject])

  it('is done once, however often it is asked for', async () => {
    const seen: string[] = []
    const handler = jobHandler({
      kind: 'once',
      parallel: 2,
      work: async (_, job) => void seen.push(job.subject),
    })
    const jobs = new Jobs(house.hub, [handler])
    for (let time = 0; time < 3; time += 1) {
      await add('once', 'a')
      await jobs.once()
    }
    expect(seen).toEqual(['a'])
    expect(await state('a')).toMatchObject({ state: 'DONE', problem: null })
  })

  it('is tried again with what it kept, and holds up no other while it fails', async () => {
    const seen: unknown[] = []
    const handler = jobHandler<{ at?: number }>({
      kind: 'again',
      parallel: 2,
      async work(_, job: Job<{ at?: number }>, run) {
        seen.push([job.subject, job.payload.at ?? 0])
        if (job.subject === 'good' || job.payload.at) return
        await run.keep({ at: 7 })
        throw new ErpError('UNAVAILABLE', 'Away.')
      },
    })
    const jobs = new Jobs(house.hub, [handler])
    await add('again', 'poison')
    await add('again', 'good')
    await jobs.once()
    expect(await state('good')).toMatchObject({ state: 'DONE' })
    expect(await state('poison')).toMatchObject({ state: 'WAITING', problem: { code: 'UNAVAILABLE' } })
    await due('poison')
    await jobs.once()
    expect(await state('poison')).toMatchObject({ state: 'DONE', problem: null })
    expect(seen).toContainEqual(['poison', 7])
  })

  it('takes back its own warning in the log when it is done, and nobody else’s', async () => {
    const open = house.hub.directory.every()[0]!
    const insert = `insert into operation (id, tenant, connection, object, action, status, direction, reference, input,
      requested_by, outcome, problem) values (?, 'default', ?, 'ITEM', 'UPDATE', 'DONE', 'IN', ?, '{}', 'test', ?, ?::jsonb)`
    const merged = JSON.stringify({ code: 'CONFLICT', message: 'Decide.' })
    await house.hub.db.em().execute(insert, ['op_own', open.id, 'own', 'SUCCESS', null])
    await house.hub.db.em().execute(insert, ['op_merge', open.id, 'merge', 'WARNING', merged])
    const outcome = async (id: string) =>
      (await rows<object>(house.hub.db.em(), 'select outcome, problem from operation where id = ?', [id]))[0]
    const failing = new Set(['own'])
    const handler = jobHandler({
      kind: 'warns',
      parallel: 2,
      work: async (_, { subject }) => {
        if (failing.delete(subject)) throw new ErpError('UNAVAILABLE', 'Away.')
      },
    })
    const jobs = new Jobs(house.hub, [handler])
    const { tenant } = open
    const wanted = ['own', 'merge'].map((subject) => ({
      tenant,
      kind: 'warns',
      subject,
      operation: `op_${subject}`,
    }))
    await enqueue(house.hub.db.em(), wanted)
    await jobs.once()
    expect(await outcome('op_own')).toMatchObject({ outcome: 'WARNING', problem: { code: 'UNAVAILABLE' } })
    await due('own')
    await jobs.once()
    expect(await outcome('op_own')).toEqual({ outcome: 'SUCCESS', problem: null })
    expect(await outcome('op_merge')).toMatchObject({ outcome: 'WARNING', problem: { code: 'CONFLICT' } })
  })

  it('ends dead at once where trying again cannot help', async () => {
    const handler = jobHandler({
      kind: 'dead',
      parallel: 1,
      work: () => Promise.reject(new ErpError('VALIDATION', 'Never.')),
    })
    await add('dead', 'd')
    await new Jobs(house.hub, [handler]).once()
    expect(await state('d')).toMatchObject({ state: 'DEAD', tries: 1, problem: { code: 'VALIDATION' } })
  })
})
