import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claim } from '../subgraphs/hub/operations.ts'
import { resolve, retry } from '../subgraphs/hub/operators.ts'
import { acceptCustomer } from '../subgraphs/hub/upsert.ts'
import { type FreshDatabase, databases } from './postgres.ts'
import { ADMIN, type Yard, buildYard } from './yard.ts'

const CREATE = 'sale.order/create'

describe('an order push to a slow ERP', () => {
  it('books one order when the ERP commits after we stopped waiting', async () => {
    const database = await databases[1]!.fresh()
    const connection = { limits: { timeoutMs: 1_000 } }
    const settings = { maxPushMs: 1_500 }
    const yard = await buildYard({ url: database.url, mounts: ['erpnext'], connection, settings })
    yard.work()
    yard.faults('erpnext', { do: 'slow', ms: 1_700, match: 'POST /api/resource/Sales' })
    const op = await yard.push(await yard.order('erpnext'))
    expect(op).toMatchObject({ status: 'DONE', attempts: 2 })
    expect((await yard.attempts(op.id))[0]?.problem?.code).toBe('DEADLINE_EXCEEDED')
    expect(yard.booked('erpnext', op.reference)).toEqual(['booked'])
    await yard.close()
    await database.drop()
  })
})

describe('due operations', () => {
  it('are claimed once each, however many workers ask at the same moment', async () => {
    const database = await databases[1]!.fresh()
    const yard = await buildYard({ url: database.url, mounts: ['odoo'], known: 5 })
    const id = await yard.accept(await yard.order('odoo'))
    const many = `insert into operation (id, tenant, connection, object, action, status, reference, input, sales_order)
      select 'op_' || n, tenant, connection, object, action, status, reference, input, 'ord_' || n
      from operation, generate_series(1, 999) n where id = ?`
    await yard.hub.db.em().execute(many, [id])
    const free = [{ connection: yard.id('odoo'), slots: 8 }]
    const claimed = await Promise.all(
      ['one', 'two', 'three', 'four'].map(async (worker) => {
        const mine: string[] = []
        for (let found; (found = await claim(yard.hub.db, worker, free, 60_000)).length > 0;) {
          mine.push(...found.map((held) => held.id))
        }
        return mine
      }),
    )
    expect(claimed.flat()).toHaveLength(1_000)
    expect(new Set(claimed.flat()).size).toBe(1_000)
    await yard.close()
    await database.drop()
  })
})

describe('a worker that is stopped', () => {
  let yard: Yard
  let database: FreshDatabase
  beforeAll(async () => {
    database = await databases[1]!.fresh()
    yard = await buildYard({ url: database.url, mounts: ['odoo'], settings: { leaseMs: 60_000 } })
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  it('finishes what it has begun', async () => {
    const worker = yard.work('leaving')
    yard.faults('odoo', { do: 'hold', match: CREATE })
    const id = await yard.accept(await yard.order('odoo'))
    await yard.called('odoo', CREATE)
    const stopped = worker.stop()
    yard.faults('odoo')
    await stopped
    expect(await yard.operation(id)).toMatchObject({ status: 'DONE', attempts: 1 })
  })

  it('hands over what takes too long, without waiting for the end of its lease', async () => {
    const worker = yard.work('leaving', 0)
    yard.server.calls('odoo').length = 0
    yard.faults('odoo', { do: 'holdAfter', match: CREATE })
    const id = await yard.accept(await yard.order('odoo'))
    await yard.called('odoo', CREATE)
    await worker.stop()
    const { status, sentAt, tries, leaseUntil, reference } = await yard.operation(id)
    expect([status, tries, leaseUntil]).toEqual(['WAITING', 0, null])
    expect(sentAt).not.toBeNull()
    yard.faults('odoo')
    yard.work('arriving')
    expect(await yard.ended(id)).toMatchObject({ status: 'DONE' })
    expect(yard.booked('odoo', reference)).toEqual(['booked'])
  })
})

describe('an order push that cannot go on by itself', () => {
  let yard: Yard
  let database: FreshDatabase
  beforeAll(async () => {
    database = await databases[1]!.fresh()
    const settings = { maxAttempts: 3 }
    yard = await buildYard({ url: database.url, mounts: ['odoo', 'qwoty'], settings })
    yard.work()
  })
  afterAll(async () => {
    await yard.close()
    await database.drop()
  })

  it('becomes a dead letter after its last try, and lives again by a retry', async () => {
    yard.faults('odoo', { do: 'status', status: 503, times: 0 })
    const op = await yard.push(await yard.order('odoo'))
    expect(op).toMatchObject({ status: 'DEAD', attempts: 3, problem: { code: 'UNAVAILABLE' } })
    yard.faults('odoo')
    await retry(yard.hub, ADMIN, op.id)
    expect(await yard.ended(op.id)).toMatchObject({ status: 'DONE', attempts: 4 })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
  })

  it('waits for a person, never for luck, when its effect stays unknown to the last try', async () => {
    yard.faults('odoo', { do: 'resetAfter', match: CREATE }, { do: 'status', status: 503, times: 0, skip: 1 })
    const id = await yard.accept(await yard.order('odoo'))
    const op = await yard.until(id, ({ status }) => status === 'UNCERTAIN')
    expect(op.problem?.code).toBe('UNCERTAIN')
    yard.faults('odoo')
    await retry(yard.hub, ADMIN, id).catch(() => {})
    await resolve(yard.hub, ADMIN, id, null, true)
    expect(await yard.ended(id)).toMatchObject({ status: 'DONE' })
    expect(yard.booked('odoo', op.reference)).toEqual(['booked'])
  })

  it('asks a person where the system can neither be searched nor given a key', async () => {
    const made = async (name: string) => {
      yard.faults('qwoty', { do: 'resetAfter', match: 'POST /customers' })
      const input = { name, email: `${name}@new.example`, country: 'DE', connections: ['qwoty:main'] }
      const { operations } = await acceptCustomer(yard.hub, ADMIN, input, [], yard.key())
      return yard.ended(operations[0]!)
    }
    const there = () => yard.ledger('qwoty').customers.filter(({ name }) => name === 'Wolkenstein')
    const op = await made('Wolkenstein')
    expect(op).toMatchObject({ status: 'UNCERTAIN', problem: { code: 'UNCERTAIN' } })
    expect(there()).toHaveLength(1)
    await expect(resolve(yard.hub, ADMIN, op.id, null, null)).rejects.toMatchObject({ code: 'VALIDATION' })
    await resolve(yard.hub, ADMIN, op.id, there()[0]!.id, null)
    expect(await yard.operation(op.id)).toMatchObject({ status: 'DONE', externalId: there()[0]!.id })
    expect(there()).toHaveLength(1)
    const other = await made('Himmelreich')
    await resolve(yard.hub, ADMIN, other.id, null, false)
    expect(await yard.operation(other.id)).toMatchObject({ status: 'CANCELLED' })
    await expect(resolve(yard.hub, ADMIN, other.id, null, true)).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
